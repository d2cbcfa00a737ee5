"""The console's addresses: each gathers what a page shows and hands it to its template."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, RedirectResponse, Response

from arrears.clock import SystemClock
from arrears.state.reading import reading
from serving import running
from serving.console import conduct, debtor, portfolio, queue, registry, story, today
from serving.console.frame import STATIC, link_spent, page
from serving.people import access
from serving.people.door import COOKIE, person_of
from serving.people.own_debtors import refuse_others
from serving.problems import Problem

router = APIRouter(include_in_schema=False)

_FOR_GOOD = {"Cache-Control": "private, max-age=31536000, immutable"}
_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@router.get("/sign-in")
def sign_in(request: Request, token: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Spend a link and open a session."""
    secret = access.sign_in(running.deployment().engine, token, now=SystemClock().now())
    if secret is None:
        return link_spent(request.scope)
    answer = RedirectResponse("/", status_code=303)
    # Lax, not Strict: a link opened from a terminal or a mail must find the cookie it just set.
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=int(access.SESSION_LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End this session."""
    access.sign_out(running.deployment().engine, request.cookies.get(COOKIE, ""), now=SystemClock().now())
    answer = RedirectResponse("/", status_code=303)
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/static/{name}")
def static(name: str) -> Response:
    """A style, script or picture of the console."""
    file = STATIC / name
    if file.parent != STATIC or file.suffix not in _KINDS or not file.is_file():
        raise HTTPException(status_code=404)
    return FileResponse(file, media_type=_KINDS[file.suffix], headers=_FOR_GOOD)


@router.get("/")
def today_page(request: Request) -> Response:
    """What this morning holds."""
    facts = today.shown(running.deployment())
    return _nothing_yet(request, "Today") if facts is None else page(request, "today.html", room="Today", **facts)


@router.get("/queues")
def queue_page(request: Request, wanted: Annotated[queue.Wanted, Query()]) -> Response:
    """The queue, best first or as it was asked for."""
    facts = queue.shown(running.deployment(), wanted, person_of(request))
    return _nothing_yet(request, "Queues") if facts is None else page(request, "queue.html", room="Queues", **facts)


def _nothing_yet(request: Request, room: str) -> Response:
    has_lake = running.deployment().lake.exists()
    return page(request, "nothing.html", room=room, has_lake=has_lake)


@router.get("/debtors/{debtor_id}")
def debtor_page(request: Request, debtor_id: str) -> Response:
    """One debtor: accounts, scores, verdicts, rank, history."""
    deployment, person = running.deployment(), person_of(request)
    with reading(deployment.engine) as connection:
        refuse_others(connection, person, debtor_id, deployment.clock.now())
    facts = debtor.shown(deployment, debtor_id)
    if facts is None:
        raise Problem("not-found", "No debtor of that id is known.")
    # Who works debtors is told of no arm, nor by which strategy somebody stands where they stand: a test is blind.
    return page(request, "debtor.html", room="Queues", is_blind=person.role == "collector", **facts)


@router.get("/find")
def find(id: Annotated[str, Query(max_length=100)]) -> Response:  # noqa: A002 - the address says id
    """Go to the debtor behind an account's or debtor's id, else to the queue's items that begin with it."""
    wanted = id.strip()
    found = story.account_of(running.deployment().lake, wanted)
    if found is not None:
        return RedirectResponse(f"/debtors/{quote(found, safe='')}", status_code=303)
    return RedirectResponse(f"/queues?{urlencode({'q': wanted})}", status_code=303)


@router.get("/portfolio")
def portfolio_page(request: Request, asked: Annotated[portfolio.Asked, Query()]) -> Response:
    """Aging, roll rates, forecast."""
    deployment = running.deployment()
    if not deployment.lake.exists():
        return _nothing_yet(request, "Portfolio")
    return page(request, "portfolio.html", room="Portfolio", **portfolio.shown(deployment, asked))


@router.get("/models")
def models_page(request: Request) -> Response:
    """The registry: versions, verdicts, charts, history."""
    return page(request, "models.html", room="Models", **registry.shown(running.deployment()))


@router.get("/conduct")
def conduct_page(request: Request) -> Response:
    """The rules in force, what they hold, and what counsel must confirm."""
    return page(request, "conduct.html", room="Conduct", **conduct.shown(running.deployment()))


@router.get("/models/{name}/{version}/{chart}")
def model_chart(name: str, version: str, chart: str) -> Response:
    """A chart that a version's training drew."""
    file = registry.chart_file(running.deployment(), name, version, chart)
    # The picture styles itself; nothing else may come out of it.
    alone = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return FileResponse(file, media_type=_KINDS[".svg"], headers=alone | _FOR_GOOD)
