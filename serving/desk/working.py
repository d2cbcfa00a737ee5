"""The desk: a collector takes the next item, keeps it while it is worked, and sees what came meanwhile.

Each act is one transaction on PostgreSQL and passes the conduct gate (`desk_gate`) before anybody is reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from arrears.errors import ArrearsError, Refused
from arrears.queues.desk import leases
from arrears.queues.desk.claim import ITEM_COLUMNS, NotTaken, Taken, candidates, read_item, take
from arrears.queues.desk.decisions import decide
from arrears.queues.desk.leases import Lease
from arrears.queues.desk.statement import run
from arrears.queues.desk.successor import close, succeed
from arrears.queues.desk.team import Member
from arrears.queues.item import Json, WorkItem
from arrears.state.reading import reading
from serving.deployment import Deployment
from serving.desk.acts import once
from serving.desk.gate import Answer, Gate, Later, Open, gate_now

GATE = "gate"
"""Who withdraws or puts off an item at a claim, among the events."""

TRY_AGAIN = timedelta(minutes=15)
"""So long an item waits that the rules could not judge."""

_HELD = f"""
    SELECT {ITEM_COLUMNS}, l.lease_id, l.collector, l.taken_at, l.expires_at, claimed.detail, (
        SELECT coalesce(jsonb_agg(jsonb_build_object('at', e.at, 'because', e.because, 'detail', e.detail)
            ORDER BY e.event_id), '[]')
        FROM work_item_events e
        WHERE e.work_item_id = i.work_item_id AND e.did = 'noticed' AND e.at >= l.taken_at
    ) AS notices
    FROM (
        SELECT work_item_id, collector, min(lease_id) AS lease_id, min(taken_at) AS taken_at,
            min(expires_at) AS expires_at
        FROM leases WHERE ended_at IS NULL AND expires_at > %(at)s AND {{}} GROUP BY work_item_id, collector
    ) AS l
    JOIN work_items i USING (work_item_id)
    LEFT JOIN LATERAL (
        SELECT detail FROM work_item_events e
        WHERE e.work_item_id = i.work_item_id AND e.did = 'claimed' ORDER BY event_id DESC LIMIT 1
    ) AS claimed ON true
    ORDER BY l.taken_at DESC, i.work_item_id DESC
"""  # noqa: S608 - our own words


@dataclass(frozen=True)
class Claimed:
    """An item in a collector's hands.

    Attributes
    ----------
    ways : by which the debtor may be reached, as the gate said at the claim; each with the moment it closes.
    decision_id : of the decision that served it; its contact bears it.
    judged_at : up to when the facts behind its ways were known.
    notices : what became known while it was worked, the oldest first.
    """

    item: WorkItem
    lease: Lease
    ways: list[Json]
    decision_id: int
    judged_at: datetime
    notices: Sequence[Json] = ()


def claim(
    deployment: Deployment, member: Member, *, queue: str = "next", key: str | None = None, another: bool = False
) -> Claimed | None:
    """The next item for a collector, with a lease; what they already hold, where they hold one.

    Parameters
    ----------
    queue : a lane, or `next` for whatever comes first.
    key : an Idempotency-Key.
    another : one more, though they hold one.

    Returns
    -------
    Claimed | None : None where nothing may be worked now.
    """
    now = deployment.clock.now()

    def act(connection: Connection) -> dict[str, Any]:
        held, overdue = leases.held_by(connection, member.collector_id, now)
        if held and not another:
            return {"item": held[-1].work_item_id}
        if overdue:
            leases.expire(connection, at=now)
        lane = None if queue == "next" else queue
        gate = gate_now(deployment, connection, now)
        for item in candidates(connection, member, at=now, lane=lane, pools=deployment.desk.pools):
            if _taken(gate, item, member, lease_time(deployment)):
                return {"item": item.work_item_id}
        return {"item": None}

    with once(deployment, member.collector_id, key, ("claim", queue, another), now) as done:
        answer = done.by(act)
        mine = _held(done.connection, member.collector_id, now)
    return next((held for held in mine if held.item.work_item_id == answer["item"]), None)


def held_by(deployment: Deployment, member: Member) -> Claimed | None:
    """What a collector has on the desk now: the item taken last; None where there is none."""
    with reading(deployment.engine) as connection:
        return next(iter(_held(connection, member.collector_id, deployment.clock.now())), None)


def held_item(deployment: Deployment, work_item_id: int) -> Claimed | None:
    """An item that somebody holds now, with whoever holds it; None where nobody does."""
    told = {"at": deployment.clock.now(), "item": work_item_id}
    with reading(deployment.engine) as connection:
        rows = run(connection, _HELD.format("work_item_id = %(item)s"), told)
    return next((_claimed(row) for row in rows), None)


def extend(deployment: Deployment, member: Member, work_item_id: int) -> datetime:
    """Lengthen a lease that still runs while the desk is open; until when it runs now.

    Raises
    ------
    Refused : it has ended, or is somebody else's.
    """
    now = deployment.clock.now()
    until = now + lease_time(deployment)
    with deployment.engine.begin() as connection:
        if not leases.extend(connection, work_item_id, collector=member.collector_id, at=now, until=until):
            raise Refused(
                asked="keep an item for longer",
                found="its lease has ended, or somebody else holds it",
                do="Take the next item. If you spoke with the debtor, record the outcome all the same: it is kept.",
            )
    return until


def expire(deployment: Deployment) -> int:
    """Give back every item whose lease ran out without a word; how many there were."""
    with deployment.engine.begin() as connection:
        return len(leases.expire(connection, at=deployment.clock.now()))


def lease_time(deployment: Deployment) -> timedelta:
    """How long a lease runs."""
    return timedelta(minutes=deployment.settings.desk.lease_minutes)


def member_of(deployment: Deployment, collector_id: str) -> Member:
    """A collector with what they can do."""
    return deployment.desk.member(deployment.lake, collector_id)


def _taken(gate: Gate, item: WorkItem, member: Member, lease: timedelta) -> bool:
    """Ask the gate about a locked item and take it; where it may not be worked it is put off, or leaves its queue."""
    answer = gate.proven(item) or _asked(gate, item)
    taken = _take(gate, item, member, lease, answer)
    if isinstance(taken, NotTaken) and taken.leased:
        leases.expire(gate.connection, at=gate.now, people=item.people)
        taken = _take(gate, item, member, lease, answer)
    if isinstance(taken, NotTaken) and taken.news:
        answer = _asked(gate, item)
        taken = _take(gate, item, member, lease, answer)
    if taken is None:
        _turned_away(gate, item, answer)
    return isinstance(taken, Taken)


def _asked(gate: Gate, item: WorkItem) -> Answer:
    """What the rules say; one debtor who cannot be judged waits, and stops nobody's claim of another."""
    try:
        return gate.ask(item)
    except ArrearsError:
        return Later(gate.now + TRY_AGAIN, "cannot_be_judged")


