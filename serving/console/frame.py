"""How a page is made: templates, how numbers are written in them, and the pages of those who may not come in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from arrears.queues.item import Night
from serving import running
from serving.console import words
from serving.people.door import CONTENT_POLICY
from serving.people.may_enter import may_enter
from serving.people.sign_ins import Person
from serving.problems import Problem

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
TEMPLATES = _HERE / "templates"

NEW_LINK = "arrears serve --new-link"

ROOMS = (
    ("/", "Today"),
    ("/queues", "Queues"),
    ("/desk", "Desk"),
    ("/team", "Team"),
    ("/portfolio", "Portfolio"),
    ("/strategies", "Strategies"),
    ("/experiments", "Experiments"),
    ("/models", "Models"),
    ("/conduct", "Conduct"),
    ("/exports", "Exports"),
)
"""What the navigation names, to those who may enter."""


def filled(template: str, facts: Mapping[str, Any]) -> str:
    """A template of the console with its facts, as HTML; a fact that it asks for and nobody gives is an error."""
    return _environment().get_template(template).render(facts)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= words.FILTERS
    made.globals |= {"asset": asset, **words.GLOBALS}
    return made


def page(request: Request, template: str, *, room: str, status: int = 200, **facts: Any) -> HTMLResponse:  # noqa: ANN401 - templates take anything
    """A page in the console's frame.

    Parameters
    ----------
    room : the room of the console that the page belongs to, as its navigation names it.
    facts : what the template shows.
    """
    deployment = running.deployment()
    now = deployment.clock.now()
    frame = {
        "room": room,
        "rooms": [(path, name) for path, name in ROOMS if _may(request, path)],
        "may_find": _may(request, "/find"),
        "clock": _wall_clock(now, deployment.settings.portfolio.zone),
        "notices": _notices(deployment.champions.trouble, facts.get("night")),
    }
    html = filled(template, {**frame, "now": now, **facts})
    return HTMLResponse(html, status_code=status)


def _may(request: Request, path: str) -> bool:
    """Whether whoever asks may look there; who has not signed in may look nowhere."""
    person: Person | None = getattr(request.state, "person", None)
    return person is not None and may_enter("GET", path, person.role)


def _notices(trouble: str | None, night: Night | None) -> list[str]:
    """What is not as it should be: with the models now, and with the night whose queue is shown."""
    told = [trouble] if trouble else []
    if night is not None and night.degraded_because:
        told.append(f"The night of this queue was scored by rules. {night.degraded_because}")
    return told


def problem_page(request: Request, problem: Problem) -> HTMLResponse:
    """A failure as a person reads it."""
    if problem.kind == "not-ready":
        return _plain_page("Not ready yet", problem.detail, remedy=None, status=problem.status)
    return page(request, "problem.html", room="", status=problem.status, problem=problem)


def turned_away(problem: Problem) -> ASGIApp:
    """What a browser sees that may not come in, or not there: nothing of the console, or nothing of that room."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        inside = problem.kind == "not-allowed"
        told = problem_page(Request(scope), problem) if inside else _outside(problem, scope)
        await told(scope, receive, send)

    return answer


def _outside(problem: Problem, scope: Scope) -> HTMLResponse:
    if problem.kind == "not-signed-in":
        sentence = "This console opens with a one-time link. It is printed where the service was started."
        return _plain_page("Sign in first", sentence, remedy=new_link(scope), status=problem.status)
    return _plain_page(problem.title, problem.detail, remedy=None, status=problem.status)


def new_link(scope: Scope) -> str:
    """The command that prints a link for the service that was asked.

    Examples
    --------
    >>> new_link({"server": ("127.0.0.1", 3001)})
    'arrears serve --new-link --port 3001'
    """
    _, port = scope.get("server") or (None, None)
    return f"{NEW_LINK} --port {port}" if port else NEW_LINK


def link_spent(scope: Scope) -> HTMLResponse:
    """What a link shows that was used, or has expired, or never was."""
    sentence = (
        "A sign-in link works once, within twelve hours. "
        "This one has been used, has expired, or was cut off when it was copied."
    )
    return _plain_page("This link does not open the door", sentence, remedy=new_link(scope), status=410)


def asset(name: str) -> str:
    """The address of a static file; it changes with the file, so browsers may keep what they have for good."""
    return f"/static/{name}?v={fingerprint(name)}"


@cache
def fingerprint(name: str) -> str:
    """A short digest of a static file."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def _plain_page(title: str, sentence: str, *, remedy: str | None, status: int) -> HTMLResponse:
    style = (STATIC / "door.css").read_text(encoding="utf-8")
    shown: Mapping[str, Any] = {"title": title, "sentence": sentence, "remedy": remedy, "style": Markup(style)}  # noqa: S704 - our own file
    html = filled("sign_in.html", shown)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = CONTENT_POLICY.replace("style-src 'self'", f"style-src 'sha256-{digest}'")
    policy = policy.replace("img-src 'self'", "img-src data:")
    return HTMLResponse(html, status_code=status, headers={"Content-Security-Policy": policy})


def _wall_clock(now: datetime, zone: str) -> dict[str, str]:
    local = now.astimezone(ZoneInfo(zone))
    place = zone.rsplit("/", 1)[-1].replace("_", " ")
    return {"day": words.day(local.date()), "time": f"{local:%H:%M} {place}"}


def today_of(now: datetime, zone: str) -> date:
    """The portfolio's day."""
    return now.astimezone(ZoneInfo(zone)).date()
