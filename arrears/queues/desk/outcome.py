"""Store what came of an item: the outcome, the contact for the limits, the facts for the lake, and what comes next.

Everything is written in the caller's transaction, once: the claim that it came of bears one contact, and a second post
of it finds the first. An outcome that comes after its lease is stored all the same, because the call happened.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection

from arrears.clock import day_of
from arrears.errors import Refused
from arrears.events.keep import keep_own
from arrears.queues.desk.history import Stands
from arrears.queues.desk.item_events import note
from arrears.queues.desk.leases import give_up
from arrears.queues.desk.statement import first
from arrears.queues.desk.successor import close, succeed
from arrears.queues.lanes import WITHOUT_WAYS
from arrears.queues.ledger import record
from arrears.queues.next.outcome import Fact, Next, Outcome
from arrears.queues.record import plain_json
from arrears.tables import TABLES

LATE = "outcome_after_lease"
"""Why a ready item makes way for what a late outcome asks for."""

_OF_A_LIST = frozenset({"pay", "promise", "skip_trace"})
"""Lanes that a night lays out: a caller who stood on no list is not put on one, but what was agreed is kept."""

_PERSONAL = frozenset({"contact_name", "contact_details", "told_by", "reason"})

_WRITE = """
    INSERT INTO outcomes (work_item_id, contact_id, collector, lane, at, recorded_at, after_lease, disposition,
        is_right_party, detail)
    VALUES (%(item)s, %(contact)s, %(me)s, %(lane)s, %(at)s, %(now)s, %(late)s, %(disposition)s, %(right)s,
        %(detail)s::jsonb)
    ON CONFLICT (contact_id) DO NOTHING RETURNING outcome_id
"""
_FOUND = """
    SELECT o.after_lease, n.because, n.work_item_id, n.lane, n.ready_at, o.work_item_id, o.collector, o.detail
    FROM outcomes o LEFT JOIN work_items n ON n.follows = o.work_item_id
    WHERE o.contact_id = %(contact)s
"""
_NEWER = (
    "SELECT 1 FROM contact_ledger WHERE debtor_id = %(debtor)s AND at > %(at)s AND contact_id <> %(contact)s LIMIT 1"
)

StandingRow = Callable[[str, Mapping[str, Any]], Mapping[str, Any] | None]
"""Tells how a row of a source table stands, by its key, in the lake's columns and types."""


