"""What was measured of each day's debtors, written down once and for good."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql

from arrears.experiments.moments import Moments, read
from arrears.experiments.records import Experiment
from arrears.state.experiments import experiment_sums


def keep(
    connection: Connection,
    experiment_id: int,
    enrolled_on: date,
    measure: str,
    moments: Moments,
    *,
    on: date,
    at: datetime,
) -> None:
    """Write what came of the debtors of one day; for good: what is written stays, whoever measures it again.

    Parameters
    ----------
    on : the day from whose end on it counts.
    """
    row = {"experiment_id": experiment_id, "enrolled_on": enrolled_on, "measure": measure}
    told = {"moments": moments.document(), "matured_on": on, "read_at": at}
    connection.execute(postgresql.insert(experiment_sums).values(row | told).on_conflict_do_nothing())


def by_day(connection: Connection, experiment_id: int, measure: str) -> dict[date, Moments]:
    """What was measured, by the day on which its debtors came in, oldest first."""
    asked = select(experiment_sums.c.enrolled_on, experiment_sums.c.moments).where(
        experiment_sums.c.experiment_id == experiment_id, experiment_sums.c.measure == measure
    )
    rows = connection.execute(asked.order_by(experiment_sums.c.enrolled_on))
    return {row.enrolled_on: read(row.moments) for row in rows}


def counts_from(connection: Connection, experiment_id: int, measure: str) -> dict[date, date]:
    """The day from whose end on each sum counts, by the day on which its debtors came in."""
    asked = select(experiment_sums.c.enrolled_on, experiment_sums.c.matured_on).where(
        experiment_sums.c.experiment_id == experiment_id, experiment_sums.c.measure == measure
    )
    return {row.enrolled_on: row.matured_on for row in connection.execute(asked)}


def measured_through(connection: Connection, experiment_id: int) -> date | None:
    """The last day that a sum of a test counts from, so that all that had matured by then was asked for."""
    asked = select(func.max(experiment_sums.c.matured_on)).where(experiment_sums.c.experiment_id == experiment_id)
    last: date | None = connection.execute(asked).scalar_one()
    return last


def measured_days(connection: Connection, experiment: Experiment, measure: str) -> list[date]:
    """The days of enrolment of which a measure was written down, earliest first."""
    asked = select(experiment_sums.c.enrolled_on).where(
        experiment_sums.c.experiment_id == experiment.experiment_id, experiment_sums.c.measure == measure
    )
    return list(connection.execute(asked.order_by(experiment_sums.c.enrolled_on)).scalars())
