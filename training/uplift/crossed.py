"""The X-learner: each arm's outcomes against what the other arm would expect, mixed by the logged probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.uplift.double import of_each_arm
from training.uplift.lessons import EffectModel, Flags, Floats, Lessons, lessons_of_both_arms
from training.uplift.trees import CAREFUL, PLAIN, Mean, Size, fit_mean


@dataclass(frozen=True)
class CrossedLearner:
    """Learn an effect among the treated and one among the others; each counts where the other arm is rare.

    Parameters
    ----------
    size : of the two outcomes. `effect_size` : of the two effects.

    Notes
    -----
    effect = e(x) x effect learned on the untreated + (1 - e(x)) x effect learned on the treated. e is the logged
    probability; for rows that no log has seen it is read off those that it has. Source: Kunzel, Sekhon, Bickel, Yu
    (2019), PNAS 116.
    """

    size: Size = PLAIN
    effect_size: Size = CAREFUL
    name: str = "x_learner"

    def fit(self, features: Floats, treated: Flags, probability: Floats, outcome: Floats) -> EffectModel:
        """Learn from a log (`Lessons`); refuses a log with one arm."""
        lessons = lessons_of_both_arms(features, treated, probability, outcome)
        without, with_treatment = of_each_arm(lessons, self.size)
        called, left = lessons.only(lessons.treated), lessons.only(~lessons.treated)
        return CrossedEffect(
            self._effect(called, called.outcome - without.predict(called.features)),
            self._effect(left, with_treatment.predict(left.features) - left.outcome),
            _chance(lessons, self.size),
        )

    def _effect(self, arm: Lessons, imputed: Floats) -> Mean:
        return fit_mean(arm.features, imputed, size=self.effect_size, yes_or_no=False)


@dataclass(frozen=True, eq=False)
class CrossedEffect:
    """A fitted X-learner."""

    of_treated: Mean
    of_others: Mean
    chance: Mean | float

    def effect(self, features: Floats) -> Floats:
        """(n,) the mixture of both effects."""
        chance = self.chance if isinstance(self.chance, float) else np.clip(self.chance.predict(features), 0, 1)
        return np.asarray(
            chance * self.of_others.predict(features) + (1 - chance) * self.of_treated.predict(features),
            dtype=np.float64,
        )


def _chance(lessons: Lessons, size: Size) -> Mean | float:
    if np.ptp(lessons.probability) == 0:
        return float(lessons.probability[0])
    return fit_mean(lessons.features, lessons.probability, size=size, yes_or_no=False)
