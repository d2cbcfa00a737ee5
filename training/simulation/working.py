"""A strategy works a world: every morning it orders who might be called, and collectors call while minutes last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from arrears.clock import is_business_day
from arrears.settings import ValueSettings
from arrears.synthetic.chance import Ints
from arrears.synthetic.talking import Talk
from arrears.synthetic.world import Actions, Happened, World
from training.simulation.gate import Gate
from training.simulation.learned import Learned
from training.simulation.morning import morning_of
from training.simulation.observed import Observed
from training.simulation.strategies import Planned, Strategy

_SPARE = 1.5
"""Groups that the gate is asked about at once, over those that the minutes are likely to reach."""
_MOST_CARRIED = 0.25
"""Share of a day's minutes that may be left over or overspent and be made up for on the next day."""


@dataclass
class Tally:
    """What a strategy did and what came in, over all days.

    Attributes
    ----------
    cash_minor : payments of everybody that stood, called or not.
    minutes : of collectors, as they came to be spent. `calls`, `talks` : attempts, and right parties reached.
    promises, disputes, ceases : talks that ended so; a cease is a wish not to be called any more.
    promises_kept, promises_over : promises made in these days whose grace is over, and those of them that were kept.
    asked, held : groups that the gate was asked about, and those it held.
    """

    cash_minor: float = 0.0
    minutes: float = 0.0
    calls: int = 0
    talks: int = 0
    promises: int = 0
    disputes: int = 0
    ceases: int = 0
    promises_kept: int = 0
    promises_over: int = 0
    asked: int = 0
    held: int = 0
    held_by: dict[str, int] = field(default_factory=dict)

    def count(self, happened: Happened, value: ValueSettings) -> float:
        """Add a day; returns its minutes."""
        paid, contacts = happened.payments, happened.contacts
        self.cash_minor += float(paid.amount_minor[~paid.returned].sum())
        calls, talks = len(contacts.account), int(contacts.arrived.sum())
        minutes = calls * value.attempt_minutes + talks * value.talk_minutes
        self.calls, self.talks, self.minutes = self.calls + calls, self.talks + talks, self.minutes + minutes
        self.promises += len(happened.promises.account)
        self.disputes += int((contacts.ending == Talk.DISPUTE).sum())
        self.ceases += int((contacts.ending == Talk.CEASE).sum())
        return minutes


@dataclass(frozen=True)
class Floor:
    """The same for every strategy of a world.

    Attributes
    ----------
    minutes_per_day : of all collectors together.
    """

    gate: Gate
    learned: Learned
    value: ValueSettings
    minutes_per_day: float
    days: int
    kept_share: float


def work(
    world: World, observed: Observed, strategy: Strategy | None, floor: Floor, progress: Callable[[], None]
) -> Tally:
    """Work a world for some days; world and observed are changed.

    Parameters
    ----------
    strategy : None calls nobody.
    """
    day = _Day(world, observed, floor)
    tally, begins, carried = Tally(), world.day, 0.0
    for _ in range(floor.days):
        actions = Actions.none()
        date = world.setting.calendar.on(world.day)
        works = strategy is not None and is_business_day(date, world.setting.given.country)
        if strategy is not None and works:
            actions = day.calls(strategy, floor.minutes_per_day + carried, tally)
        happened = world.step(world.day, actions)
        observed.see(happened)
        spent = tally.count(happened, floor.value)
        if works:
            most = _MOST_CARRIED * floor.minutes_per_day
            carried = float(np.clip(carried + floor.minutes_per_day - spent, -most, most))
        progress()
    _count_promises(tally, observed, begins, floor.kept_share)
    return tally


class _Day:
    def __init__(self, world: World, observed: Observed, floor: Floor) -> None:
        self.world, self.observed, self.floor = world, observed, floor

    def calls(self, strategy: Strategy, minutes: float, tally: Tally) -> Actions:
        """The calls of a morning: the highest scores that the gate allows, until the minutes are planned."""
        planned = self._planned()
        scores = strategy.scores(planned)
        order = np.argsort(-scores, kind="stable")
        order = order[scores[order] > -np.inf]
        chosen: list[Ints] = []
        hours: list[Ints] = []
        start = 0
        while start < len(order) and minutes > 0:
            mean = float(planned.minutes[order[start:]].mean())
            asked = order[start : start + int(_SPARE * minutes / mean) + 50]
            start += len(asked)
            allowed, hour = self._allowed(planned, asked, tally)
            fits = np.cumsum(planned.minutes[allowed]) <= minutes
            chosen.append(allowed[fits])
            hours.append(hour[fits])
            minutes = minutes - float(planned.minutes[allowed[fits]].sum()) if fits.all() else 0.0
        rows = np.concatenate([np.zeros(0, np.int64), *chosen])
        return Actions.calls(planned.morning.groups[rows], np.concatenate([np.zeros(0, np.int64), *hours]))

    def _planned(self) -> Planned:
        floor = self.floor
        morning = morning_of(self.observed, self.observed.past_due_groups())
        everywhere = np.full(len(morning), 0.0), np.full(len(morning), 24.0)
        hour = floor.learned.hours.best(self.world.setting.people.business[morning.debtors], *everywhere)
        reach = floor.learned.chance_reached(morning, hour)
        return Planned(morning, hour, reach, floor.value.attempt_minutes + reach * floor.value.talk_minutes)

    def _allowed(self, planned: Planned, rows: Ints, tally: Tally) -> tuple[Ints, Ints]:
        """Those of the rows that may be called, and the best hour at which they may."""
        morning = planned.morning
        rising = np.sort(rows)
        told = self.floor.gate.judge(self.observed, morning.groups[rising], morning.accounts[rising])
        tally.asked += len(rows)
        tally.held += int((~told.allowed).sum())
        for reason, count in told.held_by.items():
            tally.held_by[reason] = tally.held_by.get(reason, 0) + count
        business = self.world.setting.people.business[morning.debtors[rising]]
        best = np.where(told.allowed, self.floor.learned.hours.best(business, told.opens, told.closes), -1)
        hour = np.full(len(morning), -1)
        hour[rising] = best
        open_ = rows[hour[rows] >= 0]
        return open_, hour[open_]


def _count_promises(tally: Tally, observed: Observed, begins: int, kept_share: float) -> None:
    promised = observed.promised
    over = (promised.made_on >= begins) & (promised.grace_ends_on <= observed.day)
    tally.promises_over = int(over.sum())
    tally.promises_kept = int((over & (promised.kept_minor >= kept_share * promised.amount_minor)).sum())
