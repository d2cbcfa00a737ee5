"""Facts between loads into PostgreSQL, each version once; a contact goes to the ledger of limits in the same breath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, text

from arrears.events.event import Origin
from arrears.events.row import Row, digest, from_lake, in_lake, key_of
from arrears.queues import ledger
from arrears.state.desk import contact_ledger, source_events
from arrears.tables import TABLES, Table


@dataclass(frozen=True)
class New:
    """A row that was checked and is news.

    Attributes
    ----------
    row : as `arrears.events.row` spells it.
    recorded_at : which version of the row it is.
    debtor_id, account_id : whom and what it concerns.
    """

    table: Table
    row: Row
    recorded_at: datetime
    debtor_id: str | None
    account_id: str | None

    @property
    def row_key(self) -> str:
        """The row's key."""
        return key_of(self.table, self.row)


def one_key_at_a_time(connection: Connection, table: Table, row_keys: Sequence[str]) -> None:
    """Wait until nobody else decides about one of these rows; ends with the transaction."""
    wait = text(
        "SELECT pg_advisory_xact_lock(hashtextextended(key, 7)) FROM (SELECT DISTINCT unnest(CAST(:keys AS text[]))"
        " AS key ORDER BY key) AS sorted"
    )
    connection.execute(wait, {"keys": [f"{table.name}\n{key}" for key in row_keys]})


def keep(connection: Connection, rows: Sequence[New], *, by: str, origin: Origin = "api") -> list[int]:
    """Store rows that were checked in this transaction, under `one_key_at_a_time`; their ids, in their order.

    A contact is recorded in the ledger, too, where limits of frequency count it from now on.

    Parameters
    ----------
    by : who posted them.
    """
    if not rows:
        return []
    for new in rows:
        if new.table.name == "contacts":
            _tell_ledger(connection, new)
    made = insert(source_events).returning(source_events.c.event_id, sort_by_parameter_order=True)
    values = [_values(new, by=by, origin=origin) for new in rows]
    return [int(event) for event in connection.execute(made, values).scalars()]


def keep_own(
    connection: Connection,
    table: str,
    row: Mapping[str, Any],
    *,
    currency: str | None,
    recorded_at: datetime,
    by: str,
    debtor_id: str | None = None,
    account_id: str | None = None,
) -> int:
    """Store a row that the desk made itself: nothing is looked up, and the ledger is the caller's.

    Parameters
    ----------
    row : in the lake's columns and types, complete with its key.
    currency : of its money; None where it has none.
    by : the collector.
    debtor_id, account_id : whom and what it concerns; by default what the row names.

    Returns
    -------
    int : the event's id.
    """
    kept = from_lake(TABLES[table], row, currency)
    whom, what = debtor_id or kept.get("debtor_id"), account_id or kept.get("account_id")
    new = New(TABLES[table], kept, recorded_at, whom, what)
    made = insert(source_events).values(_values(new, by=by, origin="desk")).returning(source_events.c.event_id)
    return int(connection.execute(made).scalar_one())


def mark_settled(connection: Connection, event_ids: Sequence[int], at: datetime) -> None:
    """Note that the open items followed these events."""
    mark = source_events.update().where(source_events.c.event_id.in_(bindparam("ids", expanding=True)))
    connection.execute(mark.values(settled_at=at), {"ids": list(event_ids)})


def _values(new: New, *, by: str, origin: Origin) -> dict[str, Any]:
    return {
        "source_table": new.table.name,
        "row_key": new.row_key,
        "row": dict(new.row),
        "digest": digest(new.row),
        "debtor_id": new.debtor_id,
        "account_id": new.account_id,
        "recorded_at": new.recorded_at,
        "origin": origin,
        "posted_by": by,
    }


def _tell_ledger(connection: Connection, new: New) -> None:
    if new.row.get("deleted"):
        older = contact_ledger.c.recorded_at <= new.recorded_at
        connection.execute(delete(contact_ledger).where(contact_ledger.c.contact_id == new.row["contact_id"], older))
    else:
        ledger.record(connection, in_lake(new.table, new.row), recorded_at=new.recorded_at)
