"""Rows of a file as the casts read them, one step a layer.

An expression written out in every place that needs it would be computed in each: money alone is read, scaled and judged
in ten places.
"""

# ruff: noqa: S608 - every name in these statements is the contract's, never a value of a row

from __future__ import annotations

from collections.abc import Iterable, Mapping

from arrears.intake.casts import Cast, cast, nothing
from arrears.tables import Column, Table


def casts_of(columns: Iterable[Column], raw: Mapping[str, str]) -> dict[str, Cast]:
    """How each column is read from a file with these types, absent ones as NULL."""
    return {
        column.name: cast(column, raw[column.name]) if column.name in raw else nothing(column) for column in columns
    }


def read_rows(table: Table, casts: Mapping[str, Cast]) -> str:
    """SQL for `"NAME"` and `"read:NAME"` of every column, over the view `raw_<table>`."""
    plain = ", ".join(f'{each.raw} AS "{name}"' for name, each in casts.items())
    read = ", ".join(f'{each.read} AS "read:{name}"' for name, each in casts.items())
    return f'SELECT *, {read} FROM (SELECT {plain} FROM "raw_{table.name}" AS raw)'


def read_columns(table: Table, raw: Mapping[str, str], names: Iterable[str]) -> str:
    """SQL for some columns of a file, none of them money, under their own names."""
    casts = casts_of(map(table.column, names), raw)
    columns = ", ".join(f'"read:{name}" AS "{name}"' for name in casts)
    return f"SELECT {columns} FROM ({read_rows(table, casts)})"
