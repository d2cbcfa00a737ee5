"""Write a night: all of it in one transaction, or none.

The night before it loses what was ready in the same transaction, so nobody ever sees two queues, or none; what somebody
holds stays in their hands (`carry_over`). A night of a day before the one that is served is kept on record, and serves
only where that is asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import psycopg
from sqlalchemy import Connection, Table, insert, text

from arrears.errors import ArrearsError
from arrears.queues.carry_over import Before, carry_over, clear
from arrears.queues.night_decisions import decide_night
from arrears.state.desk import allocations
from arrears.state.schema import audit, night_accounts, nights, work_items

ACCOUNT_COLUMNS = tuple(column.name for column in night_accounts.columns if column.name != "night_id")
_LATER = ("state_because", "raised", "team_from", "not_for", "kept_from", "tries", "tried_on", "follows", "made_by")
"""What only a working day writes on an item."""

ITEM_COLUMNS = tuple(
    column.name for column in work_items.columns if column.name not in ("night_id", "work_item_id", *_LATER)
)

_DEBTOR, _WORK_GROUP, _LANE = (ITEM_COLUMNS.index(name) for name in ("debtor_id", "work_group", "lane"))

_ONE_NIGHT_AT_A_TIME = 7_204_134  # any number that nothing else locks on


def record_night(
    connection: Connection,
    night: Mapping[str, Any],
    *,
    accounts: Iterable[Sequence[Any]],
    items: Iterable[Sequence[Any]],
    who: str,
    replace: bool = False,
    at: datetime | None = None,
    zone: str = "UTC",
) -> int:
    """Write a night, its judged accounts and its items, and withdraw what was ready before.

    Where a night of a later day is served, this one is written as superseded by it and its items as withdrawn. So is an
    item whose person and work group somebody holds, or who waits for a moment that was agreed on. Every choice is
    logged.

    Parameters
    ----------
    connection : in a transaction, which the caller ends.
    night : columns of `nights` by name, without id, state and successor.
    accounts : rows in the order of `ACCOUNT_COLUMNS`; JSON columns as text (`plain_json`).
    items : rows in the order of `ITEM_COLUMNS`, best first.
    who : whose night it is, for the audit trail.
    replace : serve it even where a night of a later day is served.
    at : the moment by the portfolio's clock, by which leases run; None: when it ran.
    zone : the portfolio's.

    Returns
    -------
    int : the night's id.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_NIGHT_AT_A_TIME})
    later = None if replace else _served_of_a_later_day(connection, night["as_of"])
    standing = {"state": "served"} if later is None else {"state": "superseded", "superseded_by": later}
    night_id = connection.execute(insert(nights).values(**night, **standing).returning(nights.c.night_id)).scalar_one()
    _copy(connection, night_accounts, ("night_id", *ACCOUNT_COLUMNS), ((night_id, *row) for row in accounts))
    now, columns = at or night["ran_at"], ("night_id", "state_because", *ITEM_COLUMNS)
    if later is None:
        before = clear(connection, night_id, at=now, day=night["served_on"], zone=zone)
        _succeed(connection, night_id)
        _copy(connection, work_items, columns, (_row(night_id, row, before) for row in items))
        # What follows joins the rows just written, and a plan made without knowing them takes hours over a big book.
        connection.execute(text("ANALYZE work_items, night_accounts"))
        carry_over(connection, night_id, before, at=now)
        decide_night(connection, night_id, at=now)
    else:
        rows = ((night_id, "a night of a later day is served", *_withdrawn(row)) for row in items)
        _copy(connection, work_items, columns, rows)
    counts = {name: night[name] for name in ("past_due", "held", "served", "scored_by")} | {"kept_back_by": later}
    told = {"at": night["ran_at"], "who": who, "did": "night.ran", "subject": str(night_id), "detail": counts}
    connection.execute(insert(audit), told)
    return int(night_id)


def record_allocation(connection: Connection, night_id: int, report: Mapping[str, Any] | None, *, at: datetime) -> None:
    """Keep how a night's items were given to collectors; None: there are none to give them to."""
    if report is not None:
        connection.execute(insert(allocations).values(night_id=night_id, at=at, report=report))


def plain_json(document: object) -> str:
    """A document as JSON that PostgreSQL takes: no NaN, keys in a fixed order.

    Raises
    ------
    ValueError : a number in it is NaN or infinite.

    Examples
    --------
    >>> plain_json({"b": 1, "a": None})
    '{"a":null,"b":1}'
    """
    return json.dumps(document, allow_nan=False, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _served_of_a_later_day(connection: Connection, as_of: date) -> int | None:
    found = text("SELECT night_id FROM nights WHERE state = 'served' AND as_of > :as_of")
    return connection.execute(found, {"as_of": as_of}).scalar()


def _withdrawn(row: Sequence[Any]) -> list[Any]:
    return ["withdrawn" if name == "state" else value for name, value in zip(ITEM_COLUMNS, row, strict=True)]


def _row(night_id: int, row: Sequence[Any], before: Before) -> Sequence[Any]:
    instead = before.instead((row[_DEBTOR], row[_WORK_GROUP]), row[_LANE])
    return (night_id, None, *row) if instead is None else (night_id, instead, *_withdrawn(row))


def _succeed(connection: Connection, night_id: int) -> None:
    """Name this night as the successor of those before it."""
    succeed = """
        UPDATE nights SET state = 'superseded', superseded_by = :night WHERE state = 'served' AND night_id <> :night
    """
    connection.execute(text(succeed), {"night": night_id})


def _copy(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    cursor = connection.connection.cursor()
    try:
        with cursor.copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as problem:
        # Its own words quote the row it stopped at: only the kind of its complaint is told.
        raise ArrearsError(
            asked=f"write the night's rows into {table.name}",
            found=f"PostgreSQL refused a row ({type(problem).__name__})",
            do="Nothing was written. Run the night again; if it stays so, report it with this text.",
        ) from None
