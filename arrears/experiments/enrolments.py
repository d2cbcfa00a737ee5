"""Who came into a test: which debtor on which day and in which arm, and how many units each arm got.

What is drawn is a unit: a household where its debtors stay together, else a debtor. A household is drawn once, by the
night of its first debtor; mates who come in later are given its arm, so they are no further draw.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, text

from arrears.experiments.records import Experiment
from arrears.queues.copying import copy_in

_WRITTEN = ("experiment_id", "debtor_id", "arm", "household", "stratum")
_DAYS = """
    SELECT DISTINCT enrolled_on FROM experiment_debtors WHERE experiment_id = :experiment ORDER BY enrolled_on
"""
_DRAWN = """
    SELECT enrolled_on, arm, count(*) AS units FROM (
        SELECT DISTINCT ON (unit) unit, enrolled_on, arm FROM (
            SELECT CASE WHEN :together THEN household ELSE debtor_id END AS unit, enrolled_on, arm, debtor_id
            FROM experiment_debtors WHERE experiment_id = :experiment
        ) AS came ORDER BY unit, enrolled_on, debtor_id
    ) AS drawn GROUP BY enrolled_on, arm ORDER BY enrolled_on, arm
"""


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


def days_of(connection: Connection, experiment: Experiment) -> list[date]:
    """The days on which anybody came in, earliest first."""
    return list(connection.execute(text(_DAYS), {"experiment": experiment.experiment_id}).scalars())


def drawn(connection: Connection, experiment: Experiment) -> dict[date, Counter[str]]:
    """Units that were drawn for each arm, by the day on which their first debtor came in, earliest first."""
    asked = {"experiment": experiment.experiment_id, "together": experiment.design.household_together}
    found: dict[date, Counter[str]] = {}
    for row in connection.execute(text(_DRAWN), asked):
        found.setdefault(row.enrolled_on, Counter())[row.arm] = row.units
    return found


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
