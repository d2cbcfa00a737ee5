"""Outcomes that come back from a dialer: each row a contact, stored or refused, and then what its result asks for.

A row has the columns of the table `contacts`, and may have what its disposition asks for (`queues.next.fields`):
`amount`, `due_on` and `method` of a promise, `callback_at`, `language`. Other columns are not read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from arrears.errors import ArrearsError, BadInput
from arrears.events.check import check
from arrears.events.keep import New, keep, keep_own
from arrears.events.row import Unread, in_lake, money, read
from arrears.events.standing import standing_row
from arrears.money import exponents
from arrears.queues.desk.history import SPOKEN, Stands, opened
from arrears.queues.desk.item_events import note
from arrears.queues.desk.outcome import following
from arrears.queues.desk.successor import close, succeed
from arrears.queues.item import WorkItem
from arrears.queues.next.after import after
from arrears.queues.next.fields import FIELDS
from arrears.queues.next.outcome import Next, Outcome, read_outcome
from arrears.tables import BOOKKEEPING, TABLES
from serving.deployment import Deployment
from serving.events.intake import followed, need_a_lake, people_of
from serving.events.settle import Effects

MOST_OUTCOMES = 5_000
BY = "outcomes"
CONTACTS = TABLES["contacts"]
_KNOWN = frozenset(column.name for column in (*CONTACTS.columns, *BOOKKEEPING))
ASKED_TOO = ("amount", *(name for name in FIELDS if name not in _KNOWN and name != "amount_minor"))
"""Columns beside those of a contact: what some dispositions ask for; money in major units."""

_SAID = (
    "disposition", "channel", "direction", "connect", "point_id", "technology", "purpose", "talk_minutes",
    "wrap_minutes", "verified_party", "conversation", "debts_discussed", "consented",
)  # fmt: skip
_OPEN = """
    SELECT work_item_id, state FROM work_items
    WHERE state IN ('ready', 'claimed') AND debtor_id = %(debtor)s
        AND (%(account)s::text IS NULL OR %(account)s = ANY (accounts))
    ORDER BY work_item_id LIMIT 1
"""
_NEWER = """
    SELECT FROM contact_ledger
    WHERE at > %(at)s AND contact_id <> %(contact)s
        AND (debtor_id = %(debtor)s OR account_id = ANY (%(accounts)s) OR debts_discussed && %(accounts)s) LIMIT 1
"""
"""A contact about the same work after a moment."""

Row = Mapping[str, object]


@dataclass
class Taken:
    """What was done with a file of outcomes; rows are counted from 1.

    Attributes
    ----------
    refused : what was wrong with each row that was not stored.
    then : what happens next after each row whose debtor has an item.
    left_out : columns that were not read, by their place.
    """

    stored: int = 0
    same: int = 0
    refused: dict[int, list[str]] = field(default_factory=dict)
    then: dict[int, str] = field(default_factory=dict)
    left_out: list[int] = field(default_factory=list)
    effects: list[Effects] = field(default_factory=list)


def rows_of_csv(text: str) -> list[dict[str, object]]:
    r"""The rows of a CSV file with a line of names; empty cells are left out.

    Raises
    ------
    BadInput : it is no such file.

    Examples
    --------
    >>> rows_of_csv("contact_id,connect\nC1,\n")
    [{'contact_id': 'C1'}]
    """
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise _unreadable() from None
    if any(None in row or None in row.values() for row in rows):
        raise _unreadable()
    return [{name: value for name, value in row.items() if value != ""} for row in rows]


def take_outcomes(deployment: Deployment, posted: Sequence[Row], *, by: str) -> Taken:
    """Store the rows that fit and refuse the others; then items follow.

    Parameters
    ----------
    by : who brought the file.

    Raises
    ------
    BadInput : there are none, or too many.
    """
    need_a_lake(deployment)
    if not 0 < len(posted) <= MOST_OUTCOMES:
        raise BadInput(
            asked="take outcomes",
            found=f"{len(posted):,} rows",
            do=f"Bring between 1 and {MOST_OUTCOMES:,} rows at a time.",
        )
    now = deployment.clock.now()
    taken, people = Taken(left_out=_left_out(posted)), set[str]()
    with deployment.engine.begin() as connection:
        contacts = [{name: value for name, value in row.items() if name in _KNOWN} for row in posted]
        told = check(connection, deployment.lake, CONTACTS.name, contacts, now=now)
        for fault in told.faults:
            taken.refused.setdefault(fault.row + 1, []).append(fault.sentence)
        taken.same = len(told.same)
        # In one order for all, so that two files do not wait for each other.
        for place, new in sorted(told.news, key=lambda pair: (str(pair[1].debtor_id), pair[0])):
            _take(connection, deployment, taken, place, new, posted[place], by=by, now=now)
            people |= people_of([new])
    taken.effects = followed(deployment, people)
    return taken


def _take(
    connection: Connection,
    deployment: Deployment,
    taken: Taken,
    place: int,
    new: New,
    row: Row,
    *,
    by: str,
    now: datetime,
) -> None:
    try:
        with connection.begin_nested():
            keep(connection, [new], by=by, origin="file")
            then = None if new.row.get("deleted") else _next(connection, deployment, new, row, now=now)
    except ArrearsError as problem:
        taken.refused.setdefault(place + 1, []).append(f"{problem.found}. {problem.do}")
        return
    taken.stored += 1
    if then is not None:
        taken.then[place + 1] = then.sentence


def _next(connection: Connection, deployment: Deployment, new: New, row: Row, *, now: datetime) -> Next | None:
    """What the row asks for next, done to the debtor's item; None where there is none, or a later contact decided."""
    whose = {"debtor": new.debtor_id, "account": new.account_id}
    found = connection.exec_driver_sql(_OPEN, whose).first()
    if found is None:
        return None
    contact = in_lake(CONTACTS, new.row)
    by = str(contact["collector_id"] or BY)
    stands = opened(connection, int(found.work_item_id), collector=by, at=now)
    if stands is None:
        return None
    told, at = _outcome(new, contact, row, stands.item), contact["at"]
    zone = stands.item.zone or deployment.settings.portfolio.zone
    history = stands.history(
        zone=zone, at=at, disposition=told.disposition, channel=told.channel, point_id=told.point_id
    )
    then = after(told, history, at, zone, deployment.settings.for_client(stands.item.client))
    _tell_facts(connection, deployment, new, then, stands, now=now)
    is_try = told.direction == "out" and told.channel in SPOKEN
    has_skill = partial(deployment.desk.has_skill, deployment.lake)
    changed = following(stands, then, collector=by, at=at, zone=zone, is_try=is_try, has_skill=has_skill)
    of_item = {"debtor": stands.item.debtor_id, "accounts": list(stands.item.accounts), "contact": new.row_key}
    if connection.exec_driver_sql(_NEWER, {**of_item, "at": at}).first() is not None:
        return None  # what is next was decided after a later contact
    _move(connection, stands, changed, told.disposition, now=now)
    return then


