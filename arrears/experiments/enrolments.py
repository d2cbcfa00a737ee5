"""The days of a test: on which anybody came in, which were measured, and how many units each arm got.

What is drawn is a unit: a household where its debtors stay together, else a debtor. A household is drawn once, by the
night of its first debtor; mates who come in later are given its arm, so they are no further draw.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from sqlalchemy import Connection, text

from arrears.experiments.records import Experiment

_DAYS = """
    SELECT DISTINCT enrolled_on FROM experiment_debtors WHERE experiment_id = :experiment ORDER BY enrolled_on
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
