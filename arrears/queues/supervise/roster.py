"""Who is in the team on a day, what each may take, and their working minutes hour by hour, absences taken off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from arrears.clock import is_business_day
from arrears.desk_settings import DeskSettings
from arrears.lake import Lake
from arrears.policy.columns import Numbers
from arrears.policy.zonetime import Instants
from arrears.queues.allocation.shifts import Shifts, minutes_by_block, working_day
from arrears.queues.desk.team import Member
from arrears.settings import PortfolioSettings

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Collector:
    """One collector, as the team's table has them; `member` says what they may take."""

    member: Member
    minutes_per_day: float
    starts_on: date | None
    ends_on: date | None

    @property
    def collector_id(self) -> str:
        """Who it is."""
        return self.member.collector_id

    def is_employed(self, day: date) -> bool:
        """Whether the day lies between the first and the last in the team."""
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True)
class Roster:
    """Everybody the book names, and their shifts where it names them."""

    collectors: tuple[Collector, ...]
    shifts: Shifts | None

    def on(self, day: date) -> tuple[Collector, ...]:
        """Those who are in the team on a day."""
        return tuple(each for each in self.collectors if each.is_employed(day))

    def ids_on(self, day: date) -> tuple[str, ...]:
        """Their ids."""
        return tuple(each.collector_id for each in self.on(day))

    def named(self, collector_id: str) -> Collector | None:
        """The collector of that id."""
        return next((each for each in self.collectors if each.collector_id == collector_id), None)


@dataclass(frozen=True)
class Absence:
    """Somebody who is away for some days; `substitute` None: the team works the list."""

    absence_id: int
    collector: str
    from_on: date
    to_on: date
    substitute: str | None
    by: str
    at: datetime


def roster_of(lake: Lake) -> Roster:
    """The team as the lake knows it now; empty where it knows none."""
    return _roster(lake.fingerprint, lake)


def absences(connection: Connection, *, from_on: date, to_on: date) -> list[Absence]:
    """Absences that stand and touch some days, the first to begin first."""
    sql = text("""
        SELECT absence_id, collector, from_on, to_on, substitute, "by", at FROM absences
        WHERE ended_at IS NULL AND from_on <= :to_on AND to_on >= :from_on ORDER BY from_on, absence_id
    """)
    return [Absence(**row) for row in connection.execute(sql, {"from_on": from_on, "to_on": to_on}).mappings()]


def minutes(
    roster: Roster,
    day: date,
    starts: Instants,
    *,
    away: Sequence[str],
    portfolio: PortfolioSettings,
    desk: DeskSettings,
) -> Mapping[str, Numbers]:
    """Working minutes of each collector of a day in each hour block; who is away has none.

    Parameters
    ----------
    starts : when each block of an hour begins, in UTC.
    away : collectors who are absent that day.

    Notes
    -----
    Without a table of shifts the desk's usual day counts, on its working days outside public holidays.
    """
    team = roster.on(day)
    opens, closes = (time.fromisoformat(part) for part in desk.working_day.split("-"))
    found = minutes_by_block(
        [each.collector_id for each in team],
        np.array([each.minutes_per_day for each in team], dtype=float),
        starts,
        day=working_day(day, portfolio.zone, opens=opens, closes=closes),
        shifts=roster.shifts,
        absences=dict.fromkeys(away, 0.0),
    )
    if roster.shifts is None and not works_on(day, portfolio, desk):
        found = np.zeros_like(found)
    return {each.collector_id: row for each, row in zip(team, found, strict=True)}


def works_on(day: date, portfolio: PortfolioSettings, desk: DeskSettings) -> bool:
    """Whether the desk works on a day: one of its weekdays, and no public holiday of the country."""
    monday_to_friday = day.weekday() < 5  # noqa: PLR2004 - Saturday is 5
    on_holiday = monday_to_friday and not is_business_day(day, portfolio.country or None)
    return _WEEKDAYS[day.weekday()] in _weekdays(desk.working_days) and not on_holiday


@lru_cache(maxsize=8)
def _weekdays(told: str) -> frozenset[str]:
    """The days in words such as mon-fri or mon,wed,sat.

    Examples
    --------
    >>> sorted(_weekdays("sat-mon,wed"))
    ['mon', 'sat', 'sun', 'wed']
    """
    found: set[str] = set()
    for part in told.split(","):
        first, _, last = part.partition("-")
        start, end = _WEEKDAYS.index(first), _WEEKDAYS.index(last or first)
        found |= {_WEEKDAYS[at % 7] for at in range(start, end + 1 if end >= start else end + 8)}
    return frozenset(found)


@lru_cache(maxsize=4)
def _roster(fingerprint: str, lake: Lake) -> Roster:
    del fingerprint  # the key: a lake's contents
    if not lake.exists() or "collectors" not in lake.tables:
        return Roster((), None)
    con = lake.connect()
    try:
        rows = con.execute("""
            SELECT collector_id, name, team, languages, licences, clients, products, territories, skills,
                   minutes_per_day, starts_on, ends_on
            FROM collectors WHERE NOT deleted AND known_until IS NULL ORDER BY collector_id
        """).fetchall()
        shifts = None
        if "shifts" in lake.tables:
            shifts = con.execute("""
                SELECT collector_id, starts_at AT TIME ZONE 'UTC', ends_at AT TIME ZONE 'UTC'
                FROM shifts WHERE NOT deleted AND known_until IS NULL
            """).fetchall()
    finally:
        con.close()
    return Roster(tuple(_collector(row) for row in rows), None if shifts is None else _shifts(shifts))


def _collector(row: Sequence[Any]) -> Collector:
    collector_id, name, team, languages, licences, clients, products, territories, skills, *rest = row
    member = Member(
        collector_id=collector_id,
        name=name,
        team=team,
        languages=tuple(languages or ()),
        licences=tuple(licences or ()),
        clients=None if clients is None else tuple(clients),
        products=None if products is None else tuple(products),
        territories=None if territories is None else tuple(territories),
        skills=tuple(skills or ()),
        listed=True,
    )
    return Collector(member, *rest)


def _shifts(rows: Sequence[tuple[str, datetime, datetime]]) -> Shifts:
    return Shifts([row[0] for row in rows], _instants(row[1] for row in rows), _instants(row[2] for row in rows))


def _instants(moments: Iterable[datetime]) -> Instants:
    return np.array(list(moments), "M8[us]")
