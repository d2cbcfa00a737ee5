"""How many debtors of each arm paid, or called in themselves, within the horizon so far, as the lake knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa
from sqlalchemy import Connection, text

from arrears.experiments.records import Experiment
from arrears.lake import Lake
from arrears.queues.supervise.in_currency import OWED
from arrears.queues.supervise.month import COUNTED

_PAID = f"""{OWED}, whose AS (
        SELECT coalesce(o.debtor_id, p.debtor_id) AS debtor_id, p.paid_on, p.amount_minor
        FROM payments p LEFT JOIN owed o USING (account_id)
        WHERE NOT p.deleted AND p.known_until IS NULL AND coalesce(p.status, 'posted') = 'posted'
          AND coalesce(p.source, 'voluntary') = ANY ($voluntary)
    ), payers AS (
        SELECT e.debtor_id, e.arm FROM enrolled e JOIN whose w USING (debtor_id)
        WHERE w.paid_on >= e.enrolled_on AND w.paid_on < e.enrolled_on + CAST($days AS integer)
        GROUP BY e.debtor_id, e.arm HAVING sum(w.amount_minor) > 0
    )
    SELECT arm, count(*) FROM payers GROUP BY arm
"""  # noqa: S608 - our own words
_CALLED_IN = f"""{OWED}, whose AS (
        SELECT coalesce(c.debtor_id, o.debtor_id) AS debtor_id, CAST(timezone($zone, c."at") AS date) AS day
        FROM contacts c LEFT JOIN owed o USING (account_id)
        WHERE NOT c.deleted AND c.known_until IS NULL AND c.direction = 'in'
    )
    SELECT e.arm, count(DISTINCT e.debtor_id) FROM enrolled e JOIN whose w USING (debtor_id)
    WHERE w.day >= e.enrolled_on AND w.day < e.enrolled_on + CAST($days AS integer) GROUP BY e.arm
"""  # noqa: S608 - our own words
_ENROLLED = "SELECT debtor_id, arm, enrolled_on FROM experiment_debtors WHERE experiment_id = :experiment"


@dataclass(frozen=True)
class ToldByBook:
    """Debtors of each arm, an arm without any left out; None where the book does not tell.

    Attributes
    ----------
    paid : whose payments less reversals are above zero, counted as `month_to_date` counts them, of all accounts.
    called_in : who called or wrote in, wherever that was taken. What comes of it is their arm's, though no list of it
        brought it about.
    """

    paid: Mapping[str, int] | None
    called_in: Mapping[str, int] | None


def told_by_book(connection: Connection, lake: Lake, experiment: Experiment) -> ToldByBook:
    """What the lake knows of a test's debtors, from the day of enrolment through the deciding metric's horizon."""
    rows = connection.execute(text(_ENROLLED), {"experiment": experiment.experiment_id}).all()
    if not rows or not lake.exists():
        return ToldByBook(None, None)
    names = ("debtor_id", "arm", "enrolled_on")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    days = experiment.design.primary.horizon_days
    con = lake.connect()
    try:
        con.register("enrolled", pa.table(columns))
        return ToldByBook(
            paid=_paid(con, days) if "payments" in lake.tables else None,
            called_in=_called_in(con, days, lake.settings.portfolio.zone) if "contacts" in lake.tables else None,
        )
    finally:
        con.close()


def _paid(con: duckdb.DuckDBPyConnection, days: int) -> Mapping[str, int]:
    return dict(con.execute(_PAID, {"days": days, "voluntary": list(COUNTED)}).fetchall())


def _called_in(con: duckdb.DuckDBPyConnection, days: int, zone: str) -> Mapping[str, int]:
    return dict(con.execute(_CALLED_IN, {"days": days, "zone": zone}).fetchall())
