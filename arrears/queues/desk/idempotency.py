"""Acts that are done once however often they are posted: the key is kept with what the act did, or not at all."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from arrears.errors import Refused
from arrears.queues.desk.statement import first, one, run
from arrears.queues.record import plain_json

Answer = dict[str, Any]

_TAKE = """
    INSERT INTO idempotency_keys (person, key, asked, answer, at)
    VALUES (%(person)s, %(key)s, %(asked)s, '{}', %(at)s)
    ON CONFLICT DO NOTHING RETURNING 1
"""
_READ = "SELECT asked, answer FROM idempotency_keys WHERE person = %(person)s AND key = %(key)s"
_WRITE = "UPDATE idempotency_keys SET answer = %(answer)s::jsonb WHERE person = %(person)s AND key = %(key)s"


def fingerprint(act: str, subject: object, body: object) -> str:
    """SHA-256 of what was asked: which act, on what, with which content.

    Examples
    --------
    >>> fingerprint("release", 7, {"because": "x"}) == fingerprint("release", 7, {"because": "y"})
    False
    """
    told = json.dumps([act, subject, body], sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def taken(connection: Connection, *, person: str, key: str, asked: str, at: datetime) -> Answer | None:
    """Take a key for this transaction; what was answered where the act was done before, None where it is to be done.

    Whoever posts the same at the same time waits here until the first has ended, one way or the other.

    Raises
    ------
    Refused : the key was used for something else.
    """
    values = {"person": person, "key": key, "asked": asked, "at": at}
    if first(connection, _TAKE, values) is not None:
        return None
    asked_before, before = one(connection, _READ, values)
    if asked_before != asked:
        raise Refused(
            asked="do something once by its Idempotency-Key",
            found="a key that was used for something else",
            do="Use a new key for each act; the same one only to repeat the same request.",
        )
    answer: Answer = before
    return answer


def answered(connection: Connection, *, person: str, key: str, answer: Answer) -> None:
    """Keep what a taken key's act answered; the caller commits both together."""
    run(connection, _WRITE, {"person": person, "key": key, "answer": plain_json(answer)})
