"""A source's rows with the lake's types, as views inside DuckDB.

For each table a view `typed_<table>` holds the lake's columns, `given_recorded_at`, and one flag per thing that may be
wrong with a value. Money finds its currency through the account, and a row without `recorded_at` gets the moment that
the contract assumes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from arrears.casts import Cast, cast, nothing
from arrears.lake import Lake, quoted
from arrears.money import exponents
from arrears.source import Source
from arrears.tables import BOOKKEEPING, TABLES, Column, Table


@dataclass(frozen=True)
class Moment:
    """When and where a load stands: its own time, the portfolio's zone, and whether the lake was empty."""

    now: datetime
    zone: str
    first_load: bool

    @property
    def now_sql(self) -> str:
        """The load's time as SQL."""
        return f"TIMESTAMPTZ {quoted(self.now.isoformat())}"

    @property
    def today_sql(self) -> str:
        """The load's day in the portfolio's zone, as SQL."""
        return f"CAST(timezone({quoted(self.zone)}, {self.now_sql}) AS DATE)"


@dataclass(frozen=True)
class TypedTable:
    """One table of a source, ready to be checked and written.

    `columns` are the contract's columns that the file has, `flags` the faults that a value may have: flag name to
    column and rule.
    """

    table: Table
    columns: tuple[str, ...]
    flags: dict[str, tuple[str, str]]

    @property
    def view(self) -> str:
        """The view's name, quoted."""
        return f'"typed_{self.table.name}"'


def raw_columns(con: duckdb.DuckDBPyConnection, source: Source, table: str) -> dict[str, str]:
    """Columns of the file and their DuckDB types, and a view `raw_<table>` over it."""
    scan = source.tables[table].scan
    con.execute(f'CREATE OR REPLACE VIEW "raw_{table}" AS SELECT * FROM {scan}')
    return {name: kind for name, kind, *_ in con.execute(f'DESCRIBE "raw_{table}"').fetchall()}


def remember_currencies(con: duckdb.DuckDBPyConnection) -> None:
    """A table `currencies` of every ISO 4217 code and its decimals."""
    con.execute("CREATE TABLE currencies (currency VARCHAR, exponent INTEGER)")
    listed = ", ".join(f"({quoted(code)}, {digits})" for code, digits in exponents().items())
    con.execute(f"INSERT INTO currencies VALUES {listed}")


def remember_accounts(con: duckdb.DuckDBPyConnection, lake: Lake, raw: dict[str, dict[str, str]]) -> None:
    """Tables `book_accounts` and `book_debtors`: what the other tables ask of the whole book, lake and source."""
    parts = []
    if "account_id" in raw.get("accounts", {}):
        parts.append(f"SELECT {_plain_columns(raw['accounts'])} FROM raw_accounts AS raw")
    if "accounts" in lake.tables:
        parts.append(f"SELECT account_id, debtor_id, currency, opened_on FROM {lake.scan('accounts')}")
    rows = (
        " UNION ALL ".join(parts)
        or "SELECT NULL::VARCHAR account_id, NULL debtor_id, NULL currency, NULL::DATE opened_on WHERE false"
    )
    con.execute(
        f"""CREATE TABLE book_accounts AS
        SELECT account_id, min(debtor_id) AS debtor_id, min(rows.currency) AS currency, min(exponent) AS exponent,
               count(DISTINCT rows.currency) AS currencies, min(opened_on) AS opened_on
        FROM ({rows}) AS rows LEFT JOIN currencies USING (currency)
        WHERE account_id IS NOT NULL GROUP BY account_id"""
    )
    con.execute(
        """CREATE TABLE book_debtors AS
        SELECT debtor_id, min(currency) AS currency, min(exponent) AS exponent,
               count(DISTINCT currency) AS currencies, min(opened_on) AS opened_on
        FROM book_accounts WHERE debtor_id IS NOT NULL GROUP BY debtor_id"""
    )


def _plain_columns(raw: dict[str, str]) -> str:
    table = TABLES["accounts"]
    wanted = ("account_id", "debtor_id", "currency", "opened_on")
    return ", ".join(f"{_cast(table.column(name), raw).value} AS {name}" for name in wanted)


def book_facts(con: duckdb.DuckDBPyConnection) -> tuple[int | None, date | None]:
    """The decimals of money if the whole book has one kind, and the day of its first account."""
    kinds, digits, currencies, first = con.execute(
        "SELECT count(DISTINCT exponent), min(exponent), max(currencies), min(opened_on) FROM book_debtors"
    ).fetchall()[0]
    return (digits if kinds == 1 and currencies == 1 else None), first


