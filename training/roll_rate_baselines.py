"""What a roll-rate model has to beat: a rule of thumb, the Markov matrix, and a multinomial scorecard.

Each is fitted on the training pairs alone and answers (n, groups) chances for the test's accounts.
"""

from __future__ import annotations

import numpy as np

from models.scorer import Floats, Ranks

HALF_ACCOUNT = 0.5
"""Added to every cell, so that a move never seen in training is unlikely rather than impossible."""


def rule_of_thumb(origin: Ranks, happened: Ranks, test_origin: Ranks, groups: int) -> Floats:
    """Every account stays where it is as often as accounts did; those that move spread evenly.

    Examples
    --------
    >>> rule_of_thumb(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 0]), np.array([1]), 3).tolist()
    [[0.125, 0.75, 0.125]]
    """
    stays = float((origin == happened).mean())
    answer = np.full((len(test_origin), groups), (1 - stays) / (groups - 1))
    answer[np.arange(len(test_origin)), test_origin] = stays
    return answer


def markov(origin: Ranks, happened: Ranks, test_origin: Ranks, groups: int) -> Floats:
    """Every account moves like all training accounts of its bucket did."""
    counts = np.full((groups, groups), HALF_ACCOUNT)
    np.add.at(counts, (origin, happened), 1.0)
    return np.asarray((counts / counts.sum(axis=1, keepdims=True))[test_origin], dtype=np.float64)


class Scorecard:
    """Multinomial logistic regression on the same features, as a scorecard analyst would set it up.

    Features are cut to their 1st and 99th percentile, nulls take the median with a flag beside them, columns of
    nothing but nulls are left out, and the origin is a set of indicators.
    """

    def __init__(self, x: Floats, origin: Ranks, happened: Ranks, groups: int) -> None:
        from sklearn.linear_model import LogisticRegression

        self.groups = groups
        self.told = ~np.isnan(x).all(axis=0)
        known = x[:, self.told]
        self.low, self.middle, self.high = np.nanpercentile(known, [1, 50, 99], axis=0)
        self.has_nulls = np.isnan(known).any(axis=0)
        design = self._design(x, origin)
        self.mean, self.spread = design.mean(axis=0), design.std(axis=0)
        self.spread[self.spread == 0] = 1.0
        self.model = LogisticRegression(C=0.1, max_iter=200, tol=1e-3)
        self.model.fit(self._scaled(design), happened)

    def chances(self, x: Floats, origin: Ranks) -> Floats:
        """(n, groups); a group never reached in training has no chance."""
        answer = np.zeros((len(x), self.groups))
        answer[:, self.model.classes_] = self.model.predict_proba(self._scaled(self._design(x, origin)))
        return answer

    def _design(self, x: Floats, origin: Ranks) -> Floats:
        known = x[:, self.told]
        filled = np.clip(np.where(np.isnan(known), self.middle, known), self.low, self.high)
        flags = np.isnan(known[:, self.has_nulls]).astype(np.float64)
        return np.hstack([filled, flags, np.eye(self.groups)[origin]])

    def _scaled(self, design: Floats) -> Floats:
        return np.asarray((design - self.mean) / self.spread, dtype=np.float64)
