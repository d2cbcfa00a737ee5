"""What each collector did on a day, and the tries behind their right-party rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection, text

from arrears.clock import start_of_day
from arrears.money import to_minor
from arrears.queues.supervise.right_party import Stratum, Tries
from arrears.queues.supervise.untouched import day_bounds

RATE_DAYS = 28
"""Days of outcomes behind a right-party rate: four of each weekday."""


@dataclass(frozen=True)
class Worked:
    """One collector's day.

    Attributes
    ----------
    served : items claimed.
    outcomes, right_party, promises : recorded, those with the right party, those with a promise or a plan.
    promised_minor : money promised, by currency.
    minutes : with an item on the desk.
    skips, released : passed over with a reason, given back.
    first_at, last_at : of the day's steps; None where there was none.
    """

    collector: str
    served: int = 0
    outcomes: int = 0
    right_party: int = 0
    promises: int = 0
    promised_minor: Mapping[str, int] = field(default_factory=dict)
    minutes: float = 0.0
    skips: int = 0
    released: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True)
class OnList:
    """What stands on one collector's list, or the team's (`collector` None), in one currency."""

    collector: str | None
    currency: str
    ready: int
    waiting: int
    value_minor: float
    minutes: float


def worked(connection: Connection, day: date, *, zone: str, now: datetime) -> dict[str, Worked]:
    """Everybody who took a step on a day, by collector; what is still in hand counts up to now."""
    bounds = {**day_bounds(day, zone), "now": now}
    steps = text("""
        SELECT "by" AS collector, count(*) FILTER (WHERE did = 'claimed') AS served,
               count(*) FILTER (WHERE did = 'skipped') AS skips, count(*) FILTER (WHERE did = 'released') AS released,
               min(at) AS first_at, max(at) AS last_at
        FROM work_item_events WHERE at >= :start AND at < :end AND did IN
            ('claimed', 'extended', 'released', 'skipped', 'snoozed', 'worked', 'reworked')
        GROUP BY "by"
    """)
    results = text("""
        SELECT collector, count(*) AS outcomes, count(*) FILTER (WHERE is_right_party) AS right_party,
               count(*) FILTER (WHERE disposition IN ('promise', 'plan_made')) AS promises
        FROM outcomes WHERE recorded_at >= :start AND recorded_at < :end GROUP BY collector
    """)
    leases = text("""
        SELECT collector, sum(greatest(EXTRACT(EPOCH FROM ended - taken_at), 0) / 60)::float AS minutes FROM (
            SELECT DISTINCT collector, work_item_id, taken_at, least(ended_at, expires_at, :now) AS ended
            FROM leases WHERE taken_at >= :start AND taken_at < :end) AS held
        GROUP BY collector
    """)
    found: dict[str, dict[str, object]] = {}
    for sql in (steps, results, leases):
        for row in connection.execute(sql, bounds).mappings():
            found.setdefault(row["collector"], {}).update(row)
    promised = _promised(connection, bounds)
    known = {name for name, row in found.items() if row.get("served") or row.get("outcomes") or row.get("skips")}
    return {
        name: Worked(**found[name], promised_minor=promised.get(name, {}))  # type: ignore[arg-type]  # a row is untyped
        for name in sorted(known)
    }


def on_lists(connection: Connection, now: datetime) -> list[OnList]:
    """What waits on every collector's list and in the team's pool."""
    sql = text("""
        SELECT assigned_to AS collector, currency, count(*) FILTER (WHERE ready_at <= :now) AS ready,
               count(*) FILTER (WHERE ready_at > :now) AS waiting, sum(value_minor) AS value_minor,
               sum(expected_minutes) AS minutes
        FROM work_items WHERE state = 'ready' GROUP BY assigned_to, currency ORDER BY assigned_to NULLS LAST, currency
    """)
    return [OnList(**row) for row in connection.execute(sql, {"now": now}).mappings()]


def tries(connection: Connection, day: date, *, zone: str, days: int = RATE_DAYS) -> list[Tries]:
    """Calls and visits of the last days up to the end of one, by collector, lane, bucket and hour of the desk's clock.

    Who calls in was not reached by anybody's effort: lane inbound is left out.
    """
    sql = text("""
        SELECT o.collector, o.lane, i.bucket, EXTRACT(HOUR FROM o.at AT TIME ZONE :zone)::int AS hour,
               count(*) AS tries, count(*) FILTER (WHERE o.is_right_party) AS reached
        FROM outcomes o JOIN work_items i USING (work_item_id)
        WHERE o.recorded_at >= :start AND o.recorded_at < :end AND o.lane <> 'inbound'
          AND coalesce(o.detail ->> 'channel', 'call') IN ('call', 'visit')
          AND coalesce(o.detail ->> 'direction', 'out') = 'out'
        GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    """)
    bounds = {**day_bounds(day, zone), "start": start_of_day(day - timedelta(days=days - 1), zone), "zone": zone}
    rows = connection.execute(sql, bounds)
    return [Tries(row.collector, Stratum(row.lane, row.bucket, row.hour), row.tries, row.reached) for row in rows]


def _promised(connection: Connection, bounds: Mapping[str, datetime]) -> dict[str, dict[str, int]]:
    """Money promised in a span, by collector and currency: the promises that the desk recorded, latest row of each."""
    sql = text("""
        SELECT e.posted_by AS collector, a.currency, e.row ->> 'amount' AS amount
        FROM (SELECT DISTINCT ON (row_key) * FROM source_events
              WHERE source_table = 'promises' AND origin = 'desk' AND recorded_at >= :start AND recorded_at < :end
              ORDER BY row_key, event_id DESC) AS e
        CROSS JOIN LATERAL (
            SELECT currency FROM night_accounts
            WHERE (e.account_id IS NOT NULL AND account_id = e.account_id)
               OR (e.account_id IS NULL AND debtor_id = e.debtor_id)
            ORDER BY night_id DESC LIMIT 1) AS a
        WHERE e.row ->> 'cancelled_on' IS NULL
    """)
    found: dict[str, dict[str, int]] = {}
    for row in connection.execute(sql, bounds):
        own = found.setdefault(row.collector, {})
        own[row.currency] = own.get(row.currency, 0) + to_minor(Decimal(row.amount), row.currency)
    return found


def team_total(rows: Sequence[Worked]) -> Worked:
    """The day of everybody together.

    Examples
    --------
    >>> both = team_total([Worked("A", served=2, promised_minor={"USD": 5}), Worked("B", promised_minor={"USD": 7})])
    >>> both.served, both.promised_minor
    (2, {'USD': 12})
    """
    promised: dict[str, int] = {}
    for row in rows:
        for currency, amount in row.promised_minor.items():
            promised[currency] = promised.get(currency, 0) + amount
    return Worked(
        collector="",
        served=sum(row.served for row in rows),
        outcomes=sum(row.outcomes for row in rows),
        right_party=sum(row.right_party for row in rows),
        promises=sum(row.promises for row in rows),
        promised_minor=promised,
        minutes=sum(row.minutes for row in rows),
        skips=sum(row.skips for row in rows),
        released=sum(row.released for row in rows),
    )
