"""What was measured of each day's debtors, written down once and for good."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, select
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
    """Write what came of the debtors of one day; for good: what is written stays, whoever measures it again."""
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


def measured_days(connection: Connection, experiment: Experiment, measure: str) -> list[date]:
    """The days of enrolment of which a measure was written down, earliest first."""
    asked = select(experiment_sums.c.enrolled_on).where(
        experiment_sums.c.experiment_id == experiment.experiment_id, experiment_sums.c.measure == measure
    )
    return list(connection.execute(asked.order_by(experiment_sums.c.enrolled_on)).scalars())
