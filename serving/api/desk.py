"""The desk's addresses under /v1: claim, outcome, give back, put off, keep; each is one act of `serving.desk`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from arrears.queues.desk.outcome import Stored
from arrears.queues.item import WorkItem
from arrears.queues.next.skips import reasons as skip_reasons
from arrears.state.reading import reading
from serving import running
from serving.api import desk_payloads
from serving.api.described import ACT_PROBLEMS
from serving.api.desk_payloads import ClaimedItem
from serving.console.desk import notice_said
from serving.console.reasons import sentences_of
from serving.deployment import Deployment
from serving.desk import outcome as desk_outcome
from serving.desk import returns as desk_returns
from serving.desk import working as desk
from serving.desk.look_up import look_up
from serving.desk.member import Key, item_by_id, working_member
from serving.desk.returns import Returned
from serving.desk.working import Claimed
from serving.events.settle import follow_holds
from serving.people.door import person_of
from serving.present import in_zone
from serving.problems import Problem

router = APIRouter(prefix="/v1", responses=ACT_PROBLEMS)

ItemId = Annotated[int, Path(ge=1, le=2**63 - 1)]
QueueName = Annotated[desk_payloads.Queue, Path(description="A lane, or `next` for whatever comes first.")]


@router.post("/queues/{queue}/claim", response_model=ClaimedItem, responses={204: {"description": "Nothing now"}})
def claim(request: Request, queue: QueueName, key: Key = None) -> Response | ClaimedItem:
    """The next item for whoever asks, with a lease; what they already hold, where they hold one."""
    deployment = running.deployment()
    claimed = desk.claim(deployment, working_member(request), queue=queue, key=key)
    return Response(status_code=204) if claimed is None else _told(deployment, claimed)


@router.get("/items/{item}")
def item(request: Request, item: ItemId) -> ClaimedItem:
    """An item with its lease, what came since its claim, and how old its facts are; a collector sees the own one."""
    deployment, person = running.deployment(), person_of(request)
    claimed = desk.held_item(deployment, item)
    if person.role == "collector" and (claimed is None or claimed.lease.collector != person.collector_id):
        raise Problem("not-found", "You do not hold such an item. Claim the next one.")
    if claimed is not None:
        return _told(deployment, claimed)
    with reading(deployment.engine) as connection:
        found = item_by_id(connection, item)
    return _item(deployment, found, judged_at=found.judged_at)


@router.post("/items/{item}/outcome")
def outcome(
    request: Request, item: ItemId, posted: desk_payloads.OutcomePosted, key: Key = None
) -> desk_payloads.OutcomeStored:
    """Store what came of an item, and tell what comes next; posted again it is not stored again."""
    stored = desk_outcome.outcome(
        running.deployment(), working_member(request), item, posted.document(), at=posted.at, key=key
    )
    follow_holds(running.deployment(), item)
    return desk_payloads.OutcomeStored(
        contact_id=stored.contact_id, after_lease=stored.after_lease, next=_next_of(stored)
    )


@router.post("/items/{item}/release")
def release(
    request: Request, item: ItemId, posted: desk_payloads.BecausePosted, key: Key = None
) -> desk_payloads.GivenBack:
    """Give an item back at once: it is offered to others."""
    return _given_back(
        item, desk_returns.release(running.deployment(), working_member(request), item, posted.because, key=key)
    )


@router.post("/items/{item}/skip")
def skip(request: Request, item: ItemId, posted: desk_payloads.SkipPosted, key: Key = None) -> desk_payloads.GivenBack:
    """Pass an item over for one of the reasons; some cost a skip of the day."""
    if posted.reason not in skip_reasons():
        raise Problem("wrong-request", f"reason is one of {', '.join(skip_reasons())}.")
    returned = desk_returns.skip(
        running.deployment(), working_member(request), item, posted.reason, language=posted.language, key=key
    )
    return _given_back(item, returned)


@router.post("/items/{item}/snooze")
def snooze(
    request: Request, item: ItemId, posted: desk_payloads.SnoozePosted, key: Key = None
) -> desk_payloads.GivenBack:
    """Put an item off until a moment."""
    returned = desk_returns.snooze(
        running.deployment(), working_member(request), item, posted.until, posted.because, key=key
    )
    return _given_back(item, returned)


@router.post("/items/{item}/extend")
def extend(request: Request, item: ItemId, posted: desk_payloads.NothingPosted) -> desk_payloads.Extended:
    """Keep an item for longer, while the desk is open."""
    del posted
    until = desk.extend(running.deployment(), working_member(request), item)
    return desk_payloads.Extended(work_item_id=item, lease_until=until)


@router.post("/lookup")
def lookup(request: Request, posted: desk_payloads.LookUpPosted, key: Key = None) -> desk_payloads.LookedUp:
    """Who is calling, by number or account; opened at once where it is one debtor and one work group."""
    deployment = running.deployment()
    found = look_up(
        deployment,
        working_member(request),
        reason=posted.reason,
        phone=posted.phone,
        account_id=posted.account,
        key=key,
    )
    return desk_payloads.LookedUp(
        found=[
            desk_payloads.Found(
                debtor_id=match.debtor_id,
                groups=[
                    desk_payloads.FoundGroup(
                        work_group=group.work_group,
                        client=group.client,
                        currency=group.currency,
                        charged_off=group.charged_off,
                        accounts=list(group.accounts),
                    )
                    for group in match.groups
                ],
            )
            for match in found.matches
        ],
        item=None if found.claimed is None else _told(deployment, found.claimed),
        held_by=found.held_by,
    )


def _told(deployment: Deployment, claimed: Claimed) -> ClaimedItem:
    zone = deployment.settings.portfolio.zone
    notices = [
        desk_payloads.Notice(at=at, sentence=notice_said(each, in_zone(at, zone), claimed.item.currency))
        for each in claimed.notices
        for at in [datetime.fromisoformat(str(each["at"]))]
    ]
    return _item(
        deployment,
        replace(claimed.item, ways=claimed.ways),
        judged_at=claimed.judged_at,
        lease_until=claimed.lease.expires_at,
        decision_id=str(claimed.decision_id),
        notices=notices,
    )


def _item(
    deployment: Deployment,
    item: WorkItem,
    *,
    judged_at: datetime,
    lease_until: datetime | None = None,
    decision_id: str | None = None,
    notices: list[desk_payloads.Notice] | None = None,
) -> ClaimedItem:
    age = deployment.clock.now() - judged_at
    return ClaimedItem(
        **{name: getattr(item, name) for name in _SAME},
        reasons=sentences_of(item.reasons, most=4),
        judged_at=judged_at,
        staleness_seconds=max(age.total_seconds(), 0.0),
        lease_until=lease_until,
        decision_id=decision_id,
        notices=notices or [],
    )


def _next_of(stored: Stored) -> desk_payloads.NextItem | None:
    if stored.next_item is None or stored.lane is None or stored.ready_at is None:
        return None
    return desk_payloads.NextItem(
        work_item_id=stored.next_item, lane=stored.lane, ready_at=stored.ready_at, sentence=stored.sentence
    )


def _given_back(item: int, returned: Returned) -> desk_payloads.GivenBack:
    return desk_payloads.GivenBack(
        work_item_id=item,
        next_item=returned.next_item,
        ready_at=returned.ready_at,
        skips_left=returned.skips_left,
    )


_LATER = ("reasons", "judged_at", "staleness_seconds", "lease_until", "decision_id", "notices")
_SAME = tuple(name for name in ClaimedItem.model_fields if name not in _LATER)
