"""An outcome from the desk: read, judged by what comes next, and stored with all of it in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection

from arrears.clock import day_of
from arrears.errors import BadInput, Refused, WrongUse
from arrears.events.promised import open_promises
from arrears.events.standing import standing_row
from arrears.queues.desk import outcome as store
from arrears.queues.desk.history import SPOKEN, Stands, opened
from arrears.queues.desk.outcome import Stored
from arrears.queues.desk.team import Member
from arrears.queues.next.after import after
from arrears.queues.next.outcome import Outcome, read_outcome
from arrears.settings import Settings
from serving.deployment import Deployment
from serving.desk.acts import once

AHEAD = timedelta(minutes=5)
"""By so much the clock of whoever posts may run before ours."""

_OURS = ("outcome_id", "debtor_id", "collector_id", "decision_id")


def outcome(
    deployment: Deployment,
    member: Member,
    work_item_id: int,
    posted: Mapping[str, Any],
    *,
    at: datetime | None = None,
    contact_id: str | None = None,
    key: str | None = None,
) -> Stored:
    """Store what came of an item.

    Parameters
    ----------
    posted : the fields of `arrears.queues.next.outcome.Outcome` but for whose it is, which follows from the claim.
    at : when the contact was; now, where nobody says.
    contact_id : what the contact is called elsewhere, as by a dialer; by default the claim's own contact, of which
        there is one.
    key : an Idempotency-Key.

    Returns
    -------
    Stored : the same, however often the same contact is posted.

    Raises
    ------
    WrongUse : there is no such item.
    BadInput : the outcome lacks or contradicts something.
    Refused : the collector never had the item, or another outcome of the same contact is stored.
    """
    now = deployment.clock.now()
    when = _moment(at, now)

    def act(connection: Connection) -> dict[str, Any]:
        stands = stands_of(connection, member, work_item_id, now)
        if stands.decision_id is None:
            raise Refused(
                asked="record an outcome",
                found="an item that this collector never had",
                do="Claim it, or look the debtor up, and record what came of it then.",
            )
        contact = contact_id or f"desk-{stands.decision_id}"
        stored = _stored(deployment, connection, member, stands, posted, contact=contact, at=when, now=now)
        return stored.document()

    asked = ("outcome", work_item_id, dict(posted), at, contact_id)
    with once(deployment, member.collector_id, key, asked, now) as done:
        return store.read_stored(done.by(act))


def stands_of(connection: Connection, member: Member, work_item_id: int, now: datetime) -> Stands:
    """An item as it stands, locked with its people.

    Raises
    ------
    WrongUse : there is no such item.
    """
    stands = opened(connection, work_item_id, collector=member.collector_id, at=now)
    if stands is None:
        raise WrongUse(asked="work an item", found="no such item", do="Claim the next one.")
    return stands


def zone_of(deployment: Deployment, stands: Stands) -> str:
    """Where the debtor may be; the portfolio's zone, where nobody knows."""
    return stands.item.zone or deployment.settings.portfolio.zone


def _stored(
    deployment: Deployment,
    connection: Connection,
    member: Member,
    stands: Stands,
    posted: Mapping[str, Any],
    *,
    contact: str,
    at: datetime,
    now: datetime,
) -> Stored:
    told = _read(posted, stands, member, contact)
    before = partial(
        store.found,
        connection,
        contact,
        work_item_id=stands.item.work_item_id,
        collector=member.collector_id,
        outcome=told,
    )
    if (known := before()) is not None:
        return known
    _plausible(told, stands, at, now)
    zone, settings = zone_of(deployment, stands), deployment.settings.for_client(stands.item.client)
    history = stands.history(
        zone=zone,
        at=at,
        disposition=told.disposition,
        channel=told.channel,
        point_id=told.point_id,
        open_promises=_called_off(deployment, connection, stands, told, day_of(at, zone), settings),
    )
    hours = deployment.desk.hours(deployment.lake, deployment.settings, day_of(now, deployment.settings.portfolio.zone))
    then = after(told, history, at, zone, settings, hours=hours)
    is_try = told.direction == "out" and told.channel in SPOKEN
    changed = store.following(
        stands,
        then,
        collector=member.collector_id,
        at=at,
        zone=zone,
        is_try=is_try,
        has_skill=partial(deployment.desk.has_skill, deployment.lake),
    )
    stored = store.store(
        connection,
        stands,
        told,
        then,
        contact_id=contact,
        collector=member.collector_id,
        changed=changed,
        at=at,
        now=now,
        standing=partial(standing_row, connection, deployment.lake),
        listed=member.listed,
    )
    if stored is None:
        stored = before()
        assert stored is not None  # noqa: S101 - its id was taken a moment ago
    return stored


def _called_off(
    deployment: Deployment, connection: Connection, stands: Stands, told: Outcome, day: date, settings: Settings
) -> Sequence[str]:
    """Promises in whose place a new one comes; they are only looked for where one does."""
    if not told.replaces:
        return ()
    item = stands.item
    return open_promises(connection, deployment.lake, item.debtor_id, item.accounts, on=day, settings=settings)


def _read(posted: Mapping[str, Any], stands: Stands, member: Member, contact: str) -> Outcome:
    refused = sorted(set(posted) & set(_OURS))
    if refused:
        raise WrongUse(
            asked="record an outcome",
            found=f"fields that follow from the claim: {', '.join(refused)}",
            do="Leave them out.",
        )
    told = read_outcome({**posted, "outcome_id": contact, "debtor_id": stands.item.debtor_id})
    strangers = set(told.debts_discussed) - set(stands.item.accounts)
    if strangers:
        raise BadInput(
            asked="record an outcome",
            found=f"{len(strangers)} of debts_discussed are none of the item's accounts",
            do="Name accounts of this item only.",
        )
    decision = None if stands.decision_id is None else str(stands.decision_id)
    return replace(told, collector_id=member.collector_id, decision_id=decision)


def _plausible(told: Outcome, stands: Stands, at: datetime, now: datetime) -> None:
    """A call that the desk made came of its claim, or it would count in none of today's limits."""
    if told.direction == "out" and stands.claimed_at is not None and at < stands.claimed_at - AHEAD:
        raise BadInput(
            asked="record an outcome",
            found="at lies before the item was claimed",
            do="Send the moment the contact began; what came before belongs to the claim of that time.",
        )
    if told.callback_at is not None and told.callback_at.tzinfo is not None and told.callback_at <= now:
        raise BadInput(
            asked="record an outcome",
            found="callback_at has passed",
            do="Send a moment that is still to come.",
        )


def _moment(at: datetime | None, now: datetime) -> datetime:
    if at is None:
        return now
    if at.tzinfo is None or at > now + AHEAD:
        raise BadInput(
            asked="record an outcome",
            found="at has no offset, or lies in the future",
            do="Send the moment the contact began, with its offset.",
        )
    return min(at, now)
