"""An item given back: released, passed over with a reason, or put off; each comes back as an item of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from arrears.queues.desk.decisions import decide
from arrears.queues.desk.history import Stands
from arrears.queues.desk.leases import give_back, give_up
from arrears.queues.desk.statement import one
from arrears.queues.desk.successor import succeed
from arrears.queues.next.skips import Skipped

_SPENT = """
    SELECT coalesce(sum((detail ->> 'cost')::int), 0) FROM work_item_events
    WHERE "by" = %(me)s AND did = 'skipped' AND at >= %(since)s AND at <= %(at)s
"""


def skips_since(connection: Connection, collector: str, *, since: datetime, at: datetime) -> int:
    """What a collector's skips have cost since a moment."""
    told = {"me": collector, "since": since, "at": at}
    return int(one(connection, _SPENT, told)[0])


def release(connection: Connection, stands: Stands, *, collector: str, because: str, at: datetime) -> int | None:
    """Give an item back at once, to anybody else; what comes in its place.

    Who was looked up goes back to where they were, or nowhere, where no lane had them.
    """
    give_up(connection, [stands.item.work_item_id], at=at)
    if stands.item.made_by == "inbound":
        item = stands.item.work_item_id
        return give_back(connection, [item], state="released", because=because, at=at, by=collector)[item]
    return _comes_back(connection, stands, _not_theirs(stands, collector), because=because, at=at, by=collector)


def skip(
    connection: Connection, stands: Stands, skipped: Skipped, *, collector: str, reason: str, at: datetime
) -> int | None:
    """Pass an item over; what comes in its place.

    Parameters
    ----------
    skipped : what `arrears.queues.next.skips.skip` says.
    """
    item = stands.item.work_item_id
    if stands.lane is None:
        return release(connection, stands, collector=collector, because=reason, at=at)
    changed: dict[str, Any] = {"lane": skipped.lane, "ready_at": skipped.ready_at}
    if skipped.skill.startswith("language:"):
        changed["language"] = skipped.skill.removeprefix("language:")
    elif skipped.skill:
        changed["skill"] = skipped.skill
    if skipped.to == "owner":
        changed |= {"assigned_to": collector, "team_from": None}
    elif skipped.skill:
        changed |= {"assigned_to": None, "team_from": None}
    if skipped.barred_until is not None:
        changed |= _not_theirs(stands, collector)
    if stands.item.team_from is not None and "team_from" not in changed:
        changed["team_from"] = skipped.ready_at
    give_up(connection, [item], at=at)
    decide(connection, [item], "skipped", at=at, collector=collector, because=[reason])
    cost = {"cost": skipped.cost}
    return _comes_back(connection, stands, changed, because=reason, at=at, by=collector, did="skipped", detail=cost)


def snooze(
    connection: Connection, stands: Stands, *, collector: str, until: datetime, because: str, at: datetime
) -> int | None:
    """Put an item off; it comes back to the same collector, and to the team where they let it lie."""
    if stands.lane is None:
        return release(connection, stands, collector=collector, because=because, at=at)
    give_up(connection, [stands.item.work_item_id], at=at)
    changed = {"ready_at": until, "assigned_to": collector, "team_from": until, "lane": stands.lane}
    return _comes_back(connection, stands, changed, because=because, at=at, by=collector, did="snoozed")


def _not_theirs(stands: Stands, collector: str) -> dict[str, Any]:
    """On nobody's list if it was on theirs, and not offered to them again."""
    item = stands.item
    changed: dict[str, Any] = {"not_for": sorted({*item.not_for, collector})}
    return changed | ({"assigned_to": None, "team_from": None} if item.assigned_to == collector else {})


def _comes_back(
    connection: Connection,
    stands: Stands,
    changed: Mapping[str, Any],
    *,
    because: str,
    at: datetime,
    by: str,
    did: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> int | None:
    item = stands.item.work_item_id
    made = succeed(
        connection,
        [item],
        state="released",
        because=because,
        at=at,
        by=by,
        made_by="return",
        changed=changed,
        did=did,
        detail=detail,
        only=("claimed",),
    )
    return made.get(item)
