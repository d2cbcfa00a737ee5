"""The addresses at which a test is planned in the console: a new one, a changed plan, a successor, and the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request
from sqlalchemy import Connection
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from arrears.errors import ArrearsError
from arrears.experiments import life, records
from arrears.experiments.as_toml import as_toml
from arrears.experiments.design import Design
from arrears.experiments.label import LABEL, parted
from arrears.experiments.records import Experiment
from arrears.queues.supervise.acts import LONGEST
from arrears.state import audit_trail
from arrears.state.reading import reading
from models.under_test import UnderTest
from serving import planned, running
from serving.console import experiments, experiments_choices, experiments_draft
from serving.console.experiments_draft import Draft
from serving.console.experiments_pages import Because, Name, Version
from serving.console.forms import one
from serving.console.frame import page
from serving.deployment import Deployment
from serving.people.door import person_of
from serving.planned import Prepared, sentences_of
from serving.problems import Problem

router = APIRouter(prefix="/experiments", include_in_schema=False)

MOST_TEXT = 100_000
"""Characters of a design's file: far more than any has."""

_OVER = {
    "ended": "It has ended, and a test starts once: plan another version.",
    "withdrawn": "It is withdrawn: plan it anew.",
}
_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Opened:
    """What a page plans.

    Attributes
    ----------
    test : whose plan is changed, or None.
    follows : whose shares are changed, or None.
    """

    test: Experiment | None = None
    follows: Experiment | None = None

    @property
    def address(self) -> str:
        """Where its form goes."""
        return "/experiments/new" if self.test is None else f"/experiments/{quote(self.test.label)}/edit"

    @property
    def back(self) -> str:
        """Where somebody goes who changes nothing."""
        known = self.test or self.follows
        return "/experiments" if known is None else f"/experiments/{quote(known.label)}"


async def sent(request: Request) -> dict[str, list[str]]:
    """The form of a request, a file's text among it as its field's value."""
    found: dict[str, list[str]] = {}
    async with request.form() as form:
        for name, value in form.multi_items():
            told = value if isinstance(value, str) else (await value.read(MOST_TEXT + 1)).decode("utf-8", "replace")
            found.setdefault(name, []).append(told)
    return found


Sent = Annotated[dict[str, list[str]], Depends(sent)]
Stood = Annotated[str, Form(max_length=64)]
Follows = Annotated[str | None, Query(max_length=80, pattern=LABEL)]


@router.get("/new")
def new_page(request: Request, follows: Follows = None) -> Response:
    """A form to plan a test with, empty or as the successor of one that runs."""
    deployment = running.deployment()
    opened = _opened(deployment, follows)
    return _page(request, opened, _begun(deployment, opened))


@router.post("/new")
def new(request: Request, form: Sent) -> Response:
    """See what a design can find, take it along as a file, or keep it."""
    deployment = running.deployment()
    return _answered(request, _opened(deployment, one(form, "follows_test") or None), form)


@router.get("/{name}/{version}/edit")
def edit_page(request: Request, name: Name, version: Version) -> Response:
    """The plan of a test that has not started, to be changed."""
    deployment = running.deployment()
    opened = Opened(test=_not_started(deployment, name, version))
    return _page(request, opened, _begun(deployment, opened))


@router.post("/{name}/{version}/edit")
def edit(request: Request, name: Name, version: Version, form: Sent) -> Response:
    """The same for what was changed."""
    return _answered(request, Opened(test=_not_started(running.deployment(), name, version)), form)


@router.get("/{name}/{version}/design.toml")
def text(name: Name, version: Version) -> Response:
    """A design as a file."""
    with reading(running.deployment().engine) as connection:
        design = experiments.found(connection, name, version).design
    return _file(design)


@router.post("/{name}/{version}/start")
def start(request: Request, name: Name, version: Version, because: Because = "") -> Response:
    """Let nights enrol debtors; sent again while it runs it stays started, and a refusal keeps the reason."""
    deployment, person = running.deployment(), person_of(request)
    try:
        with deployment.engine.begin() as connection:
            at, test = deployment.clock.now(), experiments.found(connection, name, version)
            if test.state in _OVER:
                raise Problem("refused", _OVER[test.state])
            if test.state == "planned":
                planned.start(
                    connection,
                    test,
                    deployment.lake,
                    at=at,
                    by=person.name,
                    because=because,
                    today=deployment.day,
                    registered=UnderTest(deployment.registry, deployment.lake),
                )
                _audit(connection, at, person.name, "experiment.started", test.label, because)
    except ArrearsError as problem:
        facts = experiments.one(deployment, person, name, version)
        if facts["test"].state == "planned":
            refusal = {"refused": sentences_of(problem), "because": because}
            status = 422 if not because.strip() else 409
            return page(request, "experiment.html", room="Experiments", status=status, **(facts | refusal))
    return RedirectResponse(f"/experiments/{quote(name)}/{version}?done=started", status_code=303)


@router.post("/{name}/{version}/withdraw")
def withdraw(request: Request, name: Name, version: Version, because: Because = "", stood: Stood = "") -> Response:
    """Throw a plan away that has not started and was seen; sent again it stays withdrawn, a refusal is told beside."""
    deployment, person = running.deployment(), person_of(request)
    try:
        with deployment.engine.begin() as connection:
            at, test = deployment.clock.now(), experiments.found(connection, name, version)
            if test.state != "withdrawn":
                life.withdraw(connection, test, at=at, by=person.name, because=because, stood=stood)
                _audit(connection, at, person.name, "experiment.withdrawn", test.label, because)
    except ArrearsError as problem:
        facts = experiments.one(deployment, person, name, version)
        if facts["test"].state != "planned":
            raise
        status = 422 if not because.strip() else 409
        told = facts | {"not_withdrawn": sentences_of(problem)}
        return page(request, "experiment.html", room="Experiments", status=status, **told)
    return RedirectResponse(f"/experiments/{quote(name)}/{version}?done=withdrawn", status_code=303)