def _outcome(new: New, contact: Mapping[str, Any], row: Row, item: WorkItem) -> Outcome:
    said = {name: contact[name] for name in _SAID if contact[name] is not None}
    points = _points_of(item, str(contact["channel"]))
    if "point_id" not in said and len(points) == 1:
        said["point_id"] = points.pop()  # the debtor has no other, so no other was meant
    said = {name: list(value) if name == "debts_discussed" else value for name, value in said.items()}
    asked = {name: row[name] for name in ASKED_TOO if row.get(name) not in (None, "")}
    if "amount" in asked:
        asked["amount_minor"] = _minor(asked.pop("amount"), item.currency)
    return read_outcome({**said, **asked, "outcome_id": new.row_key, "debtor_id": str(new.debtor_id)})


def _points_of(item: WorkItem, channel: str) -> set[str]:
    """The debtor's numbers or addresses by which a channel of an item is open."""
    own = (way for way in item.ways if (way["person"], way["channel"]) == (item.debtor_id, channel))
    return {way["point"] for way in own if way["point"]}


def _minor(amount: object, currency: str) -> int:
    try:
        return int(money(read(TABLES["promises"].column("amount"), amount), exponents()[currency]).replace(".", ""))
    except Unread:
        raise BadInput(
            asked="take an outcome", found="an amount that is none of the account's currency", do="Write 12.30."
        ) from None


def _tell_facts(
    connection: Connection, deployment: Deployment, new: New, then: Next, stands: Stands, *, now: datetime
) -> None:
    """What the result tells beside the contact: a number that is bad, a promise, a wish."""
    for place, fact in enumerate(then.facts):
        (key,) = TABLES[fact.table].key
        row = {key: f"{new.row_key}-{place}", **fact.row}
        if fact.over is not None:
            before = standing_row(connection, deployment.lake, fact.table, {key: fact.over})
            if before is None:
                continue
            row = {**before, key: fact.over, **fact.row}
        keep_own(
            connection,
            fact.table,
            row,
            currency=stands.item.currency,
            recorded_at=now,
            by=BY,
            debtor_id=stands.item.debtor_id,
        )


def _move(
    connection: Connection, stands: Stands, changed: Mapping[str, Any] | None, because: str, *, now: datetime
) -> None:
    """The item makes way for what comes next; in somebody's hands it stays, and they are told."""
    item, waits = stands.item.work_item_id, ("ready",)
    if stands.state != "ready":
        note(connection, [item], "noticed", at=now, by=BY, because=because, detail={"fact": "contacts"})
    elif changed is None:
        close(connection, [item], state="withdrawn", because=because, at=now, by=BY, only=waits)
    else:
        succeed(
            connection, [item], state="released", because=because, at=now, by=BY, made_by="outcome",
            changed=changed, only=waits,
        )  # fmt: skip


def _left_out(posted: Sequence[Row]) -> list[int]:
    """Places of columns that nobody reads; their names came from the file."""
    names = list(dict.fromkeys(name for row in posted for name in row))
    return [place for place, name in enumerate(names, 1) if name not in _KNOWN and name not in ASKED_TOO]


def _unreadable() -> BadInput:
    return BadInput(
        asked="take outcomes",
        found="lines that are no rows",
        do="Write the file as UTF-8 with commas and double quotes, its first line the names of the columns.",
    )
