"""Who is looked at, and on which days: the `snapshots` table on a connection.

Every account on chosen days, each account on the day it was opened or its first due of a kind was issued, or on the
evening before each call or promise: before anything of it is known. None of them looks past its own day.
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
from features.columns import NO, days_after
from features.facts import SNAPSHOTS, lake_table
from features.terms import arrow_schema

EXITS = ("paid", "settled", "recalled", "sold", "closed")
"""Statuses with which an account has left the book: it is no longer looked at."""

STOOD_FOR = "stood_for"
"""The table that says for which fact an account stands on a day, after `on_calls` or `on_promises`."""

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


def on_calls(con: duckdb.DuckDBPyConnection, settings: Settings, from_: date, to: date) -> int:
    """Stand on the evening before each outgoing call, for evenings from `from_` to `to`, with the account called.

    A call that names no account stands with the first of the debtor's by name. The table `STOOD_FOR` has one row per
    call: `fact_id`, `account_id`, `debtor_id`, `client`, `currency`, `as_of`, `place` (of its account and day among the
    snapshots in their order), `happened_at`, `first_known_at`.

    Returns
    -------
    How many rows `snapshots` now has: calls to one account on one day share theirs.
    """
    return _stand_for(con, settings, _calls_sql(), from_, to)


def on_promises(con: duckdb.DuckDBPyConnection, settings: Settings, from_: date, to: date) -> int:
    """Stand on the evening before each promise was made, as `on_calls` does before calls; `happened_at` is its day."""
    return _stand_for(con, settings, _promises_sql(), from_, to)


def _stand_for(con: duckdb.DuckDBPyConnection, settings: Settings, sql: str, from_: date, to: date) -> int:
    # One day more, so that what happened after the last evening's next day finds an evening of its own and is left out.
    _stand(con, settings, _span(from_, to + timedelta(days=1)), sql, STOOD_FOR)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE snapshots AS SELECT DISTINCT {', '.join(SNAPSHOTS)} FROM {STOOD_FOR}"  # noqa: S608 - our own names
        " ORDER BY account_id, as_of"
    )
    (count,) = _one(con, "SELECT count(*) FROM snapshots")
    return int(count)


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


@cache
def _calls_sql() -> str:
    contacts, days = lake_table("contacts"), _days()
    calls = contacts.filter(contacts.channel == "call", contacts.direction == "out")
    calls = calls.mutate(fact_id=calls.contact_id, happened_at=calls["at"])
    told = _first_told(calls)
    return _for_facts(told.asof_join(days, on=told.happened_at > days.cutoff))


@cache
def _promises_sql() -> str:
    promises, days = lake_table("promises"), _days()
    promises = promises.mutate(fact_id=promises.promise_id, happened_at=promises.made_on.cast("timestamp('UTC')"))
    told = _first_told(promises)
    days = days.mutate(made_on=days_after(days.as_of, ibis.literal(1)))
    return _for_facts(told.join(days, told.happened_at.cast("date") == days.made_on))


def _first_told(facts: ir.Table) -> ir.Table:
    """Each fact once, as it was first told; a correction moves nobody to another day."""
    facts = facts.mutate(turn=ibis.row_number().over(group_by="fact_id", order_by="recorded_at"))
    facts = facts.filter(facts.turn == 0)
    return facts.select("fact_id", "account_id", "debtor_id", "happened_at", first_known_at=facts.recorded_at)


def _for_facts(told: ir.Table) -> str:
    """The account of each fact as known on its evening; where only a debtor is named, the first of the debtor's."""
    told = told.select("fact_id", "account_id", "debtor_id", "happened_at", "first_known_at", "as_of", "cutoff")
    own = ("fact_id", "happened_at", "first_known_at", "as_of", "cutoff")
    accounts = lake_table("accounts")
    named = told.filter(told.account_id.notnull()).select(*own, "account_id").join(accounts, "account_id")
    loose = told.filter(told.account_id.isnull()).select(*own, "debtor_id").join(accounts, "debtor_id")
    wanted = dict.fromkeys((*own, *accounts.columns))
    joined = ibis.union(named.select(*wanted), loose.select(*wanted))
    known = known_on(joined, joined.cutoff)
    asked = known.as_of < _days().as_of.max().as_scalar()
    known = known.filter(asked, known.opened_on <= known.as_of, _still_here(known))
    known = known.mutate(turn=ibis.row_number().over(group_by="fact_id", order_by="account_id"))
    known = known.filter(known.turn == 0)
    place = ibis.dense_rank().over(order_by=["account_id", "as_of"])
    rows = known.select("fact_id", *SNAPSHOTS, "happened_at", "first_known_at").mutate(place=place)
    return str(ibis.to_sql(rows.order_by("place", "fact_id"), dialect="duckdb"))


def _days() -> ir.Table:
    return ibis.table(_DAYS, name="snapshot_days")


def _still_here(known: ir.Table) -> ir.BooleanValue:
    left = known.status.isin(EXITS) & (known.closed_on.isnull() | (known.closed_on <= known.as_of))
    return ~left.fill_null(NO)


def _sql(known: ir.Table) -> str:
    return str(ibis.to_sql(known.select(*SNAPSHOTS).order_by("account_id", "as_of"), dialect="duckdb"))
