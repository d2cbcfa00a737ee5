"""A later load beside what the lake already holds: what is new, what is a repetition, what contradicts.

A row that the lake has word for word is no news; a row with a known key and moment but other words is an error; all
others are versions, and may come in any order.
"""

# ruff: noqa: S608 - every name in these statements is the contract's or a file's, never a value of a row

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from arrears.intake.rules import Rule
from arrears.intake.typed import TypedTable
from arrears.lake import Lake, quoted
from arrears.tables import Table


def lake_rules(con: duckdb.DuckDBPyConnection, typed: TypedTable, lake: Lake) -> Iterator[Rule]:
    """Rules of a table that look at its rows in the lake."""
    table = typed.table
    if table.name not in lake.tables or not typed.dated:
        return
    scan = lake.scan(table.name)
    # Only moments that the source names can meet one of the lake's.
    same = f"{_same_key(table, 'in_lake', 'row')} AND in_lake.recorded_at = row.given_recorded_at"
    join = f"LEFT JOIN {scan} AS in_lake ON {same}"
    there, differs = f'in_lake."{table.key[0]}" IS NOT NULL', _content(table, "IS DISTINCT FROM")
    yield Rule(
        "duplicate_key",
        "recorded_at",
        f"{there} AND {differs}",
        f"the lake has another row with the same {', '.join(table.key)} and recorded_at",
        "Give the correction its own later recorded_at",
        joins=join,
    )
    newest = con.execute(f"SELECT max(recorded_at)::VARCHAR FROM {scan}").fetchall()[0][0]
    if newest is None:
        return  # a table that a load brought without rows
    yield Rule(
        "late_arrival",
        "recorded_at",
        f'in_lake."{table.key[0]}" IS NULL AND row.given_recorded_at < TIMESTAMPTZ {quoted(newest)}',
        "facts recorded before the newest that the lake already had",
        "Nights that were run since then did not know them",
        level="warning",
        joins=join,
    )


def new_rows(typed: TypedTable, lake: Lake) -> str:
    """SQL for the rows of a source that the lake does not have word for word, in the lake's columns."""
    table = typed.table
    names = ", ".join(f'row."{name}"' for name in table.lake_schema() if name != "known_until")
    rows = f"SELECT {names} FROM {typed.view} AS row"
    if table.name not in lake.tables:
        return rows
    # A row without a moment repeats the latest version; a row with one repeats the version of that moment.
    same_moment = "in_lake.recorded_at = row.given_recorded_at"
    latest = "row.given_recorded_at IS NULL AND in_lake.known_until IS NULL"
    return f"""{rows} WHERE NOT EXISTS (
        SELECT 1 FROM {lake.scan(table.name)} AS in_lake
        WHERE {_same_key(table, "in_lake", "row")} AND ({same_moment} OR {latest})
          AND {_content(table, "IS NOT DISTINCT FROM")})"""


def _same_key(table: Table, one: str, other: str) -> str:
    return " AND ".join(f'{one}."{name}" = {other}."{name}"' for name in table.key)


def _content(table: Table, compared: str) -> str:
    columns = (*(column.lake_name for column in table.columns), "deleted")
    sides = [", ".join(f'{alias}."{name}"' for name in columns) for alias in ("row", "in_lake")]
    return f"row({sides[0]}) {compared} row({sides[1]})"
