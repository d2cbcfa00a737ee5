"""`POST /v1/experiments`, its start and its withdrawal: a program plans a test, begins it, or throws the plan away."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request
from sqlalchemy import Connection

from arrears.errors import Refused
from arrears.experiments import life, records
from arrears.experiments.design import design_of
from arrears.experiments.held import held
from arrears.experiments.measurable import refuse_unmeasured
from arrears.experiments.records import Experiment
from arrears.state import audit_trail
from arrears.state.reading import reading
from models.under_test import UnderTest
from serving import planned, running
from serving.api.described import ACT_PROBLEMS
from serving.api.experiments_payloads import (
    ExperimentPlan,
    ExperimentPlanned,
    ExperimentStart,
    ExperimentSummary,
    ExperimentWithdrawal,
    summary_of,
)
from serving.people.door import person_of
from serving.problems import Problem

router = APIRouter(prefix="/v1", responses=ACT_PROBLEMS)

Name = Annotated[str, Path(max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]


@router.post("/experiments")
def plan(request: Request, asked: ExperimentPlan) -> ExperimentPlanned:
    """What a design can find in the book, and on request on record; the same design again renews its plan.

    A design too small for its effect is worked out all the same, and `plan.enough` says so; to keep it is refused. A
    plan that has not started is replaced by whoever names its fingerprint as `stood`.
    """
    deployment, by = running.deployment(), person_of(request).name
    design = design_of(asked.design)
    refuse_unmeasured(design, deployment.lake)
    with reading(deployment.engine) as connection:
        whose = held(connection, design)
    prepared, kept = planned.prepare(design, deployment.lake, whose), None
    with deployment.engine.begin() as connection:
        registered = UnderTest(deployment.registry, deployment.lake)
        in_its_way = planned.hindrances(
            connection, design, deployment.lake, today=deployment.day, registered=registered
        )
        if asked.keep:
            at, known = deployment.clock.now(), planned.standing(connection, design)
            planned.refuse_unseen(known, design, asked.stood)
            kept = planned.keep(connection, prepared, deployment.lake, at=at, by=by)
            if known is None or known.design != design:
                _audit(connection, at, by, "experiment.planned", design.label, design.sentence)
    return ExperimentPlanned(
        experiment_id=kept, name=design.name, version=design.version, plan=prepared.document, hindrances=in_its_way
    )


@router.post("/experiments/{name}/start")
def start(request: Request, name: Name, asked: ExperimentStart) -> ExperimentSummary:
    """Let nights enrol debtors from the design's first day on; after this the design never changes.

    A test starts once: to start it again is refused.
    """
    deployment, by = running.deployment(), person_of(request).name
    with deployment.engine.begin() as connection:
        test = records.find(connection, name, asked.version)
        if test is None:
            raise Problem("not-found", "No test of that name is on record.")
        at = deployment.clock.now()
        planned.start(
            connection,
            test,
            deployment.lake,
            at=at,
            by=by,
            because=asked.because,
            today=deployment.day,
            registered=UnderTest(deployment.registry, deployment.lake),
        )
        _audit(connection, at, by, "experiment.started", test.label, asked.because)
        begun = records.find(connection, name, test.design.version) or test
    return ExperimentSummary(**summary_of(begun, {}))


@router.post("/experiments/{name}/withdraw")
def withdraw(request: Request, name: Name, asked: ExperimentWithdrawal) -> ExperimentSummary:
    """Throw a plan away that has not started: it stays in the history, and its name and version may be planned anew.

    A test that has started is refused: it is stopped. So is a plan that is not the one whose fingerprint is named.
    """
    deployment, by = running.deployment(), person_of(request).name
    with deployment.engine.begin() as connection:
        at, test = deployment.clock.now(), _meant(connection, name, asked.version)
        life.withdraw(connection, test, at=at, by=by, because=asked.because, stood=asked.stood)
        _audit(connection, at, by, "experiment.withdrawn", test.label, asked.because)
        gone = records.of_id(connection, test.experiment_id) or test
    return ExperimentSummary(**summary_of(gone, {}))


def _meant(connection: Connection, name: str, version: int | None) -> Experiment:
    """The plan to be withdrawn: by its version, or the only one of the name that has not ended."""
    open_ = records.not_ended(connection, name) if version is None else []
    if len(open_) > 1:
        found = ", ".join(f"{each.label} ({each.state})" for each in open_)
        raise Refused(asked=f"withdraw the plan {name}", found=found, do="Name the version, too.")
    test = open_[0] if open_ else records.find(connection, name, version, even_withdrawn=True)
    if test is None:
        raise Problem("not-found", "No test of that name is on record.")
    return test


def _audit(connection: Connection, at: datetime, by: str, did: str, subject: str, because: str) -> None:
    audit_trail.note(connection, at=at, who=by, did=did, subject=subject, detail={"because": because})
