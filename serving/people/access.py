"""How somebody comes in: one-time sign-in links, the sessions they open, and keys for programs.

Only hashes are kept, in PostgreSQL. A link is spent by one UPDATE, so two clicks open one session. Sign-in runs on real
time even where the portfolio's clock stands elsewhere.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from arrears.errors import Refused, WrongUse
from arrears.state import audit_trail
from arrears.state.schema import people, sessions, sign_in_tokens
from serving.people.sign_ins import SIGN_INS, hash_of

LINK_LASTS = timedelta(hours=12)
SESSION_LASTS = timedelta(hours=12)
KEY_LASTS = timedelta(days=30)

MANAGER = "manager"
"""The person whom a deployment without named people knows: everyone who can start the service is this one."""

SERVICE = "service"
"""The person behind a key that `arrears serve` prints: who can start the service may let programs do all it does."""

OWN = frozenset({MANAGER, SERVICE})
"""People whom a deployment knows of itself, each a manager."""


def new_link_token(engine: Engine, *, now: datetime, person: str = MANAGER, who: str = "arrears serve") -> str:
    """A token that signs `person` in once, within twelve hours of `now`.

    Parameters
    ----------
    who : makes it, for the audit trail.

    Raises
    ------
    WrongUse : nobody of that name was added.
    Refused : the person is disabled.

    Examples
    --------
    The caller prints it as a link; it is kept nowhere::

        f"http://127.0.0.1:3000/sign-in?token={new_link_token(engine, now=clock.now())}"
    """
    token = secrets.token_urlsafe(32)
    with engine.begin() as connection:
        _check_known(connection, person, now=now)
        values = {"token_hash": hash_of(token), "person": person, "made_at": now, "expires_at": now + LINK_LASTS}
        connection.execute(insert(sign_in_tokens).values(values))
        audit_trail.note(connection, at=now, who=who, did="link.made", subject=person)
    return token


def sign_in(engine: Engine, token: str, *, now: datetime) -> str | None:
    """Spend a link's token and open a session; its cookie, or None where the token is unknown, spent or expired."""
    with engine.begin() as connection:
        person = connection.execute(
            update(sign_in_tokens)
            .where(
                sign_in_tokens.c.token_hash == hash_of(token),
                sign_in_tokens.c.spent_at.is_(None),
                sign_in_tokens.c.expires_at > now,
            )
            .values(spent_at=now)
            .returning(sign_in_tokens.c.person)
        ).scalar()
        if person is None or not _stays_enabled(connection, person):
            return None
        return _open_session(connection, person, now=now, lasts=SESSION_LASTS)


def new_key(engine: Engine, *, now: datetime, person: str = SERVICE, who: str = "arrears serve") -> str:
    """A key for programs that act as `person`, sent as `Authorization: Bearer KEY`; it lasts thirty days.

    Raises
    ------
    WrongUse : nobody of that name was added.
    Refused : the person is disabled.
    """
    with engine.begin() as connection:
        _check_known(connection, person, now=now)
        key = _open_session(connection, person, now=now, lasts=KEY_LASTS)
        audit_trail.note(connection, at=now, who=who, did="key.made", subject=person)
    return key


def sign_out(engine: Engine, secret: str, *, now: datetime) -> None:
    """End a session, at once for this process; ending one twice changes nothing."""
    with engine.begin() as connection:
        connection.execute(
            update(sessions)
            .where(sessions.c.session_hash == hash_of(secret), sessions.c.ended_at.is_(None))
            .values(ended_at=func.greatest(now, sessions.c.made_at))
        )
    SIGN_INS.forget(secret)


def _open_session(connection: Connection, person: str, *, now: datetime, lasts: timedelta) -> str:
    secret = secrets.token_urlsafe(32)
    connection.execute(
        insert(sessions).values(session_hash=hash_of(secret), person=person, made_at=now, expires_at=now + lasts)
    )
    return secret


def _stays_enabled(connection: Connection, person: str) -> bool:
    """Whether nobody has disabled them, nor can before this transaction ends."""
    query = select(people.c.person).where(people.c.person == person, people.c.disabled_at.is_(None))
    return connection.execute(query.with_for_update(read=True)).first() is not None


def _check_known(connection: Connection, person: str, *, now: datetime) -> None:
    if person in OWN:
        _make_known(connection, person, now=now)
    row = connection.execute(select(people.c.disabled_at).where(people.c.person == person).with_for_update()).first()
    if row is None:
        raise WrongUse(
            asked=f"let {person!r} in",
            found="nobody of that name",
            do="`arrears user list` names everybody; `arrears user add NAME --role ROLE` adds somebody.",
        )
    if row.disabled_at is not None:
        raise Refused(
            asked=f"let {person!r} in",
            found=f"disabled since {row.disabled_at:%Y-%m-%d %H:%M} UTC",
            do="`arrears user add NAME --role ROLE` lets them in again.",
        )


def _make_known(connection: Connection, person: str, *, now: datetime) -> None:
    known = upsert(people).values(person=person, role="manager", added_at=now)
    # Its role was another in an earlier version.
    changed = known.on_conflict_do_update(
        index_elements=[people.c.person], set_={"role": "manager"}, where=people.c.role != "manager"
    )
    connection.execute(changed)
