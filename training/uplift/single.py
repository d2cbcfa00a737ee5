"""The S-learner: one expectation of both arms, asked twice.

It borrows from the larger arm all that both have in common, and its trees see the treatment only where it matters, so
it calls noise an effect less often than learners of two expectations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.uplift.lessons import EffectModel, Flags, Floats, Lessons, lessons_of_both_arms
from training.uplift.trees import PLAIN, Mean, Size, fit_mean


@dataclass(frozen=True)
class SingleLearner:
    """Learn E(outcome | features, treatment), and take the difference that the treatment makes.

    Parameters
    ----------
    by_shares : learn a yes or no outcome by squared error, so that what the treatment adds is a difference of
        probabilities in every tree; else by log loss, so that it is a factor on the odds. An amount has one way only.
    never_harms : a treatment may only raise the outcome. A claim about the world, not a convenience: where some debtors
        pay less for being called, it hides them.

    Notes
    -----
    Source: Kunzel, Sekhon, Bickel, Yu (2019), "Metalearners for estimating heterogeneous treatment effects using
    machine learning", PNAS 116, section "Meta-algorithms".

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> x, treated = random.standard_normal((1000, 1)), random.random(1000) < 0.5
    >>> paid = np.where(treated & (x[:, 0] > 0), 10.0, 2.0)
    >>> learned = SingleLearner().fit(x, treated, np.full(1000, 0.5), paid)
    >>> learned.effect(np.array([[-1.0], [1.0]])).round(1).tolist()
    [0.0, 8.0]
    """

    size: Size = PLAIN
    by_shares: bool = False
    never_harms: bool = False
    name: str = "s_learner"

    def fit(self, features: Floats, treated: Flags, probability: Floats, outcome: Floats) -> EffectModel:
        """Learn from a log (`Lessons`); refuses a log with one arm."""
        return SingleEffect(outcomes_of(lessons_of_both_arms(features, treated, probability, outcome), self))


@dataclass(frozen=True, eq=False)
class SingleEffect:
    """A fitted S-learner."""

    outcome: Mean

    def effect(self, features: Floats) -> Floats:
        """(n,) outcome if treated less outcome if not."""
        without, treated = self.both(features)
        return treated - without

    def both(self, features: Floats) -> tuple[Floats, Floats]:
        """(n,) expected outcome without the treatment, and with it."""
        return self.outcome.predict(_asked(features, 0.0)), self.outcome.predict(_asked(features, 1.0))


def outcomes_of(lessons: Lessons, how: SingleLearner) -> Mean:
    """The one expectation of both arms."""
    x = np.column_stack([lessons.features, lessons.treated.astype(np.float64)])
    directions = (*(0,) * lessons.features.shape[1], 1) if how.never_harms else ()
    by_odds = lessons.yes_or_no and not how.by_shares
    return fit_mean(x, lessons.outcome, size=how.size, yes_or_no=by_odds, directions=directions)


def _asked(features: Floats, treated: float) -> Floats:
    return np.column_stack([features, np.full(len(features), treated)])
