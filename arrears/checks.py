"""The contract's rules as one SELECT per table.

Every rule is a condition on a row; the SELECT counts the rows that meet it and keeps five of their keys, so that a check
of any size returns one row to Python.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import duckdb

from arrears.lake import Lake, quoted
from arrears.report import Level, Problem
from arrears.tables import TABLES, Column, Table
from arrears.typed import Moment, TypedTable

KEYS_KEPT = 5

_CAST_RULES = {
    "wrong_type": ("values that are no {kind}", "{cure}"),
    "no_offset": ("moments without an offset from UTC", "Write them like 2026-03-31T17:00:00+02:00."),
    "too_many_decimals": ("more decimals than the account's currency has", "Mend the amounts: nothing is rounded."),
}
_CURES = {
    "date": "Write dates as 2026-03-31.",
    "moment": "Write moments like 2026-03-31T17:00:00+02:00.",
    "money": "Write amounts as decimals in major units, like 12.30.",
    "integer": "Write whole numbers.",
    "number": "Write numbers with a decimal point.",
    "flag": "Write true or false.",
    "list": "Separate the parts with a semicolon, or use a Parquet list of text.",
    "text": "Write text.",
}


@dataclass(frozen=True)
class Rule:
    """One condition under which a row breaks the contract; `condition` is SQL over the alias `row`."""

    name: str
    column: str | None
    condition: str
    found: str
    do: str
    level: Level = "error"
    joins: str = ""


@dataclass(frozen=True)
class Checked:
    """What the SELECT of one table said.

    `filled` are the contract columns with at least one value; `versions` is true where a key has several rows.
    """

    rows: int
    filled: tuple[str, ...]
    versions: bool
    problems: tuple[Problem, ...]


def check_table(con: duckdb.DuckDBPyConnection, typed: TypedTable, rules: Iterable[Rule]) -> Checked:
    """Count every rule's failures in one pass over the table."""
    rules = tuple(rules)
    answer = con.execute(check_select(typed, rules))
    values = dict(zip((name for name, *_ in answer.description), answer.fetchall()[0], strict=True))
    return Checked(
        rows=values["rows"],
        filled=tuple(name for name in typed.columns if values[f"filled:{name}"] or not values["rows"]),
        versions=bool(values["versions"]),
        problems=tuple(_problem(typed.table, rule, values, at) for at, rule in enumerate(rules) if values[f"n{at}"]),
    )


def check_select(typed: TypedTable, rules: tuple[Rule, ...]) -> str:
    """The SELECT itself, for reading and for tests."""
    key = [f'"{name}"' for name in typed.table.key]
    name_of_row = "concat_ws(', ', " + ", ".join(f"coalesce({name}::VARCHAR, '(empty)')" for name in key) + ")"
    counts = [
        f"count(*) FILTER (WHERE p{at}) AS n{at}, min(row_key, {KEYS_KEPT}) FILTER (WHERE p{at}) AS k{at}"
        for at in range(len(rules))
    ]
    filled = [f'count("{typed.table.column(name).lake_name}") > 0 AS "filled:{name}"' for name in typed.columns]
    conditions = [f"({rule.condition}) AS p{at}" for at, rule in enumerate(rules)]
    joins = " ".join(dict.fromkeys(rule.joins for rule in rules if rule.joins))
    own = f"(SELECT *, {name_of_row} AS row_key FROM {typed.view})"
    inner = ", ".join(["row.*", "repeats.times > 1 AS several", *conditions])
    groups = ", ".join(key)
    matched = " AND ".join(f"repeats.{name} IS NOT DISTINCT FROM row.{name}" for name in key)
    return f"""
        WITH repeats AS (
            SELECT {groups}, count(*) AS times, count(DISTINCT coalesce(given_recorded_at, TIMESTAMPTZ 'infinity')) AS moments
            FROM {typed.view} GROUP BY {groups} HAVING count(*) > 1)
        SELECT count(*) AS rows, coalesce(bool_or(several), false) AS versions{"".join(", " + part for part in [*filled, *counts])}
        FROM (SELECT {inner} FROM {own} AS row LEFT JOIN repeats ON {matched} {joins})"""  # noqa: S608 - our own names


def rules_of(typed: TypedTable, moment: Moment, *, known: Iterable[str]) -> list[Rule]:
    """Every row rule of a table.

    Parameters
    ----------
    known : tables that the source or the lake has, so that a reference to them can be followed.
    """
    table = typed.table
    rules = [*_cast_rules(typed), *_value_rules(typed), _duplicate_rule(table)]
    rules += [
        _orphan_rule(table, table.column(name), moment)
        for name in typed.columns
        if table.column(name).refers_to in known
    ]
    return rules + _own_rules(typed, moment)


