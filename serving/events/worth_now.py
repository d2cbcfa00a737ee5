"""The columns in which an item's successor differs after a fact: amounts, worth, accounts, ways, and its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from arrears.clock import day_of
from arrears.queues import store
from arrears.queues.item import JudgedAccount, Night, WorkItem
from arrears.queues.revalue import Owed, revalued
from features.terms import minor
from serving.deployment import Deployment
from serving.events.judged_anew import Anew, Says

AMOUNTS = ("past_due_minor", "balance_minor", "stop_roll_minor")
STANDING = ("bucket", "days_past_due", *AMOUNTS, "rolls_on")

_NEIGHBOURS = """
    SELECT min(place) FILTER (WHERE priority < %(priority)s) AS below,
           max(place) FILTER (WHERE priority >= %(priority)s) AS above
    FROM work_items
    WHERE state = 'ready' AND lane = %(lane)s AND currency = %(currency)s AND raised = 0
        AND assigned_to IS NOT DISTINCT FROM %(assigned_to)s AND work_item_id <> %(item)s
"""


def worth_now(connection: Connection, deployment: Deployment, item: WorkItem, anew: Anew, says: Says) -> dict[str, Any]:
    """Columns in which the item should differ by now; empty where it may stay as it is."""
    night = store.night(connection, item.night_id)
    accounts = store.accounts(connection, item.night_id, sorted({*item.accounts, *says.accounts}))
    judged = {each.account_id: each for each in accounts}
    lead = says.accounts[0]
    positions = anew.positions
    amounts = {name: positions[lead][name] for name in STANDING}
    changed: dict[str, Any] = {}
    if night is not None and lead in judged:
        changed = _worth(night, item, judged, says.accounts, owed_now(positions), deployment)
    differs = (
        says.lane != item.lane
        or tuple(item.accounts) != says.accounts
        or any(amounts[name] != getattr(item, name) for name in AMOUNTS)
        or abs(changed.get("value_minor", item.value_minor) - item.value_minor) >= 1
        or _reached(item.ways) != _reached([each.document() for each in says.ways])
    )
    if not differs:
        return {}
    ways = [each.document() for each in says.ways]
    return changed | {
        **amounts,
        "accounts": list(says.accounts),
        "lead_account_id": lead,
        "ways": ways,
        "people": list(dict.fromkeys([item.debtor_id, *(each.way.person for each in says.ways)])),
        "allowed_until": says.allowed_until,
        "judged_at": anew.moment,
        "judged_for": max(item.judged_for, day_of(anew.moment, anew.zone)),
        "verdict": "allowed",
    }


def place_for(connection: Connection, item: WorkItem, priority: float) -> float:
    """Where on its list an item of this priority stands: midway between its neighbours, or at an end."""
    asked = {
        "priority": priority,
        "lane": item.lane,
        "currency": item.currency,
        "assigned_to": item.assigned_to,
        "item": item.work_item_id,
    }
    return between(*connection.exec_driver_sql(_NEIGHBOURS, asked).one(), otherwise=item.place)


def between(below: float | None, above: float | None, *, otherwise: float) -> float:
    """A place before `below` and after `above`.

    Where a list is not in the order of priorities the first item that is worth less decides.

    Examples
    --------
    >>> between(4.0, 3.0, otherwise=0), between(None, 3.0, otherwise=0), between(4.0, None, otherwise=0)
    (3.5, 4.0, 3.0)
    >>> between(4.0, 9.0, otherwise=0), between(None, None, otherwise=7.0)
    (3.5, 7.0)
    """
    if below is None:
        return otherwise if above is None else above + 1
    if above is None:
        return below - 1
    return (below + above) / 2 if above < below else below - 0.5


def owed_now(positions: Mapping[str, Mapping[str, Any]]) -> dict[str, Owed]:
    """What each account owes, by where it stands."""
    return {
        account: Owed(row["balance_minor"], row["past_due_minor"], row["bucket"], row["stop_roll_minor"])
        for account, row in positions.items()
    }


def minute_cost(deployment: Deployment, client: str, currency: str) -> float:
    """A collector's minute in the house's settings, in minor units."""
    return float(minor(deployment.settings.for_client(client).value.minute_cost, currency))


def _worth(
    night: Night,
    item: WorkItem,
    judged: Mapping[str, JudgedAccount],
    accounts: Sequence[str],
    owed: Mapping[str, Owed],
    deployment: Deployment,
) -> dict[str, Any]:
    """The worth of what is owed now, by the night's scores."""
    lead = judged[accounts[0]]
    now = revalued(
        lead,
        [judged[each] for each in accounts if each in judged],
        owed,
        minute_cost_minor=minute_cost(deployment, lead.client, lead.currency),
        priority=night.strategy_of(item.experiment, item.arm)["priority"],
    )
    if lead.account_id == item.lead_account_id:
        return now
    return {name: getattr(lead, name) for name in ("propensity", "reasons", "currency")} | now


def _reached(ways: Sequence[Mapping[str, Any]]) -> set[tuple[str, str, str | None]]:
    return {(way["person"], way["channel"], way["point"]) for way in ways}
