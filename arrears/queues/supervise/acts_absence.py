"""Somebody is away: who works the list meanwhile, and how it comes back."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, insert, text

from arrears.errors import Refused, WrongUse
from arrears.queues.desk.team import MAY_TAKE, Member
from arrears.queues.supervise import acts
from arrears.queues.supervise.acts import Changed
from arrears.queues.supervise.acts_undo import take_back
from arrears.queues.supervise.chosen import Chosen, Filter
from arrears.queues.supervise.roster import absences
from arrears.state.desk import absences as table

ON_LEAVE = 366
"""Days of the longest absence: who is away longer has left the team, and the team's table says so."""


def announce(
    connection: Connection,
    collector: str,
    from_on: date,
    to_on: date,
    *,
    substitute: Member | None,
    today: date,
    at: datetime,
    by: str,
    because: str,
) -> Changed:
    """Note that somebody is away; if today, their ready items move to the substitute or the team at once.

    What the substitute may not work goes to the team. What the collector holds now stays with them until their lease
    ends. A later day's list is the night's: it reads who is away.

    Returns
    -------
    Changed : `items` moved, of which `unfit` to the team because the substitute may not work them.

    Raises
    ------
    WrongUse : no reason, days that end before they begin, are over, or are more than `ON_LEAVE`.
    Refused : an absence of these days stands already, or the substitute is away on one of them.
    """
    why = acts.reason(because)
    if to_on < from_on or to_on < today or (to_on - from_on).days > ON_LEAVE:
        raise WrongUse(
            asked="note an absence",
            found=f"{from_on} to {to_on}",
            do=f"Name a first and a last day, not over yet, at most {ON_LEAVE} days apart.",
        )
    # Two absences of one person must not be noted at once.
    connection.execute(text("LOCK TABLE absences IN SHARE ROW EXCLUSIVE MODE"))
    _refuse_clashes(connection, collector, substitute, from_on, to_on)
    name = None if substitute is None else substitute.collector_id
    row = {"collector": collector, "from_on": from_on, "to_on": to_on, "substitute": name, "by": by, "at": at}
    made = connection.execute(insert(table).values(row).returning(table.c.absence_id)).scalar_one()
    act = acts.new_act(connection)
    done = Changed(act, 0)
    if from_on <= today <= to_on:
        done = _hand_over(connection, collector, substitute, act=act, at=at, by=by, because=why)
    days = {"absence": made, "from_on": from_on.isoformat(), "to_on": to_on.isoformat(), "substitute": name}
    counts = {"items": done.items, "to_team": done.unfit}
    acts.write(connection, act, at=at, by=by, did="absence.announced", subject=collector, because=why, **days, **counts)
    return done


def end(connection: Connection, absence_id: int, *, at: datetime, by: str, because: str) -> Changed:
    """Take an absence back: what it moved and nobody has worked or moved since returns to the collector's list.

    Raises
    ------
    WrongUse : no such absence, or it was taken back before.
    """
    found = text("SELECT audit_id FROM audit WHERE did = 'absence.announced' AND detail ->> 'absence' = :absence")
    act = connection.execute(found, {"absence": str(absence_id)}).scalar()
    if act is None:
        raise WrongUse(asked="end an absence", found="none of that id", do="/v1/team lists who is away.")
    return take_back(connection, act, at=at, by=by, because=acts.reason(because))


def _refuse_clashes(
    connection: Connection, collector: str, substitute: Member | None, from_on: date, to_on: date
) -> None:
    away = {absence.collector for absence in absences(connection, from_on=from_on, to_on=to_on)}
    if collector in away:
        raise Refused(
            asked="note an absence", found="one of these days that stands already", do="Take that one back first."
        )
    if substitute is not None and (substitute.collector_id == collector or substitute.collector_id in away):
        raise Refused(
            asked="note an absence",
            found="a substitute who is away on one of these days",
            do="Name somebody else, or nobody: then the team works the list.",
        )


def _hand_over(
    connection: Connection, collector: str, substitute: Member | None, *, act: int, at: datetime, by: str, because: str
) -> Changed:
    own, told = Chosen(fits=Filter(collector=collector)), {"act": act, "at": at, "by": by, "because": because}
    moved = 0
    if substitute is not None:
        fits = (f"{MAY_TAKE} AND NOT %(me)s = ANY (i.not_for || i.kept_from)", substitute.values)
        first = acts.change(connection, own, "absence.announced", substitute.collector_id, fits=fits, **told)  # type: ignore[arg-type]  # told is of several types
        moved = first.items
    rest = acts.change(connection, own, "absence.announced", None, **told)  # type: ignore[arg-type]  # as above
    return Changed(act, moved + rest.items, unfit=rest.items if substitute is not None else 0)
