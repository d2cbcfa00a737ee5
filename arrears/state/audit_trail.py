"""Who did what: write a line of the audit trail, and read it back, newest first.

The table only grows; the database refuses to change or remove a line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert

from arrears.state.newest_first import newest_first
from arrears.state.schema import audit


def note(
    connection: Connection, *, at: datetime, who: str, did: str, subject: str, detail: Mapping[str, Any] | None = None
) -> None:
    """Write one line, in the transaction of what it tells.

    Parameters
    ----------
    did : a thing and a verb, as `person.added`.
    subject : the id of what it was done to; never a debtor's data, and neither is `detail`.
    """
    told = {"at": at, "who": who, "did": did, "subject": subject, "detail": dict(detail or {})}
    connection.execute(insert(audit), told)


def lines(
    connection: Connection,
    *,
    did: str | None = None,
    who: str | None = None,
    subject: str | None = None,
    since: datetime | None = None,
    before: int | None = None,
    limit: int,
) -> Sequence[RowMapping]:
    """Lines of the trail, newest first: `audit_id`, `at`, `who`, `did`, `subject`, `detail`.

    Parameters
    ----------
    did, who, subject : only lines that say exactly this.
    since : only what happened then or later.
    before : only lines written before the one of this id: where the page before ended.
    limit : how many at most.
    """
    wanted = {"did": did, "who": who, "subject": subject}
    return newest_first(connection, audit, wanted, since=since, before=before, limit=limit)
