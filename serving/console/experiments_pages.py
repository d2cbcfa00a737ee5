"""The addresses of Experiments in the console: the list, one test, its report to print, and the acts on it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Query, Request
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from arrears.experiments import acting
from arrears.queues.supervise.acts import LONGEST
from arrears.state import audit_trail
from models.under_test import UnderTest
from serving import running
from serving.console import experiments
from serving.console.frame import page
from serving.people.door import person_of

router = APIRouter(prefix="/experiments", include_in_schema=False)

Name = Annotated[str, Path(max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]
Version = Annotated[int, Path(ge=1, le=2**31 - 1)]
Because = Annotated[str, Form(max_length=LONGEST, pattern=r"^[^\x00]*$")]
Label = Annotated[str, Form(max_length=200)]
Done = Annotated[Literal["kept", "withdrawn", "started", "stopped", "promoted", "rolled_back"] | None, Query()]


@router.get("")
def list_page(request: Request, done: Done = None) -> Response:
    """Every test, and the strategy in force."""
    facts = experiments.every(running.deployment(), person_of(request), done)
    return page(request, "experiments.html", room="Experiments", **facts)


@router.post("/roll-back")
def roll_back(request: Request, because: Because = "", promoted: Label = "", before: Label = "") -> Response:
    """Take the newest promotion back, where it is still the one that the page showed."""
    deployment, by = running.deployment(), person_of(request).name
    with deployment.engine.begin() as connection:
        at = deployment.clock.now()
        registered = UnderTest(deployment.registry, deployment.lake)
        expected = (promoted, before)
        label = acting.roll_back(connection, at=at, by=by, because=because, registered=registered, expected=expected)
        _audit(connection, at, by, "experiment.rolled_back", label, because)
    return RedirectResponse("/experiments?done=rolled_back", status_code=303)


@router.get("/{name}/{version}")
def one_page(request: Request, name: Name, version: Version, done: Done = None) -> Response:
    """One test: its plan, how it stands, and what may be done."""
    facts = experiments.one(running.deployment(), person_of(request), name, version, done)
    return page(request, "experiment.html", room="Experiments", **facts)


@router.get("/{name}/{version}/report")
def report(request: Request, name: Name, version: Version) -> Response:
    """The same on one sheet, to be printed or kept."""
    facts = experiments.one(running.deployment(), person_of(request), name, version)
    return page(request, "experiment_report.html", room="Experiments", **facts)


@router.post("/{name}/{version}/stop")
def stop(request: Request, name: Name, version: Version, because: Because = "") -> Response:
    """End a test; nothing is promoted."""
    deployment, by = running.deployment(), person_of(request).name
    with deployment.engine.begin() as connection:
        at, test = deployment.clock.now(), experiments.found(connection, name, version)
        registered, on = UnderTest(deployment.registry, deployment.lake), deployment.day
        acting.stop(connection, test, on=on, at=at, by=by, because=because, registered=registered)
        _audit(connection, at, by, "experiment.stopped", test.label, because)
    return _back(name, version, "stopped")


@router.post("/{name}/{version}/promote")
def promote(
    request: Request,
    name: Name,
    version: Version,
    arm: Annotated[str, Form(max_length=60)] = "",
    because: Because = "",
) -> Response:
    """Bring a challenger into force where the written rule says so."""
    deployment, by = running.deployment(), person_of(request).name
    with deployment.engine.begin() as connection:
        at, test = deployment.clock.now(), experiments.found(connection, name, version)
        registered, on = UnderTest(deployment.registry, deployment.lake), deployment.day
        acting.promote(connection, test, arm or None, on=on, at=at, by=by, because=because, registered=registered)
        _audit(connection, at, by, "experiment.promoted", test.label, because)
    return _back(name, version, "promoted")


def _audit(connection: Connection, at: datetime, by: str, did: str, subject: str, because: str) -> None:
    audit_trail.note(connection, at=at, who=by, did=did, subject=subject, detail={"because": because})


def _back(name: str, version: int, done: str) -> Response:
    return RedirectResponse(f"/experiments/{quote(name)}/{version}?done={done}", status_code=303)
