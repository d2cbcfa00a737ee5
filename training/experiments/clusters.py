"""Whose debtors are not independent: where arms have staff of their own, those whom one collector works."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import Connection

from arrears.clock import start_of_day
from arrears.experiments.first_collectors import first_collectors
from arrears.experiments.moments import NOBODY
from arrears.experiments.staff import Staff


def collectors_of(
    connection: Connection, arms: Mapping[str, str], staff: Staff, day: date, *, horizon_days: int, zone: str
) -> list[str]:
    """Whose each debtor is; `NOBODY` where nobody was given the debtor and nobody held them.

    Parameters
    ----------
    arms : by debtor.
    day : the debtors' first; `horizon_days` of them count, in the portfolio's zone.

    Notes
    -----
    What somebody of another arm alone held, for a call that came in, is one cluster of that collector beside the
    collector's own: then no cluster is in two arms.
    """
    ends = day + timedelta(days=horizon_days)
    held = (start_of_day(day, zone), start_of_day(ends, zone))
    first = first_collectors(connection, arms, staff, begins=day, ends=ends, held=held)
    works = dict(zip(first.values(), staff.arms(list(first.values())), strict=True))
    whose = {debtor: who if works[who] == arms[debtor] else f"{who} of {works[who]}" for debtor, who in first.items()}
    return [whose.get(debtor, NOBODY) for debtor in arms]
