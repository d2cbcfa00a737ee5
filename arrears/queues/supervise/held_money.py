"""What stands still because it is held: by law, by the house, for want of a fact, or because nothing is owed.

The kinds are told apart because a manager can do something about one of them: a missing fact has a table that cures it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, text

from arrears.policy.rules import RULES

Why = Literal["data", "law", "house", "account"]

KINDS: Mapping[Why, str] = {
    "data": "a fact is missing, and nothing else stands in the way",
    "law": "a law, or a presumption of one, holds it",
    "house": "a policy or guidance that the house keeps holds it",
    "account": "nothing is to be collected: owed nothing, closed, paid, on its way",
}
"""Why an account is held, by what it would take to end it."""


@dataclass(frozen=True)
class HeldMoney:
    """Held accounts of one kind in one currency."""

    why: Why
    currency: str
    accounts: int
    balance_minor: int


@dataclass(frozen=True)
class Cure:
    """A missing fact: how many held accounts wait for it, and what of the source would tell it.

    Attributes
    ----------
    cured_by : tables or columns to supply.
    alone : accounts for which this is the only reason.
    """

    code: str
    sentence: str
    cured_by: tuple[str, ...]
    accounts: int
    alone: int
    balance_minor: Mapping[str, int]


_KINDED = """
    SELECT account_id, currency, coalesce(balance_minor, 0) AS balance_minor, held_because,
           CASE WHEN bool_or(h ->> 'code' = ANY (:settled)) THEN 'account'
                WHEN bool_or(NOT missing AND h ->> 'kind' IN ('law', 'presumption')) THEN 'law'
                WHEN bool_or(NOT missing) THEN 'house'
                ELSE 'data' END AS why,
           count(DISTINCT h ->> 'code') AS reasons
    FROM night_accounts
    CROSS JOIN LATERAL (
        SELECT value AS h, coalesce((value ->> 'missing')::boolean, false) OR value ->> 'code' = 'no_way' AS missing
        FROM jsonb_array_elements(held_because)) AS told
    WHERE night_id = :night AND verdict = 'held'
    GROUP BY account_id, currency, balance_minor, held_because
"""

_SETTLED = [rule.code for rule in RULES if rule.always and not rule.cures]
"""Reasons that are no gate: there is nothing to collect, whatever else holds the account."""


def held_money(connection: Connection, night_id: int) -> list[HeldMoney]:
    """Held accounts by what would end their hold, the most accounts first; each account counts once.

    What has nothing to collect counts as that, whatever else holds it; then law goes before the house, and the house
    before a missing fact.
    """
    sql = text(f"""
        SELECT why, currency, count(*) AS accounts, sum(balance_minor)::bigint AS balance_minor
        FROM ({_KINDED}) AS kinded GROUP BY why, currency ORDER BY accounts DESC, why, currency
    """)  # noqa: S608 - our own words
    rows = connection.execute(sql, {"night": night_id, "settled": _SETTLED}).mappings()
    return [HeldMoney(**row) for row in rows]


def cures(connection: Connection, night_id: int) -> list[Cure]:
    """Missing facts that hold accounts which could be collected otherwise, the most money's first within a currency."""
    sql = text(f"""
        SELECT h ->> 'code' AS code, min(h ->> 'sentence') AS sentence, currency,
               count(DISTINCT account_id) AS accounts, count(DISTINCT account_id) FILTER (WHERE reasons = 1) AS alone,
               sum(balance_minor)::bigint AS balance_minor
        FROM ({_KINDED}) AS kinded CROSS JOIN jsonb_array_elements(held_because) AS h
        WHERE why = 'data' GROUP BY h ->> 'code', currency ORDER BY accounts DESC, code, currency
    """)  # noqa: S608 - our own words
    found: dict[str, Cure] = {}
    for row in connection.execute(sql, {"night": night_id, "settled": _SETTLED}):
        before = found.get(row.code)
        found[row.code] = Cure(
            code=row.code,
            sentence=row.sentence,
            cured_by=_cured_by(row.code),
            accounts=row.accounts + (before.accounts if before else 0),
            alone=row.alone + (before.alone if before else 0),
            balance_minor={**(before.balance_minor if before else {}), row.currency: row.balance_minor},
        )
    return list(found.values())


def _cured_by(code: str) -> tuple[str, ...]:
    """What of the source would tell the fact that a rule of this code lacks."""
    if code == "no_way":
        return ("points",)
    told = (rule.needs or ((rule.cures,) if rule.cures else ()) for rule in RULES if rule.code == code)
    return tuple(dict.fromkeys(name for names in told for name in names))
