"""What nobody has spoken for: money that rolls soon and was not touched, accounts by the days since their last contact.

A touch is any try to reach the debtor, or their coming to us. The ledger of contacts holds five weeks, so who is not in
it was not touched for five weeks, or ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, text

from arrears.clock import start_of_day

BANDS = (0, 3, 7, 14, 35)
"""Upper edges, in days since the last contact, of the bands of `by_days_since`; beyond the last is its own band."""


@dataclass(frozen=True)
class Rolling:
    """Open items whose account enters the next bucket by a day and whom nobody touched, in one currency."""

    currency: str
    items: int
    stop_roll_minor: int
    balance_minor: int


@dataclass(frozen=True)
class Silence:
    """Accounts of one bucket by how long ago their debtor was last touched.

    `accounts` follow the bands: today, up to 3, 7, 14, 35 days ago, longer or never.
    """

    bucket: str
    accounts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All of the bucket."""
        return sum(self.accounts)


@dataclass(frozen=True)
class Penetration:
    """How much of a day's list was worked.

    Attributes
    ----------
    eligible : debtors who had an item of that day's list.
    worked : of these, those with an outcome today.
    tries : outcomes today: more than `worked` where somebody was tried twice.
    """

    eligible: int
    worked: int
    tries: int

    @property
    def share(self) -> float:
        """Worked of eligible."""
        return self.worked / self.eligible if self.eligible else 0.0

    @property
    def intensity(self) -> float:
        """Tries a worked debtor."""
        return self.tries / self.worked if self.worked else 0.0


def rolling(connection: Connection, *, today: date, by: date, zone: str) -> list[Rolling]:
    """Open items that roll from today through a day and were not touched in this delinquency, by currency.

    A delinquency begins the lead account's days past due before the day its night stood on.
    """
    sql = text("""
        SELECT i.currency, count(*) AS items, coalesce(sum(i.stop_roll_minor), 0)::bigint AS stop_roll_minor,
               coalesce(sum(i.balance_minor), 0)::bigint AS balance_minor
        FROM work_items i
        WHERE i.state IN ('ready', 'claimed') AND i.rolls_on BETWEEN :today AND :by
          AND NOT EXISTS (
              SELECT FROM contact_ledger c WHERE (c.debtor_id = i.debtor_id OR c.account_id = ANY (i.accounts))
                AND (c.at AT TIME ZONE :zone)::date >= i.as_of - coalesce(i.days_past_due, 0))
        GROUP BY i.currency ORDER BY i.currency
    """)
    rows = connection.execute(sql, {"today": today, "by": by, "zone": zone}).mappings()
    return [Rolling(**row) for row in rows]


def by_days_since(connection: Connection, night_id: int, *, today: date, zone: str) -> list[Silence]:
    """A night's past-due accounts, held ones too, by bucket and days since the last contact, the worst bucket last."""
    sql = text("""
        WITH spoken AS (
            SELECT debtor_id, max(at) AS at FROM contact_ledger WHERE debtor_id IS NOT NULL GROUP BY debtor_id
        ), told AS (
            SELECT account_id, max(at) AS at FROM contact_ledger
            WHERE account_id IS NOT NULL AND debtor_id IS NULL GROUP BY account_id
        )
        SELECT a.bucket, width_bucket(:today - (greatest(s.at, t.at) AT TIME ZONE :zone)::date, :edges) AS band,
               count(*) AS accounts
        FROM night_accounts a LEFT JOIN spoken s USING (debtor_id) LEFT JOIN told t USING (account_id)
        WHERE a.night_id = :night GROUP BY 1, 2
        ORDER BY array_position(ARRAY['CURRENT', '1-29', '30-59', '60-89', '90-119', '120-149', '150-179', '180+',
                                      'CHARGED_OFF'], a.bucket)
    """)
    # A band holds days through its edge, so the next begins a day later; before the first lies what the clock puts
    # ahead of today, which is today.
    edges = [edge + 1 for edge in BANDS]
    rows = connection.execute(sql, {"night": night_id, "today": today, "zone": zone, "edges": edges})
    found: dict[str, list[int]] = {}
    for bucket, band, accounts in rows:
        line = found.setdefault(bucket, [0] * (len(BANDS) + 1))
        line[len(BANDS) if band is None else band] += accounts
    return [Silence(bucket, tuple(line)) for bucket, line in found.items()]


def penetration(connection: Connection, night_id: int, *, today: date, zone: str) -> Penetration:
    """Debtors of a night's list who were worked on a day, by outcomes recorded that day."""
    sql = text("""
        SELECT (SELECT count(DISTINCT debtor_id) FROM work_items WHERE night_id = :night) AS eligible,
               count(DISTINCT i.debtor_id) AS worked, count(*) AS tries
        FROM outcomes o JOIN work_items i USING (work_item_id)
        WHERE o.recorded_at >= :start AND o.recorded_at < :end
    """)
    values = {"night": night_id, **day_bounds(today, zone)}
    return Penetration(**connection.execute(sql, values).mappings().one())


def day_bounds(day: date, zone: str) -> Mapping[str, datetime]:
    """The first instant of a day, and of the next.

    Examples
    --------
    >>> day_bounds(date(2005, 10, 3), "Asia/Taipei")["start"].isoformat()
    '2005-10-03T00:00:00+08:00'
    """
    return {"start": start_of_day(day, zone), "end": start_of_day(day + timedelta(days=1), zone)}
