"""The one door: every request is let in here or nowhere, and leaves with the headers that keep a browser honest.

It asks who somebody is (`sign_ins`) and what their role may do (`may_enter`). Only `/healthz`, `/readyz` and
the sign-in itself are open. BentoML's own scoring route is shut: this process asks it from behind the door, and its
validation errors would log what a stranger sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

from anyio import to_thread
from sqlalchemy import Engine
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from arrears.clock import SystemClock
from serving.people.may_enter import HOMES, a_role, may_enter, told_who_may
from serving.people.sign_ins import SIGN_INS, Person, SignIns
from serving.problems import Problem, of_status

_log = logging.getLogger("arrears.http")

COOKIE = "arrears_session"
OPEN = frozenset({"/healthz", "/readyz", "/sign-in"})
"""What may be asked without having signed in; `/sign-in` answers only whether a link was good."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SLOW_MS = 1000.0

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not no-referrer: it would turn the Origin of our own forms into null, which the same-site check refuses.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "cache-control": "no-store",
}
"""On every answer unless the answer says otherwise."""

_ENCODED = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


class HasEngine(Protocol):
    """What the door needs of a running deployment."""

    @property
    def engine(self) -> Engine:
        """The database that knows who is signed in."""


@dataclass
class Door:
    """ASGI middleware that signs in, checks where forms come from, times, and hides every failure's inside.

    Parameters
    ----------
    app : what lies behind.
    deployment : gives the running deployment, once there is one.
    shut : paths that only this process itself may call, from behind the door.
    turned_away : makes the page for a browser that may not come in, or not there.
    """

    app: ASGIApp
    deployment: Callable[[], HasEngine]
    shut: frozenset[str]
    turned_away: Callable[[Problem], ASGIApp]
    sign_ins: SignIns = SIGN_INS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or not."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._let_in(unfolded(scope), receive, send)
        # Nothing here speaks WebSocket: an attempt gets no answer and is closed by the server.

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Answer(scope, send)
        try:
            problem = await self._problem(scope)
            if problem is None:
                await self.app(scope, receive, answer.send)
            else:
                await self._refuse(problem, scope)(scope, receive, answer.send)
        except Exception as failure:  # noqa: BLE001 - whatever it was, its message and trace could quote data
            _log.error("http.failed %s at=%s error=%s", answer.line(), _place(failure), type(failure).__name__)
            if not answer.started:
                failed = Problem("failed", "The service could not answer. Its log names the place.")
                await self._refuse(failed, scope)(scope, receive, answer.send)
        answer.log()

    async def _problem(self, scope: Scope) -> Problem | None:
        if scope["path"] in self.shut:
            return of_status(404)
        if scope["path"] in OPEN:
            return None
        headers = Headers(scope=scope)
        secret, by_cookie = _secret(headers)
        person = await self._person(secret) if secret else None
        if person is None:
            return Problem(
                "not-signed-in", "Open the link that `arrears serve` printed, or send a key as Bearer token."
            )
        if by_cookie and scope["method"] not in SAFE and not _same_site(headers):
            return Problem("other-site", "This form was not sent by a page of this service.")
        # No route matches a line's end, so nobody behind would tell it as a problem.
        if not scope["path"].isprintable():
            return of_status(404)
        scope.setdefault("state", {})["person"] = person
        return None if may_enter(scope["method"], scope["path"], person.role) else _not_allowed(scope, person)

    async def _person(self, secret: str) -> Person | None:
        now = SystemClock().now()
        # Nearly always remembered, and then no thread has to be woken for it.
        known = self.sign_ins.remembered(secret, now)
        if known is not None:
            return known
        engine = self.deployment().engine
        return await to_thread.run_sync(self.sign_ins.ask, engine, secret, now)

    def _refuse(self, problem: Problem, scope: Scope) -> ASGIApp:
        if problem.kind == "not-allowed" and scope["path"] == "/" and scope["method"] in SAFE:
            return RedirectResponse(HOMES[scope["state"]["person"].role], status_code=303)
        return self.turned_away(problem) if wants_page(scope) else problem.response()


