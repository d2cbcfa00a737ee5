"""Who is of a protected group: read for the reading of a guardrail alone, never to score, rank or draw anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from arrears.experiments.design_parts import Protected
from arrears.experiments.metrics import GROUP_COLUMNS
from arrears.lake import Lake

TABLE = "protected"
_KNOWN = "NOT deleted AND known_until IS NULL"
_MEMBERS = f'SELECT debtor_id FROM protected WHERE attribute = ? AND "group" = ? AND {_KNOWN}'  # noqa: S608 - our own words
_GROUPS = f'SELECT attribute, "group", count(*) FROM protected WHERE {_KNOWN} GROUP BY ALL ORDER BY ALL'  # noqa: S608 - our own words


def groups_of(lake: Lake) -> dict[str, dict[str, int]]:
    """Debtors of each group, by attribute; empty where the lake has no such table."""
    if TABLE not in lake.tables:
        return {}
    found: dict[str, dict[str, int]] = {}
    con = lake.connect()
    try:
        for attribute, group, debtors in con.execute(_GROUPS).fetchall():
            found.setdefault(attribute, {})[group] = debtors
    finally:
        con.close()
    return found


def members(lake: Lake, protected: Protected) -> frozenset[str]:
    """The debtors of a group, as the lake knows them now."""
    con = lake.connect()
    try:
        rows = con.execute(_MEMBERS, [protected.attribute, protected.group]).fetchall()
    finally:
        con.close()
    return frozenset(str(who) for (who,) in rows)


def by_group(debtors: Sequence[str], contacts: Sequence[float], group: frozenset[str]) -> Mapping[str, Any]:
    """The columns of a gap between a group and everybody else, one number a debtor.

    Parameters
    ----------
    contacts : of each debtor.
    group : who is of it.

    Examples
    --------
    >>> by_group(["D1", "D2"], [3.0, 5.0], frozenset({"D2"}))["contacts_outside"]
    [3.0, 0.0]
    """
    inside = [float(who in group) for who in debtors]
    outside = [1 - each for each in inside]
    columns = (
        [flag * count for flag, count in zip(inside, contacts, strict=True)],
        inside,
        [flag * count for flag, count in zip(outside, contacts, strict=True)],
        outside,
    )
    return dict(zip(GROUP_COLUMNS, columns, strict=True))
