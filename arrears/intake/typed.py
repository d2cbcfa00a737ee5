"""A source's rows with the lake's types, as views inside DuckDB.

For each table a view `typed_<table>` holds the lake's columns, `given_recorded_at`, and one flag per thing that may be
wrong with a value. Money finds its currency through the account, and a row without `recorded_at` gets the moment that
the contract assumes.
"""

# ruff: noqa: S608 - every name in these statements is the contract's or a file's, never a value of a row

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb

from arrears.intake.book import Book
from arrears.intake.casts import Cast
from arrears.intake.reading import casts_of, read_rows
from arrears.lake import quoted
from arrears.tables import BOOKKEEPING, Table


@dataclass(frozen=True)
class TypedTable:
    """One table of a source, ready to be checked and written.

    `columns` are the contract's columns that the file has; `flags` the faults that a value may have, as
    column and rule by the name of the flag's column in the view; `dated` is true where the file has recorded_at.
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
    casts = casts_of((*table.columns, *BOOKKEEPING), raw)
    exponent, unclear = _exponent(table, book)
    flags = dict(_flags(table, raw, casts, unclear))
    fields = [f'{casts[column.name].value} AS "{column.lake_name}"' for column in table.columns]
    fields += [f"{casts['recorded_at'].value} AS given_recorded_at"]
    fields += [f"{_recorded_at(table, casts, book)} AS recorded_at"]
    fields += [f"coalesce({casts['deleted'].value}, false) AS deleted"]
    fields += [f'coalesce({condition}, false) AS "{flag}"' for flag, (_, _, condition) in flags.items()]
    scaled = [f', {each.minor} AS "minor:{name}"' for name, each in casts.items() if each.minor]
    rows = f"SELECT *, {exponent} AS exponent FROM ({read_rows(table, casts)}) AS rows {_joins(table, book)}"
    con.execute(
        f"""CREATE VIEW "typed_{table.name}" AS
        SELECT {", ".join(fields)} FROM (SELECT *{"".join(scaled)} FROM ({rows}))"""
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


def _flags(
    table: Table, raw: Mapping[str, str], casts: Mapping[str, Cast], unclear: str | None
) -> Iterator[tuple[str, tuple[str, str, str]]]:
    for name in (name for name in casts if name in raw):
        faults = {**casts[name].faults, "empty": f'"{name}" IS NULL'}
        if unclear and table.column(name).kind == "money":
            faults["unclear_currency"] = f'"{name}" IS NOT NULL AND {unclear}'
        for rule, condition in faults.items():
            yield f"{rule}:{name}", (name, rule, condition)


def _exponent(table: Table, book: Book) -> tuple[str, str | None]:
    """Decimals of the row's currency, and when nobody can say which currency it is."""
    if table.name == "accounts":
        return "own_exponent", None
    if book.decimals is not None:
        return str(book.decimals), None
    match table.has("account_id"), table.has("debtor_id"):
        case True, True:
            unclear = "account_known IS NULL AND debtor_currencies > 1"
            return "coalesce(account_exponent, debtor_exponent)", unclear
        case True, False:
            return "account_exponent", None
        case _:
            return "NULL::INTEGER", None


def _joins(table: Table, book: Book) -> str:
    """What the row's account, debtor or currency says, under names of its own; each has one row at most."""
    if table.name == "accounts":
        currencies = "(SELECT currency AS code, exponent AS own_exponent FROM currencies)"
        return f'LEFT JOIN {currencies} ON code = "read:currency"'
    joins = []
    for whose in ("account", "debtor"):
        if table.has(f"{whose}_id") and (book.decimals is None or table.happened_else == whose):
            said = ", ".join(f"{name} AS {whose}_{name}" for name in ("exponent", "currencies", "opened_on"))
            known = f"(SELECT {whose}_id AS {whose}_known, {said} FROM book_{whose}s)"
            joins.append(f'LEFT JOIN {known} ON {whose}_known = "read:{whose}_id"')
    return " ".join(joins)


def _recorded_at(table: Table, casts: Mapping[str, Cast], book: Book) -> str:
    given = casts["recorded_at"].value
    if not book.first_load:
        return f"coalesce({given}, {book.now_sql})"
    days = [happened_day(table, book, {name: each.value for name, each in casts.items()})]
    match table.happened_else:
        case "account":
            days.append("account_opened_on")
        case "debtor":
            days.append("debtor_opened_on")
        case "book" if book.first_day:
            days.append(f"DATE {quoted(book.first_day.isoformat())}")
        case _:
            pass
    end = f"timezone({quoted(book.zone)}, coalesce({', '.join(days)}) + TIME '23:59:59.999999')"
    # A day that has not ended, or lies ahead, is no reason to hide a row that the load has in hand.
    return f"coalesce({given}, least({end}, {book.now_sql}), {book.now_sql})"
