"""What the desk knows of one debtor at this moment: whom to reach by what, what was agreed, what was said last.

Facts come from the lake, from what was posted since its last load, and from the ledger of contacts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from arrears.policy.verdict import Judgement
from arrears.queues.item import WorkItem
from serving.console.desk_numbers import Number, numbers_of
from serving.console.desk_promise import Promised, latest_promise
from serving.deployment import Deployment
from serving.gate.may_we import judge_now
from serving.gate.second_look import limits_today

Row = Mapping[str, Any]
SHOWN_CONTACTS = 3


@dataclass(frozen=True)
class LastContact:
    """One contact that was made: when, by what, what came of it, with whom."""

    at: datetime
    channel: str
    is_inwards: bool
    disposition: str
    collector: str | None


@dataclass(frozen=True)
class Known:
    """What is known of an item's debtor and accounts now.

    Attributes
    ----------
    zones : every zone in which the debtor may be; one where it is known.
    spoken_before : somebody was told of these accounts before.
    stands : where each of the item's accounts stands now.
    """

    debtor: Row
    accounts: tuple[Row, ...]
    numbers: tuple[Number, ...]
    zones: tuple[str, ...]
    contacts: tuple[LastContact, ...]
    promised: Promised | None
    spoken_before: bool
    stands: tuple[Row, ...] = ()

    @property
    def roles(self) -> frozenset[str]:
        """For whom the accounts are collected."""
        return frozenset(str(row["role"]) for row in self.accounts)

    @property
    def call_until(self) -> datetime | None:
        """When the last number that may be called now closes; None where one has no end, or none is open."""
        ends = [each.until for each in self.numbers if each.is_spoken and each.is_open]
        known = [end for end in ends if end is not None]
        return max(known) if known and len(known) == len(ends) else None

    @property
    def call_from(self) -> datetime | None:
        """When the first number opens; None where one is open, or none will be today."""
        calls = [each for each in self.numbers if each.is_spoken and not each.holds]
        opens = [each.opens_at for each in calls if each.opens_at is not None]
        return min(opens) if opens and len(opens) == len(calls) else None

    @property
    def conditions(self) -> tuple[str, ...]:
        """What the open ways ask to heed, each once."""
        return tuple(dict.fromkeys(word for each in self.numbers if not each.holds for word in each.conditions))


def known_of(deployment: Deployment, connection: Connection, item: WorkItem, now: datetime) -> Known:
    """What is known of an item's debtor and accounts at `now`."""
    lake, live = deployment.lake, deployment.live
    asked, bench = live.asked(lake), live.bench(lake)
    positions, tables = bench.stand(item.debtor_id, now, bench.around(item.debtor_id, connection))
    judgement = judge_now(
        lake,
        asked,
        connection,
        [item.debtor_id],
        now,
        limits_on=limits_today(deployment.settings.portfolio.zone),
        through=deployment.day,
        bench=bench,
    )
    rows = {name: tables[name].to_pylist() for name in ("debtors", "accounts", "points", "contacts") if name in tables}
    said = _said(connection, item, rows.get("contacts", []))
    points = {row["point_id"]: row for row in rows.get("points", [])}
    return Known(
        debtor=next((row for row in rows["debtors"] if row["debtor_id"] == item.debtor_id), {}),
        accounts=_in_order(item, rows["accounts"]),
        numbers=numbers_of(item, judgement, points, now),
        zones=zones_of(judgement, item.debtor_id, deployment.settings.portfolio.zone),
        contacts=tuple(_contact(row) for row in said[:SHOWN_CONTACTS]),
        promised=latest_promise(connection, lake, deployment.settings, item, deployment.day),
        spoken_before=any(row["conversation"] for row in said),
        stands=_in_order(item, positions.to_pylist()),
    )


def zones_of(judgement: Judgement, debtor_id: str, otherwise: str) -> tuple[str, ...]:
    """Every zone in which a debtor may be; the portfolio's own where none is known."""
    facts = judgement.facts
    found = np.flatnonzero(facts.people.id == debtor_id)
    mask = int(facts.person_zones[found[0]]) if len(found) else 0
    return facts.zones.of(mask, otherwise)


def _in_order(item: WorkItem, accounts: Sequence[Row]) -> tuple[Row, ...]:
    """The item's accounts as it lists them, most valuable first."""
    by_id = {row["account_id"]: row for row in accounts}
    return tuple(by_id[account] for account in item.accounts if account in by_id)


_LEDGER = """
    SELECT contact_id, at, channel, direction, disposition, conversation, collector_id FROM contact_ledger
    WHERE debtor_id = :debtor OR account_id = ANY(:accounts) OR debts_discussed && :accounts
    ORDER BY at DESC LIMIT 100
"""


def _said(connection: Connection, item: WorkItem, loaded: Sequence[Row]) -> list[Row]:
    """Contacts with the debtor or about the item's accounts, latest first: the ledger's, and older ones of the lake."""
    asked = {"debtor": item.debtor_id, "accounts": list(item.accounts)}
    rows: list[Row] = [dict(row) for row in connection.execute(text(_LEDGER), asked).mappings()]
    seen = {row["contact_id"] for row in rows}
    rows += [row for row in loaded if row["contact_id"] not in seen and _is_of(row, item)]
    return sorted(rows, key=lambda row: row["at"], reverse=True)


def _is_of(row: Row, item: WorkItem) -> bool:
    about = {row.get("account_id"), *(row.get("debts_discussed") or ())}
    return row.get("debtor_id") == item.debtor_id or bool(about & set(item.accounts))


def _contact(row: Row) -> LastContact:
    return LastContact(
        at=row["at"],
        channel=row["channel"],
        is_inwards=row["direction"] == "in",
        disposition=row["disposition"],
        collector=row.get("collector_id"),
    )
