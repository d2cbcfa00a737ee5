"""An item given back from the desk: released, skipped within the day's budget, or put off."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from arrears.clock import day_of, start_of_day
from arrears.errors import Refused, WrongUse
from arrears.queues.desk import giving_back
from arrears.queues.desk.history import Stands
from arrears.queues.desk.team import Member
from arrears.queues.next import skips
from serving.deployment import Deployment
from serving.desk.acts import once
from serving.desk.outcome import stands_of, zone_of

FURTHEST = timedelta(days=30)
"""No item is put off for longer: a reminder that nobody ends would park it for ever."""

LONGEST = 200
"""Characters of a reason."""


@dataclass(frozen=True)
class Returned:
    """What became of an item that was given back.

    Attributes
    ----------
    next_item, ready_at : what comes in its place, and from when; None where nothing does.
    skips_left : of the day's skips; None where nothing was skipped.
    """

    next_item: int | None
    ready_at: datetime | None
    skips_left: int | None = None


def release(
    deployment: Deployment, member: Member, work_item_id: int, because: str, *, key: str | None = None
) -> Returned:
    """Give an item back at once; it is offered to others, not to whoever gave it back.

    Raises
    ------
    WrongUse : no such item, or no reason.
    Refused : somebody else holds it, or nobody does.
    """
    now, why = deployment.clock.now(), _reason(because)

    def act(connection: Connection) -> dict[str, Any]:
        stands = _in_hand(connection, member, work_item_id, now)
        made = giving_back.release(connection, stands, collector=member.collector_id, because=why, at=now)
        return _document(Returned(made, None if made is None else now))

    return _done(deployment, member, key, ("release", work_item_id, because), now, act)


def skip(
    deployment: Deployment,
    member: Member,
    work_item_id: int,
    reason: str,
    *,
    language: str | None = None,
    key: str | None = None,
) -> Returned:
    """Pass an item over for one of the reasons of `arrears.queues.next.skips`.

    Parameters
    ----------
    language : the debtor's, where that is the reason and it is known.

    Raises
    ------
    WrongUse : no such item or reason.
    Refused : the day's skips are spent, somebody else holds the item, or nobody does.
    """
    now = deployment.clock.now()

    def act(connection: Connection) -> dict[str, Any]:
        stands = _in_hand(connection, member, work_item_id, now)
        settings, zone = deployment.settings, zone_of(deployment, stands)
        midnight = start_of_day(day_of(now, settings.portfolio.zone), settings.portfolio.zone)
        spent = giving_back.skips_since(connection, member.collector_id, since=midnight, at=now)
        history = stands.history(zone=zone, at=now, skips_today=spent)
        own = settings.for_client(stands.item.client)
        hours = deployment.desk.hours(deployment.lake, settings, day_of(now, settings.portfolio.zone))
        spoken = language or stands.item.language
        skipped = skips.skip(reason, history, now, zone, own, language=spoken, hours=hours)
        made = giving_back.skip(connection, stands, skipped, collector=member.collector_id, reason=reason, at=now)
        return _document(Returned(made, skipped.ready_at, skipped.left))

    return _done(deployment, member, key, ("skip", work_item_id, reason, language), now, act)


def snooze(
    deployment: Deployment,
    member: Member,
    work_item_id: int,
    until: datetime,
    because: str,
    *,
    key: str | None = None,
) -> Returned:
    """Put an item off until a moment.

    Raises
    ------
    WrongUse : no such item, no reason, or a moment that is past or too far.
    Refused : somebody else holds it, or nobody does.
    """
    now, why = deployment.clock.now(), _reason(because)
    if until.tzinfo is None or not now < until <= now + FURTHEST:
        raise WrongUse(
            asked="put an item off",
            found=f"a moment that has passed, has no offset, or lies more than {FURTHEST.days} days ahead",
            do="Choose a moment soon; what must wait longer belongs to a hold or a promise.",
        )

    def act(connection: Connection) -> dict[str, Any]:
        stands = _in_hand(connection, member, work_item_id, now)
        made = giving_back.snooze(connection, stands, collector=member.collector_id, until=until, because=why, at=now)
        return _document(Returned(made, until))

    return _done(deployment, member, key, ("snooze", work_item_id, until, because), now, act)


def _in_hand(connection: Connection, member: Member, work_item_id: int, now: datetime) -> Stands:
    stands = stands_of(connection, member, work_item_id, now)
    if stands.state != "claimed" or stands.holder != member.collector_id:
        raise Refused(
            asked="give an item back",
            found="its lease has ended, or somebody else holds it",
            do="Take the next item. If you spoke with the debtor, record the outcome all the same: it is kept.",
        )
    return stands


def _reason(because: str) -> str:
    told = because.strip()
    if not told or len(told) > LONGEST:
        raise WrongUse(
            asked="give an item back",
            found=f"a reason of {len(told)} characters",
            do=f"Say why in 1 to {LONGEST} characters, without names or numbers of people.",
        )
    return told


def _done(
    deployment: Deployment,
    member: Member,
    key: str | None,
    asked: tuple[object, ...],
    now: datetime,
    act: Any,  # noqa: ANN401 - a step of this module's
) -> Returned:
    with once(deployment, member.collector_id, key, asked, now) as done:
        told = done.by(act)
    ready_at = told["ready_at"]
    return Returned(**{**told, "ready_at": ready_at and datetime.fromisoformat(ready_at)})


def _document(returned: Returned) -> dict[str, Any]:
    return {**asdict(returned), "ready_at": returned.ready_at and returned.ready_at.astimezone(UTC).isoformat()}