@dataclass(frozen=True)
class Stored:
    """What became of an outcome.

    Attributes
    ----------
    contact_id : the contact that it is, everywhere.
    after_lease : it came when its lease had ended.
    next_item, lane, ready_at : the item that comes next; None where none does, or somebody else holds it.
    sentence : what happens next, for the collector.
    """

    contact_id: str
    after_lease: bool
    sentence: str
    next_item: int | None = None
    lane: str | None = None
    ready_at: datetime | None = None

    def document(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {**asdict(self), "ready_at": self.ready_at and self.ready_at.astimezone(UTC).isoformat()}


def read_stored(document: Mapping[str, Any]) -> Stored:
    """What `Stored.document` keeps."""
    ready_at = document["ready_at"]
    return Stored(**{**document, "ready_at": ready_at and datetime.fromisoformat(ready_at)})


def found(
    connection: Connection, contact_id: str, *, work_item_id: int, collector: str, outcome: Outcome
) -> Stored | None:
    """What became of this very outcome, where it was stored before; None where its contact is new.

    Raises
    ------
    Refused : the contact is another item's or collector's, or something else came of it.
    """
    row = first(connection, _FOUND, {"contact": contact_id})
    if row is None:
        return None
    late, sentence, next_item, lane, ready_at, *stored = row
    if stored != [work_item_id, collector, json.loads(plain_json(_without_names(outcome)))]:
        raise Refused(
            asked="record an outcome",
            found="another outcome of this claim is stored",
            do="Look the debtor up to record a correction.",
        )
    return Stored(contact_id, bool(late), sentence or "", next_item=next_item, lane=lane, ready_at=ready_at)


def store(
    connection: Connection,
    stands: Stands,
    outcome: Outcome,
    then: Next,
    *,
    contact_id: str,
    collector: str,
    changed: Mapping[str, Any] | None,
    at: datetime,
    now: datetime,
    standing: StandingRow,
    listed: bool,
) -> Stored | None:
    """Write an outcome and all that follows from it.

    Parameters
    ----------
    stands : the item, opened in this transaction.
    then : what `arrears.queues.next.after` says.
    changed : columns in which the next item differs; None: there is none.
    at, now : when the contact was, and when it is recorded.
    standing : how rows stand that a fact corrects.
    listed : the collector stands in the table `collectors`, so that a contact may name them.

    Returns
    -------
    Stored | None : None where this very contact was stored before; then nothing is written.
    """
    item = stands.item
    late = stands.state != "claimed" or stands.holder != collector
    told = {"item": item.work_item_id, "contact": contact_id, "me": collector, "lane": item.lane, "at": at, "now": now}
    told |= {"late": late, "disposition": outcome.disposition, "right": then.is_right_party}
    told |= {"detail": plain_json(_without_names(outcome))}
    if first(connection, _WRITE, told) is None:
        return None
    _tell(connection, stands, then, contact_id, now=now, by=collector, standing=standing, listed=listed)
    if late:
        overtaken = first(connection, _NEWER, {"debtor": item.debtor_id, "at": at, "contact": contact_id}) is not None
        next_item = _after_lease(
            connection, stands, changed, outcome.disposition, now=now, by=collector, overtaken=overtaken
        )
    else:
        give_up(connection, [item.work_item_id], at=now, contact_id=contact_id)
        next_item = _worked(connection, stands, changed, outcome.disposition, now=now, by=collector)
    follows = next_item is not None and changed is not None
    return Stored(
        contact_id=contact_id,
        after_lease=late,
        sentence=then.sentence,
        next_item=next_item,
        lane=then.lane if follows else None,
        ready_at=then.ready_at if follows else None,
    )


def following(
    stands: Stands,
    then: Next,
    *,
    collector: str,
    at: datetime,
    zone: str,
    is_try: bool,
    has_skill: Callable[[str], bool],
) -> dict[str, Any] | None:
    """The columns in which the next item differs from this one; None where there is none.

    Parameters
    ----------
    zone : the debtor's.
    is_try : the outcome was a try to reach the debtor.
    has_skill : somebody has a skill; what nobody can do is the team's.
    """
    item = stands.item
    if then.lane is None or (stands.lane is None and then.lane in _OF_A_LIST):
        return None
    day = day_of(at, zone)
    tries = item.tries if item.tried_on == day else 0
    changed: dict[str, Any] = {
        "lane": then.lane,
        "ready_at": then.ready_at,
        "because": then.sentence,
        "tries": tries + is_try,
        "tried_on": day,
        "ways": _first(item.ways, then.point_id),
        "team_from": then.team_from or then.ready_at,
    }
    if then.lane in WITHOUT_WAYS:
        changed |= {"ways": [], "allowed_until": None}
    match then.to:
        case "owner":
            changed |= {"assigned_to": collector, "owner": item.owner or collector}
        case "skill" if then.skill.startswith("language:"):
            changed |= {"assigned_to": None, "language": then.skill.removeprefix("language:"), "team_from": None}
        case "skill":
            changed |= {
                "assigned_to": None,
                "team_from": None,
                "skill": then.skill if has_skill(then.skill) else None,
            }
        case _ if item.assigned_to is None:
            changed |= {"team_from": None}
    return changed


def _worked(
    connection: Connection, stands: Stands, changed: Mapping[str, Any] | None, because: str, *, now: datetime, by: str
) -> int | None:
    item = stands.item.work_item_id
    if changed is None:
        close(connection, [item], state="worked", because=because, at=now, by=by)
        return None
    made = succeed(
        connection, [item], state="worked", because=because, at=now, by=by, made_by="outcome", changed=changed
    )
    return made[item]


def _after_lease(
    connection: Connection,
    stands: Stands,
    changed: Mapping[str, Any] | None,
    because: str,
    *,
    now: datetime,
    by: str,
    overtaken: bool,
) -> int | None:
    """The item is over; what came of it since waits, and then makes way, or is in somebody's hands, and then stays.

    Where a later contact has already said what comes next (`overtaken`), that stays, too.
    """
    note(connection, [stands.item.work_item_id], "reworked", at=now, by=by, because=because)
    if stands.other is None:
        return None
    if overtaken:
        note(connection, [stands.other], "noticed", at=now, by=by, because=because)
        return None
    ready = ("ready",)
    if changed is None:
        gone = close(connection, [stands.other], state="withdrawn", because=LATE, at=now, by=by, only=ready)
        made: dict[int, int] = {}
    else:
        made = succeed(
            connection,
            [stands.other],
            state="released",
            because=LATE,
            at=now,
            by=by,
            made_by="outcome",
            changed=changed,
            only=ready,
        )
        gone = list(made)
    if not gone:
        note(connection, [stands.other], "noticed", at=now, by=by, because=because)
    return made.get(stands.other)


def _tell(
    connection: Connection,
    stands: Stands,
    then: Next,
    contact_id: str,
    *,
    now: datetime,
    by: str,
    standing: StandingRow,
    listed: bool,
) -> None:
    """The contact to the ledger of limits, and with every other fact to the lake's waiting room."""
    debtor, currency = stands.item.debtor_id, stands.item.currency
    contact = {**then.contact, "contact_id": contact_id}
    if not listed:
        contact["collector_id"] = None
    record(connection, contact, recorded_at=now)
    facts = [Fact("contacts", contact), *_whole(then.facts, standing)]
    for place, fact in enumerate(facts):
        (key,) = TABLES[fact.table].key
        row = {key: f"{contact_id}-{place}", **fact.row}
        keep_own(connection, fact.table, row, currency=currency, recorded_at=now, by=by, debtor_id=debtor)


def _whole(facts: Iterable[Fact], standing: StandingRow) -> Iterator[Fact]:
    """What corrects a row, as the whole row that stands from now on; one that nobody knows cannot be corrected."""
    for fact in facts:
        if fact.over is None:
            yield fact
            continue
        (key,) = TABLES[fact.table].key
        if (stands := standing(fact.table, {key: fact.over})) is not None:
            yield Fact(fact.table, {**stands, key: fact.over, **fact.row})


def _without_names(outcome: Outcome) -> dict[str, Any]:
    """What was posted, but for what names or describes a person in free words."""
    return {
        name: value.isoformat() if isinstance(value, (date, datetime)) else value
        for name, value in asdict(outcome).items()
        if value is not None and name not in _PERSONAL
    }


def _first(ways: list[Any], point_id: str | None) -> list[Any]:
    """The ways with those of one point first."""
    return sorted(ways, key=lambda way: point_id is not None and way["point"] != point_id)
