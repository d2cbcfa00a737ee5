"""What the desk did about debtors in the days after one: minutes, and holds met at a claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, text

from arrears.clock import start_of_day

_MINUTES = """
    SELECT i.debtor_id,
        sum(extract(epoch FROM least(coalesce(l.ended_at, l.expires_at), l.expires_at) - l.taken_at) / 60) AS minutes
    FROM leases l JOIN work_items i USING (work_item_id)
    WHERE i.debtor_id = ANY (:debtors) AND l.person = i.debtor_id AND l.taken_at >= :begins AND l.taken_at < :ends
    GROUP BY i.debtor_id
"""
_HOLDS = """
    SELECT debtor_id, count(*) AS holds FROM decisions
    WHERE debtor_id = ANY (:debtors) AND action = 'held' AND work_item_id IS NOT NULL
        AND at >= :begins AND at < :ends
    GROUP BY debtor_id
"""


@dataclass(frozen=True)
class AtDesk:
    """Of some debtors, in their order.

    Attributes
    ----------
    minutes : in which collectors held their items.
    holds_hit : items that the gate held when somebody claimed them.
    """

    minutes: list[float]
    holds_hit: list[float]


def at_desk(connection: Connection, debtors: Sequence[str], day: date, *, horizon_days: int, zone: str) -> AtDesk:
    """What the desk did.

    Parameters
    ----------
    day : the first that counts; `horizon_days` of them do, in the portfolio's zone.
    """
    asked = {
        "debtors": list(debtors),
        "begins": start_of_day(day, zone),
        "ends": start_of_day(day + timedelta(days=horizon_days), zone),
    }
    minutes = {row.debtor_id: float(row.minutes) for row in connection.execute(text(_MINUTES), asked)}
    holds = {row.debtor_id: float(row.holds) for row in connection.execute(text(_HOLDS), asked)}
    return AtDesk(
        minutes=[minutes.get(who, 0.0) for who in debtors],
        holds_hit=[holds.get(who, 0.0) for who in debtors],
    )
