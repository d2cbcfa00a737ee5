"""Close items and put their successors in their place, in one statement.

Work items are immutable but for their state, so whatever else changes (amounts, lane, ways, the next try) makes an item
of its own that follows the old one. Both moves are written to the item's events by the same statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql

from arrears.errors import WrongUse
from arrears.queues.desk.statement import run
from arrears.queues.record import plain_json
from arrears.state.closed import MOVES, OPEN_STATES
from arrears.state.schema import work_items

_TYPES = {
    column.name: column.type.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    for column in work_items.columns
}
_JSON = frozenset(name for name, kind in _TYPES.items() if kind == "JSONB")
_OWN = {
    "state": "'ready'",
    "state_since": "%(at)s::timestamptz",
    "state_because": "NULL",
    "follows": "closed.work_item_id",
    "made_by": "%(made_by)s",
}
_COLUMNS = tuple(name for name in _TYPES if name != "work_item_id")


def close(
    connection: Connection,
    work_item_ids: Sequence[int],
    *,
    state: str,
    because: str | None,
    at: datetime,
    by: str,
    did: str | None = None,
    only: Sequence[str] = OPEN_STATES,
) -> list[int]:
    """Close items for good: nothing comes next.

    Parameters
    ----------
    state : what they become: worked, released, expired or withdrawn.
    because : a code or a sentence, never a debtor's data; kept on the item and on its event.
    by : a collector, a manager, or the part of the service that does it.
    did : the step as the events name it; by default `state`.
    only : the states from which they are closed; items in another are left as they are.

    Returns
    -------
    list[int] : the items that were closed; nobody else closes them again.
    """
    sql = _statement((), follow=False)
    values = _values(work_item_ids, state=state, because=because, at=at, by=by, did=did, only=only)
    return [int(row[0]) for row in run(connection, sql, values)]


def succeed(
    connection: Connection,
    work_item_ids: Sequence[int],
    *,
    state: str,
    because: str | None,
    at: datetime,
    by: str,
    made_by: str,
    changed: Mapping[str, Any] | None = None,
    why: str | None = None,
    did: str | None = None,
    detail: Mapping[str, Any] | None = None,
    only: Sequence[str] = OPEN_STATES,
) -> dict[int, int]:
    """Close items and put a ready successor in each one's place.

    Parameters
    ----------
    state, because, at, by, did, only : of the closing, as in `close`.
    made_by : of `arrears.state.closed.ITEM_ORIGINS`: outcome, return, event, manager or inbound.
    changed : columns of `work_items` in which the successors differ, by name, the same for all; JSON columns as
        documents. All others are the predecessor's.
    why : why the successors came into being, for their events; by default `because`.
    detail : of the closing's event.

    Returns
    -------
    dict[int, int] : each closed item with its successor.

    Raises
    ------
    WrongUse : a column that no caller may set.

    Notes
    -----
    A claimed item's leases and its reservation are not ended here: `leases.give_up` does that, before or after, in the
    same transaction.
    """
    changed = changed or {}
    refused = sorted(set(changed) - (set(_COLUMNS) - set(_OWN)))
    if refused:
        raise WrongUse(
            asked="make an item's successor",
            found=f"columns that follow by themselves, or none of ours: {', '.join(refused)}",
            do="Leave them out.",
        )
    sql = _statement(tuple(sorted(changed)), follow=True)
    values = _values(work_item_ids, state=state, because=because, at=at, by=by, did=did, only=only)
    values |= {"made_by": made_by, "why": because if why is None else why, "detail": plain_json(dict(detail or {}))}
    values |= {f"new_{name}": plain_json(value) if name in _JSON else value for name, value in changed.items()}
    return {int(old): int(new) for old, new in run(connection, sql, values)}


def _values(
    work_item_ids: Sequence[int],
    *,
    state: str,
    because: str | None,
    at: datetime,
    by: str,
    did: str | None,
    only: Sequence[str],
) -> dict[str, Any]:
    # Only from where the move is legal: the database would refuse the whole statement for one item that is not.
    legal = [old for old, new in MOVES if new == state and old in only]
    return {
        "items": list(work_item_ids),
        "state": state,
        "because": because,
        "at": at,
        "by": by,
        "did": did or state,
        "only": legal,
        "detail": "{}",
    }


@lru_cache(maxsize=64)
def _statement(changed: tuple[str, ...], *, follow: bool) -> str:
    """The insert reads what the update returns, so the old item is closed before the new one opens."""
    closed = """
        WITH closed AS (
            UPDATE work_items
            SET state = %(state)s, state_since = %(at)s, state_because = %(because)s
            WHERE work_item_id = ANY (%(items)s) AND state = ANY (%(only)s)
            RETURNING *
        )
    """
    left = "SELECT work_item_id, %(at)s::timestamptz, %(did)s, %(by)s, %(because)s, %(detail)s::jsonb"
    if not follow:
        return f"""{closed}, noted AS (
            INSERT INTO work_item_events (work_item_id, at, did, "by", because, detail) {left} FROM closed
        )
        SELECT work_item_id FROM closed
        """  # noqa: S608 - our own words
    sources = {name: f"closed.{name}" for name in _COLUMNS} | _OWN
    sources |= {name: f"%(new_{name})s::{_TYPES[name]}" for name in changed}
    return f"""{closed}, made AS (
            INSERT INTO work_items ({", ".join(_COLUMNS)})
            SELECT {", ".join(sources[name] for name in _COLUMNS)} FROM closed
            RETURNING work_item_id, follows
        ), noted AS (
            INSERT INTO work_item_events (work_item_id, at, did, "by", because, detail)
            {left} FROM closed
            UNION ALL SELECT work_item_id, %(at)s, 'made', %(by)s, %(why)s, '{{}}'::jsonb FROM made
        )
        SELECT follows, work_item_id FROM made
        """  # noqa: S608 - our own words
