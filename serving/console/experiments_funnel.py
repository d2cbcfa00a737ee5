"""How far the debtors of each arm came, from enrolment to a promise, and what was spent on them.

Everybody enrolled counts in their arm, whatever was done; what was done counts from the start of the debtor's first day
on, until the first day on which no night works by the test any more. Whoever calls in is served whatever an arm would
have done, and is told apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text

from arrears.experiments.records import Experiment

_ARMS = """
    WITH enrolled AS (
        SELECT debtor_id, arm, night_id, enrolled_on::timestamp AT TIME ZONE :zone AS since,
            coalesce(CAST(:ended AS date)::timestamp AT TIME ZONE :zone, 'infinity') AS until
        FROM experiment_debtors WHERE experiment_id = :experiment
    ), days AS (
        SELECT night_id FROM nights WHERE CAST(:ended AS date) IS NULL OR served_on < :ended
    ), listed AS (
        SELECT DISTINCT i.debtor_id
        FROM enrolled e JOIN work_items i ON i.debtor_id = e.debtor_id AND i.night_id >= e.night_id
        JOIN days ON days.night_id = i.night_id
    ), held AS (
        SELECT DISTINCT e.debtor_id FROM enrolled e
        JOIN decisions d ON d.debtor_id = e.debtor_id AND d.night_id >= e.night_id AND d.action = 'held'
        JOIN days ON days.night_id = d.night_id
    ), served AS (
        SELECT e.debtor_id, bool_or(i.lane = 'inbound') AS called_in, sum(greatest(extract(
            epoch FROM least(coalesce(l.ended_at, :now), l.expires_at, :now) - l.taken_at), 0)) / 60 AS minutes
        FROM enrolled e JOIN work_items i USING (debtor_id)
        JOIN leases l ON l.work_item_id = i.work_item_id AND l.person = i.debtor_id
        WHERE l.taken_at >= e.since AND l.taken_at < e.until GROUP BY e.debtor_id
    ), tried AS (
        SELECT e.debtor_id, count(*) AS attempts, bool_or(o.is_right_party) AS talked,
            bool_or(o.disposition IN ('promise', 'plan_made')) AS promised
        FROM enrolled e JOIN work_items i USING (debtor_id) JOIN outcomes o USING (work_item_id)
        WHERE o.at >= e.since AND o.at < e.until GROUP BY e.debtor_id
    )
    SELECT e.arm, count(*) AS enrolled, count(held.debtor_id) AS held, count(listed.debtor_id) AS listed,
        count(served.debtor_id) AS served, count(*) FILTER (WHERE served.called_in) AS called_in,
        count(tried.debtor_id) AS tried,
        count(*) FILTER (WHERE tried.talked) AS talked, count(*) FILTER (WHERE tried.promised) AS promised,
        coalesce(sum(served.minutes), 0)::float AS minutes, coalesce(sum(tried.attempts), 0)::int AS attempts
    FROM enrolled e LEFT JOIN held USING (debtor_id) LEFT JOIN listed USING (debtor_id)
        LEFT JOIN served USING (debtor_id) LEFT JOIN tried USING (debtor_id)
    GROUP BY e.arm
"""
_DAYS = """
    SELECT min(enrolled_on) AS first, max(enrolled_on) AS last
    FROM experiment_debtors WHERE experiment_id = :experiment
"""


@dataclass(frozen=True)
class ArmSoFar:
    """One arm's debtors.

    Attributes
    ----------
    held : by a rule, on a night or at a claim, at least once.
    listed, served, tried : with an item on a list, claimed by a collector, with an outcome.
    called_in : of those served, who called in themselves at least once.
    talked, promised : with the right party, with a promise or a plan.
    minutes, attempts : of all debtors together: while items were on a desk, and outcomes.
    """

    arm: str
    enrolled: int = 0
    held: int = 0
    listed: int = 0
    served: int = 0
    called_in: int = 0
    tried: int = 0
    talked: int = 0
    promised: int = 0
    minutes: float = 0.0
    attempts: int = 0

    def each(self, total: float) -> float | None:
        """A total of the arm for each of its debtors; None without any.

        Examples
        --------
        >>> ArmSoFar("champion", enrolled=4).each(6.0), ArmSoFar("champion").each(0.0)
        (1.5, None)
        """
        return total / self.enrolled if self.enrolled else None


STEPS: Sequence[tuple[str, str]] = (
    ("enrolled", "Enrolled"),
    ("held", "Held by a rule at least once"),
    ("listed", "On a list"),
    ("served", "Served to a collector"),
    ("called_in", "Called in themselves"),
    ("tried", "Attempted"),
    ("talked", "Talked to"),
    ("promised", "Promised"),
)


def arms_so_far(connection: Connection, experiment: Experiment, *, now: datetime, zone: str) -> list[ArmSoFar]:
    """Every arm of a test, in its design's order; what is in hand counts up to now.

    Parameters
    ----------
    zone : the portfolio's, in which days begin.
    """
    asked = {
        "experiment": experiment.experiment_id,
        "test": experiment.label,
        "ended": experiment.ended_on,
        "now": now,
        "zone": zone,
    }
    found = {row.arm: ArmSoFar(**row._mapping) for row in connection.execute(text(_ARMS), asked)}  # noqa: SLF001 - SQLAlchemy's own way
    return [found.get(arm.name, ArmSoFar(arm.name)) for arm in experiment.design.arms]


def days_of(connection: Connection, experiment: Experiment) -> tuple[date | None, date | None]:
    """The first and the last day on which anybody came in; None before that."""
    row = connection.execute(text(_DAYS), {"experiment": experiment.experiment_id}).one()
    return row.first, row.last
