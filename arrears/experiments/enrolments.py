"""Who came into a test, read by day: what a night wrote down of its debtors, and how many units each arm got.

What is drawn is a unit: a household where its debtors stay together, else a debtor. A household is drawn once, by the
night of its first debtor; mates who come in later are given its arm, so they are no further draw.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from sqlalchemy import Connection, text

from arrears.experiments.records import Enrolled, Experiment

_DAYS = """
    SELECT DISTINCT enrolled_on FROM experiment_debtors WHERE experiment_id = :experiment ORDER BY enrolled_on
"""
_OF_DAY = """
    SELECT experiment_id, debtor_id, arm, household, stratum, enrolled_on, covariates
    FROM experiment_debtors WHERE experiment_id = :experiment AND enrolled_on = :day ORDER BY debtor_id
"""
_MEASURED = """
    SELECT enrolled_on FROM experiment_sums WHERE experiment_id = :experiment AND measure = :measure
    ORDER BY enrolled_on
"""
_DRAWN = """
    SELECT enrolled_on, arm, count(*) AS units FROM (
        SELECT DISTINCT ON (unit) unit, enrolled_on, arm FROM (
            SELECT CASE WHEN :together THEN household ELSE debtor_id END AS unit, enrolled_on, arm, debtor_id
            FROM experiment_debtors WHERE experiment_id = :experiment
        ) AS came ORDER BY unit, enrolled_on, debtor_id
    ) AS drawn GROUP BY enrolled_on, arm ORDER BY enrolled_on, arm
"""


def days_of(connection: Connection, experiment: Experiment) -> list[date]:
    """The days on which anybody came in, earliest first."""
    return list(connection.execute(text(_DAYS), {"experiment": experiment.experiment_id}).scalars())


def of_day(connection: Connection, experiment: Experiment, day: date) -> list[Enrolled]:
    """Who came in on a day, in the order of their ids."""
    rows = connection.execute(text(_OF_DAY), {"experiment": experiment.experiment_id, "day": day}).mappings()
    return [Enrolled(**row) for row in rows]


def measured_days(connection: Connection, experiment: Experiment, measure: str) -> list[date]:
    """The days of enrolment of which a measure was written down, earliest first."""
    asked = {"experiment": experiment.experiment_id, "measure": measure}
    return list(connection.execute(text(_MEASURED), asked).scalars())


def drawn(connection: Connection, experiment: Experiment) -> dict[date, Counter[str]]:
    """Units that were drawn for each arm, by the day on which their first debtor came in, earliest first."""
    asked = {"experiment": experiment.experiment_id, "together": experiment.design.household_together}
    found: dict[date, Counter[str]] = {}
    for row in connection.execute(text(_DRAWN), asked):
        found.setdefault(row.enrolled_on, Counter())[row.arm] = row.units
    return found
