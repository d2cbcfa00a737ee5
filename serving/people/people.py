"""The people of a deployment: who may sign in, as what, and for which collector of the lake.

Every change is in the audit trail. A name is never forgotten: whoever left is disabled, and may be added again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, RowMapping, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from arrears.errors import Refused, WrongUse
from arrears.state import audit_trail
from arrears.state.closed import ROLES
from arrears.state.reading import reading
from arrears.state.schema import people, sessions, sign_in_tokens
from serving.people.access import OWN
from serving.people.sign_ins import SIGN_INS

_NAME = re.compile(r"[^\W_](?:[\w.@' -]{0,58}[^\W_])?")
WORKING = ("collector", "manager")
"""Roles that may work a list of their own."""


def add_person(
    engine: Engine, name: str, role: str, *, collector_id: str | None = None, who: str, now: datetime
) -> None:
    """Let somebody in, for the first time or again.

    Parameters
    ----------
    name : as the audit trail and the pages will say it.
    collector_id : the row of the lake's `collectors` for whom they stand; a collector has one, a manager may.
    who : adds them, for the audit trail.

    Raises
    ------
    WrongUse : the name, the role or the collector cannot be.
    Refused : the name is in use, or somebody else stands for that collector.
    """
    _check(name, role, collector_id)
    values = {"role": role, "collector_id": collector_id, "added_at": now, "disabled_at": None}
    # Whoever is in already is left as they are: then no row comes back.
    adding = (
        upsert(people)
        .values(person=name, **values)
        .on_conflict_do_update(index_elements=[people.c.person], set_=values, where=people.c.disabled_at.is_not(None))
        .returning(people.c.person)
    )
    try:
        with engine.begin() as connection:
            if connection.execute(adding).first() is None:
                raise _in_use(connection, name)
            detail = {"role": role, "collector_id": collector_id}
            audit_trail.note(connection, at=now, who=who, did="person.added", subject=name, detail=detail)
    except IntegrityError as problem:
        raise Refused(
            asked=f"add {name!r} for collector {collector_id}",
            found="somebody else stands for that collector",
            do="`arrears user list` says who; disable them first.",
        ) from problem


def disable_person(engine: Engine, name: str, *, who: str, now: datetime) -> int:
    """Shut somebody out: sessions, keys and unused links end; at once in this process, within seconds in any other.

    Returns
    -------
    int : the sessions and keys that ended.

    Raises
    ------
    WrongUse : nobody of that name was added.
    Refused : the person is disabled already.
    """
    with engine.begin() as connection:
        row = connection.execute(select(people.c.disabled_at).where(people.c.person == name).with_for_update()).first()
        _check_enabled(name, row)
        connection.execute(update(people).where(people.c.person == name).values(disabled_at=now))
        ended = connection.execute(
            update(sessions)
            .where(sessions.c.person == name, sessions.c.ended_at.is_(None), sessions.c.expires_at > now)
            .values(ended_at=func.greatest(now, sessions.c.made_at))
        ).rowcount
        connection.execute(
            update(sign_in_tokens)
            .where(sign_in_tokens.c.person == name, sign_in_tokens.c.spent_at.is_(None))
            .values(spent_at=now)
        )
        audit_trail.note(
            connection, at=now, who=who, did="person.disabled", subject=name, detail={"sessions_ended": ended}
        )
    SIGN_INS.forget_person(name)
    return ended


def everybody(engine: Engine, *, now: datetime) -> Sequence[RowMapping]:
    """Everybody who was ever added, by name: `person`, `role`, `collector_id`, `added_at`, `disabled_at`, `sessions`.

    `sessions` counts the sessions and keys that are open.
    """
    is_open = (sessions.c.person == people.c.person) & sessions.c.ended_at.is_(None) & (sessions.c.expires_at > now)
    query = (
        select(
            people.c.person,
            people.c.role,
            people.c.collector_id,
            people.c.added_at,
            people.c.disabled_at,
            func.count(sessions.c.session_hash).label("sessions"),
        )
        .join(sessions, is_open, isouter=True)
        .group_by(people.c.person)
        .order_by(people.c.person)
    )
    with reading(engine) as connection:
        return connection.execute(query).mappings().all()


def _check(name: str, role: str, collector_id: str | None) -> None:
    asked = f"add {name!r} as {role}"
    if not _NAME.fullmatch(name):
        found = "a name of other signs than letters, digits and . @ ' - _ between them, or of more than 60"
        raise WrongUse(asked="add somebody", found=found, do="Name them as `ana` or `ana.lima`.")
    if role not in ROLES:
        raise WrongUse(asked=asked, found="no such role", do=f"Choose one of {', '.join(ROLES)}.")
    if name in OWN and role != "manager":
        found = f"{name} is the deployment's own manager"
        raise WrongUse(asked=asked, found=found, do="Choose another name.")
    if role == "collector" and collector_id is None:
        found = "no collector of the lake for whom they stand"
        raise WrongUse(asked=asked, found=found, do="Name the row of table collectors: --collector COLLECTOR_ID.")
    if role not in WORKING and collector_id is not None:
        found = "a collector for whom they would stand, and only a collector or a manager works a list"
        raise WrongUse(asked=asked, found=found, do="Leave --collector out.")


def _check_enabled(name: str, row: Row[Any] | None) -> None:
    if row is None:
        do = "`arrears user list` names everybody."
        raise WrongUse(asked=f"disable {name!r}", found="nobody of that name", do=do)
    if row.disabled_at is not None:
        found = f"disabled since {row.disabled_at:%Y-%m-%d %H:%M} UTC"
        raise Refused(asked=f"disable {name!r}", found=found, do="There is nothing to do.")


def _in_use(connection: Connection, name: str) -> Refused:
    role = connection.execute(select(people.c.role).where(people.c.person == name)).scalar_one()
    return Refused(
        asked=f"add {name!r}",
        found=f"somebody of that name, with role {role}",
        do="To change the role, disable them first: `arrears user disable NAME`; or choose another name.",
    )