def _take(gate: Gate, item: WorkItem, member: Member, lease: timedelta, answer: Answer) -> Taken | NotTaken | None:
    if not isinstance(answer, Open):
        return None
    return take(
        gate.connection,
        item,
        collector=member.collector_id,
        at=gate.now,
        lease=lease,
        judged=answer.judged,
        detail=_detail(gate, answer),
    )


def _detail(gate: Gate, answer: Open) -> dict[str, Any]:
    """What a claim keeps of an answer of its own: a night's answer is the item's already."""
    if not answer.judged:
        return {}
    told: dict[str, Any] = {"ways": answer.ways, "judged_at": gate.now.isoformat()}
    return told if answer.accounts is None else told | {"accounts": list(answer.accounts)}


def _turned_away(gate: Gate, item: WorkItem, answer: Answer) -> None:
    connection, at = gate.connection, gate.now
    if isinstance(answer, Later):
        changed: dict[str, Any] = {"ready_at": answer.ready_at}
        if item.team_from is not None:
            changed["team_from"] = answer.ready_at + (item.team_from - item.ready_at)
        succeed(
            connection,
            [item.work_item_id],
            state="released",
            because=answer.because,
            at=at,
            by=GATE,
            made_by="return",
            changed=changed,
        )
        return
    codes = [] if isinstance(answer, Open) else list(answer.codes)
    close(
        connection,
        [item.work_item_id],
        state="withdrawn",
        because=codes[0] if codes else None,
        at=at,
        by=GATE,
    )
    decide(connection, [item.work_item_id], "held", at=at, because=codes, is_eligible=False)


def _held(connection: Connection, collector: str, at: datetime) -> list[Claimed]:
    rows = run(connection, _HELD.format("collector = %(me)s"), {"at": at, "me": collector})
    return [_claimed(row) for row in rows]


def _claimed(row: Sequence[Any]) -> Claimed:
    lease_id, collector, taken_at, expires_at, detail, notices = row[-6:]
    told = detail or {}
    item = read_item(row)
    item = replace(item, accounts=told.get("accounts", item.accounts))  # what is held by then is not spoken of
    judged_at = told.get("judged_at")
    return Claimed(
        item=item,
        lease=Lease(lease_id, item.work_item_id, collector, taken_at, expires_at),
        ways=told.get("ways", item.ways),
        decision_id=int(told.get("decision_id", 0)),
        judged_at=datetime.fromisoformat(judged_at) if judged_at else item.judged_at,
        notices=notices,
    )
