"""Tests on record: what was planned, who is in which arm, what was measured of each day, and everything that was done.

What the engine asks for as columns and designs is read here, and what it answers is written here; nothing is decided.
Few modules beside it know the database: `enrolments`, `history`, `narrowing`,
`no_longer_worked`, `unanswered`, `workable` and those who act.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.dialects import postgresql

from arrears.errors import Refused, WrongUse
from arrears.experiments.design import Design, design_of, refuse_edit, refuse_outdated
from arrears.experiments.design_parts import Arm
from arrears.experiments.model_arms import Registered
from arrears.experiments.moments import Moments, read
from arrears.experiments.staff import Staff, dealt
from arrears.experiments.succession import refuse_another_test, refuse_overlap
from arrears.experiments.workable import refuse_unworkable
from arrears.queues.copying import copy_in
from arrears.state.experiments import experiment_acts, experiment_sums, experiments

_WRITTEN = ("experiment_id", "debtor_id", "arm", "household", "stratum")
_ONE_PLAN_AT_A_TIME = 7_204_138
"""The database's lock under which tests start: any number that nothing else locks on."""


@dataclass(frozen=True)
class Experiment:
    """A test on record.

    Attributes
    ----------
    state : of `arrears.state.closed.EXPERIMENT_STATES`.
    started_on : the first day whose night enrols; None while it is planned.
    ended_on : from this day on nobody is worked by it; None while it runs.
    ended_by : of `EXPERIMENT_ENDS`.
    closed_on : from this day on nobody new comes in; None while it enrols.
    arms_ended : challengers that did harm, each with the day from which nobody is worked by it.
    """

    experiment_id: int
    design: Design
    state: str
    planned_at: datetime
    planned_by: str
    started_on: date | None
    ended_on: date | None
    ended_by: str | None
    closed_on: date | None = None
    arms_ended: Mapping[str, date] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Name and version."""
        return self.design.label

    @property
    def arms_left(self) -> tuple[Arm, ...]:
        """The arms by which debtors are worked while it runs: all but those that were ended."""
        return tuple(arm for arm in self.design.arms if arm.name not in self.arms_ended)


@dataclass(frozen=True)
class Enrolled:
    """A debtor's place in a test.

    Attributes
    ----------
    household : whose debtors share an arm; the debtor's own id where nobody else does.
    covariates : from before the test, by name.
    enrolled_on : the day that the first night with this debtor was for; None before it is written.
    """

    experiment_id: int
    debtor_id: str
    arm: str
    household: str
    stratum: str
    covariates: Mapping[str, float]
    enrolled_on: date | None = None


@dataclass(frozen=True)
class Act:
    """One thing that was done with a test, and the reading that it rests on."""

    act_id: int
    at: datetime
    by: str
    did: str
    because: str
    evidence: Mapping[str, Any]


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
    Refused : it has started before, it overlaps a test that runs, its first day is over, or an arm cannot be worked:
        the champion is not what is in force, a version is not at hand, or it has too few collectors of its own.
    """
    refuse_unworkable(connection, experiment.design, today, registered)
    evidence = {"collectors": dealt(experiment.design, team)} if experiment.design.staff == "separate" else {}
    one_at_a_time(connection)
    refuse_overlap(experiment.design, [each.design for each in running(connection)])
    moved = connection.execute(
        update(experiments)
        .where(experiments.c.experiment_id == experiment.experiment_id, experiments.c.state == "planned")
        .values(state="running", started_on=experiment.design.enrolment.starts)
        .returning(experiments.c.experiment_id)
    ).scalar()
    if moved is None:
        raise Refused(
            asked=f"start the test {experiment.label}",
            found=f"it is {experiment.state}",
            do="Plan another version: a test starts once.",
        )
    note(connection, experiment.experiment_id, at=at, by=by, did="started", because=because, evidence=evidence)


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


def note(
    connection: Connection,
    experiment_id: int,
    *,
    at: datetime,
    by: str,
    did: str,
    because: str,
    evidence: Mapping[str, Any],
) -> int:
    """Write down that something was done with a test; the act's id."""
    row = {"experiment_id": experiment_id, "at": at, "by": by, "did": did, "because": because}
    made = insert(experiment_acts).values(**row, evidence=dict(evidence)).returning(experiment_acts.c.act_id)
    return int(connection.execute(made).scalar_one())


