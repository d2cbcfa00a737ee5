"""The team's day so far: who is there, what lies on each list, what each did, and rates that can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from sqlalchemy import Connection

from arrears.policy.columns import Numbers
from arrears.queues.supervise import progress
from arrears.queues.supervise.capacity import blocks_of
from arrears.queues.supervise.progress import OnList, Worked
from arrears.queues.supervise.right_party import Adjusted, Tries, adjusted
from arrears.queues.supervise.roster import Absence, Collector, Roster, absences, minutes, roster_of
from serving.deployment import Deployment

SHOWN_AHEAD = timedelta(days=60)
"""How far ahead absences are told."""


@dataclass(frozen=True)
class OneDay:
    """One collector's day; `collector` None: somebody who worked and is not in the team's table."""

    collector_id: str
    collector: Collector | None
    by_hour: Numbers
    lists: tuple[OnList, ...]
    done: Worked
    rate: Adjusted | None
    away: Absence | None

    @property
    def name(self) -> str:
        """What the team calls them."""
        return self.collector.member.name if self.collector else self.collector_id

    @property
    def minutes(self) -> float:
        """Working minutes of the whole day."""
        return float(self.by_hour.sum())

    @property
    def ready(self) -> int:
        """Items of the list that may be claimed now."""
        return sum(each.ready for each in self.lists)

    @property
    def waiting(self) -> int:
        """Items of the list whose hour comes later."""
        return sum(each.waiting for each in self.lists)

    @property
    def list_minutes(self) -> float:
        """What the list is expected to take."""
        return sum(each.minutes for each in self.lists)


@dataclass(frozen=True)
class TeamDay:
    """Everybody's day, what lies in the team's pool, and who is or will be away; `hours` of this day: 23, 24 or 25."""

    day: date
    people: tuple[OneDay, ...]
    pool: tuple[OnList, ...]
    absences: tuple[Absence, ...]
    team_rate: float | None
    hours: int

    @property
    def total(self) -> Worked:
        """What all did together."""
        return progress.team_total([one.done for one in self.people])

    @property
    def by_hour(self) -> Numbers:
        """Working minutes of all, hour by hour."""
        return np.asarray(sum((one.by_hour for one in self.people), start=np.zeros(self.hours)))


def team_day(deployment: Deployment, connection: Connection) -> TeamDay:
    """The team's day at this moment."""
    day, now, settings = deployment.day, deployment.clock.now(), deployment.settings
    zone, roster = settings.portfolio.zone, roster_of(deployment.lake)
    ahead = absences(connection, from_on=day, to_on=day + SHOWN_AHEAD)
    away = {absence.collector: absence for absence in ahead if absence.from_on <= day}
    hours = blocks_of(day, zone)
    by_hour = minutes(roster, day, hours, away=list(away), portfolio=settings.portfolio, desk=settings.desk)
    done = progress.worked(connection, day, zone=zone, now=now)
    lists: dict[str | None, list[OnList]] = {}
    for each in progress.on_lists(connection, now):
        lists.setdefault(each.collector, []).append(each)
    told = tuple(progress.tries(connection, day, zone=zone))
    rates = _rates(told)
    names = _names(roster, day, done, lists, away)
    nothing = np.zeros(len(hours))
    people = tuple(
        OneDay(
            collector_id=name,
            collector=roster.named(name),
            by_hour=by_hour.get(name, nothing),
            lists=tuple(lists.get(name, ())),
            done=done.get(name, Worked(name)),
            rate=rates.get(name),
            away=away.get(name),
        )
        for name in names
    )
    tries, reached = sum(row.tries for row in told), sum(row.reached for row in told)
    rate = reached / tries if tries else None
    return TeamDay(day, people, tuple(lists.get(None, ())), tuple(ahead), rate, len(hours))


@lru_cache(maxsize=4)
def _rates(told: tuple[Tries, ...]) -> Mapping[str, Adjusted]:
    return {rate.collector: rate for rate in adjusted(told)}


def _names(
    roster: Roster,
    day: date,
    done: Mapping[str, Worked],
    lists: Mapping[str | None, list[OnList]],
    away: Mapping[str, Absence],
) -> list[str]:
    """Everybody in the team that day, then whoever else has a list or did something."""
    team = [one.collector_id for one in roster.on(day)]
    others = {*done, *(name for name in lists if name is not None), *away} - set(team)
    return [*team, *sorted(others)]
