"""Strategies work copies of a world: every morning each orders who might be called, and calls while minutes last.

All go through the days together, so that the rules are asked once a morning for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from arrears.clock import is_business_day
from arrears.settings import ValueSettings
from arrears.synthetic.chance import Ints
from arrears.synthetic.talking import Talk
from arrears.synthetic.world import Actions, Happened, World
from training.simulation.gate import Asked, Gate, Judged
from training.simulation.learned import Learned
from training.simulation.morning import morning_of
from training.simulation.observed import Observed
from training.simulation.strategies import Planned, Strategy

_SPARE, _AT_LEAST = 3.0, 50
"""Groups that the gate is asked about at once, over those that the minutes are likely to reach."""
_DAY_ENDS = 24.0
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

    def refuse(self, told: Judged) -> None:
        """Add what the gate said to those it was asked about."""
        self.asked += len(told.allowed)
        self.held += int((~told.allowed).sum())
        for reason, count in told.held_by.items():
            self.held_by[reason] = self.held_by.get(reason, 0) + count


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


class Worked:
    """One strategy's copy of a world, what is seen of it, and what has come of it so far.

    Parameters
    ----------
    world, observed : are changed. `strategy` : None calls nobody.
    """

    def __init__(self, world: World, observed: Observed, strategy: Strategy | None) -> None:
        self.world, self.observed, self.strategy = world, observed, strategy
        self.tally = Tally()
        self.carried = 0.0
        self.begins = world.day


def work(copies: Sequence[Worked], floor: Floor, progress: Callable[[], None]) -> None:
    """Work copies of one world for some days; each one's tally tells what came of it.

    Parameters
    ----------
    progress : called after every day of every copy.
    """
    made = copies[0].world.setting
    calling = [one for one in copies if one.strategy is not None]
    for _ in range(floor.days):
        works = is_business_day(made.calendar.on(copies[0].world.day), made.given.country)
        calls = _calls(calling, floor) if works and calling else {}
        for one in copies:
            happened = one.world.step(one.world.day, calls.get(id(one), Actions.none()))
            one.observed.see(happened)
            spent = one.tally.count(happened, floor.value)
            if works:
                most = _MOST_CARRIED * floor.minutes_per_day
                one.carried = float(np.clip(one.carried + floor.minutes_per_day - spent, -most, most))
            progress()
    for one in copies:
        _count_promises(one, floor.kept_share)


def _calls(calling: Sequence[Worked], floor: Floor) -> dict[int, Actions]:
    """The calls of a morning: each one's highest scores that the gate allows, until its minutes are planned."""
    lists = [_List(one, floor) for one in calling]
    while waiting := [each for each in lists if each.wants_more]:
        asked = [each.next_asked() for each in waiting]
        for each, told in zip(waiting, floor.gate.judge(asked), strict=True):
            each.take(told)
    return {id(each.worked): each.actions() for each in lists}


class _List:
    """One strategy's calls of a morning, as they are chosen."""

    def __init__(self, worked: Worked, floor: Floor) -> None:
        self.worked, self.floor = worked, floor
        self.minutes = floor.minutes_per_day + worked.carried
        self.planned = planned_of(worked.world, worked.observed, floor)
        strategy = worked.strategy
        scores = strategy.scores(self.planned) if strategy is not None else np.full(len(self.planned.morning), -np.inf)
        order = np.argsort(-scores, kind="stable")
        self._left = order[scores[order] > -np.inf]
        self._asked = order[:0]
        self._rows: list[Ints] = [order[:0]]
        self._hours: list[Ints] = [order[:0]]

    @property
    def wants_more(self) -> bool:
        """Minutes are left, and somebody whom nobody asked about."""
        return self.minutes > 0 and len(self._left) > 0

    def next_asked(self) -> Asked:
        """Those whom the minutes are likely to reach, the highest scores first."""
        mean = float(self.planned.minutes[self._left].mean())
        wanted = int(_SPARE * self.minutes / mean) + _AT_LEAST
        self._asked, self._left = self._left[:wanted], self._left[wanted:]
        morning = self.planned.morning
        return Asked(self.worked.observed, morning.groups[self._asked], morning.accounts[self._asked])

    def take(self, told: Judged) -> None:
        """Call those who are allowed, at the best hour at which they are, until the minutes are planned."""
        self.worked.tally.refuse(told)
        made, planned = self.worked.world.setting, self.planned
        business = made.people.business[planned.morning.debtors[self._asked]]
        hour = np.where(told.allowed, self.floor.learned.hours.best(business, told.opens, told.closes), -1)
        allowed, hour = self._asked[hour >= 0], hour[hour >= 0]
        fits = np.cumsum(planned.minutes[allowed]) <= self.minutes
        self._rows.append(allowed[fits])
        self._hours.append(hour[fits])
        self.minutes = self.minutes - float(planned.minutes[allowed].sum()) if fits.all() else 0.0

    def actions(self) -> Actions:
        """The calls, in their order."""
        rows = np.concatenate(self._rows)
        return Actions.calls(self.planned.morning.groups[rows], np.concatenate(self._hours))


def planned_of(world: World, observed: Observed, floor: Floor) -> Planned:
    """A morning with what is common to all strategies."""
    morning = morning_of(observed, observed.past_due_groups())
    whole_day = np.zeros(len(morning)), np.full(len(morning), _DAY_ENDS)
    hour = floor.learned.hours.best(world.setting.people.business[morning.debtors], *whole_day)
    reach = floor.learned.chance_reached(morning, hour)
    return Planned(morning, hour, reach, floor.value.attempt_minutes + reach * floor.value.talk_minutes)


def _count_promises(one: Worked, kept_share: float) -> None:
    promised = one.observed.promised
    over = (promised.made_on >= one.begins) & (promised.grace_ends_on <= one.observed.day)
    one.tally.promises_over = int(over.sum())
    one.tally.promises_kept = int((over & (promised.kept_minor >= kept_share * promised.amount_minor)).sum())
