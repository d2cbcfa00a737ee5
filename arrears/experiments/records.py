"""Tests on record: each with its design and how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from arrears.experiments.design import Design, design_of
from arrears.experiments.design_parts import Arm
from arrears.state.experiments import experiments

_is_withdrawn = experiments.c.state == "withdrawn"


@dataclass(frozen=True)
class Experiment:
    """A test on record.

    Attributes
    ----------
    state : of `arrears.state.closed.EXPERIMENT_STATES`.
    started_on : the first day whose night enrols; None until it is started.
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


def find(
    connection: Connection, name: str, version: int | None = None, *, even_withdrawn: bool = False
) -> Experiment | None:
    """A test by name and version; None where there is none.

    Parameters
    ----------
    version : None: the newest.
    even_withdrawn : where none stands by that name and version, the one that was withdrawn last.
    """
    order = (_is_withdrawn, experiments.c.version.desc(), experiments.c.experiment_id.desc())
    asked = select(experiments).where(experiments.c.name == name).order_by(*order)
    if not even_withdrawn:
        asked = asked.where(~_is_withdrawn)
    if version is not None:
        asked = asked.where(experiments.c.version == version)
    row = connection.execute(asked.limit(1)).mappings().one_or_none()
    return None if row is None else _experiment(row)


def of_id(connection: Connection, experiment_id: int) -> Experiment | None:
    """A test by its id; None where there is none."""
    row = connection.execute(select(experiments).where(experiments.c.experiment_id == experiment_id)).mappings()
    found = row.one_or_none()
    return None if found is None else _experiment(found)


def every(connection: Connection, *, even_withdrawn: bool = False) -> list[Experiment]:
    """All tests, the newest first; those that were withdrawn only where they are asked for."""
    asked = select(experiments).order_by(experiments.c.experiment_id.desc())
    if not even_withdrawn:
        asked = asked.where(~_is_withdrawn)
    return [_experiment(row) for row in connection.execute(asked).mappings()]


def running(connection: Connection) -> list[Experiment]:
    """The tests that run, oldest first; one whose first day is still to come is among them."""
    asked = select(experiments).where(experiments.c.state == "running").order_by(experiments.c.experiment_id)
    return [_experiment(row) for row in connection.execute(asked).mappings()]


def not_ended(connection: Connection, name: str) -> list[Experiment]:
    """The versions of a test that are planned or run, the one that was planned first before the others."""
    found = [each for each in every(connection) if each.design.name == name and each.state != "ended"]
    return found[::-1]


def _experiment(row: Any) -> Experiment:  # noqa: ANN401 - SQLAlchemy's row mapping
    told = {name: row[name] for name in Experiment.__dataclass_fields__ if name not in ("design", "arms_ended")}
    return Experiment(
        design=design_of(row["design"], where=f"the record of {row['name']}/{row['version']}", on_record=True),
        arms_ended={arm: date.fromisoformat(day) for arm, day in row["arms_ended"].items()},
        **told,
    )
