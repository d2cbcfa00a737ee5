"""What lies in each lane now: ready, waiting for its hour, claimed, and how old the facts behind it are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class LaneTotal:
    """One lane in one currency.

    Attributes
    ----------
    ready, waiting, claimed : items that may be claimed now, whose hour comes later, that somebody holds.
    value_minor, balance_minor, minutes : of the ready ones.
    judged_at : how old the oldest open item's facts are; None where nothing is open.
    """

    lane: str
    currency: str
    ready: int
    waiting: int
    claimed: int
    value_minor: float
    balance_minor: int
    minutes: float
    judged_at: datetime | None


@dataclass(frozen=True)
class Pause:
    """A queue from which nobody claims for now; `client` None: of every one."""

    pause_id: int
    lane: str
    client: str | None
    because: str
    by: str
    at: datetime


def lanes(connection: Connection, now: datetime) -> list[LaneTotal]:
    """Every lane that has an open item, by lane and currency."""
    sql = text("""
        SELECT lane, currency,
               count(*) FILTER (WHERE state = 'ready' AND ready_at <= :now) AS ready,
               count(*) FILTER (WHERE state = 'ready' AND ready_at > :now) AS waiting,
               count(*) FILTER (WHERE state = 'claimed') AS claimed,
               coalesce(sum(value_minor) FILTER (WHERE state = 'ready' AND ready_at <= :now), 0) AS value_minor,
               coalesce(sum(balance_minor) FILTER (WHERE state = 'ready' AND ready_at <= :now), 0)::bigint
                   AS balance_minor,
               coalesce(sum(expected_minutes) FILTER (WHERE state = 'ready' AND ready_at <= :now), 0) AS minutes,
               min(judged_at) AS judged_at
        FROM work_items WHERE state IN ('ready', 'claimed') GROUP BY lane, currency ORDER BY lane, currency
    """)
    return [LaneTotal(**row) for row in connection.execute(sql, {"now": now}).mappings()]


def pauses(connection: Connection) -> list[Pause]:
    """The queues that are paused, the longest first."""
    sql = text("""
        SELECT pause_id, lane, client, because, "by", at FROM paused_queues WHERE ended_at IS NULL ORDER BY at, lane
    """)
    return [Pause(**row) for row in connection.execute(sql).mappings()]
