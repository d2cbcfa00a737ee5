"""Who may come in: one-time sign-in links, the sessions they open, and keys for programs.

Only hashes are kept, in PostgreSQL. A link is spent by one UPDATE, so two clicks open one session. Sign-in runs on real
time even where the portfolio's clock stands elsewhere.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from arrears.state.schema import people, sessions, sign_in_tokens

LINK_LASTS = timedelta(hours=12)
SESSION_LASTS = timedelta(hours=12)
KEY_LASTS = timedelta(days=30)

MANAGER = "manager"
"""The person whom a deployment without named people knows: everyone who can start the service is this one."""

SERVICE = "service"
"""The person behind a key for programs."""


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in."""

    name: str
    role: str


def new_link_token(engine: Engine, *, now: datetime, person: str = MANAGER) -> str:
    """A token that signs `person` in once, within twelve hours of `now`.

    Examples
    --------
    The caller prints it as a link; it is kept nowhere::

        f"http://127.0.0.1:3000/sign-in?token={new_link_token(engine, now=clock.now())}"
    """
    token = secrets.token_urlsafe(32)
    with engine.begin() as connection:
        _make_known(connection, person, role="manager", now=now)
        connection.execute(
            insert(sign_in_tokens).values(
                token_hash=_hash(token), person=person, made_at=now, expires_at=now + LINK_LASTS
            )
        )
    return token


def sign_in(engine: Engine, token: str, *, now: datetime) -> str | None:
    """Spend a link's token and open a session; its cookie, or None where the token is unknown, spent or expired."""
    with engine.begin() as connection:
        person = connection.execute(
            update(sign_in_tokens)
            .where(
                sign_in_tokens.c.token_hash == _hash(token),
                sign_in_tokens.c.spent_at.is_(None),
                sign_in_tokens.c.expires_at > now,
            )
            .values(spent_at=now)
            .returning(sign_in_tokens.c.person)
        ).scalar()
        return None if person is None else _open_session(connection, person, now=now, lasts=SESSION_LASTS)


def new_key(engine: Engine, *, now: datetime) -> str:
    """A key for programs, sent as `Authorization: Bearer KEY`; it lasts thirty days."""
    with engine.begin() as connection:
        _make_known(connection, SERVICE, role="strategist", now=now)
        return _open_session(connection, SERVICE, now=now, lasts=KEY_LASTS)


def who_is(engine: Engine, secret: str, *, now: datetime) -> Person | None:
    """The person of a cookie or key, or None where it is unknown, ended or expired."""
    query = (
        select(people.c.person, people.c.role)
        .join(sessions, sessions.c.person == people.c.person)
        .where(
            sessions.c.session_hash == _hash(secret),
            sessions.c.ended_at.is_(None),
            sessions.c.expires_at > now,
            people.c.disabled_at.is_(None),
        )
    )
    with engine.connect() as connection:
        row = connection.execute(query).first()
    return None if row is None else Person(name=row.person, role=row.role)


def sign_out(engine: Engine, secret: str, *, now: datetime) -> None:
    """End a session; ending one twice changes nothing."""
    with engine.begin() as connection:
        connection.execute(
            update(sessions)
            .where(sessions.c.session_hash == _hash(secret), sessions.c.ended_at.is_(None))
            .values(ended_at=func.greatest(now, sessions.c.made_at))
        )


def _open_session(connection: Connection, person: str, *, now: datetime, lasts: timedelta) -> str:
    secret = secrets.token_urlsafe(32)
    connection.execute(
        insert(sessions).values(session_hash=_hash(secret), person=person, made_at=now, expires_at=now + lasts)
    )
    return secret


def _make_known(connection: Connection, person: str, *, role: str, now: datetime) -> None:
    connection.execute(upsert(people).values(person=person, role=role, added_at=now).on_conflict_do_nothing())


def _hash(secret: str) -> str:
    # 256 random bits need no salt and no slow hash: nobody can guess them, and every request looks one up.
    return hashlib.sha256(secret.encode()).hexdigest()
