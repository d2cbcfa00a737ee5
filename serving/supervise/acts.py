"""A manager's acts on a running deployment: each one transaction, once however often its key is posted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from arrears.errors import Refused, WrongUse
from arrears.queues.desk.idempotency import answered, fingerprint, taken
from arrears.queues.desk.team import Member
from arrears.queues.supervise import acts, acts_absence, acts_on_items, acts_pause
from arrears.queues.supervise.acts import Changed
from arrears.queues.supervise.acts_undo import take_back
from arrears.queues.supervise.chosen import Chosen
from arrears.queues.supervise.roster import roster_of
from serving.deployment import Deployment
from serving.people.sign_ins import Person

Done = dict[str, Any]
"""What an act answers: its id and its counts, as `Changed` has them."""


def reassign(
    deployment: Deployment, person: Person, chosen: Chosen, to: str | None, because: str, *, key: str | None = None
) -> Done:
    """Put ready items on a collector's list, or the team's (`to` None).

    Raises
    ------
    WrongUse : no collector of that id, no reason, or no items named.
    """

    def do(connection: Connection, at: datetime, by: str) -> Changed:
        member = None if to is None else member_of(deployment, to)
        return acts_on_items.reassign(connection, chosen, member, at=at, by=by, because=because)

    return _once(deployment, person, key, ("reassign", asdict(chosen), [to, because]), do)


def move(
    deployment: Deployment, person: Person, chosen: Chosen, raised: int, because: str, *, key: str | None = None
) -> Done:
    """Move ready items up or down.

    Raises
    ------
    WrongUse : no such step, no reason, or no items named.
    """

    def do(connection: Connection, at: datetime, by: str) -> Changed:
        return acts_on_items.move(connection, chosen, raised, at=at, by=by, because=because)

    return _once(deployment, person, key, ("move", asdict(chosen), [raised, because]), do)


def put_off(
    deployment: Deployment, person: Person, chosen: Chosen, until: date, because: str, *, key: str | None = None
) -> Done:
    """Put ready items off to a day.

    Raises
    ------
    WrongUse : a day that cannot be, no reason, or no items named.
    """
    zone = deployment.settings.portfolio.zone

    def do(connection: Connection, at: datetime, by: str) -> Changed:
        return acts_on_items.put_off(connection, chosen, until, zone=zone, at=at, by=by, because=because)

    return _once(deployment, person, key, ("put off", asdict(chosen), [until, because]), do)


def announce_absence(
    deployment: Deployment,
    person: Person,
    collector: str,
    from_on: date,
    to_on: date,
    *,
    substitute: str | None,
    because: str,
    key: str | None = None,
) -> Done:
    """Note that a collector is away, and hand their list over where it is today.

    Raises
    ------
    WrongUse : no collector or substitute of that id, no reason, or days that cannot be.
    Refused : another absence, or the substitute's, stands in the way.
    """

    def do(connection: Connection, at: datetime, by: str) -> Changed:
        away = member_of(deployment, collector).collector_id
        instead = None if substitute is None else member_of(deployment, substitute)
        return acts_absence.announce(
            connection,
            away,
            from_on,
            to_on,
            substitute=instead,
            today=deployment.day,
            at=at,
            by=by,
            because=because,
        )

    return _once(deployment, person, key, ("absence", collector, [from_on, to_on, substitute, because]), do)


def end_absence(
    deployment: Deployment, person: Person, absence_id: int, because: str, *, key: str | None = None
) -> Done:
    """Take an absence back.

    Raises
    ------
    WrongUse : none of that id, or no reason.
    Refused : it was taken back before.
    """

    def do(connection: Connection, at: datetime, by: str) -> Changed:
        return acts_absence.end(connection, absence_id, at=at, by=by, because=because)

    return _once(deployment, person, key, ("end absence", absence_id, because), do)


def pause(
    deployment: Deployment, person: Person, lane: str, client: str | None, because: str, *, key: str | None = None
) -> Done:
    """Let nobody claim from a lane for now.

    Raises
    ------
    WrongUse : no such lane, or no reason.
    Refused : it is paused already.
    """

    def do(connection: Connection, at: datetime, by: str) -> Changed:
        return Changed(acts_pause.pause(connection, lane, client=client, at=at, by=by, because=because), 0)

    return _once(deployment, person, key, ("pause", lane, [client, because]), do)


def resume(
    deployment: Deployment, person: Person, lane: str, client: str | None, because: str, *, key: str | None = None
) -> Done:
    """Let a paused lane go on.

    Raises
    ------
    WrongUse : no reason.
    Refused : it is not paused.
    """

    def do(connection: Connection, at: datetime, by: str) -> Changed:
        return Changed(acts_pause.resume(connection, lane, client=client, at=at, by=by, because=because), 0)

    return _once(deployment, person, key, ("resume", lane, [client, because]), do)


def undo(deployment: Deployment, person: Person, act: int, *, key: str | None = None) -> Done:
    """Take an act back.

    Raises
    ------
    WrongUse : none of that id that can be undone.
    Refused : it was undone before, or ended otherwise.
    """

    def do(connection: Connection, at: datetime, by: str) -> Changed:
        return take_back(connection, act, at=at, by=by)

    return _once(deployment, person, key, ("undo", act, None), do)


def share_out(deployment: Deployment, person: Person, because: str) -> Done:
    """Share today's ready items out anew among who is at work for the rest of the day; cannot be undone.

    Raises
    ------
    WrongUse : no reason.
    Refused : no night serves, or the book names no collectors.
    """
    from serving.night.reallocate import reallocate

    why, by, at = acts.reason(because), person.collector_id or person.name, deployment.clock.now()
    found = reallocate(deployment.engine, deployment.lake, clock=deployment.clock, by=by, because=why)
    if found is None or found.report is None:
        raise Refused(
            asked="share the lists out", found="no night that serves, or no team", do="Run a night; load `collectors`."
        )
    detail = {"items": found.moved, "ready": found.items, "gap": found.report["gap"]}
    with deployment.engine.begin() as connection:
        act = acts.new_act(connection)
        acts.write(connection, act, at=at, by=by, did="items.shared_out", subject="the team", because=why, **detail)
    return asdict(Changed(act, found.moved, same=found.items - found.moved))


def member_of(deployment: Deployment, collector_id: str) -> Member:
    """The collector of that id in the team's table.

    Raises
    ------
    WrongUse : the table names none.
    """
    found = roster_of(deployment.lake).named(collector_id)
    if found is None:
        raise WrongUse(asked="find a collector", found="none of that id", do="/v1/team lists everybody.")
    return found.member


def _once(
    deployment: Deployment,
    person: Person,
    key: str | None,
    asked: tuple[str, object, object],
    do: Callable[[Connection, datetime, str], Changed],
) -> Done:
    at, by = deployment.clock.now(), person.collector_id or person.name
    with deployment.engine.begin() as connection:
        if key is None:
            return asdict(do(connection, at, by))
        before = taken(connection, person=person.name, key=key, asked=fingerprint(*asked), at=at)
        if before is not None:
            return before
        done = asdict(do(connection, at, by))
        answered(connection, person=person.name, key=key, answer=done)
        return done
