"""What the rows of one table ask of the whole book: which ids exist, and in which currency an account is kept.

The book is the source and the lake together, so that a later load may bring payments alone. Everything here is a table
inside DuckDB; nothing of it reaches Python but two facts about the whole.
"""

# ruff: noqa: S608 - every name in these statements is the contract's or a file's, never a value of a row

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from zoneinfo import available_timezones

import duckdb

from arrears.intake.reading import read_columns
from arrears.lake import Lake, quoted
from arrears.money import exponents
from arrears.tables import TABLES

RawTypes = Mapping[str, Mapping[str, str]]
"""DuckDB's type of every column of every file, by table."""


@dataclass(frozen=True)
class Book:
    """When and where a load stands, and what is true of the whole book.

    Parameters
    ----------
    now : the load's own time.
    zone : the portfolio's zone.
    first_load : true where the lake was empty.
    decimals : of the book's money where that is one number for all, else None.
    first_day : the day on which the first account was opened.
    tables : names of the tables that source or lake have.
    """

    now: datetime
    zone: str
    first_load: bool
    decimals: int | None
    first_day: date | None
    tables: frozenset[str]

    @property
    def now_sql(self) -> str:
        """The load's time as SQL."""
        return f"TIMESTAMPTZ {quoted(self.now.isoformat())}"

    @property
    def today_sql(self) -> str:
        """The load's day in the portfolio's zone, as SQL."""
        return self.day_sql(self.now_sql)

    def day_sql(self, moment: str) -> str:
        """The day of a moment in the portfolio's zone, as SQL."""
        return f"CAST(timezone({quoted(self.zone)}, {moment}) AS DATE)"


def open_book(con: duckdb.DuckDBPyConnection, lake: Lake, raw: RawTypes, *, now: datetime, zone: str) -> Book:
    """Make the tables `currencies`, `zones`, `book_accounts` and `book_debtors`, and say what holds for all of them."""
    con.execute("CREATE TABLE currencies (currency VARCHAR, exponent INTEGER)")
    con.execute(f"INSERT INTO currencies VALUES {_values(f'{quoted(c)}, {n}' for c, n in exponents().items())}")
    con.execute("CREATE TABLE zones (zone VARCHAR)")
    con.execute(f"INSERT INTO zones VALUES {_values(map(quoted, _zones()))}")
    _remember_accounts(con, lake, raw)
    _remember_debtors(con, lake, raw)
    kinds, decimals, currencies, first = con.execute(
        """SELECT count(DISTINCT exponent), min(exponent), max(currencies), min(opened_on)
        FROM book_debtors"""
    ).fetchall()[0]
    return Book(
        now=now,
        zone=zone,
        first_load=not lake.exists(),
        decimals=decimals if kinds == 1 and currencies == 1 else None,
        first_day=first,
        tables=frozenset(raw) | frozenset(lake.tables),
    )


def remember_ids(con: duckdb.DuckDBPyConnection, lake: Lake, table: str, typed: Collection[str]) -> None:
    """A table `ids_<table>` of every id of a table in source and lake, for references to be followed."""
    key = TABLES[table].key[0]
    parts = [f'SELECT "{key}" AS id FROM "typed_{table}"'] if table in typed else []
    if table in lake.tables:
        parts.append(f'SELECT "{key}" AS id FROM {lake.scan(table)}')
    con.execute(f'CREATE TABLE "ids_{table}" AS SELECT DISTINCT id FROM ({" UNION ALL ".join(parts)})')


def _remember_accounts(con: duckdb.DuckDBPyConnection, lake: Lake, raw: RawTypes) -> None:
    rows = _rows(lake, raw, "accounts", ("account_id", "debtor_id", "currency", "opened_on"))
    con.execute(
        f"""CREATE TABLE book_accounts AS
        SELECT account_id, min(debtor_id) AS debtor_id, min(rows.currency) AS currency,
               CASE WHEN count(DISTINCT rows.currency) = 1 THEN min(exponent) END AS exponent,
               count(DISTINCT rows.currency) AS currencies, min(opened_on) AS opened_on
        FROM ({rows}) AS rows LEFT JOIN currencies USING (currency)
        WHERE account_id IS NOT NULL GROUP BY account_id"""
    )


def _remember_debtors(con: duckdb.DuckDBPyConnection, lake: Lake, raw: RawTypes) -> None:
    # A cosigner may have no account of their own: the first account they are a party of dates them.
    parties = _rows(lake, raw, "parties", ("account_id", "debtor_id"))
    con.execute(
        f"""CREATE TABLE book_debtors AS
        SELECT debtor_id, min(currency) AS currency,
               CASE WHEN count(DISTINCT currency) = 1 THEN min(exponent) END AS exponent,
               count(DISTINCT currency) AS currencies,
               coalesce(min(opened_on) FILTER (WHERE own), min(opened_on)) AS opened_on
        FROM (SELECT debtor_id, currency, exponent, opened_on, true AS own FROM book_accounts
              UNION ALL
              SELECT parties.debtor_id, NULL, NULL, opened_on, false
              FROM ({parties}) AS parties JOIN book_accounts USING (account_id))
        WHERE debtor_id IS NOT NULL GROUP BY debtor_id"""
    )


def _rows(lake: Lake, raw: RawTypes, table: str, names: tuple[str, ...]) -> str:
    parts = [read_columns(TABLES[table], raw[table], names)] if table in raw else []
    if table in lake.tables:
        parts.append(f"SELECT {', '.join(names)} FROM {lake.scan(table)}")
    none = ", ".join(f"NULL::{TABLES[table].column(name).lake_type} AS {name}" for name in names)
    return " UNION ALL ".join(parts) or f"SELECT {none} WHERE false"


def _values(rows: Iterable[str]) -> str:
    return ", ".join(f"({row})" for row in rows)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
