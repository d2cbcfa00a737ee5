"""Whether posted reversals can be what they say: of a payment of the same debtor, and together no more than it.

The same two questions as a load asks in `arrears.intake.reversals`, of the payments that the posted rows name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb
from sqlalchemy import Connection

from arrears.events.book import Book, owners
from arrears.events.event import of_debtor
from arrears.events.reading import Draft
from arrears.events.row import in_lake
from arrears.events.standing import rows_where
from arrears.lake import Lake

_COLUMNS = ("payment_id", "line", "account_id", "debtor_id", "amount_minor", "reverses", "deleted")


@dataclass(frozen=True)
class _Line:
    payment_id: str
    line: int
    account_id: str | None
    debtor_id: str | None
    amount_minor: int
    reverses: str | None
    deleted: bool


def blame_reversals(
    connection: Connection, con: duckdb.DuckDBPyConnection, lake: Lake, drafts: Sequence[Draft], book: Book
) -> None:
    """Blame reversals of another debtor's payment, and those that take back more than was paid."""
    asked = [each for each in drafts if not each.faults and not each.is_removal and "reverses" in each.values]
    if not asked:
        return
    lines = _lines(connection, con, lake, drafts, asked, book)
    book = owners(con, lake, book, {str(line.account_id) for line in lines if line.account_id})
    for each in asked:
        paid = [line for line in lines if line.payment_id == each.values["reverses"] and line.reverses is None]
        back = [line for line in lines if line.reverses == each.values["reverses"]]
        whose = _whose(each.values.get("account_id"), each.values.get("debtor_id"), book)
        if paid and whose not in {_whose(line.account_id, line.debtor_id, book) for line in paid}:
            each.blame(
                "reverses", "other_debtor", "a reversal of a payment of another debtor",
                "Name the debtor's own payment in reverses",
            )  # fmt: skip
        if sum(abs(line.amount_minor) for line in back) > sum(line.amount_minor for line in paid):
            each.blame(
                "amount", "reversed_too_much", "reversals that together take back more than was paid",
                "Mend the amount, or the payment named in reverses",
            )  # fmt: skip


def _lines(
    connection: Connection,
    con: duckdb.DuckDBPyConnection,
    lake: Lake,
    drafts: Iterable[Draft],
    asked: Iterable[Draft],
    book: Book,
) -> list[_Line]:
    """Payments and reversals as they stand with what is posted: the lake's, then earlier events, then the drafts."""
    named = {str(each.values["reverses"]) for each in asked}
    rows = [
        _Line(*row)
        for column in ("payment_id", "reverses")
        for row in rows_where(con, lake, "payments", _COLUMNS, column, named)
    ]
    debtors = {_whose(each.values.get("account_id"), each.values.get("debtor_id"), book) for each in asked}
    for debtor in sorted(filter(None, debtors)):
        events = sorted(of_debtor(connection, "payments", debtor), key=lambda event: event.recorded_at)
        rows += [_line(in_lake(event.table, event.row)) for event in events]
    rows += [_line(in_lake(each.table, each.values)) for each in drafts if not each.faults]
    latest = {(line.payment_id, line.line): line for line in rows}
    return [line for line in latest.values() if not line.deleted]


def _line(values: dict[str, object]) -> _Line:
    return _Line(**{name: values[name] for name in _COLUMNS})  # type: ignore[arg-type]  # the contract's own types


def _whose(account_id: object, debtor_id: object, book: Book) -> str | None:
    if account_id is not None:
        return book.debtor_of(str(account_id))
    return None if debtor_id is None else str(debtor_id)
