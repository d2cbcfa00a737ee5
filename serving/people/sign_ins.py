"""Who is signed in, remembered for a few seconds: a busy desk sends a hundred requests a second, each from somebody.

What the database said of a cookie or key counts for `KEPT_FOR`; then one query asks about all that were seen meanwhile.
So whoever is signed out or disabled in another process is turned away within that time, and in this one at once.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import ARRAY, DateTime, Engine, Text, bindparam, func, select

from arrears.state.reading import reading
from arrears.state.schema import people, sessions

KEPT_FOR = timedelta(seconds=5)
"""How long an answer of the database counts: the longest time for which a disabled person may still come in."""

MOST_KEPT = 10_000
"""Sign-ins that one query asks about; any beyond are asked about alone."""


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in.

    Parameters
    ----------
    role : one of `arrears.state.schema.ROLES`; `serving.people.may_enter` says what it may do.
    collector_id : the row of the lake's `collectors` for whom this person stands; None: they work no list.
    """

    name: str
    role: str
    collector_id: str | None = None


@dataclass
class _SignedIn:
    """What the database said of a cookie or key, and when; never later than its end."""

    person: Person
    asked_at: datetime
    ends_at: datetime
    seen: bool = field(default=False, compare=False)


class SignIns:
    """The memory of one process.

    Parameters
    ----------
    kept_for : how long an answer counts.

    Examples
    --------
    The door asks it twice, and PostgreSQL only where it does not remember::

        SIGN_INS.remembered(secret, now) or SIGN_INS.ask(engine, secret, now)
    """

    def __init__(self, *, kept_for: timedelta = KEPT_FOR) -> None:
        self._kept_for = kept_for
        self._kept: dict[str, _SignedIn] = {}
        self._asking = threading.Lock()
        self._keeping = threading.Lock()
        self._forgotten = 0

    def remembered(self, secret: str, now: datetime) -> Person | None:
        """The person behind a cookie or key, without asking anybody; None where it was not asked, or too long ago."""
        return self._known(hash_of(secret), now)

    def ask(self, engine: Engine, secret: str, now: datetime) -> Person | None:
        """The person behind a cookie or key, asked of the database; and with it all that were seen since the last time.

        None where it is unknown, ended or expired, or its person disabled.
        """
        hashed = hash_of(secret)
        with self._asking:
            known = self._known(hashed, now)  # whoever held the lock may have asked about this one, too
            if known is None:
                before, due = self._forgotten, self._due(now)
                found = _who_are(engine, [hashed, *due], now=now)
                self._keep(found, due, before, now)
                known = found[hashed].person if hashed in found else None
        return known

    def forget(self, secret: str) -> None:
        """Ask anew about this cookie or key; for who signs out."""
        with self._keeping:
            self._forgotten += 1
            self._kept.pop(hash_of(secret), None)

    def forget_person(self, name: str) -> None:
        """Ask anew about everything this person came in with; for who is disabled."""
        with self._keeping:
            self._forgotten += 1
            self._kept = {hashed: one for hashed, one in self._kept.items() if one.person.name != name}

    def _known(self, hashed: str, now: datetime) -> Person | None:
        known = self._kept.get(hashed)
        if known is None or now >= known.ends_at:
            return None
        known.seen = True
        # Measured both ways: a clock that was set back must not keep an answer for longer.
        return known.person if abs(now - known.asked_at) < self._kept_for else None

    def _due(self, now: datetime) -> list[str]:
        """Those seen of late whose answer grows old; a stranger's made-up keys must not have the others asked anew."""
        with self._keeping:
            kept = list(self._kept.items())
        due = (hashed for hashed, one in kept if one.seen and abs(now - one.asked_at) >= self._kept_for / 2)
        return list(islice(due, MOST_KEPT))

    def _keep(self, found: dict[str, _SignedIn], due: list[str], before: int, now: datetime) -> None:
        asked = frozenset(due)
        with self._keeping:
            # What was read before somebody was forgotten may tell of that very one.
            if self._forgotten == before:
                others = {hashed: one for hashed, one in self._kept.items() if hashed not in asked}
                young = {hashed: one for hashed, one in others.items() if abs(now - one.asked_at) < self._kept_for}
                self._kept = young | found


SIGN_INS = SignIns()
"""The memory of this process."""


def who_is(engine: Engine, secret: str, *, now: datetime) -> Person | None:
    """The person of a cookie or key as the database knows it, or None where it is unknown, ended or expired."""
    found = _who_are(engine, [hash_of(secret)], now=now).get(hash_of(secret))
    return None if found is None else found.person


def hash_of(secret: str) -> str:
    """What is kept of a token, cookie or key.

    Examples
    --------
    >>> len(hash_of("a secret"))
    64
    """
    # 256 random bits need no salt and no slow hash: nobody can guess them, and every request looks one up.
    return hashlib.sha256(secret.encode()).hexdigest()


_WHO_ARE = (
    select(sessions.c.session_hash, sessions.c.expires_at, people.c.person, people.c.role, people.c.collector_id)
    .join(people, sessions.c.person == people.c.person)
    .where(
        sessions.c.session_hash == func.any(bindparam("hashes", type_=ARRAY(Text))),
        sessions.c.ended_at.is_(None),
        sessions.c.expires_at > bindparam("now", type_=DateTime(timezone=True)),
        people.c.disabled_at.is_(None),
    )
)


def _who_are(engine: Engine, hashes: Sequence[str], *, now: datetime) -> dict[str, _SignedIn]:
    with reading(engine) as connection:
        rows = connection.execute(_WHO_ARE, {"hashes": list(hashes), "now": now}).all()
    return {hashed: _SignedIn(Person(*of), asked_at=now, ends_at=ends_at) for hashed, ends_at, *of in rows}
