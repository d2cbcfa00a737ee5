"""The Desk's look-up: who called in, found by number or account, opened at once and kept with the reason."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from arrears.errors import WrongUse
from arrears.queues.desk.look_up import Group
from arrears.queues.desk.team import Member
from serving import running
from serving.console import desk_page
from serving.console.forms import Posted, one
from serving.console.frame import page
from serving.console.group_words import told_apart
from serving.deployment import Deployment
from serving.desk.look_up import LookedUp, look_up
from serving.desk.member import member_asking, working_member

router = APIRouter(include_in_schema=False)


@router.get("/desk/lookup")
def look_up_page(request: Request) -> Response:
    """Where somebody who calls in is looked up."""
    if member_asking(request) is None:
        return page(request, "desk_shut.html", room="Desk")
    return _look_up_page(request)


@router.post("/desk/lookup")
def look_up_caller(request: Request, form: Posted) -> Response:
    """Open the debtor who called in, or tell who it may be."""
    deployment, member = running.deployment(), working_member(request)
    said, reason = one(form, "said").strip(), one(form, "reason")
    try:
        found = _found(deployment, member, said, LOOK_UP_REASONS.get(reason, reason))
    except WrongUse as problem:
        return _look_up_page(request, said=said, reason=reason, fault=problem.do)
    if found.claimed is not None:
        return RedirectResponse("/desk", status_code=303)
    if found.held_by is not None:
        fault = f"{found.held_by} works this debtor right now, and has been told that somebody calls. Put them through."
        return _look_up_page(request, said=said, reason=reason, fault=fault)
    if not found.matches:
        fault = "Nobody is known by this account or number. Ask for an account's number, or their earlier number."
        return _look_up_page(request, said=said, reason=reason, fault=fault)
    return _look_up_page(request, said=said, reason=reason, found=found)


LOOK_UP_REASONS = {
    "called": "They called",
    "called_back": "They called back",
    "handed_over": "A colleague hands over a call",
    "wrote": "They wrote",
    "other": "Something else",
}
"""Why somebody is looked up."""


def _found(deployment: Deployment, member: Member, said: str, reason: str) -> LookedUp:
    """By account, where one has that very id; else by number."""
    by_account = look_up(deployment, member, reason=reason, account_id=said)
    return by_account if by_account.matches else look_up(deployment, member, reason=reason, phone=said)


def _offered(found: LookedUp) -> list[tuple[str, list[tuple[Group, str]]]]:
    """Each debtor it may be, with their work groups and what tells these apart."""
    return [
        (match.debtor_id, list(zip(match.groups, told_apart(match.groups), strict=True))) for match in found.matches
    ]


def _look_up_page(
    request: Request, *, said: str = "", reason: str = "called", fault: str = "", found: LookedUp | None = None
) -> Response:
    facts = desk_page.clockwork(running.deployment().settings.portfolio.zone)
    told = {"said": said, "reason": reason, "fault": fault, "matches": _offered(found) if found else ()}
    status = 422 if fault else 200
    return page(request, "desk_lookup.html", room="Desk", status=status, reasons=LOOK_UP_REASONS, **told, **facts)
