"""What a talk adds, learned from who was called: a call works through the talk, so its effect is that times the reach.

Whom calls reach is learned from every call and known well; what a talk adds is learned from lots alone and is faint.
Asking for the latter with the former given needs far fewer lots than asking for both in one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.uplift.lessons import EffectModel, Flags, Floats, lessons_of_both_arms
from training.uplift.trees import Mean, Size, fit_mean

SMALL = Size(rounds=100, leaves=8, rate=0.06, least_rows=300)
_LEAST_REACH = 0.01
_ROUNDS, _LEAVES, _RATE, _LEAST_ROWS, _SHRINK = 40, 4, 0.05, 1000, 5000.0


@dataclass(frozen=True)
class TalkLearner:
    """Learn the effect of a talk; the last feature of a row is the chance that a call leads to one.

    Parameters
    ----------
    size : of the model of what is paid anyway.

    Notes
    -----
    With y the outcome, m its mean given the row, t the call, e its probability and r the reach, it is fitted that
    y - m = (t - e) r f(row) + noise, f by small trees around a constant. Sources: Nie and Wager (2021), "Quasi-oracle
    estimation of heterogeneous treatment effects", Biometrika 108; with an instrument as in Athey, Tibshirani and Wager
    (2019), "Generalized random forests", Annals of Statistics 47, section 7.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> reach, called = random.random(4000), random.random(4000) < 0.5
    >>> paid = 1.0 + 2.0 * (called & (random.random(4000) < reach))
    >>> model = TalkLearner().fit(reach[:, None], called, np.full(4000, 0.5), paid)
    >>> model.effect(np.array([[0.5]])).round(0).tolist()
    [1.0]
    """

    size: Size = SMALL
    name: str = "talk_effect"

    def fit(self, features: Floats, treated: Flags, probability: Floats, outcome: Floats) -> EffectModel:
        """Learn from a log (`Lessons`); refuses a log with one arm."""
        import lightgbm

        log = lessons_of_both_arms(features, treated, probability, outcome)
        left = log.outcome - self._expected(log.features, log.outcome)
        drawn = (log.treated - log.probability) * _reach(log.features)
        weight = drawn**2 / (drawn**2).mean()
        constant = float((drawn * left).sum() / (drawn**2).sum())
        parameters = {
            "objective": "regression",
            "num_leaves": _LEAVES,
            "learning_rate": _RATE,
            "min_data_in_leaf": _LEAST_ROWS,
            "lambda_l2": _SHRINK,
            "verbosity": -1,
            "num_threads": 1,
            "deterministic": True,
            "force_row_wise": True,
            "boost_from_average": False,
        }
        data = lightgbm.Dataset(log.features, left / drawn - constant, weight=weight)
        return TalkEffect(constant, Mean(lightgbm.train(parameters, data, num_boost_round=_ROUNDS), 1.0))

    def _expected(self, features: Floats, outcome: Floats) -> Floats:
        """The mean outcome of each row, by a model of the other half."""
        half = np.arange(len(outcome)) < len(outcome) // 2
        found = np.empty(len(outcome))
        for own, others in ((half, ~half), (~half, half)):
            found[own] = fit_mean(features[others], outcome[others], size=self.size, yes_or_no=False).predict(
                features[own]
            )
        return found


@dataclass(frozen=True, eq=False)
class TalkEffect:
    """A fitted effect of talks."""

    constant: float
    beyond: Mean

    def effect(self, features: Floats) -> Floats:
        """(n,) what a call adds: its reach times what a talk adds."""
        return np.asarray(_reach(features) * (self.constant + self.beyond.predict(features)))


def _reach(features: Floats) -> Floats:
    return np.maximum(features[:, -1], _LEAST_REACH)
