"""What happens to a test from its plan to its end, each step written down with who did it, when and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, text, update

from arrears.errors import Refused, WrongUse
from arrears.experiments.design import Design, refuse_edit, refuse_outdated
from arrears.experiments.history import newest, note
from arrears.experiments.model_arms import Registered
from arrears.experiments.records import Experiment, every, find, of_id, running
from arrears.experiments.staff import Staff, dealt
from arrears.experiments.succession import refuse_another_test, refuse_overlap
from arrears.experiments.workable import refuse_unworkable
from arrears.state.experiments import experiments

_ONE_PLAN_AT_A_TIME = 7_204_138
"""The database's lock under which tests start: any number that nothing else locks on."""


def plan(connection: Connection, design: Design, *, at: datetime, by: str, evidence: Mapping[str, Any]) -> int:
    """Write a design down, or another text of one that has not started; its id.

    Parameters
    ----------
    evidence : what was known when it was planned: power, duration, the least effect worth finding.

    Raises
    ------
    BadInput : it says what no new design may.
    Refused : that version has started and says something else, or what it follows is not on record or another test.
    """
    refuse_outdated(design)
    one_at_a_time(connection)
    known = find(connection, design.name, design.version)
    row = {"design": design.document(), "fingerprint": design.fingerprint, "follows": _predecessor(connection, design)}
    if known is None:
        told = row | {"name": design.name, "version": design.version, "planned_at": at, "planned_by": by}
        experiment_id = int(
            connection.execute(insert(experiments).values(told).returning(experiments.c.experiment_id)).scalar_one()
        )
    else:
        experiment_id = known.experiment_id
        if known.state != "planned":
            refuse_edit(known.design, design)
            return experiment_id
        connection.execute(update(experiments).where(experiments.c.experiment_id == experiment_id).values(row))
    note(connection, experiment_id, at=at, by=by, did="planned", because=design.sentence, evidence=evidence)
    return experiment_id


def withdraw(
    connection: Connection, experiment: Experiment, *, at: datetime, by: str, because: str, stood: str | None = None
) -> None:
    """Throw a plan away that has not started; it stays on record, and its name and version may be planned anew.

    Parameters
    ----------
    stood : fingerprint of the plan that was seen; None: as `experiment` has it.

    Raises
    ------
    WrongUse : no reason is given.
    Refused : it is not planned any more, its plan is not the one that was seen, or another plan follows it.
    """
    asked = f"withdraw the plan {experiment.label}"
    if not because.strip():
        raise WrongUse(asked=asked, found="no reason", do="Say why.")
    one_at_a_time(connection)
    stands = of_id(connection, experiment.experiment_id) or experiment
    if stands.state != "planned":
        do = "A test that has started is stopped: `arrears experiment stop`." if stands.started_on else "Plan it anew."
        raise Refused(asked=asked, found=f"it is {stands.state}", do=do)
    if stands.design.fingerprint != (experiment.design.fingerprint if stood is None else stood):
        do = "Look at the plan as it is now, and withdraw that."
        raise Refused(asked=asked, found="its plan was changed since it was seen", do=do)
    _refuse_followed(connection, stands, asked)
    key = experiment.experiment_id
    connection.execute(update(experiments).where(experiments.c.experiment_id == key).values(state="withdrawn"))
    note(connection, key, at=at, by=by, did="withdrawn", because=because, evidence={})


