"""A running test becomes smaller for good: one of its arms ends, or nobody new comes in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text, update

from arrears.experiments import history
from arrears.experiments.records import Experiment
from arrears.state.experiments import experiments


def end_arm(
    connection: Connection,
    experiment: Experiment,
    arm: str,
    *,
    on: date,
    at: datetime,
    by: str,
    because: str,
    evidence: Mapping[str, Any],
) -> bool:
    """End one arm: from a day on its debtors, who stay in it, are worked by the strategy in force; the others go on.

    Returns
    -------
    bool : False where the test does not run, or the arm had been ended before; nothing is written then.
    """
    moved = connection.execute(
        text("""
            UPDATE experiments SET arms_ended = arms_ended || jsonb_build_object(CAST(:arm AS text), CAST(:on AS text))
            WHERE experiment_id = :id AND state = 'running' AND NOT jsonb_exists(arms_ended, :arm)
            RETURNING experiment_id
        """),
        {"id": experiment.experiment_id, "arm": arm, "on": on.isoformat()},
    ).scalar()
    if moved is not None:
        history.note(
            connection, experiment.experiment_id, at=at, by=by, did="arm_ended", because=because, evidence=evidence
        )
    return moved is not None


def close(
    connection: Connection,
    experiment: Experiment,
    *,
    on: date,
    at: datetime,
    by: str,
    because: str,
    evidence: Mapping[str, Any],
) -> bool:
    """Let nobody new come in from a day on; whoever is in goes on as before.

    Returns
    -------
    bool : False where the test does not run, or had been closed before; nothing is written then.
    """
    moved = connection.execute(
        update(experiments)
        .where(
            experiments.c.experiment_id == experiment.experiment_id,
            experiments.c.state == "running",
            experiments.c.closed_on.is_(None),
        )
        .values(closed_on=on)
        .returning(experiments.c.experiment_id)
    ).scalar()
    if moved is not None:
        history.note(
            connection, experiment.experiment_id, at=at, by=by, did="closed", because=because, evidence=evidence
        )
    return moved is not None
