"""Every version of a row that lake and events know, and the one that stands."""

# ruff: noqa: S608 - only names of tables and of our own files enter these statements; ids are quoted

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
from sqlalchemy import Connection

from arrears.events.event import versions
from arrears.events.row import BETWEEN, in_lake
from arrears.lake import Lake, looking, quoted
from arrears.tables import TABLES, Table


@dataclass(frozen=True)
class Version:
    """What a row said from a moment on, in the lake's columns and types, with `deleted`."""

    recorded_at: datetime
    values: Mapping[str, Any]


def versions_of(
    connection: Connection, con: duckdb.DuckDBPyConnection, lake: Lake, table: Table, row_keys: Iterable[str]
) -> dict[str, list[Version]]:
    """Every version of some rows, oldest first, by key; a row that nobody knows is left out."""
    asked = set(row_keys)
    found: dict[str, dict[datetime, Version]] = {}
    for key, version in _in_lake(con, lake, table, asked):
        found.setdefault(key, {})[version.recorded_at] = version
    for event in versions(connection, table.name, asked):
        version = Version(event.recorded_at, in_lake(table, event.row))
        found.setdefault(event.row_key, {})[version.recorded_at] = version
    return {key: [told[at] for at in sorted(told)] for key, told in found.items()}


def standing_row(connection: Connection, lake: Lake, table: str, key: Mapping[str, Any]) -> dict[str, Any] | None:
    """The latest version of a row, in the lake's columns and types; None where nobody knows it, or it was removed."""
    row_key = BETWEEN.join(str(key[name]) for name in TABLES[table].key)
    with looking() as con:
        told = versions_of(connection, con, lake, TABLES[table], [row_key]).get(row_key)
    if not told or told[-1].values["deleted"]:
        return None
    return dict(told[-1].values)


def rows_where(
    con: duckdb.DuckDBPyConnection,
    lake: Lake,
    table: str,
    columns: Sequence[str],
    column: str,
    values: Iterable[str],
    *,
    standing: bool = True,
) -> list[tuple[Any, ...]]:
    """Some columns of the rows of a table in the lake whose `column` is one of some values.

    Parameters
    ----------
    standing : only the latest version of rows that were not removed.
    """
    listed = ", ".join(map(quoted, sorted(set(values))))
    if table not in lake.tables or not listed:
        return []
    named = ", ".join(f'"{name}"' for name in columns)
    stands = "known_until IS NULL AND NOT deleted" if standing else "true"
    sql = f'SELECT {named} FROM {lake.scan(table)} WHERE "{column}" IN ({listed}) AND {stands}'
    return con.execute(sql).fetchall()


def _in_lake(
    con: duckdb.DuckDBPyConnection, lake: Lake, table: Table, row_keys: set[str]
) -> Iterable[tuple[str, Version]]:
    if table.name not in lake.tables or not row_keys:
        return
    columns = [name for name in table.lake_schema() if name != "known_until"]
    first = sorted({key.split(BETWEEN)[0] for key in row_keys})
    named, listed = ", ".join(f'"{name}"' for name in columns), ", ".join(map(quoted, first))
    sql = f'SELECT {named} FROM {lake.scan(table.name)} WHERE "{table.key[0]}" IN ({listed})'
    for values in con.execute(sql).to_arrow_table().to_pylist():
        key = BETWEEN.join(str(values[name]) for name in table.key)
        if key in row_keys:
            yield key, Version(values.pop("recorded_at"), values)