def start(
    connection: Connection,
    experiment: Experiment,
    *,
    at: datetime,
    by: str,
    because: str,
    today: date | None = None,
    registered: Registered | None = None,
    team: Sequence[str] = (),
) -> None:
    """Let nights enrol debtors from the design's first day on.

    Parameters
    ----------
    today : of the portfolio; None: nobody asks whether the first day is over.
    registered : tells of the models whose versions its arms are.
    team : ids of the collectors of its first day; where arms have staff of their own they are dealt to the arms.

    Raises
    ------
    BadInput : it was planned by an earlier version, and says what no new design may.
    Refused : it has started before or was withdrawn, its plan was changed meanwhile, it overlaps a test that runs, its
        first day is over, or an arm cannot be worked: the champion is not what is in force, a version is not at hand,
        or it has too few collectors of its own.
    """
    _refuse_started(experiment)
    refuse_unworkable(connection, experiment.design, today, registered)
    evidence = {"collectors": dealt(experiment.design, team)} if experiment.design.staff == "separate" else {}
    one_at_a_time(connection)
    key = experiment.experiment_id
    stands = of_id(connection, key) or experiment
    _refuse_started(stands)
    _refuse_changed(stands, experiment)
    refuse_overlap(experiment.design, [each.design for each in running(connection)])
    begun = {"state": "running", "started_on": experiment.design.enrolment.starts}
    connection.execute(update(experiments).where(experiments.c.experiment_id == key).values(begun))
    note(connection, key, at=at, by=by, did="started", because=because, evidence=evidence)


def end(
    connection: Connection,
    experiment: Experiment,
    *,
    ended_by: str,
    on: date,
    at: datetime,
    by: str,
    because: str,
    evidence: Mapping[str, Any],
) -> None:
    """End a test: from a day on everybody is worked by the strategy in force.

    Raises
    ------
    WrongUse : no reason is given.
    Refused : it does not run.
    """
    if not because.strip():
        raise WrongUse(asked=f"end the test {experiment.label}", found="no reason", do="Say why.")
    moved = connection.execute(
        update(experiments)
        .where(experiments.c.experiment_id == experiment.experiment_id, experiments.c.state == "running")
        .values(state="ended", ended_by=ended_by, ended_on=on)
        .returning(experiments.c.experiment_id)
    ).scalar()
    if moved is None:
        raise Refused(
            asked=f"end the test {experiment.label}",
            found=f"it is {experiment.state}",
            do="`arrears experiment list` tells which run.",
        )
    note(connection, experiment.experiment_id, at=at, by=by, did="ended", because=because, evidence=evidence)


def staff_of(connection: Connection, experiment: Experiment) -> Staff | None:
    """Who works which arm of a test that has started; None where everybody works all."""
    if experiment.design.staff == "shared":
        return None
    begun = newest(connection, experiment.experiment_id, "started")
    return Staff(experiment.design, begun.evidence["collectors"] if begun else {})


def one_at_a_time(connection: Connection) -> None:
    """Wait until nobody else plans or starts a test, and keep others waiting until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_PLAN_AT_A_TIME})


def _refuse_started(experiment: Experiment) -> None:
    if experiment.state != "planned":
        raise Refused(
            asked=f"start the test {experiment.label}",
            found=f"it is {experiment.state}",
            do="Plan it anew." if experiment.state == "withdrawn" else "Plan another version: a test starts once.",
        )


def _refuse_changed(stands: Experiment, read: Experiment) -> None:
    if stands.design != read.design:
        raise Refused(
            asked=f"start the test {read.label}",
            found="its plan was changed while it was being started",
            do="Look at the plan as it is now, and start that.",
        )


def _refuse_followed(connection: Connection, plan: Experiment, asked: str) -> None:
    own = plan.design
    for each in every(connection):
        if (each.design.name, each.design.predecessor) == (own.name, own.version):
            first = f"Withdraw that one first: arrears experiment withdraw {each.label} --because REASON"
            raise Refused(
                asked=asked,
                found=f"{each.label} follows it, and is {each.state}",
                do="Leave it: a plan that is never started does nothing." if each.started_on else first,
            )


def _predecessor(connection: Connection, design: Design) -> int | None:
    if design.predecessor is None:
        return None
    found = find(connection, design.name, design.predecessor)
    if found is None:
        raise Refused(
            asked=f"plan the test {design.label}",
            found=f"version {design.predecessor}, which it follows, is not on record",
            do="Plan that one first.",
        )
    refuse_another_test(design, found.design)
    return found.experiment_id
