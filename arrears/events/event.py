"""A fact between loads as PostgreSQL keeps it, and the tables whose facts may come so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from arrears.state.desk import source_events
from arrears.tables import TABLES, Table

Origin = Literal["api", "desk", "file"]

PostedTable = Literal[
    "payments",
    "contacts",
    "promises",
    "disputes",
    "claims",
    "holds",
    "preferences",
    "points",
    "consents",
    "notices",
    "changes",
    "parties",
]
"""Tables of which single rows may come in between loads."""

POSTED: tuple[PostedTable, ...] = get_args(PostedTable)

_COLUMNS = tuple(
    source_events.c[name]
    for name in (
        "event_id",
        "source_table",
        "row_key",
        "row",
        "debtor_id",
        "account_id",
        "recorded_at",
        "settled_at",
        "origin",
    )
)


@dataclass(frozen=True)
class Event:
    """One version of one row of a source table.

    Attributes
    ----------
    row : as `arrears.events.row` spells it.
    debtor_id, account_id : whom and what it concerns.
    settled_at : when the debtor's open items followed it; None: not yet.
    """

    event_id: int
    source_table: str
    row_key: str
    row: Mapping[str, Any]
    debtor_id: str | None
    account_id: str | None
    recorded_at: datetime
    settled_at: datetime | None
    origin: Origin

    @property
    def table(self) -> Table:
        """The contract it is a row of."""
        return TABLES[self.source_table]


def undrained(
    connection: Connection,
    *,
    since: str | None,
    debtors: Sequence[str] | None = None,
    accounts: Sequence[str] = (),
) -> list[Event]:
    """Events that a lake does not hold yet, oldest first.

    Parameters
    ----------
    since : the lake's last load; what a later one brought is still missing in it. None: an empty lake.
    debtors, accounts : only what concerns one of these people or accounts; None: everybody.
    """
    missing: ColumnElement[bool] = source_events.c.drained_at.is_(None)
    if since is not None:
        # Loads are numbered: whoever still reads the lake of before a drain needs what it took along.
        missing = or_(missing, source_events.c.drained_as > since)
    if debtors is None:
        return _read(connection, missing)
    whose = or_(source_events.c.debtor_id.in_(list(debtors)), source_events.c.account_id.in_(list(accounts)))
    return _read(connection, and_(whose, missing))


def versions(connection: Connection, table: str, row_keys: Iterable[str]) -> list[Event]:
    """Every version of some rows that came in between loads, drained or not."""
    asked = and_(source_events.c.source_table == table, source_events.c.row_key.in_(list(row_keys)))
    return _read(connection, asked)


def of_debtor(connection: Connection, table: str, debtor_id: str) -> list[Event]:
    """Every version of every row of a table that concerns a debtor and no load has brought."""
    whose = and_(source_events.c.source_table == table, source_events.c.debtor_id == debtor_id)
    return _read(connection, and_(whose, source_events.c.drained_at.is_(None)))


def _read(connection: Connection, which: ColumnElement[bool]) -> list[Event]:
    rows = connection.execute(select(*_COLUMNS).where(which).order_by(source_events.c.event_id))
    return [Event(**row) for row in rows.mappings()]
