"""A manager's acts on items: put them on another list, move them up or down, put them off to a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from arrears.clock import day_of, start_of_day
from arrears.errors import WrongUse
from arrears.queues.desk.team import MAY_TAKE, Member
from arrears.queues.supervise import acts
from arrears.queues.supervise.acts import MOST_RAISED, Changed
from arrears.queues.supervise.chosen import Chosen

LONGEST_DAYS = 90
"""The furthest day to which a list may be put off: nobody is parked for ever."""


def reassign(
    connection: Connection, chosen: Chosen, to: Member | None, *, at: datetime, by: str, because: str
) -> Changed:
    """Put ready items on somebody's list, or on the team's (`to` None).

    What the collector may not work, or gave back before, stays where it is and is counted.

    Raises
    ------
    WrongUse : no reason.
    """
    why, act = acts.reason(because), acts.new_act(connection)
    fits = ("true", {}) if to is None else (f"{MAY_TAKE} AND NOT %(me)s = ANY (i.not_for || i.kept_from)", to.values)
    name = None if to is None else to.collector_id
    done = acts.change(connection, chosen, "items.reassigned", name, act=act, at=at, by=by, because=why, fits=fits)
    subject = name or "the team"
    detail = {"items": done.items, "unfit": done.unfit}
    acts.write(connection, act, at=at, by=by, did="items.reassigned", subject=subject, because=why, **detail)
    return done


def move(connection: Connection, chosen: Chosen, raised: int, *, at: datetime, by: str, because: str) -> Changed:
    """Move ready items up or down: above all lower ones, beneath all higher ones; 0 is where the night put them.

    Parameters
    ----------
    raised : from -9 (last) to 9 (first).

    Raises
    ------
    WrongUse : no reason, or no such step.
    """
    if not -MOST_RAISED <= raised <= MOST_RAISED:
        raise WrongUse(
            asked="move items up or down", found=f"{raised}", do=f"Name a step from {-MOST_RAISED} to {MOST_RAISED}."
        )
    why, act = acts.reason(because), acts.new_act(connection)
    done = acts.change(connection, chosen, "items.raised", raised, act=act, at=at, by=by, because=why)
    detail = {"items": done.items, "raised": raised}
    acts.write(connection, act, at=at, by=by, did="items.raised", subject=str(raised), because=why, **detail)
    return done


def put_off(
    connection: Connection, chosen: Chosen, until: date, *, zone: str, at: datetime, by: str, because: str
) -> Changed:
    """Put ready items off to a day: nobody claims them before it begins in the portfolio's zone.

    What is put off to a later hour already is put off all the same: the manager's day counts.

    Raises
    ------
    WrongUse : no reason, a day that is not ahead, or one further away than `LONGEST_DAYS`.
    """
    today = day_of(at, zone)
    if not today < until <= today + timedelta(days=LONGEST_DAYS):
        raise WrongUse(
            asked="put items off",
            found=f"{until}, where today is {today}",
            do=f"Name a day after today, at most {LONGEST_DAYS} days away.",
        )
    why, act = acts.reason(because), acts.new_act(connection)
    begins = start_of_day(until, zone)
    done = acts.change(connection, chosen, "items.put_off", begins, act=act, at=at, by=by, because=why)
    detail = {"items": done.items, "until": until.isoformat()}
    acts.write(connection, act, at=at, by=by, did="items.put_off", subject=until.isoformat(), because=why, **detail)
    return done
