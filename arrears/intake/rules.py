"""What a row must be, as conditions that the contract implies for every table.

A rule is SQL over the alias `row`, a row of the typed view. Rules that only some tables have are in
`arrears.intake.own_rules`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from arrears.intake.book import Book
from arrears.intake.report import Level
from arrears.intake.typed import TypedTable
from arrears.lake import quoted
from arrears.tables import TABLES, Column, Kind, Table

CURES: dict[Kind, str] = {
    "date": "Write dates like 2026-03-31",
    "moment": "Write moments like 2026-03-31T17:00:00+02:00",
    "money": "Write amounts as decimals in major units, like 12.30",
    "integer": "Write whole numbers",
    "number": "Write numbers with a decimal point",
    "flag": "Write true or false",
    "list": "Separate the parts with a semicolon, or use a Parquet list of text",
    "text": "Write text",
}
"""What to do about a value that is not of its column's kind."""

FAULTS: dict[str, tuple[str, str]] = {
    "no_offset": ("moments without an offset from UTC", "Write moments like 2026-03-31T17:00:00+02:00"),
    "too_many_decimals": ("more decimals than the currency has", "Mend the amounts: nothing is rounded"),
    "unclear_currency": ("the debtor has accounts in several currencies", "Name the account the money belongs to"),
}
"""What is wrong with a value that is of its kind, by rule, and what to do."""


@dataclass(frozen=True)
class Rule:
    """One way for a row to break the contract.

    Parameters
    ----------
    name : stable, as reports show it.
    condition : SQL that is true where the row breaks it.
    joins : further FROM clauses that the condition needs; each must leave one row per row.
    says : SQL for a word of the row that the report may repeat, because it cannot be a debtor's.
    """

    name: str
    column: str | None
    condition: str
    found: str
    do: str
    level: Level = "error"
    joins: str = ""
    says: str | None = None


def contract_rules(typed: TypedTable, book: Book) -> Iterator[Rule]:
    """The rules that follow from a table's columns, key and references."""
    table = typed.table
    yield from _value_rules(typed)
    for name in typed.columns:
        column = table.column(name)
        if column.choices:
            yield _choice_rule(column)
        if column.refers_to in book.tables:
            yield _reference_rule(column)
    for group in table.one_of:
        yield _filled_rule(table, group)
    if set(table.key) <= set(typed.columns):
        yield _key_rule(table)


def alive(condition: str) -> str:
    """The condition for rows that are not removals: of those only the key matters.

    Examples
    --------
    >>> alive("row.amount_minor = 0")
    'NOT row.deleted AND (row.amount_minor = 0)'
    """
    return f"NOT row.deleted AND ({condition})"


def _value_rules(typed: TypedTable) -> Iterator[Rule]:
    for flag, (name, fault) in typed.flags.items():
        column = typed.table.column(name)
        said = f'row."{flag}"'
        if fault == "empty":
            if not column.nullable:
                needed = said if name in typed.table.key else alive(said)
                yield Rule("missing_value", name, needed, "empty, and every row needs it", "Fill it")
        elif fault == "wrong_type":
            yield Rule("wrong_type", name, said, f"values that are no {column.kind}", CURES[column.kind])
        else:
            found, do = FAULTS[fault]
            yield Rule(fault, name, said, found, do)


def _choice_rule(column: Column) -> Rule:
    listed = ", ".join(map(quoted, column.choices))
    found = f"values outside the closed list ({', '.join(column.choices)})"
    value = f'row."{column.name}"'
    # A source's own disposition code names no debtor; whatever does not look like a code is not repeated.
    code = f"CASE WHEN regexp_matches({value}, '^[a-z]+(_[a-z]+)*$') THEN {value} END"
    says = code if column.name == "disposition" else None
    outside = f"{value} NOT IN ({listed})"
    return Rule("unknown_value", column.name, outside, found, "Map each to one of the list", says=says)


def _reference_rule(column: Column) -> Rule:
    target = TABLES[str(column.refers_to)]
    alias, value = f"target_{column.name}", f'row."{column.name}"'
    return Rule(
        "missing_payment" if column.name == "reverses" else "orphan",
        column.name,
        alive(f"{value} IS NOT NULL AND {alias}.id IS NULL"),
        f"no row of {target.name} has this {target.key[0]}",
        f"Add the missing rows to {target.name}, or mend the reference",
        joins=f'LEFT JOIN "ids_{target.name}" AS {alias} ON {alias}.id = {value}',
    )


def _filled_rule(table: Table, group: tuple[str, ...]) -> Rule:
    empty = " AND ".join(f'row."{table.column(name).lake_name}" IS NULL' for name in group)
    found = f"none of {', '.join(group)} is filled"
    return Rule("missing_value", None, alive(empty), found, "Fill at least one of them")


def _key_rule(table: Table) -> Rule:
    return Rule(
        "duplicate_key",
        None,
        "repeats.twice",
        f"several rows with the same {', '.join(table.key)} and recorded_at",
        "Keep one of them, or give the correction its own later recorded_at",
    )
