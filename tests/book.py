"""A small book of source rows for tests: written as plain rows, opened as the lake would show it."""

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from arrears.settings import Settings, default_settings
from arrears.tables import TABLES

Row = dict[str, Any]
Book = dict[str, list[Row]]

ARROW = {
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "TIMESTAMPTZ": pa.timestamp("us", tz="UTC"),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "VARCHAR[]": pa.list_(pa.string()),
}
EVER = datetime(2000, 1, 1, tzinfo=UTC)


def settings(zone: str = "UTC", country: str = "", **delinquency: Any) -> Settings:
    """The defaults in a zone, with changes to how delinquency is judged."""
    whole = default_settings()
    return whole.model_copy(
        update={
            "portfolio": whole.portfolio.model_copy(update={"zone": zone, "country": country}),
            "delinquency": whole.delinquency.model_copy(update=delinquency),
        }
    )


def account(account_id: str = "A", debtor_id: str = "D", **own: Any) -> Row:
    """An open account in dollars."""
    base = {"account_id": account_id, "debtor_id": debtor_id, "opened_on": date(2025, 1, 1), "currency": "USD"}
    return base | {"role": "first_party"} | own


def whole_book(tables: Mapping[str, Sequence[Row]]) -> Book:
    """Every row with all columns of the lake: facts are known from the start unless they say when they were."""
    book: Book = {}
    for name, rows in tables.items():
        schema = TABLES[name].lake_schema()
        full = [dict.fromkeys(schema) | {"recorded_at": EVER, "deleted": False} | row for row in rows]
        versions = defaultdict(list)
        for row in sorted(full, key=lambda row: row["recorded_at"]):
            versions[tuple(row[column] for column in TABLES[name].key)].append(row)
        for older in versions.values():
            for row, correction in itertools.pairwise(older):
                row["known_until"] = correction["recorded_at"]
        book[name] = [row for older in versions.values() for row in older]
    return book


def supplied(book: Book) -> dict[str, frozenset[str]]:
    """Every column of the tables a book has, as a source that gives all of them."""
    return {name: frozenset(column.name for column in TABLES[name].columns) for name in book}


def opened(book: Book) -> duckdb.DuckDBPyConnection:
    """A connection that shows the book's tables as the lake does."""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'; SET threads = 1; SET enable_progress_bar = false")
    for name, rows in book.items():
        schema = pa.schema([(column, ARROW[kind]) for column, kind in TABLES[name].lake_schema().items()])
        con.register(name, pa.Table.from_pylist(rows, schema=schema))
    return con


def end_of(day: date, zone: str) -> datetime:
    """The last microsecond of a day, worked out without the product's own clock."""
    return datetime.combine(day, time(23, 59, 59, 999999), tzinfo=ZoneInfo(zone))
