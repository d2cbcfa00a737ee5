"""`GET /v1/experiments` and `/v1/experiments/{id}`: tests of challengers as programs read them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from arrears.experiments import enrolments, history, records
from arrears.experiments.observed import Unanswered
from arrears.experiments.unanswered import unanswered
from arrears.queues import in_force
from arrears.state.reading import reading
from serving import running
from serving.api.described import PROBLEMS
from serving.api.experiments_payloads import (
    ExperimentDocument,
    Experiments,
    ExperimentSummary,
    ExperimentUnanswered,
    act_of,
    move_of,
    summary_of,
)
from serving.console.experiments import strategy_in_force
from serving.problems import Problem

router = APIRouter(prefix="/v1", responses=PROBLEMS)


@router.get("/experiments")
def experiments(
    *,
    withdrawn: Annotated[bool, Query(description="Plans that were withdrawn, too.")] = False,
) -> Experiments:
    """Every test with its state and debtors, and which strategy is in force since when."""
    with reading(running.deployment().engine) as connection:
        tests = records.every(connection, even_withdrawn=withdrawn)
        counted, moves = enrolments.counts(connection), in_force.moves(connection)
    found = [ExperimentSummary(**summary_of(each, counted.get(each.experiment_id, {}))) for each in tests]
    return Experiments(in_force=strategy_in_force(moves), moves=[move_of(each) for each in moves], experiments=found)


@router.get("/experiments/{experiment_id}")
def experiment(experiment_id: Annotated[int, Path(ge=1, le=2**63 - 1)]) -> ExperimentDocument:
    """One test: its design, how it stands, its newest reading and what was done with it."""
    with reading(running.deployment().engine) as connection:
        test = records.of_id(connection, experiment_id)
        if test is None:
            raise Problem("not-found", "No test of that id is on record.")
        acts, counted = history.deeds(connection, experiment_id), enrolments.counts(connection)
        plan, read = (history.rests_on(connection, experiment_id, did) for did in ("planned", "read"))
        silent = Unanswered.summed(unanswered(connection, test))
    return ExperimentDocument(
        **summary_of(test, counted.get(experiment_id, {})),
        design=test.design.document(),
        fingerprint=test.design.fingerprint,
        plan=plan,
        reading=read,
        unanswered=[ExperimentUnanswered.model_validate(each) for each in silent],
        acts=[act_of(each) for each in acts],
    )