def type_table(con: duckdb.DuckDBPyConnection, table: Table, raw: dict[str, str], moment: Moment) -> TypedTable:
    """Create the view `typed_<table>` and say what it holds."""
    digits, book_start = book_facts(con)
    has_money = any(column.kind == "money" and column.name in raw for column in table.columns)
    exponent = _exponent(table, raw, digits)
    casts = {column.name: _cast(column, raw, exponent) for column in (*table.columns, *BOOKKEEPING)}
    fields = [f'{casts[column.name].value} AS "{column.lake_name}"' for column in table.columns]
    fields.append(f"{casts['recorded_at'].value} AS given_recorded_at")
    fields.append(f"{_recorded_at(table, casts, moment, book_start)} AS recorded_at")
    fields.append(f"coalesce({casts['deleted'].value}, false) AS deleted")
    flags: dict[str, tuple[str, str]] = {}
    for name, each in casts.items():
        for rule, condition in each.faults.items():
            flags[f"{rule}:{name}"] = (name, rule)
            fields.append(f'({condition}) AS "{rule}:{name}"')
    joins = _joins(table, casts, raw, money=has_money and digits is None)
    con.execute(
        f'CREATE OR REPLACE VIEW "typed_{table.name}" AS SELECT {", ".join(fields)} FROM "raw_{table.name}" AS raw {joins}'
    )
    return TypedTable(table, tuple(column.name for column in table.columns if column.name in raw), flags)


def _cast(column: Column, raw: dict[str, str], exponent: str = "NULL") -> Cast:
    return cast(column, raw[column.name], exponent=exponent) if column.name in raw else nothing(column)


def _exponent(table: Table, raw: dict[str, str], digits: int | None) -> str:
    if table.name == "accounts":
        return "own_currency.exponent"
    if digits is not None:
        return str(digits)
    sides = [
        f"{name}.exponent"
        for name, key in (("book_accounts", "account_id"), ("book_debtors", "debtor_id"))
        if key in raw and table.has(key)
    ]
    return f"coalesce({', '.join([*sides, 'NULL'])})"


def _joins(table: Table, casts: dict[str, Cast], raw: dict[str, str], *, money: bool) -> str:
    joins = []
    if table.name == "accounts" and "currency" in raw:
        joins.append(f"LEFT JOIN currencies AS own_currency ON own_currency.currency = {casts['currency'].value}")
    elif table.name == "accounts":
        joins.append("LEFT JOIN currencies AS own_currency ON false")
    if (
        table.has("account_id")
        and table.name != "accounts"
        and "account_id" in raw
        and (money or table.happened_else == "account")
    ):
        joins.append(f"LEFT JOIN book_accounts ON book_accounts.account_id = {casts['account_id'].value}")
    if (
        table.has("debtor_id")
        and table.name != "accounts"
        and "debtor_id" in raw
        and (money or table.happened_else == "debtor")
    ):
        joins.append(f"LEFT JOIN book_debtors ON book_debtors.debtor_id = {casts['debtor_id'].value}")
    return " ".join(joins)


def _recorded_at(table: Table, casts: dict[str, Cast], moment: Moment, book_start: date | None) -> str:
    given = casts["recorded_at"].value
    if not moment.first_load:
        return f"coalesce({given}, {moment.now_sql})"
    day = happened_day(table, {name: each.value for name, each in casts.items()}, moment.zone, book_start)
    end = f"timezone({quoted(moment.zone)}, ({day}) + TIME '23:59:59.999999')"
    # What has not ended yet, or lies ahead, is known now at the latest: the load has it in hand.
    return f"coalesce({given}, least({end}, {moment.now_sql}), {moment.now_sql})"


def happened_day(table: Table, values: dict[str, str], zone: str, book_start: date | None) -> str:
    """SQL for the day on which a row's fact happened, in the portfolio's zone."""
    days = []
    for name in table.happened_from:
        moment = table.column(name).kind == "moment"
        days.append(f"CAST(timezone({quoted(zone)}, {values[name]}) AS DATE)" if moment else values[name])
    if table.happened_else == "account" and "account_id" in values:
        days.append("book_accounts.opened_on")
    if table.happened_else == "debtor" and "debtor_id" in values:
        days.append("book_debtors.opened_on")
    if book_start is not None and table.happened_else == "book":
        days.append(f"DATE '{book_start.isoformat()}'")
    return f"coalesce({', '.join([*days, 'NULL::DATE'])})"
