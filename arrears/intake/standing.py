"""The rows that stand after a load, the lake's included, and how a question about them is told."""

# ruff: noqa: S608 - every name in these statements is the contract's or a file's, never a value of a row

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb

from arrears.intake.checks import KEYS_KEPT
from arrears.intake.report import Level, Problem
from arrears.intake.typed import TypedTable
from arrears.lake import Lake
from arrears.tables import TABLES


def show_standing(
    con: duckdb.DuckDBPyConnection, lake: Lake, typed: Mapping[str, TypedTable], name: str, *, corrected: bool
) -> None:
    """A view `standing_<table>` of the latest version of every row that was not removed."""
    table = TABLES[name]
    columns = ", ".join(f'"{column}"' for column in table.lake_schema() if column != "known_until")
    parts = [f"SELECT {columns} FROM {typed[name].view}"] if name in typed else []
    if name in lake.tables:
        parts.append(f"SELECT {columns} FROM {lake.scan(name)} WHERE known_until IS NULL")
    none = ", ".join(f'NULL::{kind} AS "{column}"' for column, kind in table.lake_schema().items())
    rows = " UNION ALL ".join(parts) or f"SELECT {none} WHERE false"
    key = ", ".join(f'"{column}"' for column in table.key)
    latest = f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY recorded_at DESC) = 1" if corrected else ""
    con.execute(
        f"""CREATE VIEW standing_{name} AS
        SELECT * FROM (SELECT * FROM ({rows}) {latest}) WHERE NOT deleted"""
    )


def told(
    con: duckdb.DuckDBPyConnection, table: str, rule: str, select: str, found: str, do: str,
    *, column: str | None = None, level: Level = "warning",
) -> Iterator[Problem]:  # fmt: skip
    """The problem that a SELECT of row keys makes, if it finds any."""
    count, keys = con.execute(
        f"SELECT count(*), min(row_key, {KEYS_KEPT}) FROM ({select}) AS broken(row_key)"
    ).fetchall()[0]
    if count:
        yield Problem(table, column, rule, level, count, found, f"{do}.", tuple(keys))
