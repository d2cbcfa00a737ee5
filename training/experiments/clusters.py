"""Whose debtors are not independent: where arms have staff of their own, those whom one collector works."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import Connection, text

from arrears.clock import start_of_day
from arrears.experiments.moments import NOBODY
from arrears.experiments.staff import Staff

_GIVEN = """
    SELECT DISTINCT ON (i.debtor_id) i.debtor_id, i.assigned_to
    FROM work_items i JOIN nights n USING (night_id)
    WHERE i.debtor_id = ANY (:debtors) AND i.experiment = :test AND i.made_by = 'night' AND i.assigned_to IS NOT NULL
        AND n.served_on >= :begins AND n.served_on < :ends
    ORDER BY i.debtor_id, n.served_on, i.night_id, i.rank
"""
_HELD = """
    SELECT person AS debtor_id, collector FROM leases
    WHERE person = ANY (:debtors) AND taken_at >= :from AND taken_at < :until ORDER BY taken_at, lease_id
"""


def collectors_of(
    connection: Connection,
    debtors: Sequence[str],
    arms: Sequence[str],
    staff: Staff,
    day: date,
    *,
    horizon_days: int,
    zone: str,
) -> list[str]:
    """Whose each debtor is; `NOBODY` where nobody was given the debtor and nobody held them.

    Parameters
    ----------
    arms : of the debtors.
    day : the debtors' first; `horizon_days` of them count, in the portfolio's zone.

    Notes
    -----
    A debtor is that collector's to whom a night first gave them, whoever worked them then: so no outcome can move a
    debtor from one to another. Most debtors of a long list are given to nobody and are taken from the team's list; they
    are whose who first held them, of the arm's own staff if any of it did. What somebody of another arm alone held,
    for a call that came in, is one cluster of that collector beside the collector's own.
    """
    asked = {"debtors": list(debtors), "test": staff.design.label, "begins": day}
    asked |= {"ends": day + timedelta(days=horizon_days), "from": start_of_day(day, zone)}
    asked |= {"until": start_of_day(day + timedelta(days=horizon_days), zone)}
    given = {row.debtor_id: str(row.assigned_to) for row in connection.execute(text(_GIVEN), asked)}
    held = [(row.debtor_id, str(row.collector)) for row in connection.execute(text(_HELD), asked)]
    works = dict(zip((who for _, who in held), staff.arms([who for _, who in held]), strict=True))
    arm_of = dict(zip(debtors, arms, strict=True))
    own, others = dict[str, str](), dict[str, str]()
    for debtor, who in held:
        if works[who] == arm_of[debtor]:
            own.setdefault(debtor, who)
        else:
            others.setdefault(debtor, f"{who} of {works[who]}")
    whose = others | own | given
    return [whose.get(debtor, NOBODY) for debtor in debtors]
