"""A source's rows with the lake's types, as views inside DuckDB.

For each table a view `typed_<table>` holds the lake's columns, `given_recorded_at`, and one flag per thing that may be
wrong with a value. Money finds its currency through the account, and a row without `recorded_at` gets the moment that
the contract assumes.
"""

# ruff: noqa: S608 - every name in these statements is the contract's or a file's, never a value of a row

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from arrears.intake.book import Book
from arrears.intake.casts import Cast, cast, nothing
from arrears.lake import quoted
from arrears.tables import BOOKKEEPING, Column, Table


@dataclass(frozen=True)
class TypedTable:
    """One table of a source, ready to be checked and written.

    `columns` are the contract's columns that the file has; `flags` the faults that a value may have, as
    column and rule by the name of the flag's column in the view.
    """

    table: Table
    columns: tuple[str, ...]
    flags: Mapping[str, tuple[str, str]]
    dated: bool

    @property
    def view(self) -> str:
        """The view's name, quoted."""
        return f'"typed_{self.table.name}"'


def type_table(con: duckdb.DuckDBPyConnection, table: Table, raw: Mapping[str, str], book: Book) -> TypedTable:
    """Create the view `typed_<table>` over `raw_<table>`, and say what it holds."""
    casts = _casts(table, raw, book)
    flags = {
        f"{rule}:{name}": (name, rule, condition)
        for name, each in casts.items()
        for rule, condition in {**each.faults, "empty": each.empty}.items()
    }
    fields = [f'{casts[column.name].value} AS "{column.lake_name}"' for column in table.columns]
    fields += [f"{casts['recorded_at'].value} AS given_recorded_at"]
    fields += [f"{_recorded_at(table, casts, book)} AS recorded_at"]
    fields += [f"coalesce({casts['deleted'].value}, false) AS deleted"]
    fields += [f'coalesce({condition}, false) AS "{flag}"' for flag, (_, _, condition) in flags.items()]
    joins = _joins(table, casts, book)
    con.execute(
        f"""CREATE VIEW "typed_{table.name}" AS
        SELECT {", ".join(fields)} FROM "raw_{table.name}" AS raw {joins}"""
    )
    return TypedTable(
        table=table,
        columns=tuple(column.name for column in table.columns if column.name in raw),
        flags={flag: (name, rule) for flag, (name, rule, _) in flags.items()},
        dated="recorded_at" in raw,
    )


def happened_day(table: Table, book: Book, columns: Mapping[str, str]) -> str:
    """SQL for the day on which a row's fact happened, from the SQL of its columns; NULL where they do not say."""
    days = []
    for name in table.happened_from:
        moment = table.column(name).kind == "moment"
        days.append(book.day_sql(columns[name]) if moment else columns[name])
    return f"coalesce({', '.join([*days, 'NULL::DATE'])})"


def _casts(table: Table, raw: Mapping[str, str], book: Book) -> dict[str, Cast]:
    def read(column: Column) -> Cast:
        if column.name not in raw:
            return nothing(column)
        each = cast(column, raw[column.name], exponent=exponent)
        if column.kind != "money" or unclear == "false":
            return each
        return Cast(each.value, each.empty, {**each.faults, "unclear_currency": f"NOT ({each.empty}) AND {unclear}"})

    exponent, unclear = _exponent(table, book)
    return {column.name: read(column) for column in (*table.columns, *BOOKKEEPING)}


def _exponent(table: Table, book: Book) -> tuple[str, str]:
    """Decimals of the row's currency, and when nobody can say which currency it is."""
    if table.name == "accounts":
        return "own_currency.exponent", "false"
    if book.decimals is not None:
        return str(book.decimals), "false"
    account, debtor = table.has("account_id"), table.has("debtor_id")
    if account and debtor:
        unclear = "book_accounts.account_id IS NULL AND book_debtors.currencies > 1"
        return "coalesce(book_accounts.exponent, book_debtors.exponent)", unclear
    return ("book_accounts.exponent" if account else "NULL"), "false"


def _joins(table: Table, casts: Mapping[str, Cast], book: Book) -> str:
    if table.name == "accounts":
        return f"LEFT JOIN currencies AS own_currency ON own_currency.currency = {casts['currency'].value}"
    joins = [
        f"LEFT JOIN book_{whose}s ON book_{whose}s.{whose}_id = {casts[f'{whose}_id'].value}"
        for whose in ("account", "debtor")
        if table.has(f"{whose}_id") and (book.decimals is None or table.happened_else == whose)
    ]
    return " ".join(joins)


def _recorded_at(table: Table, casts: Mapping[str, Cast], book: Book) -> str:
    given = casts["recorded_at"].value
    if not book.first_load:
        return f"coalesce({given}, {book.now_sql})"
    days = [happened_day(table, book, {name: each.value for name, each in casts.items()})]
    match table.happened_else:
        case "account":
            days.append("book_accounts.opened_on")
        case "debtor":
            days.append("book_debtors.opened_on")
        case "book" if book.first_day:
            days.append(f"DATE {quoted(book.first_day.isoformat())}")
        case _:
            pass
    end = f"timezone({quoted(book.zone)}, coalesce({', '.join(days)}) + TIME '23:59:59.999999')"
    # A day that has not ended, or lies ahead, is no reason to hide a row that the load has in hand.
    return f"coalesce({given}, least({end}, {book.now_sql}), {book.now_sql})"
