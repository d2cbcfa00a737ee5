"""The manager's addresses in the console: forms that change queues and the team, and the pages Team and Strategies.

A form is sent, done, and answered with the address of the page it came from, which tells what became of it; so
reloading that page repeats nothing.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from arrears.queues.supervise.acts import LONGEST
from serving import running
from serving.console import queue, strategies, team
from serving.console.frame import page
from serving.people.door import person_of
from serving.supervise import acts as supervise

router = APIRouter(include_in_schema=False)

ActId = Annotated[int, Form(ge=1, le=2**31 - 1)]
Because = Annotated[str, Form(max_length=LONGEST)]


@router.post("/queues/act")
def act_on_items(
    request: Request, wanted: Annotated[queue.Wanted, Query()], form: Annotated[queue.ActForm, Form()]
) -> Response:
    """Reassign, put off or move what is ticked, or all that the list fits."""
    act = queue.do(running.deployment(), person_of(request), wanted, form)
    return _back("/queues" + wanted.address(after=wanted.after, done=str(act)))


@router.post("/queues/pause")
def pause(
    request: Request,
    wanted: Annotated[queue.Wanted, Query()],
    because: Because = "",
    client: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Pause the lane that is looked at."""
    done = supervise.pause(running.deployment(), person_of(request), wanted.lane, client or None, because)
    return _back("/queues" + wanted.address(done=str(done["act"])))


@router.post("/queues/resume")
def resume(
    request: Request,
    wanted: Annotated[queue.Wanted, Query()],
    lane: Annotated[str, Form(max_length=20)],
    because: Because = "",
    client: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Let a paused lane go on."""
    done = supervise.resume(running.deployment(), person_of(request), lane, client or None, because)
    return _back("/queues" + wanted.address(done=str(done["act"])))


@router.post("/queues/undo")
def undo_on_queues(request: Request, wanted: Annotated[queue.Wanted, Query()], act: ActId) -> Response:
    """Take back what was done to queues."""
    done = supervise.undo(running.deployment(), person_of(request), act)
    return _back("/queues" + wanted.address(done=str(done["act"])))


@router.get("/team")
def team_page(request: Request, done: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None) -> Response:
    """Who is there, and how the day goes for each."""
    return page(request, "team.html", room="Team", **team.shown(running.deployment(), done, person_of(request)))


@router.post("/team/absence")
def absence(request: Request, form: Annotated[team.AbsenceForm, Form()]) -> Response:
    """Note that somebody is away."""
    return _back(f"/team?done={team.note_absence(running.deployment(), person_of(request), form)}")


@router.post("/team/back")
def back_again(
    request: Request, absence_id: Annotated[int, Form(ge=1, le=2**31 - 1)], because: Because = "back again"
) -> Response:
    """Take an absence back."""
    done = supervise.end_absence(running.deployment(), person_of(request), absence_id, because)
    return _back(f"/team?done={done['act']}")


@router.post("/team/allocation")
def share_out(request: Request, because: Because = "") -> Response:
    """Share the lists out anew."""
    return _back(f"/team?done={supervise.share_out(running.deployment(), person_of(request), because)['act']}")


@router.post("/team/undo")
def undo_on_team(request: Request, act: ActId) -> Response:
    """Take back what was done to the team."""
    return _back(f"/team?done={supervise.undo(running.deployment(), person_of(request), act)['act']}")


@router.get("/strategies")
def strategies_page(request: Request) -> Response:
    """Every way of ordering a queue, and which one is in force."""
    return page(request, "strategies.html", room="Strategies", **strategies.shown(running.deployment()))


def _back(address: str) -> Response:
    return RedirectResponse(address, status_code=303)
