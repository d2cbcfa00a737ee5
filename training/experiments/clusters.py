"""Whose debtors are not independent: where arms have staff of their own, those whom one collector was given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import Connection, text

from arrears.experiments.moments import NOBODY

_GIVEN = """
    SELECT DISTINCT ON (i.debtor_id) i.debtor_id, i.assigned_to
    FROM work_items i JOIN nights n USING (night_id)
    WHERE i.debtor_id = ANY (:debtors) AND i.experiment = :test AND i.made_by = 'night' AND i.assigned_to IS NOT NULL
        AND n.served_on >= :begins AND n.served_on < :ends
    ORDER BY i.debtor_id, n.served_on, i.night_id, i.rank
"""


def given_to(connection: Connection, debtors: Sequence[str], test: str, day: date, *, horizon_days: int) -> list[str]:
    """The collector to whom a night first gave each debtor, whoever worked it then; `NOBODY` where no night did.

    Parameters
    ----------
    test : its label.
    day : the debtors' first; nights for the `horizon_days` from it on count.
    """
    asked = {"debtors": list(debtors), "test": test, "begins": day, "ends": day + timedelta(days=horizon_days)}
    given = {row.debtor_id: str(row.assigned_to) for row in connection.execute(text(_GIVEN), asked)}
    return [given.get(debtor, NOBODY) for debtor in debtors]
