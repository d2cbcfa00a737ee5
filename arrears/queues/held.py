"""What a night holds, seen from its end: how many accounts become free on which day, which wait for a fact alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class EndCount:
    """Held accounts that may be free from one day on; `day` None: only a new fact frees them."""

    day: date | None
    accounts: int


@dataclass(frozen=True)
class WantCount:
    """Accounts that a rule holds because a fact it needs is not known."""

    code: str
    rule: str
    sentence: str
    accounts: int


def by_end(connection: Connection, night_id: int, zone: str) -> list[EndCount]:
    """Held accounts by the day on which their last reason ends, soonest first, then those without an end.

    Parameters
    ----------
    zone : whose days are counted.
    """
    sql = """
        SELECT (held_until AT TIME ZONE :zone)::date AS day, count(*) AS accounts
        FROM night_accounts WHERE night_id = :night AND verdict = 'held' GROUP BY 1 ORDER BY 1 NULLS LAST
    """
    rows = connection.execute(text(sql), {"night": night_id, "zone": zone})
    return [EndCount(row.day, row.accounts) for row in rows]


def for_want(connection: Connection, night_id: int) -> list[WantCount]:
    """Accounts held for want of a fact, by rule, most first."""
    sql = """
        SELECT h ->> 'code' AS code, min(h ->> 'rule') AS rule, min(h ->> 'sentence') AS sentence,
               count(DISTINCT account_id) AS accounts
        FROM night_accounts CROSS JOIN jsonb_array_elements(held_because) AS h
        WHERE night_id = :night AND (h ->> 'missing')::boolean GROUP BY 1 ORDER BY accounts DESC, code
    """
    rows = connection.execute(text(sql), {"night": night_id})
    return [WantCount(row.code, row.rule, row.sentence, row.accounts) for row in rows]
