"""What a simulation learns from its logged past, and from that alone: who pays, whom calls reach, what calls add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from arrears.synthetic.chance import Flags, Floats, Ints
from training.simulation.hours import HourTable, hour_table
from training.simulation.log import Log
from training.simulation.morning import Morning
from training.uplift.held_out import held_out
from training.uplift.lessons import EffectModel, Learner, Lessons
from training.uplift.selector import Selection, select_each
from training.uplift.single import SingleLearner
from training.uplift.trees import Mean, Size, fit_mean

BEFORE, AFTER = "before charge-off", "charged off"
"""The segments that choose their own ranking."""
SIZE = Size(rounds=150, leaves=15, rate=0.06, least_rows=60)
CURRENCY = "USD"


@dataclass(frozen=True, eq=False)
class Learned:
    """Fitted on a log.

    Attributes
    ----------
    pays : chance of any cash within the horizon. `reaches` : chance of a right-party contact per call, its hour known.
    hours : when calls reach most. `effects` : by learner, what a call adds to the share of the payable that is paid.
    selections : by segment, the ranking to work by and why.
    """

    pays: Mean
    reaches: Mean
    hours: HourTable
    effects: Mapping[str, EffectModel]
    selections: Mapping[str, Selection]

    def chance_paid(self, morning: Morning) -> Floats:
        """(n,) P(pays within the horizon)."""
        return np.clip(self.pays.predict(morning.x), 0.0, 1.0)

    def chance_reached(self, morning: Morning, hour: Ints) -> Floats:
        """(n,) P(right-party contact) of a call at these hours."""
        return np.clip(self.reaches.predict(_with_hour(morning.x, hour)), 0.0, 1.0)


def learn(log: Log, business: Flags, *, capacity: float, seed: int) -> Learned:
    """Fit everything.

    Parameters
    ----------
    business : (n,) of the log's rows. `capacity` : share of the groups that can be called in a day.
    """
    calls = log.only(log.called)
    learners = _learners()
    lessons = Lessons(log.x, log.called, log.probability, log.cash_minor / log.payable_minor)
    return Learned(
        pays=fit_mean(log.x, (log.cash_minor > 0).astype(np.float64), size=SIZE, yes_or_no=True),
        reaches=fit_mean(_with_hour(calls.x, calls.hour), calls.reached.astype(np.float64), size=SIZE, yes_or_no=True),
        hours=hour_table(calls.hour, business[log.called], calls.reached),
        effects={
            each.name: each.fit(lessons.features, lessons.treated, lessons.probability, lessons.outcome)
            for each in learners
        },
        selections=_selections(log, lessons, learners, capacity, seed),
    )


def _learners() -> tuple[Learner, ...]:
    return (SingleLearner(SIZE),)


def _selections(
    log: Log, lessons: Lessons, learners: tuple[Learner, ...], capacity: float, seed: int
) -> dict[str, Selection]:
    found = held_out(lessons, log.payable_minor, log.debtor, learners, seed=seed, size=SIZE)
    segment = np.where(log.charged_off, AFTER, BEFORE)
    return select_each(
        segment,
        found.orders,
        found.choices,
        found.predicted,
        found.balance,
        capacity=capacity,
        currency=CURRENCY,
        proof="adds",
    )


def _with_hour(x: Floats, hour: Ints) -> Floats:
    return np.column_stack([x, hour.astype(np.float64)])
