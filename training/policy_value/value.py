"""The value of a policy, or of two policies' difference, with its 95 % interval."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from training.policy_value.choices import Codes, Floats

Method = Literal["snips", "doubly_robust", "calibrated"]

NINETEEN_IN_TWENTY = 1.959963984540054
"""Standard errors to each side of an estimate that hold the truth in 95 % of samples."""


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

    Examples
    --------
    >>> rows = np.array([1.0, -1.0, 1.0, -1.0])
    >>> apart, alike = (valued("snips", 5.0, rows, who, 4.0) for who in (np.arange(4), np.array([0, 1, 0, 1])))
    >>> round(apart.standard_error, 4), round(alike.standard_error, 4)  # the same rows of two debtors tell less
    (0.5774, 1.0)
    """
    sums = np.bincount(np.unique(debtor, return_inverse=True)[1], weights=influence)
    debtors = len(sums)
    freedom = debtors / (debtors - 1) if debtors > 1 else np.inf
    error = float(np.sqrt(freedom * (sums**2).sum()) / len(influence)) if debtors > 1 else float("inf")
    reach = NINETEEN_IN_TWENTY * error
    return Value(method, estimate, error, estimate - reach, estimate + reach, effective_rows, len(influence), debtors)


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
