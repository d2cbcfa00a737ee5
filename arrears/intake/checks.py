"""One generated SELECT per table counts how many rows break each rule and keeps five of their keys.

A check of any size returns one row to Python, and DuckDB spills what does not fit.
"""

# ruff: noqa: S608 - every name in these statements is the contract's, never a value of a row

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from arrears.intake.report import Problem
from arrears.intake.rules import Rule
from arrears.intake.typed import TypedTable

KEYS_KEPT = 5


@dataclass(frozen=True)
class Checked:
    """What the SELECT of one table said.

    `filled` are the contract's columns with at least one value (all, where there is no row); `versions` is true where
    a key has several rows; `undated` counts rows without a recorded_at of their own.
    """

    rows: int
    filled: tuple[str, ...]
    versions: bool
    undated: int
    problems: tuple[Problem, ...]


def check_table(con: duckdb.DuckDBPyConnection, typed: TypedTable, rules: Sequence[Rule]) -> Checked:
    """Count every rule's failures in one pass over the table."""
    answer = con.execute(check_select(typed, rules))
    names = [name for name, *_ in answer.description]
    values = dict(zip(names, answer.fetchall()[0], strict=True))
    rows = values["rows"]
    return Checked(
        rows=rows,
        filled=tuple(name for name in typed.columns if not rows or values[f"filled:{name}"]),
        versions=bool(values["versions"]),
        undated=values["undated"],
        problems=tuple(_problem(typed, rule, values, at) for at, rule in enumerate(rules) if values[f"count{at}"]),
    )


def check_select(typed: TypedTable, rules: Sequence[Rule]) -> str:
    """The SELECT itself."""
    fields = [
        "count(*) AS rows",
        "coalesce(bool_or(repeated), false) AS versions",
        "count(*) - count(given_recorded_at) AS undated",
        *(f'count("{typed.table.column(name).lake_name}") > 0 AS "filled:{name}"' for name in typed.columns),
    ]
    broken = []
    for at, rule in enumerate(rules):
        broken.append(f"({rule.condition}) AS broken{at}")
        fields.append(f"count(*) FILTER (broken{at}) AS count{at}")
        fields.append(f"min(row_key, {KEYS_KEPT}) FILTER (broken{at}) AS keys{at}")
        if rule.says:
            broken.append(f"{rule.says} AS said{at}")
            fields.append(f"min(DISTINCT said{at}, {KEYS_KEPT}) FILTER (broken{at}) AS said{at}")
    joins = " ".join(dict.fromkeys(rule.joins for rule in rules))
    return f"""
        WITH {repeats(typed)}
        SELECT {", ".join(fields)} FROM (
            SELECT row.*, {_row_key(typed)} AS row_key, repeats.twice IS NOT NULL AS repeated, {", ".join(broken)}
            FROM {typed.view} AS row LEFT JOIN repeats ON {_same_key(typed)} {joins})"""


def repeats(typed: TypedTable) -> str:
    """The common table `repeats`: keys of several rows, and whether two of them have the same moment."""
    key = ", ".join(f'"{name}"' for name in typed.table.key)
    # Hashes first: few keys repeat, and grouping all of them by their text would not fit into memory.
    return f"""
        repeated_hashes AS (SELECT hash({key}) AS h FROM {typed.view} GROUP BY h HAVING count(*) > 1),
        repeats AS (
            SELECT {key}, count(*) > count(DISTINCT recorded_at) OR count(*) - count(given_recorded_at) > 1 AS twice
            FROM {typed.view} WHERE hash({key}) IN (SELECT h FROM repeated_hashes)
            GROUP BY {key} HAVING count(*) > 1)"""


def _same_key(typed: TypedTable) -> str:
    return " AND ".join(f'repeats."{name}" = row."{name}"' for name in typed.table.key)


def _row_key(typed: TypedTable) -> str:
    parts = ", ".join(f"""coalesce(row."{name}"::VARCHAR, '(empty)')""" for name in typed.table.key)
    return f"concat_ws(', ', {parts})"


def _problem(typed: TypedTable, rule: Rule, values: Mapping[str, Any], at: int) -> Problem:
    said = values.get(f"said{at}")
    return Problem(
        table=typed.table.name,
        column=rule.column,
        rule=rule.name,
        level=rule.level,
        count=values[f"count{at}"],
        found=f"{rule.found}: {', '.join(said)}" if said else rule.found,
        do=f"{rule.do}.",
        keys=tuple(values[f"keys{at}"]),
    )
