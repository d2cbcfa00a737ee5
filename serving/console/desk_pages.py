"""The Desk's addresses: every step of a collector's day is a plain form, so that it works without script.

A form is answered by another page (never by itself), so going back or loading again does nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from arrears.errors import BadInput, Refused, WrongUse
from arrears.queues.desk.team import Member
from arrears.queues.item import WorkItem
from arrears.queues.next.outcome import read_outcome
from arrears.queues.next.problems import problems_of
from arrears.state.reading import reading
from serving import running
from serving.console import desk_page, my_day
from serving.console.desk import held, notice_said
from serving.console.desk_facts import known_of
from serving.console.desk_form import moment_of, read_form
from serving.console.forms import Form, Posted, one
from serving.console.frame import page
from serving.deployment import Deployment
from serving.desk import outcome as desk_outcome
from serving.desk import returns as desk_returns
from serving.desk import working as at_desk
from serving.desk.member import item_by_id, member_asking, working_member
from serving.desk.working import Claimed
from serving.events.settle import follow_holds
from serving.present import in_zone

router = APIRouter(include_in_schema=False)

ItemId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@dataclass(frozen=True)
class _Again:
    """What was typed and could not be stored: it stands in the form again, with what to mend."""

    form: Form
    faults: Mapping[str, str]
    open_act: str = ""


@router.get("/desk")
def the_desk(
    request: Request,
    stored: Annotated[str, Query(max_length=100)] = "",
    did: Annotated[str, Query(max_length=20)] = "",
    asked: bool = False,  # noqa: FBT001, FBT002 - of the address
) -> Response:
    """The debtor on the desk, or why there is none."""
    deployment, member = running.deployment(), member_asking(request)
    if member is None:
        return page(request, "desk_shut.html", room="Desk")
    claimed = at_desk.held_by(deployment, member)
    last = _last(deployment, member, stored)
    told = DID.get(did)
    if claimed is not None:
        return _item(request, deployment, member, claimed, last=last, told=told)
    now = deployment.clock.now()
    with reading(deployment.engine) as connection:
        day = my_day.my_day(connection, member.collector_id, deployment.settings, now=now)
        ready = my_day.ready_for(connection, member.collector_id, now=now)
    facts = desk_page.idle_facts(deployment, day, ready, now=now, asked=asked, stored=last, told=told)
    return page(request, "desk_idle.html", room="Desk", **facts)


@router.post("/desk/next")
def next_debtor(request: Request) -> Response:
    """Take the next debtor."""
    return _to_desk(_claim(running.deployment(), working_member(request)))


@router.post("/desk/items/{item}/outcome")
def store_outcome(request: Request, item: ItemId, form: Posted) -> Response:
    """Store what came of it, then give the next debtor or stop."""
    deployment, member = running.deployment(), working_member(request)
    on_desk = at_desk.held_by(deployment, member)
    claimed = on_desk if on_desk is not None and on_desk.item.work_item_id == item else None
    work_item = _read(deployment, item) if claimed is None else claimed.item
    zone = work_item.zone or deployment.settings.portfolio.zone
    typed = read_form(form, work_item, zone)
    faults = dict(typed.faults) or _problems(deployment, work_item, typed.document, zone)
    if not faults:
        try:
            key = one(form, "key") or None
            done = desk_outcome.outcome(deployment, member, item, typed.document, key=key)
            follow_holds(deployment, item)
        except (BadInput, Refused) as problem:
            faults = {"": f"{problem.found[:1].upper()}{problem.found[1:]}. {problem.do}"}
    if faults:
        return _mend(request, deployment, member, claimed, _Again(form, faults))
    query = {"stored": done.contact_id}
    if one(form, "then") == "stop":
        return _see(query)
    return _to_desk(_claim(deployment, member), **query)


@router.post("/desk/items/{item}/skip")
def skip(request: Request, item: ItemId, form: Posted) -> Response:
    """Pass it over, with a reason."""
    return _given_back(
        request,
        lambda deployment, member: desk_returns.skip(deployment, member, item, one(form, "reason")),
        "skip",
        form,
    )


@router.post("/desk/items/{item}/release")
def release(request: Request, item: ItemId, form: Posted) -> Response:
    """Give it back."""
    return _given_back(
        request,
        lambda deployment, member: desk_returns.release(deployment, member, item, one(form, "because")),
        "release",
        form,
    )


@router.post("/desk/items/{item}/snooze")
def snooze(request: Request, item: ItemId, form: Posted) -> Response:
    """Put it off."""

    def act(deployment: Deployment, member: Member) -> object:
        zone = _read(deployment, item).zone or deployment.settings.portfolio.zone
        try:
            until = moment_of(one(form, "until"), zone)
        except ValueError as problem:
            raise WrongUse(asked="put an item off", found="no moment", do=str(problem)) from None
        return desk_returns.snooze(deployment, member, item, until, one(form, "because"))

    return _given_back(request, act, "snooze", form)


@router.post("/desk/items/{item}/extend")
def extend(request: Request, item: ItemId) -> Response:
    """Hold it for longer, where no script does that."""
    at_desk.extend(running.deployment(), working_member(request), item)
    return _see({"did": "extend"})


@router.get("/desk/list")
def my_list(request: Request) -> Response:
    """How much waits, and which callbacks are due; not whom: the desk gives one debtor at a time."""
    deployment, member = running.deployment(), member_asking(request)
    if member is None:
        return page(request, "desk_shut.html", room="Desk")
    now = deployment.clock.now()
    with reading(deployment.engine) as connection:
        day = my_day.my_day(connection, member.collector_id, deployment.settings, now=now)
        ready = my_day.ready_for(connection, member.collector_id, now=now)
    facts = desk_page.clockwork(deployment.settings.portfolio.zone)
    return page(request, "desk_list.html", room="Desk", day=day, ready=ready, **facts)


DID = {
    "skip": "Passed over, with your reason.",
    "release": "Given back.",
    "snooze": "Put off; it comes back to you at its hour.",
    "extend": "It is yours for longer.",
}
"""What the desk says was done last, where it was no outcome."""


def _item(
    request: Request,
    deployment: Deployment,
    member: Member,
    claimed: Claimed,
    *,
    again: _Again | None = None,
    last: my_day.Stored | None = None,
    told: str | None = None,
) -> Response:
    now = deployment.clock.now()
    zone = deployment.settings.portfolio.zone
    # What the gate opened at the claim, not what the night foresaw.
    item = replace(claimed.item, ways=claimed.ways, judged_at=claimed.judged_at)
    with reading(deployment.engine) as connection:
        known = known_of(deployment, connection, item, now)
        day = my_day.my_day(connection, member.collector_id, deployment.settings, now=now)
    notices = [notice_said(each, in_zone(_moment(each["at"]), zone), item.currency) for each in claimed.notices]
    shown = held(deployment, item, known, until=claimed.lease.expires_at, notices=notices, now=now)
    form = again.form if again else {}
    facts = desk_page.item_facts(
        deployment,
        shown,
        day,
        now=now,
        typed={name: values[0] for name, values in form.items() if values},
        debts=form.get("debts_discussed", ()) if again and not again.open_act else None,
        faults=again.faults if again else {},
        stored=last,
        told=told,
        open_act=again.open_act if again else "",
    )
    return page(request, "desk.html", room="Desk", status=422 if again else 200, **facts)


def _mend(request: Request, deployment: Deployment, member: Member, claimed: Claimed | None, again: _Again) -> Response:
    """The form again; where the item has left the desk meanwhile, only what was wrong can be told."""
    if claimed is None:
        raise BadInput(
            asked="record an outcome",
            found="; ".join(again.faults.values()),
            do="Go back, mend what is named and store it again: an outcome after its lease is kept all the same.",
        )
    return _item(request, deployment, member, claimed, again=again)


def _problems(deployment: Deployment, item: WorkItem, document: Mapping[str, Any], zone: str) -> dict[str, str]:
    """What is missing or contradicts itself, by the field to mend."""
    told = read_outcome({**document, "outcome_id": "typed", "debtor_id": item.debtor_id})
    settings = deployment.settings.for_client(item.client or None)
    return {problem.field: problem.sentence for problem in problems_of(told, deployment.clock.now(), zone, settings)}


def _given_back(request: Request, act: Any, name: str, form: Form) -> Response:  # noqa: ANN401 - a step of this module's
    deployment, member = running.deployment(), working_member(request)
    try:
        act(deployment, member)
    except (WrongUse, Refused) as problem:
        claimed = at_desk.held_by(deployment, member)
        if claimed is None:
            raise
        said = f"{problem.found[:1].upper()}{problem.found[1:]}. {problem.do}"
        return _item(request, deployment, member, claimed, again=_Again(form, {"": said}, open_act=name))
    return _see({"did": name})


def _claim(deployment: Deployment, member: Member) -> Claimed | None:
    return at_desk.claim(deployment, member)


def _to_desk(claimed: Claimed | None, **query: str) -> Response:
    return _see(query if claimed is not None else {**query, "asked": "1"})


def _see(query: Mapping[str, str]) -> Response:
    return RedirectResponse(f"/desk?{urlencode(query)}" if query else "/desk", status_code=303)


def _last(deployment: Deployment, member: Member, contact_id: str) -> my_day.Stored | None:
    if not contact_id:
        return None
    with reading(deployment.engine) as connection:
        return my_day.stored(connection, member.collector_id, contact_id)


def _read(deployment: Deployment, work_item_id: int) -> WorkItem:
    with reading(deployment.engine) as connection:
        return item_by_id(connection, work_item_id)


def _moment(told: str | datetime) -> datetime:
    return datetime.fromisoformat(told) if isinstance(told, str) else told
