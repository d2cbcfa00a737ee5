"""Order by the value of one more call when the days after it are worked well too: one step ahead, and what it leaves.

What a call adds at once is the same estimate as that of `incremental_value`. Learned on top of it, from the same logged
past, is what calling now rather than later does to the worth of the calls to come: who was just tried answers less, who
was talked to rests a week, and who stays as they are can be called tomorrow.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from arrears.synthetic.chance import Floats
from training.policy_value.choices import Choices
from training.sequential.episodes import Episodes
from training.sequential.fitted import Iteration, MomentValues, fit_values
from training.sequential.price import price_at
from training.simulation.learned import Learned
from training.simulation.moments import Moments, replayed
from training.simulation.morning import Morning
from training.simulation.strategies import Bench, IncrementalValue, Planned

MOST_A_DAY = 400.0
"""Moments that teach, of each logged day, about."""
HOW = Iteration(rounds=8, discount=0.85)
"""A week ahead: farther, small errors about later days cost more than later days give, unless fatigue lasts."""
FAR = Iteration(rounds=12, discount=0.95)
"""Three weeks ahead, for books whose debtors stay tired for weeks."""


@dataclass(frozen=True)
class Stakes:
    """What a one-step model says of groups on a morning: the ground on which later days are learned.

    Attributes
    ----------
    features : of the morning, and what the one-step model makes of them.
    adds : what a call adds within the horizon, minor units: the learned effect, or, where the selector trusts none, its
        fallback's score, of which only proportions count. `minutes` : expected of it.
    """

    features: Floats
    adds: Floats
    minutes: Floats
    at_stake: Floats


def stakes(one_step: IncrementalValue, planned: Planned) -> Stakes:
    """What the one-step model says of a morning's groups."""
    morning, minutes = planned.morning, planned.minutes
    adds = one_step.scores(planned) * minutes
    payable = np.maximum(morning.payable_minor, 1.0)
    features = np.column_stack([morning.x, adds / payable, adds / minutes, planned.reach])
    return Stakes(features, adds, minutes, payable)


@dataclass(frozen=True)
class Sequential:
    """A fitted strategy."""

    one_step: IncrementalValue
    values: MomentValues

    def scores(self, planned: Planned) -> Floats:
        """(n,) money per minute."""
        own = stakes(self.one_step, planned)
        return (own.adds + self.values.changes_later(own.features, own.at_stake)) / own.minutes


def strategy_of(bench: Bench, how: Iteration = HOW) -> Sequential:
    """The strategy of a bench, learned from the past that its world has lived through."""
    from training.simulation.simulate import CAPACITY, WARM_DAYS, settings_of_world

    made = bench.world.setting
    moments = replayed(
        made,
        settings_of_world(made.given),
        warm=WARM_DAYS,
        until=bench.world.day,
        most_a_day=MOST_A_DAY,
        holdout=bench.holdout,
    )
    minutes_of = bench.attempt_minutes, bench.talk_minutes
    return sequential(moments, bench.learned, minutes_of=minutes_of, capacity=CAPACITY, seed=made.seed, how=how)


def sequential(
    moments: Moments,
    learned: Learned,
    *,
    minutes_of: tuple[float, float],
    capacity: float,
    seed: int,
    how: Iteration = HOW,
) -> Sequential:
    """Learn the strategy from the moments of the past.

    Parameters
    ----------
    minutes_of : an attempt, and a talk. `capacity` : share of the work that a day's minutes reach; it sets the price.
    """
    one_step = IncrementalValue(learned, seed)
    days = [stakes(one_step, _planned(learned, morning, minutes_of)) for morning in moments.mornings if len(morning)]
    own = Stakes(*(np.concatenate([getattr(day, each.name) for day in days]) for each in fields(Stakes)))
    teaches = moments.teaches
    price = price_at(own.adds[teaches], own.minutes[teaches], moments.weight[teaches], capacity)
    return Sequential(one_step, fit_values(_episodes(moments, own), price=price, how=how))


def _planned(learned: Learned, morning: Morning, minutes_of: tuple[float, float]) -> Planned:
    business = morning.x[:, morning.names.index("is_business")] > 0
    hour = learned.hours.best(business, np.full(len(morning), 0.0), np.full(len(morning), 24.0))
    reach = learned.chance_reached(morning, hour)
    attempt, talk = minutes_of
    return Planned(morning, hour, reach, attempt + reach * talk)


def _episodes(moments: Moments, own: Stakes) -> Episodes:
    # An effect counts over what the old policy would have done, so leaving loses what calling now and then would bring.
    adds = np.column_stack([-moments.chance * own.adds, (1 - moments.chance) * own.adds])
    debtors = np.concatenate([morning.debtors for morning in moments.mornings])
    return Episodes(
        features=own.features,
        choices=Choices(moments.called, moments.kept_chance, np.zeros(len(debtors)), debtors),
        chance=moments.chance,
        adds=adds,
        minutes=own.minutes,
        following=moments.following,
        days=moments.days,
        weight=np.ones(len(debtors)),
        at_stake=own.at_stake,
    )
