"""The orders in which a morning can be worked: each has a name and scores, and the highest are called first.

Baselines order by their own key, as in a queue; those in money order by money per expected minute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from arrears.synthetic.chance import Floats, Ints, Stream, uniform
from arrears.synthetic.effects import effect_of
from arrears.synthetic.world import World
from training.simulation.judged_by_lots import AFTER, BEFORE
from training.simulation.learned import Learned
from training.simulation.morning import Morning
from training.uplift.rankings import VALUE_AT_RISK, WITHOUT_EFFECT

NOBODY, ORACLE = "nobody", "oracle"
INCREMENTAL, SEQUENTIAL = "incremental_value", "sequential"


@dataclass(frozen=True)
class Planned:
    """A morning with what is common to all strategies.

    Attributes
    ----------
    hour : at which each group would be called. `reach` : chance to reach the right party then, as learned.
    minutes : expected of a call: the attempt, and the talk as often as there is one.
    """

    morning: Morning
    hour: Ints
    reach: Floats
    minutes: Floats


class Strategy(Protocol):
    """A way to order a morning's work."""

    def scores(self, planned: Planned) -> Floats:
        """(n,) the highest are called first; minus infinity is never called."""
        ...  # pragma: no cover - a protocol has no body


@dataclass(frozen=True)
class Bench:
    """What strategies are made from.

    Attributes
    ----------
    learned : from the logged past. `world` : the copy that the strategy will work, which only the oracle may look into.
    talk_minutes, attempt_minutes : the house's. `holdout` : share that was held out in the past.
    """

    learned: Learned
    world: World
    attempt_minutes: float
    talk_minutes: float
    holdout: float = 0.0


@dataclass(frozen=True)
class ByKey:
    """Order by a key of the morning alone."""

    key: Callable[[Planned], Floats]

    def scores(self, planned: Planned) -> Floats:
        """(n,) the key."""
        return self.key(planned)


@dataclass(frozen=True)
class ByRanking:
    """Order by one of the rankings that a selection falls back on, whatever the log proves."""

    learned: Learned
    ranking: str
    seed: int

    def scores(self, planned: Planned) -> Floats:
        """(n,) the ranking's scores."""
        return _without_effect(self.ranking, self.learned, planned, self.seed)


@dataclass(frozen=True)
class IncrementalValue:
    """What a call adds per minute, by the ranking that each segment's held-out log chose."""

    learned: Learned
    seed: int

    def scores(self, planned: Planned) -> Floats:
        """(n,) money per minute."""
        morning = planned.morning
        found = np.full(len(morning), -np.inf)
        for segment, own in ((AFTER, morning.charged_off), (BEFORE, ~morning.charged_off)):
            selection = self.learned.selection(segment)
            found[own] = self._by(selection.chosen if selection else VALUE_AT_RISK, planned)[own]
        return found

    def _by(self, ranking: str, planned: Planned) -> Floats:
        morning = planned.morning
        if ranking not in WITHOUT_EFFECT:
            return self.learned.effect_minor(ranking, morning, planned.reach) / planned.minutes
        return _without_effect(ranking, self.learned, planned, self.seed)


def _without_effect(ranking: str, learned: Learned, planned: Planned, seed: int) -> Floats:
    """A ranking that needs no learner of effects, in money per minute where it is about money."""
    if ranking == "random":
        return _lots(planned, seed)
    if ranking == VALUE_AT_RISK:
        return learned.at_risk_minor(planned.morning, planned.reach) / planned.minutes
    chance = learned.chance_paid(planned.morning)
    if ranking == "response":
        return chance
    return chance * learned.amount_minor(planned.morning) / planned.minutes


@dataclass(frozen=True)
class Oracle:
    """What a call truly adds within thirty days, per truly expected minute: the best that one step ahead can do."""

    bench: Bench

    def scores(self, planned: Planned) -> Floats:
        """(n,) money per minute."""
        effect = effect_of(self.bench.world, planned.morning.groups, hours=planned.hour)
        minutes = self.bench.attempt_minutes + effect.reach * self.bench.talk_minutes
        return np.asarray(effect.effect_minor / minutes, np.float64)


def _lots(planned: Planned, seed: int) -> Floats:
    return uniform(seed, Stream.CALLED, planned.morning.groups, planned.morning.day)


def _severity(planned: Planned) -> Floats:
    balance = planned.morning.balance_minor
    return np.asarray(planned.morning.bucket_rank + balance / (1 + balance.max(initial=0.0)))


def _ranking(bench: Bench, name: str) -> ByRanking:
    return ByRanking(bench.learned, name, bench.world.setting.seed)


def _sequential(bench: Bench) -> Strategy:
    from training.simulation.sequential_strategy import strategy_of

    return strategy_of(bench)


STRATEGIES: Mapping[str, Callable[[Bench], Strategy]] = {
    "random": lambda bench: _ranking(bench, "random"),
    "severity": lambda _: ByKey(_severity),
    "balance": lambda _: ByKey(lambda planned: planned.morning.balance_minor),
    "propensity": lambda bench: _ranking(bench, "response"),
    "expected_recovery": lambda bench: _ranking(bench, "repayment"),
    VALUE_AT_RISK: lambda bench: _ranking(bench, VALUE_AT_RISK),
    INCREMENTAL: lambda bench: IncrementalValue(bench.learned, bench.world.setting.seed),
    SEQUENTIAL: _sequential,
    ORACLE: Oracle,
}
"""By name, how each is made; `nobody` calls nobody and is always worked beside them."""