def remember_keys(con: duckdb.DuckDBPyConnection, lake: Lake, table: str, sources: Iterable[str]) -> None:
    """A table `keys_<table>` of every id that source and lake have, for rules that follow references."""
    key = TABLES[table].key[0]
    parts = [f'SELECT "{key}" AS id FROM "typed_{table}"' for name in sources if name == table]
    if table in lake.tables:
        parts.append(f'SELECT "{key}" AS id FROM {lake.scan(table)}')  # noqa: S608 - our own names
    con.execute(f'CREATE OR REPLACE TABLE "keys_{table}" AS SELECT DISTINCT id FROM ({" UNION ALL ".join(parts)})')


def _cast_rules(typed: TypedTable) -> list[Rule]:
    rules = []
    for flag, (name, rule) in typed.flags.items():
        found, do = _CAST_RULES[rule]
        kind = typed.table.column(name).kind
        rules.append(Rule(rule, name, f'row."{flag}"', found.format(kind=kind), do.format(cure=_CURES[kind])))
    return rules


def _value_rules(typed: TypedTable) -> list[Rule]:
    table, rules = typed.table, []
    for name in typed.columns:
        column = table.column(name)
        value = f'row."{column.lake_name}"'
        unread = (
            " OR ".join(f'coalesce(row."{flag}", false)' for flag, (of, _) in typed.flags.items() if of == name)
            or "false"
        )
        if not column.nullable:
            alive = "" if name in table.key else "NOT row.deleted AND "
            unclear = " AND NOT row.money_unclear" if False else ""
            rules.append(
                Rule(
                    "missing_value",
                    name,
                    f"{alive}{value} IS NULL AND NOT ({unread}){unclear}",
                    "empty, and every row needs it",
                    "Fill it.",
                )
            )
        if column.choices:
            listed = ", ".join(map(quoted, column.choices))
            rules.append(
                Rule(
                    "unknown_value",
                    name,
                    f"{value} NOT IN ({listed})",
                    f"values outside the closed list {', '.join(column.choices)}",
                    "Map each to one of the list.",
                )
            )
    for group in table.one_of:
        empty = " AND ".join(f'row."{table.column(name).lake_name}" IS NULL' for name in group)
        rules.append(
            Rule(
                "missing_value",
                None,
                f"NOT row.deleted AND {empty}",
                f"none of {', '.join(group)} is filled",
                "Fill at least one of them.",
            )
        )
    return rules


def _duplicate_rule(table: Table) -> Rule:
    return Rule(
        "duplicate_key",
        None,
        "repeats.times > repeats.moments",
        f"several rows with the same {', '.join(table.key)} and recorded_at",
        "Keep one row, or give a correction its own later recorded_at.",
    )


def _orphan_rule(table: Table, column: Column, moment: Moment) -> Rule:
    del moment
    target = column.refers_to
    alias = f"target_{column.name}"
    reversal = table.name == "payments" and column.name == "reverses"
    return Rule(
        "missing_payment" if reversal else "orphan",
        column.name,
        f'NOT row.deleted AND row."{column.name}" IS NOT NULL AND {alias}.id IS NULL',
        f"no row of {target} has this {TABLES[str(target)].key[0]}",
        f"Add the missing rows of {target}, or mend the reference.",
        joins=f'LEFT JOIN "keys_{target}" AS {alias} ON {alias}.id = row."{column.name}"',
    )


def _own_rules(typed: TypedTable, moment: Moment) -> list[Rule]:
    rules = []
    name, has = typed.table.name, set(typed.columns)
    if name == "accounts" and "currency" in has:
        codes = "row.currency NOT IN (SELECT currency FROM currencies)"
        rules.append(
            Rule("unknown_currency", "currency", codes, "codes that ISO 4217 does not have", "Write codes like EUR.")
        )
    if name == "payments":
        reversal = "row.reverses IS NOT NULL"
        rules.append(
            Rule(
                "not_positive",
                "amount",
                f"NOT row.deleted AND row.amount_minor <= 0 AND NOT ({reversal})",
                "payments of zero or less that reverse nothing",
                "Name the payment taken back in reverses, or mend the amount.",
            )
        )
        rules.append(
            Rule(
                "in_future",
                "paid_on",
                f"NOT row.deleted AND row.paid_on > {moment.today_sql}",
                "payments after the day of this load",
                "Load a payment once it was made; an agreed one is a promise.",
            )
        )
    return rules


def _problem(table: Table, rule: Rule, values: dict[str, Any], at: int) -> Problem:
    return Problem(
        table=table.name,
        column=rule.column,
        rule=rule.name,
        level=rule.level,
        count=values[f"n{at}"],
        found=rule.found,
        do=rule.do,
        keys=tuple(values[f"k{at}"] or ()),
    )
