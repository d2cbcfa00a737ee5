"""In which currency money is that names an account or only a debtor, as the lake's accounts tell."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from arrears.lake import Lake

OWED = """
    WITH owed AS (SELECT account_id, debtor_id, currency FROM accounts WHERE NOT deleted AND known_until IS NULL),
         one AS (SELECT debtor_id, min(currency) AS currency FROM owed GROUP BY debtor_id
                 HAVING count(DISTINCT currency) = 1)
"""
"""Accounts with their currency, and debtors all of whose accounts have the same."""


def currencies(lake: Lake, ids: Collection[str]) -> dict[str, str]:
    """The currency of each account, or debtor of one currency, among some ids; others are left out."""
    if not lake.exists():
        return {}
    known = _known(lake.fingerprint)
    if asked := [each for each in ids if each not in known]:
        known |= dict.fromkeys(asked) | _read(lake, asked)
    return {each: currency for each in ids if (currency := known[each]) is not None}


@lru_cache(maxsize=2)
def _known(fingerprint: str) -> dict[str, str | None]:
    """What was read of one state of the lake, and what it does not know: a page asks about the same ids again."""
    del fingerprint
    return {}


def _read(lake: Lake, ids: list[str]) -> dict[str, str]:
    sql = f"""{OWED} SELECT account_id, currency FROM owed WHERE account_id = ANY (?)
        UNION ALL SELECT debtor_id, currency FROM one WHERE debtor_id = ANY (?)"""  # noqa: S608 - our own words
    con = lake.connect()
    try:
        return dict(con.execute(sql, [ids, ids]).fetchall())
    finally:
        con.close()
