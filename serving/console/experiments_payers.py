"""How many debtors of each arm paid within the horizon so far, as the lake knows."""

from __future__ import annotations

from collections.abc import Mapping

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
          AND coalesce(p.source, 'voluntary') IN (?, ?, ?)
    ), payers AS (
        SELECT e.debtor_id, e.arm FROM enrolled e JOIN whose w USING (debtor_id)
        WHERE w.paid_on >= e.enrolled_on AND w.paid_on < e.enrolled_on + CAST(? AS integer)
        GROUP BY e.debtor_id, e.arm HAVING sum(w.amount_minor) > 0
    )
    SELECT arm, count(*) FROM payers GROUP BY arm
"""  # noqa: S608 - our own words
_ENROLLED = "SELECT debtor_id, arm, enrolled_on FROM experiment_debtors WHERE experiment_id = :experiment"


def payers(connection: Connection, lake: Lake, experiment: Experiment) -> Mapping[str, int] | None:
    """Debtors of each arm whose payments less reversals are above zero, an arm without any left out.

    Payments count as `month_to_date` counts them, of all accounts, from the day of enrolment through the deciding
    metric's horizon. None where the lake has no payments, or nobody has come in.
    """
    if not lake.exists() or "payments" not in lake.tables:
        return None
    rows = connection.execute(text(_ENROLLED), {"experiment": experiment.experiment_id}).all()
    if not rows:
        return None
    names = ("debtor_id", "arm", "enrolled_on")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    con = lake.connect()
    try:
        con.register("enrolled", pa.table(columns))
        return dict(con.execute(_PAID, [*COUNTED, experiment.design.primary.horizon_days]).fetchall())
    finally:
        con.close()