def one_at_a_time(connection: Connection) -> None:
    """Wait until nobody else plans or starts a test, and keep others waiting until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_PLAN_AT_A_TIME})


def find(connection: Connection, name: str, version: int | None = None) -> Experiment | None:
    """A test by name and version; None: the newest version. None where there is none."""
    asked = select(experiments).where(experiments.c.name == name).order_by(experiments.c.version.desc())
    if version is not None:
        asked = asked.where(experiments.c.version == version)
    row = connection.execute(asked.limit(1)).mappings().one_or_none()
    return None if row is None else _experiment(row)


def of_id(connection: Connection, experiment_id: int) -> Experiment | None:
    """A test by its id; None where there is none."""
    row = connection.execute(select(experiments).where(experiments.c.experiment_id == experiment_id)).mappings()
    found = row.one_or_none()
    return None if found is None else _experiment(found)


def every(connection: Connection) -> list[Experiment]:
    """All tests, the newest first."""
    rows = connection.execute(select(experiments).order_by(experiments.c.experiment_id.desc())).mappings()
    return [_experiment(row) for row in rows]


def running(connection: Connection) -> list[Experiment]:
    """The tests that run, oldest first; one whose first day is still to come is among them."""
    asked = select(experiments).where(experiments.c.state == "running").order_by(experiments.c.experiment_id)
    return [_experiment(row) for row in connection.execute(asked).mappings()]


def acts(connection: Connection, experiment_id: int) -> list[Act]:
    """What was done with a test, oldest first."""
    asked = select(experiment_acts).where(experiment_acts.c.experiment_id == experiment_id)
    rows = connection.execute(asked.order_by(experiment_acts.c.act_id)).mappings()
    return [Act(**{name: row[name] for name in Act.__dataclass_fields__}) for row in rows]


def newest(connection: Connection, experiment_id: int, did: str) -> Act | None:
    """The last time that something was done with a test; None where it never was."""
    asked = select(experiment_acts).where(
        experiment_acts.c.experiment_id == experiment_id, experiment_acts.c.did == did
    )
    row = connection.execute(asked.order_by(experiment_acts.c.act_id.desc()).limit(1)).mappings().one_or_none()
    return None if row is None else Act(**{name: row[name] for name in Act.__dataclass_fields__})


def staff_of(connection: Connection, experiment: Experiment) -> Staff | None:
    """Who works which arm of a test that has started; None where everybody works all."""
    if experiment.design.staff == "shared":
        return None
    begun = newest(connection, experiment.experiment_id, "started")
    return Staff(experiment.design, begun.evidence["collectors"] if begun else {})


def counts(connection: Connection) -> dict[int, dict[str, int]]:
    """Debtors of every test by arm."""
    sql = text("SELECT experiment_id, arm, count(*) AS debtors FROM experiment_debtors GROUP BY experiment_id, arm")
    found: dict[int, dict[str, int]] = {}
    for row in connection.execute(sql):
        found.setdefault(row.experiment_id, {})[row.arm] = row.debtors
    return found


def standing(
    connection: Connection, names: Iterable[str], *, through: date, before_night: int | None = None
) -> dict[str, tuple[str, str]]:
    """Test and arm of every debtor whom nights drew for any version of some tests, ended ones included; the newest.

    Parameters
    ----------
    names : of the tests.
    through : only what nights for days up to this one drew.
    before_night : only what nights with a smaller id drew; None: all.
    """
    sql = text("""
        SELECT d.debtor_id, e.name || '/' || e.version AS test, d.arm
        FROM experiment_debtors d JOIN experiments e USING (experiment_id)
        WHERE e.name = ANY (:names) AND d.enrolled_on <= :through
            AND (CAST(:before AS bigint) IS NULL OR d.night_id < :before)
        ORDER BY d.night_id
    """)
    asked = {"names": list(names), "through": through, "before": before_night}
    return {row.debtor_id: (row.test, row.arm) for row in connection.execute(sql, asked)}


def enrol(connection: Connection, night_id: int, day: date, who: Sequence[Enrolled]) -> None:
    """Write who comes into a test by a night.

    Parameters
    ----------
    day : the day that the night is for.
    """
    if not who:
        return
    columns: dict[str, list[Any]] = {name: [getattr(each, name) for each in who] for name in _WRITTEN}
    columns["covariates"] = [json.dumps(dict(each.covariates)) for each in who]
    columns |= {"enrolled_on": [day] * len(who), "night_id": [night_id] * len(who)}
    copy_in(connection, "experiment_debtors", pa.table(columns))


def enrolled(connection: Connection, experiment_id: int, *, on: date | None = None) -> list[Enrolled]:
    """Who is in a test, with the covariates from before, in the order of their ids.

    Parameters
    ----------
    on : only who came in on this day; None: all.
    """
    sql = text("""
        SELECT experiment_id, debtor_id, arm, household, stratum, enrolled_on, covariates
        FROM experiment_debtors
        WHERE experiment_id = :experiment AND (CAST(:day AS date) IS NULL OR enrolled_on = :day)
        ORDER BY debtor_id
    """)
    rows = connection.execute(sql, {"experiment": experiment_id, "day": on}).mappings()
    return [Enrolled(**row) for row in rows]


def keep_sums(
    connection: Connection,
    experiment_id: int,
    enrolled_on: date,
    measure: str,
    moments: Moments,
    *,
    on: date,
    at: datetime,
) -> None:
    """Write what came of the debtors of one day; for good: what is written stays, whoever measures it again."""
    row = {"experiment_id": experiment_id, "enrolled_on": enrolled_on, "measure": measure}
    told = {"moments": moments.document(), "matured_on": on, "read_at": at}
    connection.execute(postgresql.insert(experiment_sums).values(row | told).on_conflict_do_nothing())


def sums(connection: Connection, experiment_id: int, measure: str) -> dict[date, Moments]:
    """What was measured, by the day on which its debtors came in, oldest first."""
    asked = select(experiment_sums.c.enrolled_on, experiment_sums.c.moments).where(
        experiment_sums.c.experiment_id == experiment_id, experiment_sums.c.measure == measure
    )
    rows = connection.execute(asked.order_by(experiment_sums.c.enrolled_on))
    return {row.enrolled_on: read(row.moments) for row in rows}


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


def _experiment(row: Any) -> Experiment:  # noqa: ANN401 - SQLAlchemy's row mapping
    told = {name: row[name] for name in Experiment.__dataclass_fields__ if name not in ("design", "arms_ended")}
    return Experiment(
        design=design_of(row["design"], where=f"the record of {row['name']}/{row['version']}", on_record=True),
        arms_ended={arm: date.fromisoformat(day) for arm, day in row["arms_ended"].items()},
        **told,
    )
