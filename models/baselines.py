"""What a model must beat: a rule of thumb on one column, and a logistic scorecard on all of them.

Both are fitted like the model and judged like it. They are honest opponents, not straw men: the scorecard is what a
bank would use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.scorer import Floats

BINS = 10
_PRIOR_ROWS = 20.0


@dataclass(frozen=True)
class Binned:
    """One column cut into tenths, with a bin of its own for nulls."""

    edges: Floats

    @property
    def count(self) -> int:
        """Bins in all; the last is for nulls."""
        return len(self.edges) + 2

    def codes(self, column: Floats) -> npt.NDArray[np.int64]:
        """Bin of each value, (n,)."""
        found = np.searchsorted(self.edges, column, side="right")
        return np.where(np.isnan(column), self.count - 1, found).astype(np.int64)


def cut(column: Floats, bins: int = BINS) -> Binned:
    """Edges at the column's own quantiles; equal ones fall together.

    Examples
    --------
    >>> binned = cut(np.array([0.0, 0.0, 0.0, 1.0, 2.0, np.nan]), bins=2)
    >>> binned.codes(np.array([-1.0, 0.0, 5.0, np.nan])).tolist()
    [0, 1, 1, 2]
    """
    known = column[~np.isnan(column)]
    if not len(known):
        return Binned(np.empty(0))
    return Binned(np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1])))


@dataclass(frozen=True)
class RuleOfThumb:
    """Share of payers in each tenth of one column: what a sensible person would tell without a model."""

    name: str
    binned: Binned
    share: Floats

    def predict(self, column: Floats) -> Floats:
        """P(pay), (n,)."""
        return np.asarray(self.share[self.binned.codes(column)], dtype=np.float64)


def rule_of_thumb(name: str, column: Floats, y: Floats) -> RuleOfThumb:
    """Fit the rule; a thin bin leans on the share of all.

    Examples
    --------
    >>> rule = rule_of_thumb("paid_share", np.repeat([0.0, 1.0], 100), np.repeat([0.0, 1.0], 100))
    >>> rule.predict(np.array([0.0, 1.0])).round(2).tolist()
    [0.08, 0.92]
    """
    binned = cut(column)
    codes = binned.codes(column)
    rows = np.bincount(codes, minlength=binned.count)
    payers = np.bincount(codes, weights=y, minlength=binned.count)
    return RuleOfThumb(name, binned, (payers + _PRIOR_ROWS * y.mean()) / (rows + _PRIOR_ROWS))


@dataclass(frozen=True)
class Scorecard:
    """Every column's tenths as weights of evidence, put together by logistic regression."""

    columns: Sequence[Binned]
    evidence: Sequence[Floats]
    regression: Any

    def predict(self, x: Floats) -> Floats:
        """P(pay), (n,)."""
        chances: Floats = self.regression.predict_proba(self._points(x))[:, 1]
        return chances

    def _points(self, x: Floats) -> Floats:
        parts = zip(self.columns, self.evidence, x.T, strict=True)
        return np.column_stack([evidence[binned.codes(column)] for binned, evidence, column in parts])


def scorecard(x: Floats, y: Floats) -> Scorecard:
    """Fit the scorecard on (n, features) with NaN for nulls.

    Examples
    --------
    >>> x = np.column_stack([np.arange(200.0), np.ones(200)])
    >>> card = scorecard(x, (np.arange(200) >= 100).astype(float))
    >>> bool(card.predict(x)[0] < 0.1 < 0.9 < card.predict(x)[-1])
    True
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    columns = [cut(column) for column in x.T]
    evidence = [_evidence(binned, column, y) for binned, column in zip(columns, x.T, strict=True)]
    card = Scorecard(columns, evidence, LogisticRegression(C=1.0, solver="newton-cholesky"))
    points = card._points(x)  # noqa: SLF001 - the same points it will predict from
    with threadpool_limits(1):  # threads that wait for each other on a busy machine cost more than they bring
        card.regression.fit(points, y)
    return card


def _evidence(binned: Binned, column: Floats, y: Floats) -> Floats:
    codes = binned.codes(column)
    good = np.bincount(codes, weights=y, minlength=binned.count) + 0.5
    bad = np.bincount(codes, weights=1 - y, minlength=binned.count) + 0.5
    return np.asarray(np.log(good / good.sum()) - np.log(bad / bad.sum()), dtype=np.float64)
