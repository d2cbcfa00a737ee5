"""What each month turned out to be: which months there are, and when an account counts as gone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from arrears.errors import BadInput
from features import delinquency
from features.roll_money import net_roll_money
from tests.book import EVER, account, opened, settings, supplied, whole_book

JAN_31, FEB_28, MAR_31 = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)


def months(zone: str = "UTC", **tables) -> list[tuple[date, str]]:
    book = whole_book({"accounts": [account()], **tables})
    rows = delinquency.cycle_statuses(supplied(book), settings(zone)).run(opened(book)).to_pylist()
    return [(row["cycle_end"], row["bucket"]) for row in rows]


def due(recorded_at: datetime) -> dict:
    own = {"due_id": "U", "account_id": "A", "due_on": date(2026, 1, 15), "amount_minor": 10_000, "kind": "invoice"}
    return own | {"recorded_at": recorded_at}


def paid(paid_on: date, recorded_at: datetime) -> dict:
    own = {"payment_id": "P", "line": 1, "account_id": "A", "paid_on": paid_on, "amount_minor": 10_000}
    return own | {"recorded_at": recorded_at}


def test_a_ledgers_months_go_on_while_payments_come_in():
    dues = [due(datetime(2026, 1, 1, tzinfo=UTC))]
    rows = [paid(date(2026, 3, 20), datetime(2026, 3, 31, 12, tzinfo=UTC))]
    assert months(dues=dues, payments=rows) == [(JAN_31, "1-29"), (FEB_28, "30-59"), (MAR_31, "CURRENT")]


@pytest.mark.parametrize(("zone", "last"), [("UTC", MAR_31), ("America/New_York", FEB_28)])
def test_a_month_is_over_when_its_last_day_has_come_in_the_books_zone(zone, last):
    dues = [due(datetime(2026, 3, 31, 3, 59, tzinfo=UTC))]
    assert months(zone, dues=dues, payments=[])[-1][0] == last


def test_an_account_without_a_closing_day_has_left_once_the_source_said_so():
    told = datetime(2026, 3, 10, tzinfo=UTC)
    accounts = [account(), account(status="sold", recorded_at=told)]
    cycles = [{"account_id": "A", "cycle_end": end, "days_past_due": 5} for end in (JAN_31, FEB_28, MAR_31)]
    found = months(accounts=accounts, statements=cycles)
    assert found == [(JAN_31, "1-29"), (FEB_28, "1-29"), (MAR_31, "LEFT")]


def test_a_correction_without_a_status_leaves_the_months_bucket_as_it_was():
    cycle = {"account_id": "A", "cycle_end": JAN_31}
    later = cycle | {"balance_minor": 700, "recorded_at": datetime(2026, 3, 1, tzinfo=UTC)}
    assert months(statements=[cycle | {"days_past_due": 5}, later]) == [(JAN_31, "1-29")]


@pytest.mark.parametrize(("day", "first"), [(31, "LEFT"), (1, "1-29")])
def test_an_account_with_a_closing_day_has_left_from_it_on(day, first):
    closed_on = date(2026, 1 if day == 31 else 2, day)
    cycles = [{"account_id": "A", "cycle_end": end, "days_past_due": 5} for end in (JAN_31, FEB_28)]
    found = months(accounts=[account(status="sold", closed_on=closed_on)], statements=cycles)
    assert found == [(JAN_31, first), (FEB_28, "LEFT")]


@pytest.mark.parametrize("owner", [{"account_id": "A"}, {"debtor_id": "D"}])
@pytest.mark.parametrize(("starts", "ends", "first"), [(31, 28, "LEFT"), (32, 28, "1-29"), (31, 27, "LEFT")])
def test_a_bankrupt_account_has_left_in_the_months_at_whose_end_it_is_bankrupt(owner, starts, ends, first):
    day = {"starts_on": JAN_31 + timedelta(days=starts - 31), "ends_on": date(2026, 2, ends)}
    holds = [{"hold_id": "H", "kind": "bankruptcy"} | day | owner, {"hold_id": "C", "kind": "cease"} | day | owner]
    cycles = [{"account_id": "A", "cycle_end": end, "days_past_due": 5} for end in (JAN_31, FEB_28)]
    second = "LEFT" if ends == FEB_28.day else "1-29"
    assert months(statements=cycles, holds=holds) == [(JAN_31, first), (FEB_28, second)]
    assert months(statements=cycles, holds=holds[1:]) == [(JAN_31, "1-29"), (FEB_28, "1-29")]


@pytest.mark.parametrize(("day", "bucket"), [(10, "1-29"), (11, "LEFT")])
def test_a_bankruptcy_changes_a_month_only_from_the_moment_it_is_known(day, bucket):
    told = {"recorded_at": datetime(2026, 2, 11, tzinfo=UTC)}
    hold = {"hold_id": "H", "account_id": "A", "kind": "bankruptcy", "starts_on": JAN_31} | told
    book = whole_book({"accounts": [account()], "statements": [stated(EVER, 5)], "holds": [hold]})
    known_by = datetime(2026, 2, day, 23, tzinfo=UTC)
    rows = delinquency.cycle_statuses(supplied(book), settings("UTC"), known_by).run(opened(book)).to_pylist()
    assert [row["bucket"] for row in rows] == [bucket]


def stated(recorded_at: datetime, days: int, known_until: datetime | None = None) -> dict:
    own = {"account_id": "A", "cycle_end": JAN_31, "balance_minor": 10_000, "days_past_due": days}
    return own | {"recorded_at": recorded_at, "known_until": known_until}


@pytest.mark.parametrize(("day", "bucket"), [(10, "30-59"), (11, "CURRENT")])
def test_a_correction_changes_a_month_only_from_the_moment_it_is_known(day: int, bucket: str):
    corrected = datetime(2026, 2, 11, tzinfo=UTC)
    versions = [stated(datetime(2026, 1, 31, tzinfo=UTC), 35, corrected), stated(corrected, 0)]
    book = whole_book({"accounts": [account()], "statements": versions})
    known_by = datetime(2026, 2, day, 23, tzinfo=UTC)
    rows = delinquency.cycle_statuses(supplied(book), settings("UTC"), known_by).run(opened(book)).to_pylist()
    assert [row["bucket"] for row in rows] == [bucket]


def test_asked_for_some_accounts_and_cycles_nothing_else_is_worked_out_and_the_same_is_told():
    rows = [
        stated(datetime(2026, 3, 31, 1, tzinfo=UTC), days) | {"account_id": name, "cycle_end": end}
        for name in ("A", "B")
        for end, days in ((JAN_31, 5), (FEB_28, 35), (MAR_31, 65))
    ]
    accounts = [account(), account() | {"account_id": "B"}]
    book = whole_book({"accounts": accounts, "statements": rows})
    con = opened(book)
    con.execute("CREATE TABLE asked AS SELECT 'B' AS account_id")
    asked: dict[str, Any] = {"accounts": "asked", "cycles": (FEB_28, MAR_31)}
    some = delinquency.cycle_statuses(supplied(book), settings("UTC"), **asked).run(con).to_pylist()
    every = delinquency.cycle_statuses(supplied(book), settings("UTC")).run(con).to_pylist()
    assert [(row["cycle_end"], row["bucket"]) for row in some] == [(FEB_28, "30-59"), (MAR_31, "60-89")]
    assert some == [row for row in every if row["account_id"] == "B" and row["cycle_end"] >= FEB_28]


def test_a_table_of_accounts_may_have_any_name():
    names = [None, "all accounts", 'null, "some', "every account"]
    accounts = [account(), account("B")]
    book = whole_book({"accounts": accounts, "statements": [stated(EVER, 5) | {"account_id": of} for of in "AB"]})
    con = opened(book)
    for name in names[1:]:
        escaped = name.replace('"', '""')
        con.execute(f"CREATE TABLE \"{escaped}\" AS SELECT 'B' AS account_id")
    found = [delinquency.cycle_statuses(supplied(book), settings("UTC"), accounts=name).run(con) for name in names]
    assert [table["account_id"].to_pylist() for table in found] == [["A", "B"], ["B"], ["B"], ["B"]]


LATE = {"days_past_due", "cycles_past_due"}


@pytest.mark.parametrize(
    ("left", "source", "found", "do"),
    [
        (set(), "auto", "no table dues, and no statements with days_past_due or cycles_past_due", "Load dues"),
        (LATE, "ledger", "no table dues, and delinquency.source is ledger", "choose another source"),
    ],
)
def test_a_book_that_does_not_tell_how_late_its_accounts_are_is_told_what_to_load(left, source, found, do):
    book = whole_book({"accounts": [account()], "statements": [stated(EVER, 5)]})
    present = supplied(book)
    present |= {"statements": present["statements"] - LATE | left}
    chosen = settings("UTC", source=source)
    with pytest.raises(BadInput, match=found) as told:
        delinquency.cycle_statuses(present, chosen).run(opened(book))
    assert do in told.value.do
    asked: dict[str, Any] = {"currency": "USD", "horizon_days": 10, "settled_on": MAR_31}
    with pytest.raises(BadInput, match=found):
        net_roll_money(opened(book), present, chosen, ["D"], JAN_31, **asked)


@pytest.mark.parametrize("column", sorted(LATE))
def test_one_column_of_lateness_is_enough(column):
    book = whole_book({"accounts": [account()], "statements": [stated(EVER, 5) | {"cycles_past_due": 1}]})
    present = supplied(book)
    present |= {"statements": present["statements"] - LATE | {column}}
    rows = delinquency.cycle_statuses(present, settings("UTC")).run(opened(book)).to_pylist()
    assert [row["bucket"] for row in rows] == ["1-29"]
