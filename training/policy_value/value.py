"""The value of a policy, or of two policies' difference, with its 95 % interval."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from training.policy_value.choices import Codes, Floats

Method = Literal["snips", "doubly_robust", "calibrated"]

COVERAGE = 0.95
"""How often an interval holds the truth."""


@dataclass(frozen=True)
class Value:
    """An estimate and where it may lie.

    Attributes
    ----------
    estimate : mean outcome of a choice, or the mean difference, in the outcome's unit.
    standard_error : of the estimate, by debtor.
    low, high : of its 95 % interval.
    effective_rows : how many rows of equal weight would tell as much (Kish 1965); of a difference, among the rows in
        which the two policies part.
    rows, debtors : what it was learned from.
    """

    method: Method
    estimate: float
    standard_error: float
    low: float
    high: float
    effective_rows: float
    rows: int
    debtors: int

    def times(self, factor: float) -> Value:
        """The same of so many choices together, as a day has.

        Parameters
        ----------
        factor : above 0.
        """
        told = {name: getattr(self, name) * factor for name in ("estimate", "standard_error", "low", "high")}
        return replace(self, **told)


def valued(method: Method, estimate: float, influence: Floats, debtor: Codes, effective_rows: float) -> Value:
    """A value from what each row adds to its error.

    Parameters
    ----------
    influence : (n,) each row's part in `n` times the estimate's error, of mean zero; rows of a debtor are added up
        before they are squared.

    Notes
    -----
    Sums by debtor are independent, so the error's variance is the sum of their squares over n^2, times G / (G - 1) for
    G debtors. Source: Liang, Zeger (1986), "Longitudinal data analysis using generalized linear models", Biometrika 73.

    Where few heavy debtors carry the sum, that variance is itself unsure, so the interval is a t's with as many degrees
    of freedom as the sums' fourth moment leaves: 2 / (sum s^4 / (sum s^2)^2 - 1 / G), at most G - 1. Source:
    Satterthwaite (1946), "An approximate distribution of estimates of variance components", Biometrics Bulletin 2.

    Examples
    --------
    >>> rows = np.array([1.0, -1.0, 1.0, -1.0])
    >>> apart, alike = (valued("snips", 5.0, rows, who, 4.0) for who in (np.arange(4), np.array([0, 1, 0, 1])))
    >>> round(apart.standard_error, 4), round(alike.standard_error, 4)  # the same rows of two debtors tell less
    (0.5774, 1.0)
    """
    sums = np.bincount(np.unique(debtor, return_inverse=True)[1], weights=influence).astype(np.float64)
    rows, debtors = len(influence), len(sums)
    if debtors == 1:
        return Value(method, estimate, np.inf, -np.inf, np.inf, effective_rows, rows, debtors)
    error = float(np.sqrt((sums**2).sum() * debtors / (debtors - 1)) / rows)
    reach = _errors_to_each_side(sums) * error
    return Value(method, estimate, error, estimate - reach, estimate + reach, effective_rows, rows, debtors)


def _errors_to_each_side(sums: Floats) -> float:
    """So many standard errors from its estimate an interval ends."""
    from scipy.special import stdtrit

    most, squares = len(sums) - 1, float((sums**2).sum())
    unsure = float((sums**4).sum()) / squares**2 - 1 / len(sums) if squares > 0 else 0.0
    freedom = min(2 / unsure, most) if unsure > 0 else most
    return float(stdtrit(freedom, (1 + COVERAGE) / 2))


def effective_rows(weights: Floats) -> float:
    """How many rows of equal weight tell as much as these; of differences of weights, signs do not count.

    Source: Kish (1965), "Survey Sampling", section 8.2.

    Examples
    --------
    >>> effective_rows(np.ones(10)), round(effective_rows(np.array([10.0, 1.0, 1.0])), 2)
    (10.0, 1.41)
    """
    squares = float((weights**2).sum())
    return float(np.abs(weights).sum()) ** 2 / squares if squares > 0 else 0.0
