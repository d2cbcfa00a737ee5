"""An item for somebody whom a rule held and no rule holds any more: in lane pay, with the night's own scores."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from sqlalchemy import Connection, insert

from arrears.clock import day_of
from arrears.queues import store
from arrears.queues.desk.decisions import decide
from arrears.queues.desk.item_events import note
from arrears.queues.item import JudgedAccount, Night
from arrears.queues.ranked_by import of_account
from arrears.queues.revalue import revalued
from arrears.state.schema import work_items
from serving.deployment import Deployment
from serving.events.judged_anew import Anew, Says
from serving.events.worth_now import STANDING, between, minute_cost, owed_now
from serving.night.needs import as_licensed
from serving.night.staffed import kept_from

BY = "events"

_LAST = """
    SELECT i.state, EXISTS (
        SELECT FROM work_item_events e
        WHERE e.work_item_id = i.work_item_id AND e.did = 'withdrawn' AND e."by" = %(by)s) AS by_event
    FROM work_items i
    WHERE i.debtor_id = %(debtor)s AND i.night_id = %(night)s
        AND (i.work_group = %(group)s OR i.accounts && %(accounts)s::text[])
    ORDER BY i.work_item_id DESC LIMIT 1
"""
_PLACE = """
    SELECT min(place) FILTER (WHERE priority < %(priority)s), max(place) FILTER (WHERE priority >= %(priority)s)
    FROM work_items
    WHERE state = 'ready' AND lane = 'pay' AND currency = %(currency)s AND raised = 0 AND assigned_to IS NULL
"""


def make_item(connection: Connection, deployment: Deployment, debtor_id: str, anew: Anew) -> list[int]:
    """Make an item of each work group of a debtor that the night judged and nothing holds now.

    Nobody comes back who was worked, put off or given back: what is next was decided then. A group of which an item is
    open keeps that.

    Returns
    -------
    list[int] : the new items, on the team's list.
    """
    night = deployment.night(connection)
    if night is None:
        return []
    made = []
    judged = sorted(store.accounts_of(connection, night.night_id, debtor_id), key=lambda each: each.work_group)
    for group, accounts in groupby(judged, key=lambda each: each.work_group):
        of_group = sorted(accounts, key=lambda each: (-each.priority, each.account_id))
        if not _may_come(connection, night, debtor_id, group, [each.account_id for each in of_group]):
            continue
        day = max(night.served_on, day_of(anew.moment, anew.zone))
        says = anew.for_pay([each.account_id for each in of_group], day)
        if says is not None:
            made.append(_made(connection, deployment, night, of_group, anew, says))
    return made


def _may_come(connection: Connection, night: Night, debtor_id: str, group: str, accounts: list[str]) -> bool:
    asked = {"debtor": debtor_id, "group": group, "accounts": accounts, "night": night.night_id, "by": BY}
    last = connection.exec_driver_sql(_LAST, asked).first()
    return last is None or (last.state == "withdrawn" and last.by_event)


def _made(
    connection: Connection,
    deployment: Deployment,
    night: Night,
    accounts: list[JudgedAccount],
    anew: Anew,
    says: Says,
) -> int:
    judged = {each.account_id: each for each in accounts}
    lead = judged[says.accounts[0]]
    worth = revalued(
        lead,
        [judged[each] for each in says.accounts],
        owed_now(anew.positions),
        minute_cost_minor=minute_cost(deployment, lead.client, lead.currency),
        priority=night.strategy_of(lead.experiment, lead.arm)["priority"],
    )
    asked = {"priority": worth["priority"], "currency": lead.currency}
    place = between(*connection.exec_driver_sql(_PLACE, asked).one(), otherwise=1.0)
    row = {
        **_of_night(night, lead),
        **{name: anew.positions[lead.account_id][name] for name in STANDING},
        **worth,
        **_needs(deployment, anew, lead),
        "state": "ready",
        "state_since": anew.moment,
        "lane": says.lane,
        "accounts": list(says.accounts),
        "ways": [each.document() for each in says.ways],
        "allowed_until": says.allowed_until,
        "people": list(dict.fromkeys([lead.debtor_id, *(each.way.person for each in says.ways)])),
        "judged_at": anew.moment,
        "judged_for": max(night.served_on, day_of(anew.moment, anew.zone)),
        "kept_from": kept_from(
            connection, lead.experiment, lead.arm, list(deployment.desk.team(deployment.lake) or {})
        ),
        "place": place,
        "ready_at": anew.moment,
        "made_by": "event",
    }
    made = insert(work_items).values(row).returning(work_items.c.work_item_id)
    item = int(connection.execute(made).scalar_one())
    note(connection, [item], "made", at=anew.moment, by=BY, because="no rule holds it any more")
    decide(connection, [item], "listed", at=anew.moment)
    return item


def _of_night(night: Night, lead: JudgedAccount) -> dict[str, Any]:
    by_night = ("night_id", "as_of", "feature_fingerprint")
    by_lead = ("debtor_id", "currency", "propensity", "p_roll", "reasons", "scored_by")
    return {
        **{name: getattr(night, name) for name in by_night},
        **{name: getattr(lead, name) for name in by_lead},
        **of_account(night, lead),
        "client": lead.client,
        "work_group": lead.work_group,
        "lead_account_id": lead.account_id,
        "rank": night.served + 1,
        "chosen_with_probability": 1.0,  # no lot decides about it
        "explores": False,
        "verdict": "allowed",
    }


def _needs(deployment: Deployment, anew: Anew, lead: JudgedAccount) -> dict[str, str | None]:
    """What its collector must be, as the lake says of account and debtor."""
    account = _row(anew, "accounts", "account_id", lead.account_id)
    debtor = _row(anew, "debtors", "debtor_id", lead.debtor_id)
    country = debtor.get("country") or deployment.settings.portfolio.country
    team = deployment.desk.team(deployment.lake) or {}
    licences = {licence for member in team.values() for licence in member.licences or ()}
    region = as_licensed(debtor.get("region") or "", country, licences) if licences else ""
    return {
        "language": debtor.get("language"),
        "region": region or None,
        **{name: account.get(name) for name in ("product", "territory", "owner")},
    }


def _row(anew: Anew, table: str, key: str, value: str) -> dict[str, Any]:
    return next((row for row in anew.found.tables[table].to_pylist() if row[key] == value), {})
