"""Posted rows against the whole contract, as `arrears check` holds files against it: what is news, and what is wrong.

Nothing is stored here; whoever stores what is news does so in the same transaction, before anybody else may decide
about the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
from sqlalchemy import Connection

from arrears.clock import day_of
from arrears.events.book import Book, book_of, owners
from arrears.events.keep import New, one_key_at_a_time
from arrears.events.reading import Draft, Fault, draft
from arrears.events.reversals import blame_reversals
from arrears.events.row import Unread, in_lake, key_of, money
from arrears.events.standing import Version, versions_of
from arrears.intake.own_rules import TOLD_AFTERWARDS
from arrears.intake.rules import FAULTS
from arrears.lake import Lake, looking
from arrears.tables import TABLES, Column

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far ahead of ours a dialer's clock may run."""

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Checked:
    """What became of posted rows.

    Attributes
    ----------
    news : rows to store, each with its place in what was posted.
    same : places of rows that are known word for word.
    faults : of all rows, in their order.
    """

    news: list[tuple[int, New]]
    same: list[int]
    faults: list[Fault]


def check(
    connection: Connection, lake: Lake, table: str, posted: Sequence[Mapping[str, object]], *, now: datetime
) -> Checked:
    """Hold posted rows of one table against its contract, and against what lake and earlier events know.

    Parameters
    ----------
    connection : a transaction; nobody else decides about the same rows until it ends.
    now : the portfolio's moment; a row without recorded_at becomes known now.
    """
    zone = lake.settings.portfolio.zone
    drafts = [draft(TABLES[table], place, row) for place, row in enumerate(posted)]
    one_key_at_a_time(connection, TABLES[table], [key_of(each.table, each.values) for each in drafts if each.has_key])
    with closing(looking()) as con:
        book = book_of(connection, con, lake, drafts)
        for each in drafts:
            _relate(each, book)
            _time(each, now, day_of(now, zone))
        if table == "payments":
            blame_reversals(connection, con, lake, drafts, book)
        return _told(connection, con, lake, drafts, book, now)


def _relate(each: Draft, book: Book) -> None:
    """Blame references that lead nowhere, and give money the places of its currency."""
    if not each.is_removal:
        for column in each.table.columns:
            _follow(each, column, book)
    exponent = book.exponent(each.values.get("account_id"), each.values.get("debtor_id"))
    for column in each.table.columns:
        amount = each.values.get(column.name)
        if isinstance(amount, Decimal):
            _spell(each, column, amount, exponent)


def _follow(each: Draft, column: Column, book: Book) -> None:
    value, target = each.values.get(column.name), str(column.refers_to)
    if value is None or target not in book.known or value in book.known[target]:
        return
    rule = "missing_payment" if column.name == "reverses" else "orphan"
    found = f"no row of {target} has this {TABLES[target].key[0]}"
    each.blame(column.name, rule, found, f"Add the missing rows to {target}, or mend the reference")


def _spell(each: Draft, column: Column, amount: Decimal, exponent: int | None) -> None:
    try:
        if exponent is None:
            raise Unread("unclear_currency")  # noqa: TRY301 - told like the other
        each.values[column.name] = money(amount, exponent)
    except Unread as unread:
        del each.values[column.name]
        if not any(fault.rule == "orphan" for fault in each.faults):
            each.blame(column.name, unread.rule, *FAULTS[unread.rule])


def _time(each: Draft, now: datetime, today: date) -> None:
    if each.recorded_at is not None and datetime.fromisoformat(each.recorded_at) > now:
        each.blame("recorded_at", "recorded_in_future", "a row recorded after this moment", "Leave recorded_at out")
    if each.is_removal or each.table.name not in TOLD_AFTERWARDS:
        return
    name = str(each.table.happened)
    told = each.values.get(name)
    if each.table.name == "contacts":
        ahead = told is not None and datetime.fromisoformat(told) > now + CLOCKS_DIFFER
    else:
        ahead = told is not None and date.fromisoformat(told) > today
    if ahead:
        each.blame(name, "in_future", "a fact that has not happened yet", "Post it when it has")
    if each.table.name == "payments" and "reverses" not in each.values and _not_positive(each.values.get("amount")):
        found = "a payment of zero or less that reverses nothing"
        each.blame("amount", "not_positive", found, "Name the payment it takes back in reverses, or mend the amount")


def _not_positive(amount: object) -> bool:
    return isinstance(amount, str) and Decimal(amount) <= 0


def _told(
    connection: Connection,
    con: duckdb.DuckDBPyConnection,
    lake: Lake,
    drafts: Sequence[Draft],
    book: Book,
    now: datetime,
) -> Checked:
    sound = [each for each in drafts if not each.faults]
    table = drafts[0].table
    known = versions_of(connection, con, lake, table, [key_of(table, each.values) for each in sound])
    book = owners(con, lake, book, _accounts_in(known.values()))
    news: list[tuple[int, New]] = []
    same: list[int] = []
    for each in sound:
        told = known.setdefault(key_of(table, each.values), [])
        new = _version(each, told, book, now)
        if new is not None:
            news += [(each.place, left) for left in _left_behind(new, told, book)] + [(each.place, new)]
            told[:] = sorted(
                [*told, Version(new.recorded_at, in_lake(table, new.row))], key=lambda one: one.recorded_at
            )
        elif not each.faults:
            same.append(each.place)
    return Checked(news, same, [fault for each in drafts for fault in each.faults])


def _version(each: Draft, told: Sequence[Version], book: Book, now: datetime) -> New | None:
    """The row as a version of its own; None where it is known word for word, or contradicts one."""
    says = in_lake(each.table, each.values)
    if each.recorded_at is None:
        at = now if not told else max(now, told[-1].recorded_at + _TICK)
        like = told[-1] if told else None
    else:
        at = datetime.fromisoformat(each.recorded_at)
        like = next((one for one in told if one.recorded_at == at), None)
    if like is not None and like.values == says:
        return None
    if like is not None and each.recorded_at is not None:
        found = f"another row with the same {', '.join(each.table.key)} and recorded_at is known"
        each.blame("recorded_at", "duplicate_key", found, "Give the correction its own later recorded_at")
        return None
    if each.is_removal and (not told or told[-1].values["deleted"]):
        if not told:
            each.blame(None, "orphan", f"no row has this {', '.join(each.table.key)}", "Nothing is to be taken away")
        return None
    whose = says if not each.is_removal else told[-1].values
    return New(each.table, each.values, at, *_whose(whose, book))


def _left_behind(new: New, told: Sequence[Version], book: Book) -> Iterable[New]:
    """The removal from whoever had the row before, where a correction moves it to somebody else."""
    if not told or told[-1].recorded_at >= new.recorded_at - _TICK or told[-1].values["deleted"]:
        return
    debtor, account = _whose(told[-1].values, book)
    if debtor != new.debtor_id:
        key = {name: new.row[name] for name in new.table.key}
        yield New(new.table, key | {"deleted": True}, new.recorded_at - _TICK, debtor, account)


def _whose(values: Mapping[str, Any], book: Book) -> tuple[str | None, str | None]:
    account = values.get("account_id")
    return values.get("debtor_id") or book.debtor_of(account), account


def _accounts_in(known: Iterable[Sequence[Version]]) -> set[str]:
    told = {version.values.get("account_id") for versions in known for version in versions}
    return {str(account) for account in told if account is not None}
