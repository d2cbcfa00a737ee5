"""Read back a table that only grows, newest first and a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, Table, select


def newest_first(
    connection: Connection,
    table: Table,
    wanted: Mapping[str, object],
    *,
    since: datetime | None,
    before: int | None,
    limit: int,
) -> Sequence[RowMapping]:
    """Rows of a table with one rising key and an instant `at`.

    Parameters
    ----------
    wanted : what a column must be, by its name; None: anything.
    since : only what happened then or later.
    before : only rows of a lower key: where the page before ended.
    limit : how many at most.
    """
    (key,) = table.primary_key
    query = select(table).where(*(table.c[name] == value for name, value in wanted.items() if value is not None))
    if since is not None:
        query = query.where(table.c.at >= since)
    if before is not None:
        query = query.where(key < before)
    return connection.execute(query.order_by(key.desc()).limit(limit)).mappings().all()
