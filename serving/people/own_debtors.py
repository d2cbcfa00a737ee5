"""Whose page a collector may open: debtors in their hands now, and those they looked up within the day."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, exists, or_, select

from arrears.state.desk import leases, work_item_events
from arrears.state.schema import work_items
from serving.people.sign_ins import Person
from serving.problems import Problem

LOOKED_UP_FOR = timedelta(hours=12)
"""How long a look-up opens a debtor's page: what was said on the phone is written up within the day."""


def refuse_others(connection: Connection, person: Person, debtor_id: str, now: datetime) -> None:
    """Turn a collector away from a debtor who is not in their hands; every other role is the door's to judge.

    Parameters
    ----------
    now : by the portfolio's clock, as leases are.

    Raises
    ------
    Problem : the collector neither holds the debtor nor has looked them up.
    """
    if person.role == "collector" and not _is_theirs(connection, person, debtor_id, now):
        raise Problem("not-allowed", "A collector sees whom they work now or have looked up: look them up on the Desk.")


def _is_theirs(connection: Connection, person: Person, debtor_id: str, now: datetime) -> bool:
    held = exists().where(
        leases.c.collector == person.collector_id,
        leases.c.person == debtor_id,
        leases.c.ended_at.is_(None),
        leases.c.expires_at > now,
    )
    looked_up = exists().where(
        work_item_events.c.by == person.collector_id,
        work_item_events.c.at > now - LOOKED_UP_FOR,
        work_item_events.c.did == "claimed",
        work_items.c.work_item_id == work_item_events.c.work_item_id,
        work_items.c.made_by == "inbound",
        work_items.c.debtor_id == debtor_id,
    )
    return bool(connection.execute(select(or_(held, looked_up))).scalar_one())
