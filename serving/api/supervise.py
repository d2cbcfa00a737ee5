"""A manager's addresses under /v1: acts on the queues, each undone by its id; the team's day; the log of decisions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request
from pydantic import AwareDatetime

from arrears.queues.supervise.chosen import Chosen
from arrears.queues.supervise.decision_log import log
from arrears.queues.supervise.progress import RATE_DAYS
from arrears.state.closed import ACTIONS
from arrears.state.reading import reading
from serving import running
from serving.api import supervise_payloads as payloads
from serving.api.described import ACT_PROBLEMS
from serving.api.supervise_payloads import Acted
from serving.people.door import person_of
from serving.problems import Problem
from serving.supervise import acts as supervise
from serving.supervise.team_day import OneDay, team_day

router = APIRouter(prefix="/v1", responses=ACT_PROBLEMS)

Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", min_length=1, max_length=200, description="The same key does the same act once."),
]
ItemId = Annotated[int, Path(ge=1, le=2**63 - 1)]
ActId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Word = Annotated[str, Path(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
Asked = Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$")]

_MOST = 2**63 - 1


@router.post("/items/reassign")
def reassign(request: Request, asked: payloads.Reassignment, key: Key = None) -> Acted:
    """Put ready items, named or filtered, on a collector's list or the team's; who holds one keeps it."""
    who = person_of(request)
    done = supervise.reassign(running.deployment(), who, asked.chosen(), asked.to, asked.because, key=key)
    return Acted(**done)


@router.post("/items/put-off")
def put_off(request: Request, asked: payloads.PuttingOff, key: Key = None) -> Acted:
    """Put ready items off to a day: nobody claims them before it begins."""
    who = person_of(request)
    done = supervise.put_off(running.deployment(), who, asked.chosen(), asked.until, asked.because, key=key)
    return Acted(**done)


@router.post("/items/{item}/move")
def move(request: Request, item: ItemId, asked: payloads.Move, key: Key = None) -> Acted:
    """Move a ready item up or down, with a reason."""
    who, chosen = person_of(request), Chosen(items=(item,))
    return Acted(**supervise.move(running.deployment(), who, chosen, asked.raised, asked.because, key=key))


@router.post("/queues/{lane}/pause")
def pause(request: Request, lane: Word, asked: payloads.Pausing, key: Key = None) -> Acted:
    """Let nobody claim from a lane for now; who holds an item finishes it."""
    who = person_of(request)
    return Acted(**supervise.pause(running.deployment(), who, lane, asked.of_client, asked.because, key=key))


@router.post("/queues/{lane}/resume")
def resume(request: Request, lane: Word, asked: payloads.Pausing, key: Key = None) -> Acted:
    """Let a paused lane go on."""
    who = person_of(request)
    return Acted(**supervise.resume(running.deployment(), who, lane, asked.of_client, asked.because, key=key))


@router.post("/collectors/{collector}/absence")
def absence(request: Request, collector: Word, asked: payloads.AbsenceNote, key: Key = None) -> Acted:
    """Note that a collector is away; today's list goes to the substitute or the team at once."""
    done = supervise.announce_absence(
        running.deployment(),
        person_of(request),
        collector,
        asked.from_on,
        asked.to_on,
        substitute=asked.substitute,
        because=asked.because,
        key=key,
    )
    return Acted(**done)


@router.post("/collectors/{collector}/absence/{absence_id}/end")
def end_absence(request: Request, collector: Word, absence_id: ActId, asked: payloads.Reason, key: Key = None) -> Acted:
    """Take an absence back: what it moved returns where nobody has worked it since."""
    del collector
    done = supervise.end_absence(running.deployment(), person_of(request), absence_id, asked.because, key=key)
    return Acted(**done)


@router.post("/acts/{act}/undo")
def undo(request: Request, act: ActId, key: Key = None) -> Acted:
    """Take back what a manager did, once: what was moved on since stays."""
    return Acted(**supervise.undo(running.deployment(), person_of(request), act, key=key))


@router.get("/team")
def team() -> payloads.TeamDay:
    """Who is there, what lies on each list, what each did today, and right-party rates on one mix."""
    deployment = running.deployment()
    with reading(deployment.engine) as connection:
        found = team_day(deployment, connection)
    ahead = [payloads.AwaySpan.model_validate(one) for one in found.absences]
    members = [_member(one) for one in found.people]
    return payloads.TeamDay(day=found.day, rate_days=RATE_DAYS, collectors=members, absences=ahead)


@router.get("/decisions")
def decisions(
    *,
    night: Annotated[int | None, Query(ge=1, le=_MOST)] = None,
    action: Asked = None,
    lane: Asked = None,
    collector: Asked = None,
    debtor: Asked = None,
    explores: Annotated[bool | None, Query(description="Only what a lot decided about, or only the rest.")] = None,
    since: Annotated[AwareDatetime | None, Query(description="Only what was decided then or later.")] = None,
    after: Annotated[int | None, Query(ge=1, le=_MOST, description="Cursor of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> payloads.Decisions:
    """A page of the log of decisions, newest first; each filter keeps those that say exactly this."""
    if action is not None and action not in ACTIONS:
        raise Problem("wrong-request", f"No such action. They are {', '.join(ACTIONS)}.")
    with reading(running.deployment().engine) as connection:
        found = log(
            connection,
            night_id=night,
            action=action,
            lane=lane,
            collector=collector,
            debtor_id=debtor,
            explores=explores,
            since=since,
            before=after,
            limit=limit + 1,
        )
    page = [payloads.Decision(**row) for row in found[:limit]]
    return payloads.Decisions(decisions=page, after=str(page[-1].decision_id) if len(found) > limit else None)


def _member(one: OneDay) -> payloads.TeamMember:
    value: dict[str, float] = {}
    for each in one.lists:
        value[each.currency] = value.get(each.currency, 0.0) + each.value_minor
    return payloads.TeamMember(
        collector=one.collector_id,
        name=one.name,
        team=one.collector.member.team if one.collector else "",
        minutes_today=one.minutes,
        ready=one.ready,
        waiting=one.waiting,
        value_minor=value,
        served=one.done.served,
        outcomes=one.done.outcomes,
        right_party=one.done.right_party,
        promises=one.done.promises,
        promised_minor=dict(one.done.promised_minor),
        minutes_worked=one.done.minutes,
        skips=one.done.skips,
        rate=None if one.rate is None else payloads.RightPartyRate.model_validate(one.rate),
        away=None if one.away is None else payloads.AwaySpan.model_validate(one.away),
    )
