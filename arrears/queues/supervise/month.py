"""Money of a month so far against its goal: payments that a load brought, and those that came in since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, text

from arrears.clock import is_business_day
from arrears.lake import Lake
from arrears.money import to_minor
from arrears.queues.supervise.in_currency import OWED, currencies

Key = tuple[str, int]
"""A payment's id and its line."""

Paid = tuple[str, date, int]
"""Currency, day, minor units."""

COUNTED = ("voluntary", "garnishment", "insurer")
"""Where money comes from that counts as collected; a payment that does not say counts, too."""


@dataclass(frozen=True)
class MonthToDate:
    """One currency's month.

    Attributes
    ----------
    by_day : net money of each day of the month through today, the first day first.
    since_load : of it, what no load has brought yet.
    goal_minor : None where nobody set one.
    elapsed : share of the month's business days that have begun, today counted whole.
    """

    currency: str
    by_day: tuple[int, ...]
    since_load: int
    goal_minor: int | None
    elapsed: float

    @property
    def collected_minor(self) -> int:
        """Net money from the first of the month through today."""
        return sum(self.by_day)

    @property
    def share(self) -> float | None:
        """Of the goal; None without one."""
        return self.collected_minor / self.goal_minor if self.goal_minor else None


def month_to_date(
    connection: Connection, lake: Lake, today: date, *, goals: Mapping[str, float], country: str | None
) -> list[MonthToDate]:
    """Net payments of this month by currency, each with its goal where there is one; currencies by name.

    What was returned, and what is only pending, does not count; a reversal takes away what it reverses. A payment told
    anew since the load counts as it was told last.

    Parameters
    ----------
    goals : by currency, in major units, as `desk.month_goal` has them.
    country : whose public holidays are no business days; None: weekends alone.
    """
    first = today.replace(day=1)
    fresh = _fresh(connection)
    by_key = {} if not lake.exists() else dict(_loaded(lake.fingerprint, lake, first, today))
    unknown = {_whose(row) for key, row in fresh.items() if key not in by_key}
    told = currencies(lake, unknown)
    found: dict[str, dict[date, int]] = {currency: {} for currency in goals}
    since: dict[str, int] = {}
    for key, (currency, day, amount) in by_key.items():
        if key not in fresh:
            own = found.setdefault(currency, {})
            own[day] = own.get(day, 0) + amount
    for key, row in fresh.items():
        if not _counts(row):
            continue  # what was taken back may have no day and no amount
        known = by_key[key][0] if key in by_key else told.get(_whose(row))
        day = date.fromisoformat(row["paid_on"])
        if known is None or not first <= day <= today:
            continue
        amount = to_minor(Decimal(row["amount"]), known)
        own = found.setdefault(known, {})
        own[day] = own.get(day, 0) + amount
        since[known] = since.get(known, 0) + amount
    days = [first + timedelta(days=at) for at in range((today - first).days + 1)]
    return [
        MonthToDate(
            currency=currency,
            by_day=tuple(own.get(day, 0) for day in days),
            since_load=since.get(currency, 0),
            goal_minor=to_minor(Decimal(str(goals[currency])), currency) if currency in goals else None,
            elapsed=elapsed(today, country),
        )
        for currency, own in sorted(found.items())
    ]


def elapsed(today: date, country: str | None) -> float:
    """The share of a month's business days that have begun, today's whole.

    Examples
    --------
    >>> elapsed(date(2026, 6, 5), None)  # five of twenty-two
    0.22727272727272727
    """
    first = today.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    days = [first + timedelta(days=at) for at in range((following - first).days)]
    business = [day for day in days if is_business_day(day, country)]
    return sum(day <= today for day in business) / len(business)


def _fresh(connection: Connection) -> dict[Key, dict[str, Any]]:
    """Payments that no load has brought, each as it was told last."""
    sql = text("""
        SELECT DISTINCT ON (row_key) row FROM source_events
        WHERE source_table = 'payments' AND drained_at IS NULL ORDER BY row_key, recorded_at DESC, event_id DESC
    """)
    blank = dict.fromkeys(("account_id", "debtor_id", "status", "source"))
    rows = [{**blank, **row.row} for row in connection.execute(sql)]
    return {_key(row): row for row in rows}


def _key(row: Mapping[str, Any]) -> Key:
    return str(row["payment_id"]), int(row.get("line") or 1)


def _whose(row: Mapping[str, Any]) -> str:
    return str(row["account_id"] or row["debtor_id"])


def _counts(row: Mapping[str, Any]) -> bool:
    return row["status"] in (None, "posted") and row["source"] in (None, *COUNTED) and not row.get("deleted")


@lru_cache(maxsize=4)
def _loaded(fingerprint: str, lake: Lake, first: date, today: date) -> tuple[tuple[Key, Paid], ...]:
    """Payments of the month as the lake has them: key, then currency, day and minor units."""
    del fingerprint  # the key: a lake's contents
    if "payments" not in lake.tables:
        return ()
    sql = f"""{OWED}
        SELECT p.payment_id, p.line, coalesce(o.currency, one.currency), p.paid_on, p.amount_minor
        FROM payments p LEFT JOIN owed o USING (account_id) LEFT JOIN one ON one.debtor_id = p.debtor_id
        WHERE NOT p.deleted AND p.known_until IS NULL AND p.paid_on BETWEEN ? AND ?
          AND coalesce(p.status, 'posted') = 'posted' AND coalesce(p.source, 'voluntary') IN (?, ?, ?)
          AND coalesce(o.currency, one.currency) IS NOT NULL
    """  # noqa: S608 - our own words
    con = lake.connect()
    try:
        rows = con.execute(
            sql,
            [first, today, *COUNTED],
        ).fetchall()
    finally:
        con.close()
    return tuple(((key, line), (currency, day, amount)) for key, line, currency, day, amount in rows)
