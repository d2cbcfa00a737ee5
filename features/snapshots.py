"""Who is looked at, and on which days: the `snapshots` table on a connection.

Three ways to stand: every account on chosen days, each account on the day it was opened, each account on the day its
first due of a kind was issued. None of them looks past its own day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import duckdb
import ibis
import pyarrow as pa
from ibis import ir

from arrears.clock import day_of, end_of_day
from arrears.settings import DueKind, Settings
from features.asof import known_on
from features.columns import NO
from features.facts import SNAPSHOTS, lake_table
from features.terms import arrow_schema

EXITS = ("paid", "settled", "recalled", "sold", "closed")
"""Statuses with which an account has left the book: it is no longer looked at."""

_DAYS = {"as_of": "date", "cutoff": "timestamp('UTC')"}


def on_days(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    days: Sequence[date],
    *,
    table: str = "snapshots",
    with_exits: bool = False,
) -> int:
    """Stand on each of `days` with every account then known and still in the book, or with those that left it too.

    Returns
    -------
    How many rows `snapshots` now has; an earlier table of that name is replaced.
    """
    return _stand(con, settings, days, _on_days_sql(with_exits=with_exits), table)


def at_moment(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    moment: datetime,
    debtors: Sequence[str],
    *,
    table: str = "snapshots",
) -> int:
    """Stand at a moment within its day, with every account of some debtors then known, those that left included.

    Returns
    -------
    How many rows `snapshots` now has; what is recorded after the moment is not known.
    """
    con.register("chosen_debtors", pa.table({"debtor_id": pa.array(debtors, pa.string())}))
    day = day_of(moment, settings.portfolio.zone)
    sql = f"SELECT * FROM ({_on_days_sql(with_exits=True)}) SEMI JOIN chosen_debtors USING (debtor_id)"  # noqa: S608 - our own words
    count = _stand(con, settings, [day], sql, table, cutoffs=[moment])
    con.unregister("chosen_debtors")
    return count


def on_opening(con: duckdb.DuckDBPyConnection, settings: Settings, from_: date, to: date) -> int:
    """Stand on the day on which each account was opened, for those opened from `from_` to `to` inclusive."""
    return _stand(con, settings, _span(from_, to), _on_opening_sql(), "snapshots")


def on_due(con: duckdb.DuckDBPyConnection, settings: Settings, kind: DueKind) -> int:
    """Stand on the day on which each account's first due of `kind` was issued (else fell due), if known by then."""
    issued = "coalesce(issued_on, due_on)"
    first, last = _one(con, f"SELECT min({issued}), max({issued}) FROM dues WHERE kind = ?", kind)  # noqa: S608 - own names only
    days = _span(first, last) if first is not None else []
    return _stand(con, settings, days, _on_due_sql(kind), "snapshots")


def _stand(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    days: Sequence[date],
    sql: str,
    table: str,
    *,
    cutoffs: Sequence[datetime] | None = None,
) -> int:
    cutoffs = cutoffs or [end_of_day(day, settings.portfolio.zone) for day in days]
    rows = pa.table({"as_of": list(days), "cutoff": cutoffs}, schema=arrow_schema(_DAYS))
    con.register("snapshot_days", rows)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {sql}")
    con.unregister("snapshot_days")
    (count,) = _one(con, f"SELECT count(*) FROM {table}")  # noqa: S608 - the table just made
    return int(count)


def _one(con: duckdb.DuckDBPyConnection, sql: str, *values: object) -> tuple[Any, ...]:
    row = con.execute(sql, values).fetchone()
    return row if row is not None else ()


def _span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]


@cache
def _on_days_sql(*, with_exits: bool) -> str:
    accounts = lake_table("accounts")
    joined = _days().cross_join(accounts)
    known = known_on(joined, joined.cutoff)
    known = known.filter(known.opened_on <= known.as_of)
    return _sql(known if with_exits else known.filter(_still_here(known)))


@cache
def _on_opening_sql() -> str:
    accounts = lake_table("accounts")
    days = _days()
    joined = days.join(accounts, days.as_of == accounts.opened_on)
    return _sql(known_on(joined, joined.cutoff))


@cache
def _on_due_sql(kind: str) -> str:
    dues, days = lake_table("dues"), _days()
    dues = dues.filter(dues.kind == kind, dues.amount_minor > 0)
    issued = dues.mutate(as_of=dues.issued_on.coalesce(dues.due_on)).join(days, "as_of")
    known = known_on(issued, issued.cutoff)
    first = known.group_by("account_id").agg(as_of=known.as_of.min(), cutoff=known.cutoff.min())
    joined = first.join(lake_table("accounts"), "account_id")
    known = known_on(joined, joined.cutoff)
    return _sql(known.filter(_still_here(known)))


def _days() -> ir.Table:
    return ibis.table(_DAYS, name="snapshot_days")


def _still_here(known: ir.Table) -> ir.BooleanValue:
    left = known.status.isin(EXITS) & (known.closed_on.isnull() | (known.closed_on <= known.as_of))
    return ~left.fill_null(NO)


def _sql(known: ir.Table) -> str:
    return str(ibis.to_sql(known.select(*SNAPSHOTS).order_by("account_id", "as_of"), dialect="duckdb"))
