"""Promises that fall due and promises that were broken, with their money: what to watch before it becomes late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from sqlalchemy import Connection, text

from arrears.lake import Lake
from arrears.money import to_minor
from arrears.queues.supervise.in_currency import OWED

Due = tuple[str, date, str, int]
"""A promise: its id, the day it falls due, its currency, its amount in minor units."""


@dataclass(frozen=True)
class DueOn:
    """Promises that fall due on a day, in one currency."""

    day: date
    currency: str
    promises: int
    amount_minor: int


@dataclass(frozen=True)
class Broken:
    """Broken promises whose follow-up is open, in one currency; those of `later` wait for their day."""

    currency: str
    items: int
    later: int
    balance_minor: int


def falling_due(connection: Connection, lake: Lake, today: date, *, days: int = 2) -> list[DueOn]:
    """Promises due today and on the next days, by day and currency; cancelled ones are left out.

    Whether the money has come already is not asked here: until its grace is over a promise waits.
    """
    last = today + timedelta(days=days - 1)
    told = {due[0]: due for due in _loaded(lake.fingerprint, lake, today, last)} if lake.exists() else {}
    for key, fresh in _fresh(connection).items():
        told.pop(key, None)
        if fresh is not None and today <= fresh[1] <= last:
            told[key] = fresh
    return _summed(told.values())


def broken(connection: Connection, now: datetime) -> list[Broken]:
    """What lies open in the lane of broken promises, by currency."""
    sql = text("""
        SELECT currency, count(*) AS items, count(*) FILTER (WHERE ready_at > :now) AS later,
               coalesce(sum(balance_minor), 0)::bigint AS balance_minor
        FROM work_items WHERE lane = 'promise' AND state IN ('ready', 'claimed') GROUP BY currency ORDER BY currency
    """)
    return [Broken(**row) for row in connection.execute(sql, {"now": now}).mappings()]


def _summed(rows: Iterable[Due]) -> list[DueOn]:
    found: dict[tuple[date, str], list[int]] = {}
    for _, day, currency, amount in rows:
        total = found.setdefault((day, currency), [0, 0])
        total[0] += 1
        total[1] += amount
    return [DueOn(day, currency, *total) for (day, currency), total in sorted(found.items())]


def _fresh(connection: Connection) -> dict[str, Due | None]:
    """Promises that no load has brought, as they were told last; None: called off."""
    sql = text("""
        SELECT DISTINCT ON (e.row_key) e.row, a.currency FROM source_events e
        LEFT JOIN LATERAL (
            SELECT currency FROM night_accounts
            WHERE (e.account_id IS NOT NULL AND account_id = e.account_id)
               OR (e.account_id IS NULL AND debtor_id = e.debtor_id)
            ORDER BY night_id DESC LIMIT 1) AS a ON true
        WHERE e.source_table = 'promises' AND e.drained_at IS NULL
        ORDER BY e.row_key, e.recorded_at DESC, e.event_id DESC
    """)
    found: dict[str, Due | None] = {}
    for row, currency in connection.execute(sql):
        key = str(row["promise_id"])
        stands = currency is not None and not row.get("cancelled_on") and not row.get("deleted")
        found[key] = (
            (key, date.fromisoformat(row["due_on"]), currency, to_minor(Decimal(row["amount"]), currency))
            if stands
            else None
        )
    return found


@lru_cache(maxsize=4)
def _loaded(fingerprint: str, lake: Lake, first: date, last: date) -> tuple[Due, ...]:
    """Promises due in a span as the lake has them; `first` is also the day on which none may be cancelled."""
    del fingerprint  # the key: a lake's contents
    if "promises" not in lake.tables:
        return ()
    sql = f"""{OWED}
        SELECT p.promise_id, p.due_on, coalesce(o.currency, one.currency), p.amount_minor
        FROM promises p LEFT JOIN owed o USING (account_id) LEFT JOIN one ON one.debtor_id = p.debtor_id
        WHERE NOT p.deleted AND p.known_until IS NULL AND p.due_on BETWEEN ? AND ?
          AND (p.cancelled_on IS NULL OR p.cancelled_on > ?) AND coalesce(o.currency, one.currency) IS NOT NULL
    """  # noqa: S608 - our own words
    con = lake.connect()
    try:
        rows = con.execute(
            sql,
            [first, last, first],
        ).fetchall()
    finally:
        con.close()
    return tuple((key, day, currency, amount) for key, day, currency, amount in rows)