def person_of(request: HTTPConnection) -> Person:
    """Who asks; for routes, behind the door."""
    person: Person = request.state.person
    return person


def wants_page(scope: Scope) -> bool:
    """True where a person looks at the answer: a browser outside the API."""
    return not scope["path"].startswith("/v1/") and "text/html" in Headers(scope=scope).get("accept", "")


@dataclass
class Behind:
    """An application without its class: BentoML looks through every route of a Starlette one before it does so itself.

    Ours answers every address, so there is nothing to look for.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        await self.app(scope, receive, send)


FOLDED = "arrears.path"


@dataclass
class Fold:
    """ASGI middleware that hides ids and stray addresses from whatever counts or logs by path, until the door.

    BentoML labels its metrics with the path: an account's id must not become one, and a stranger's invented
    addresses must not fill the memory.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its folded address."""
        if scope["type"] == "http":
            scope = {**scope, FOLDED: scope["path"], "path": folded(scope["path"])}
        await self.app(scope, receive, send)


_KEPT = frozenset(
    {
        "",
        "accounts",
        "conduct",
        "debtors",
        "desk",
        "experiments",
        "exports",
        "find",
        "models",
        "portfolio",
        "queues",
        "sign-in",
        "sign-out",
        "static",
        "strategies",
        "team",
        "v1",
    }
)
_ROOTS = frozenset({"/healthz", "/readyz", "/livez", "/metrics"})


def folded(path: str) -> str:
    """The path as it may be counted: its first word if we know it.

    Examples
    --------
    >>> folded("/debtors/D00001"), folded("/v1/accounts/A00001/why"), folded("/wp-login.php"), folded("/readyz")
    ('/debtors', '/v1', '/other', '/readyz')
    """
    first = path.removeprefix("/").split("/", 1)[0]
    return path if path in _ROOTS else f"/{first}" if first in _KEPT else "/other"


def unfolded(scope: Scope) -> Scope:
    """The scope with the path that was asked for."""
    return {**scope, "path": scope[FOLDED]} if FOLDED in scope else scope


def _not_allowed(scope: Scope, person: Person) -> Problem:
    who = told_who_may(scope["method"], scope["path"])
    return Problem("not-allowed", f"This is for {who}; you are signed in as {a_role(person.role)}.")


def _secret(headers: Headers) -> tuple[str | None, bool]:
    kind, _, key = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and key:
        return key.strip(), False
    return cookie_parser(headers.get("cookie", "")).get(COOKIE), True


def _same_site(headers: Headers) -> bool:
    """True where a browser says that the form is ours; a request that says nothing is not trusted."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return headers.get("origin", "").partition("://")[2] == headers.get("host", "-")


def _place(failure: BaseException) -> str:
    trace = failure.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "-" if trace is None else f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"


class _Answer:
    """One answer on its way out: timed, given its headers, and told to the log without any id."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._begun = perf_counter()
        self._status = 0

    @property
    def started(self) -> bool:
        return self._status > 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            given = list(message.get("headers", ()))
            names = {name for name, _ in given}
            added = [each for each in _ENCODED if each[0] not in names]
            timing = (b"server-timing", b"app;dur=%.1f" % self._ms())
            message["headers"] = [*given, *added, timing]
        await self._send(message)

    def line(self) -> str:
        route = getattr(self._scope.get("route"), "path", None) or folded(self._scope["path"])
        return f"method={self._scope['method']} route={route} status={self._status} ms={self._ms():.0f}"

    def log(self) -> None:
        level = logging.WARNING if self._ms() > SLOW_MS else logging.INFO
        _log.log(level, "http.answered %s", self.line())

    def _ms(self) -> float:
        return (perf_counter() - self._begun) * 1000
