"""The mean of several learners' effects: their errors differ, and what is true in all of them remains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.uplift.lessons import EffectModel, Flags, Floats, Learner
from training.uplift.single import SingleLearner
from training.uplift.trees import PLAIN, Size


@dataclass(frozen=True)
class AveragedLearner:
    """Fit every member on the same log and take the mean of their effects."""

    members: tuple[Learner, ...]
    name: str = "averaged"

    def fit(self, features: Floats, treated: Flags, probability: Floats, outcome: Floats) -> EffectModel:
        """Learn from a log (`Lessons`); refuses a log with one arm."""
        return AveragedEffect([each.fit(features, treated, probability, outcome) for each in self.members])


@dataclass(frozen=True, eq=False)
class AveragedEffect:
    """Fitted members."""

    members: Sequence[EffectModel]

    def effect(self, features: Floats) -> Floats:
        """(n,) the mean of the members' effects."""
        return np.asarray(np.mean([each.effect(features) for each in self.members], axis=0), dtype=np.float64)


def on_two_scales(size: Size = PLAIN) -> AveragedLearner:
    """An S-learner by log-odds and one by probabilities, averaged: for outcomes of yes or no.

    Nobody knows on which scale a call adds something. Where both agree it is the log that speaks, and where they do not
    it is the scale. In worlds with known truth the mean ranked as well as the better of the two or better.
    """
    members = (SingleLearner(size, name="by_odds"), SingleLearner(size, by_shares=True, name="by_shares"))
    return AveragedLearner(members, name="s_learner_two_scales")