def _opened(deployment: Deployment, follows: str | None) -> Opened:
    if not follows:
        return Opened()
    name, version = parted(follows) or ("", None)
    with reading(deployment.engine) as connection:
        test = None if version is None else records.find(connection, name, version)
        if test is None or test.state == "planned":
            raise Problem("not-found", "No test of that name and version has started.")
        after = records.find(connection, name)
    if after is not None and after.design.version > test.design.version and after.state != "planned":
        raise Problem("refused", "Another version has followed it already: change the shares of that one.")
    return Opened(follows=test)


def _begun(deployment: Deployment, opened: Opened) -> Draft:
    """What a page begins from: the plan that is changed, a successor of what is followed, or an empty one."""
    if opened.test is not None:
        return experiments_draft.of_design(deployment, opened.test.design)
    if opened.follows is not None:
        return experiments_draft.of_design(deployment, experiments_draft.following(opened.follows, deployment.day))
    return experiments_draft.blank(deployment, experiments_choices.first_currency(deployment))


def _not_started(deployment: Deployment, name: str, version: int) -> Experiment:
    with reading(deployment.engine) as connection:
        test = experiments.found(connection, name, version)
    if test.state == "withdrawn":
        raise Problem("refused", "It is withdrawn: plan it anew.")
    if test.state != "planned":
        raise Problem("refused", "It has started, so its design never changes. Stop it, or change its shares.")
    return test


def _answered(request: Request, opened: Opened, form: Mapping[str, list[str]]) -> Response:
    deployment, then = running.deployment(), one(form, "then")
    if "text" in form:
        written = next((each for each in form.get("file", ()) if each.strip()), one(form, "text"))
        if len(written) > MOST_TEXT:
            raise Problem("too-large", "A design has far fewer characters than this text.")
        draft = experiments_draft.read_text(deployment, written, lambda: _begun(deployment, opened))
    else:
        draft = experiments_draft.read_typed(deployment, form)
    if then == "file" and draft.typed.design is not None and not draft.text_fault:
        return _file(draft.typed.design)
    if then == "keep" and draft.prepared is not None and not draft.typed.faults:
        try:
            kept = _keep(request, opened, draft, draft.prepared, stood=one(form, "stood"))
        except ArrearsError as problem:
            draft.typed.fault("design", sentences_of(problem))
        else:
            if kept is not None:
                return kept
    is_wrong = bool(draft.typed.faults or draft.text_fault)
    return _page(request, opened, draft, status=422 if is_wrong else 200)


def _keep(request: Request, opened: Opened, draft: Draft, prepared: Prepared, *, stood: str) -> Response | None:
    """Put it on record and go there; None where this page may not, with the reason beside its field.

    Raises
    ------
    ArrearsError : as `planned.keep`.
    """
    deployment, by, design = running.deployment(), person_of(request).name, prepared.design
    with deployment.engine.begin() as connection:
        at, known = deployment.clock.now(), planned.standing(connection, design)
        is_other = known is None or known.design != design
        refusal = _not_here(opened, known, design, stood) if is_other else None
        if refusal is not None:
            draft.typed.fault("name" if opened.test is None else "design", refusal)
            return None
        if known is None or known.state == "planned":
            planned.keep(connection, prepared, deployment.lake, at=at, by=by)
        if is_other:
            _audit(connection, at, by, "experiment.planned", design.label, design.sentence)
    return RedirectResponse(f"/experiments/{quote(design.label)}?done=kept", status_code=303)


def _not_here(opened: Opened, known: Experiment | None, design: Design, stood: str) -> str | None:
    """Why a design may not be kept from this page."""
    if opened.test is not None:
        if design.label != opened.test.label:
            return f"This page changes {opened.test.label}, and the design is named {design.label}"
        if known is None or known.design.fingerprint != stood:
            return "Somebody else has changed this plan meanwhile: open it again to see how it stands"
        return None
    if known is None:
        return None
    if known.state == "planned":
        return f"A plan {known.label} is on record, and says something else: change that one, or choose another name"
    return f"{known.label} has started: choose another name"


def _page(request: Request, opened: Opened, draft: Draft, *, status: int = 200) -> Response:
    deployment = running.deployment()
    facts: dict[str, Any] = {
        "opened": opened,
        "draft": draft,
        "typed": draft.typed,
        "plan": None
        if draft.prepared is None
        else experiments.plan_shown(draft.prepared.document, draft.prepared.design),
        "design": draft.typed.design,
        "longest": LONGEST,
    }
    facts |= experiments_choices.choices(deployment, draft.typed)
    return page(request, "experiment_plan.html", room="Experiments", status=status, **facts)


def _file(design: Design) -> Response:
    name = f"{design.name}-{design.version}.toml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return PlainTextResponse(as_toml(design), media_type=_TEXT, headers=headers)


def _audit(connection: Connection, at: datetime, by: str, did: str, subject: str, because: str) -> None:
    audit_trail.note(connection, at=at, who=by, did=did, subject=subject, detail={"because": because})
