"""What a row must be in the tables that have rules of their own, and what a reader should know of it.

Errors keep a source out; warnings tell of rows that are taken but look late, early or odd.
"""

from __future__ import annotations

from collections.abc import Iterator

from arrears.intake.book import Book
from arrears.intake.rules import Rule, alive
from arrears.intake.typed import TypedTable, happened_day

LATE_DAYS = 31
TOLD_AFTERWARDS = ("payments", "contacts", "statements", "disputes", "promises", "notices")
"""Tables whose facts nobody can record before they happen."""


def own_rules(typed: TypedTable, book: Book) -> Iterator[Rule]:
    """The rules of one table beyond its contract, errors first."""
    match typed.table.name:
        case "accounts":
            yield from _account_rules(typed)
        case "debtors" if "stated_time_zone" in typed.columns:
            yield _zone_rule()
        case "payments":
            yield from _payment_rules(book)
        case _:
            pass
    yield from _time_warnings(typed, book)


def _account_rules(typed: TypedTable) -> Iterator[Rule]:
    if "currency" not in typed.columns:
        return
    yield Rule(
        "unknown_currency",
        "currency",
        "row.currency NOT IN (SELECT currency FROM currencies)",
        "codes that ISO 4217 does not have",
        "Write codes like EUR",
    )
    yield Rule(
        "two_currencies",
        "currency",
        "in_book.currencies > 1",
        "accounts whose versions name different currencies",
        "Give the debt in the other currency an account of its own",
        joins="LEFT JOIN book_accounts AS in_book ON in_book.account_id = row.account_id",
    )


def _zone_rule() -> Rule:
    return Rule(
        "unknown_zone",
        "stated_time_zone",
        "row.stated_time_zone NOT IN (SELECT zone FROM zones)",
        "zones that the IANA database does not have",
        "Write zones like Europe/Rome",
    )


def _payment_rules(book: Book) -> Iterator[Rule]:
    yield Rule(
        "not_positive",
        "amount",
        alive("row.amount_minor <= 0 AND row.reverses IS NULL"),
        "payments of zero or less that reverse nothing",
        "Name the payment they take back in reverses, or mend the amount",
    )
    yield Rule(
        "in_future",
        "paid_on",
        alive(f"row.paid_on > {book.today_sql}"),
        "payments dated after the day of this load",
        "Load a payment when it is made; an agreed one is a promise",
    )


def _time_warnings(typed: TypedTable, book: Book) -> Iterator[Rule]:
    table = typed.table
    if typed.dated:
        yield Rule(
            "recorded_in_future",
            "recorded_at",
            f"row.given_recorded_at > {book.now_sql}",
            "rows recorded after this load",
            "They stay unknown until then; look whether recorded_at is meant",
            level="warning",
        )
        if table.name in TOLD_AFTERWARDS:
            yield from _lag_warnings(typed, book)
    elif book.first_load:
        yield from _ripening_warnings(typed, book)


def _lag_warnings(typed: TypedTable, book: Book) -> Iterator[Rule]:
    happened = happened_day(typed.table, book, {name: f'row."{name}"' for name in typed.table.happened_from})
    recorded = book.day_sql("row.given_recorded_at")
    if book.first_load:
        yield Rule(
            "late_arrival",
            "recorded_at",
            # A correction is late by nature; only the first word on a fact tells how fast the source is.
            f"repeats.twice IS NULL AND {recorded} > {happened} + {LATE_DAYS}",
            f"facts recorded more than {LATE_DAYS} days after they happened",
            "Days before they were recorded are judged without them",
            level="warning",
        )
    yield Rule(
        "recorded_early",
        "recorded_at",
        f"{recorded} < {happened}",
        "facts recorded before the day on which they happened",
        "Look whether recorded_at or the date is meant: a model could learn from the future",
        level="warning",
    )


def _ripening_warnings(typed: TypedTable, book: Book) -> Iterator[Rule]:
    table = typed.table
    recorded = book.day_sql("row.recorded_at")
    for name in typed.columns:
        if table.column(name).settles_later and name not in table.happened_from:
            yield Rule(
                "known_too_soon",
                name,
                alive(f'row."{name}" > {recorded}'),
                "without recorded_at the row counts as known before this day",
                "Add recorded_at, or load the earlier version of the row too",
                level="warning",
            )
