"""The DR-learner: a score of each row whose mean is its effect if the probabilities are right, and then one booster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from training.uplift.double import of_each_arm
from training.uplift.lessons import EffectModel, Flags, Floats, Lessons, Places, lessons_of_both_arms
from training.uplift.single import SingleEffect, SingleLearner, outcomes_of
from training.uplift.trees import CAREFUL, PLAIN, Mean, Size, fit_mean


@dataclass(frozen=True)
class RobustLearner:
    """Learn the effect from doubly robust scores, each from outcome models that never saw its row.

    Parameters
    ----------
    size : of the outcomes. `effect_size` : of the effect.
    outcomes : `single`, one model of both arms (SingleLearner), or `double`, one of each.
    folds : parts into which rows fall for cross-fitting.
    clip : least and most (1 - clip) probability that is divided by: a row may stand for at most 1 / clip rows. What is
        clipped is no longer right on average, and no longer drowned in noise.

    Notes
    -----
    score = m1 - m0 + (treated / e - (1 - treated) / (1 - e)) (outcome - m of the own arm). Source: Kennedy (2023),
    "Towards optimal doubly robust estimation of heterogeneous causal effects", Electronic Journal of Statistics 17.
    """

    size: Size = PLAIN
    effect_size: Size = CAREFUL
    outcomes: Literal["single", "double"] = "single"
    folds: int = 2
    clip: float = 0.05
    seed: int = 0
    name: str = "dr_learner"

    def fit(self, features: Floats, treated: Flags, probability: Floats, outcome: Floats) -> EffectModel:
        """Learn from a log (`Lessons`); refuses a log with one arm."""
        lessons = lessons_of_both_arms(features, treated, probability, outcome)
        score = robust_scores(lessons, *self._expected(lessons), clip=self.clip)
        return RobustEffect(fit_mean(features, score, size=self.effect_size, yes_or_no=False))

    def _expected(self, lessons: Lessons) -> tuple[Floats, Floats]:
        without, treated = np.empty((2, len(lessons)))
        part = parts(len(lessons), self.folds, self.seed)
        for each in range(self.folds):
            own = part == each
            without[own], treated[own] = self._both(lessons.only(~own), lessons.features[own])
        return without, treated

    def _both(self, lessons: Lessons, asked: Floats) -> tuple[Floats, Floats]:
        if self.outcomes == "single":
            return SingleEffect(outcomes_of(lessons, SingleLearner(self.size))).both(asked)
        without, treated = of_each_arm(lessons, self.size)
        return without.predict(asked), treated.predict(asked)


@dataclass(frozen=True, eq=False)
class RobustEffect:
    """A fitted DR-learner."""

    score: Mean

    def effect(self, features: Floats) -> Floats:
        """(n,) the expected score."""
        return self.score.predict(features)


def parts(rows: int, folds: int, seed: int) -> Places:
    """(rows,) the part into which each row falls, as evenly as can be.

    Examples
    --------
    >>> sorted(parts(5, 2, seed=0).tolist())
    [0, 0, 0, 1, 1]
    """
    return np.random.default_rng(seed).permutation(np.arange(rows) % folds)


def robust_scores(lessons: Lessons, without: Floats, treated: Floats, *, clip: float) -> Floats:
    """(n,) scores whose mean over like rows is their effect.

    Parameters
    ----------
    without, treated : (n,) expected outcome of each arm.

    Examples
    --------
    >>> two = Lessons(np.zeros((2, 1)), np.array([True, False]), np.full(2, 0.5), np.array([3.0, 1.0]))
    >>> robust_scores(two, np.zeros(2), np.full(2, 2.0), clip=0.01).tolist()
    [4.0, 0.0]
    """
    chance = np.clip(lessons.probability, clip, 1 - clip)
    mended = np.where(
        lessons.treated, (lessons.outcome - treated) / chance, -(lessons.outcome - without) / (1 - chance)
    )
    return np.asarray(treated - without + mended, dtype=np.float64)
