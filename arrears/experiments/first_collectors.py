"""Whose the debtors of a test are whose arms have staff of their own: the collector who had each of them first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from sqlalchemy import Connection, text

from arrears.experiments.staff import Staff

EVER = (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))
_GIVEN = """
    SELECT DISTINCT ON (i.debtor_id) i.debtor_id, i.assigned_to
    FROM work_items i JOIN nights n USING (night_id)
    WHERE i.debtor_id = ANY (:debtors) AND i.experiment = :test AND i.made_by = 'night' AND i.assigned_to IS NOT NULL
        AND n.served_on >= :begins AND n.served_on < :ends AND (CAST(:night AS bigint) IS NULL OR i.night_id < :night)
    ORDER BY i.debtor_id, n.served_on, i.night_id, i.rank
"""
_HELD = """
    SELECT person AS debtor_id, collector FROM leases
    WHERE person = ANY (:debtors) AND taken_at >= :from AND taken_at < :until ORDER BY taken_at, lease_id
"""


def first_collectors(
    connection: Connection,
    arms: Mapping[str, str],
    staff: Staff,
    *,
    begins: date,
    ends: date,
    held: tuple[datetime, datetime] = EVER,
    before_night: int | None = None,
) -> dict[str, str]:
    """The collector who had each debtor first; whom nobody had is not in it.

    Parameters
    ----------
    arms : by debtor.
    begins, ends : nights for these days count, the last one not counted.
    held : leases taken between these moments count.
    before_night : only nights with a smaller id count; None: all.

    Notes
    -----
    A debtor is that collector's to whom a night first gave them, whoever worked them then: so no outcome can move a
    debtor from one to another. Most debtors of a long list are given to nobody and are taken from the team's list; they
    are whose who first held them, of the arm's own staff if any of it did.
    """
    asked = {"debtors": list(arms), "test": staff.design.label, "begins": begins, "ends": ends, "night": before_night}
    given = {row.debtor_id: str(row.assigned_to) for row in connection.execute(text(_GIVEN), asked)}
    between = {"debtors": list(arms), "from": held[0], "until": held[1]}
    holds = [(row.debtor_id, str(row.collector)) for row in connection.execute(text(_HELD), between)]
    works = staff.arms([who for _, who in holds])
    own, others = dict[str, str](), dict[str, str]()
    for (debtor, who), arm in zip(holds, works, strict=True):
        (own if arm == arms[debtor] else others).setdefault(debtor, who)
    return others | own | given
