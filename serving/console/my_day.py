"""A collector's own day: what was worked, who was spoken with, what was promised, which callbacks are still due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from arrears.clock import day_of, start_of_day
from arrears.queues.desk.giving_back import skips_since
from arrears.settings import Settings


@dataclass(frozen=True)
class Callback:
    """One callback agreed on: whom, when."""

    work_item_id: int
    debtor_id: str
    at: datetime


@dataclass(frozen=True)
class Stored:
    """One outcome that was stored, and what comes of it.

    Attributes
    ----------
    lane, ready_at : of the item that follows; None where none does.
    """

    debtor_id: str
    disposition: str
    at: datetime
    after_lease: bool
    lane: str | None
    ready_at: datetime | None


@dataclass(frozen=True)
class MyDay:
    """The figures of one collector's day; `skips_left` of those that cost something."""

    worked: int
    right_party: int
    promises: int
    callbacks: tuple[Callback, ...]
    skips_left: int


@dataclass(frozen=True)
class Ready:
    """What waits for a collector.

    Attributes
    ----------
    own : items on the own list that may be claimed now.
    team : some of the team's may be, too.
    next_at : when the next item becomes ready; None where none will.
    paused : lanes that a manager holds back, each with the reason.
    """

    own: int
    team: bool
    next_at: datetime | None
    paused: tuple[tuple[str, str], ...]


_WORKED = """
    SELECT count(*) AS worked, count(*) FILTER (WHERE is_right_party) AS right_party,
        count(*) FILTER (WHERE disposition IN ('promise', 'plan_made')) AS promises
    FROM outcomes WHERE collector = :collector AND recorded_at >= :since
"""

_CALLBACKS = """
    SELECT work_item_id, debtor_id, ready_at AS at FROM work_items
    WHERE state = 'ready' AND lane = 'callback' AND ready_at < :until AND assigned_to = :collector
    ORDER BY ready_at LIMIT 12
"""

_READY = """
    SELECT count(*) FILTER (WHERE ready_at <= :now) AS own, min(ready_at) FILTER (WHERE ready_at > :now) AS next_at,
        EXISTS (
            SELECT FROM work_items WHERE state = 'ready' AND assigned_to IS NULL AND ready_at <= :now
        ) AS team
    FROM work_items WHERE state = 'ready' AND assigned_to = :collector
"""

_NEXT_OF_TEAM = "SELECT min(ready_at) FROM work_items WHERE state = 'ready' AND assigned_to IS NULL AND ready_at > :now"

_PAUSED = "SELECT lane, because FROM paused_queues WHERE ended_at IS NULL ORDER BY lane, pause_id"

_STORED = """
    SELECT item.debtor_id, outcome.disposition, outcome.at, outcome.after_lease, next.lane, next.ready_at
    FROM outcomes AS outcome JOIN work_items AS item USING (work_item_id)
    LEFT JOIN work_items AS next ON next.follows = item.work_item_id
    WHERE outcome.contact_id = :contact AND outcome.collector = :collector
"""


def my_day(connection: Connection, collector: str, settings: Settings, *, now: datetime) -> MyDay:
    """A collector's day so far, by the portfolio's day."""
    since = start_of_day(day_of(now, settings.portfolio.zone), settings.portfolio.zone)
    asked = {"collector": collector, "since": since, "until": since + timedelta(days=1)}
    worked = connection.execute(text(_WORKED), asked).one()
    rows = connection.execute(text(_CALLBACKS), asked)
    spent = skips_since(connection, collector, since=since, at=now)
    return MyDay(
        worked=worked.worked,
        right_party=worked.right_party,
        promises=worked.promises,
        callbacks=tuple(Callback(row.work_item_id, row.debtor_id, row.at) for row in rows),
        skips_left=max(settings.desk.skip_budget - spent, 0),
    )


def ready_for(connection: Connection, collector: str, *, now: datetime) -> Ready:
    """What waits for a collector."""
    row = connection.execute(text(_READY), {"collector": collector, "now": now}).one()
    later = [row.next_at, None if row.own else connection.execute(text(_NEXT_OF_TEAM), {"now": now}).scalar()]
    known = [at for at in later if at is not None]
    paused = tuple((lane, because) for lane, because in connection.execute(text(_PAUSED)))
    return Ready(row.own, row.team, min(known) if known else None, paused)


def stored(connection: Connection, collector: str, contact_id: str) -> Stored | None:
    """What became of an outcome that this collector stored; None where there is none."""
    row = connection.execute(text(_STORED), {"contact": contact_id, "collector": collector}).first()
    return None if row is None else Stored(*row)
