"""The T-learner: one expectation of each arm, and their difference. What one arm learns, the other does not know."""

from __future__ import annotations

from dataclasses import dataclass

from training.uplift.lessons import EffectModel, Flags, Floats, Lessons, lessons_of_both_arms
from training.uplift.trees import PLAIN, Mean, Size, fit_mean


@dataclass(frozen=True)
class DoubleLearner:
    """Learn E(outcome | features) of the treated and of the others.

    Notes
    -----
    Source: Kunzel, Sekhon, Bickel, Yu (2019), PNAS 116.
    """

    size: Size = PLAIN
    name: str = "t_learner"

    def fit(self, features: Floats, treated: Flags, probability: Floats, outcome: Floats) -> EffectModel:
        """Learn from a log (`Lessons`); refuses a log with one arm."""
        lessons = lessons_of_both_arms(features, treated, probability, outcome)
        return DoubleEffect(*of_each_arm(lessons, self.size))


@dataclass(frozen=True, eq=False)
class DoubleEffect:
    """A fitted T-learner."""

    without: Mean
    treated: Mean

    def effect(self, features: Floats) -> Floats:
        """(n,) outcome if treated less outcome if not."""
        return self.treated.predict(features) - self.without.predict(features)


def of_each_arm(lessons: Lessons, size: Size) -> tuple[Mean, Mean]:
    """The expectation without the treatment, and the one with it."""
    arms = [lessons.only(lessons.treated == treated) for treated in (False, True)]
    without, treated = (fit_mean(arm.features, arm.outcome, size=size, yes_or_no=lessons.yes_or_no) for arm in arms)
    return without, treated
