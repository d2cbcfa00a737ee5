"""Whether a promise was kept, at each edge that TABLES.md section 2 draws."""

from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest

from arrears.clock import add_business_days
from features import promises, snapshots
from features.plan import Plan
from tests.book import account, opened, settings, supplied, whole_book

TABLES = ("accounts", "promises", "payments")
LATER = date(2026, 3, 31)


@cache
def _plan(country: str) -> Plan:
    return promises.promises_plan(supplied({name: [] for name in TABLES}), settings(country=country))


def status(
    made: list[dict], paid: list[dict], as_of: date = LATER, *, country: str = "", accounts=None
) -> dict[str, str]:
    book = whole_book({"accounts": accounts or [account()], "promises": made, "payments": paid})
    con = opened(book)
    snapshots.on_days(con, settings(), [as_of])
    return {row["promise_id"]: row["status"] for row in _plan(country).run(con).to_pylist()}


def promise(promise_id: str = "R", amount: int = 10_000, due_on: date = date(2026, 3, 10), **own) -> dict:
    base = {"promise_id": promise_id, "account_id": "A", "made_on": date(2026, 3, 2), "due_on": due_on}
    return base | {"amount_minor": amount} | own


def paid(paid_on: date, amount: int = 10_000, payment_id: str = "P", **own) -> dict:
    return {"payment_id": payment_id, "line": 1, "account_id": "A", "paid_on": paid_on, "amount_minor": amount} | own


@pytest.mark.parametrize(("day", "expected"), [(13, "open"), (14, "broken")])
def test_a_promise_is_open_through_three_business_days_after_its_day(day, expected):
    assert status([promise()], [], date(2026, 3, day)) == {"R": expected}


@pytest.mark.parametrize(("day", "expected"), [(13, "kept"), (14, "broken")])
def test_a_payment_on_the_last_day_of_grace_keeps_it(day, expected):
    assert status([promise()], [paid(date(2026, 3, day))]) == {"R": expected}


@pytest.mark.parametrize(("day", "expected"), [(7, "kept"), (8, "broken")])
def test_holidays_are_no_days_of_grace(day, expected):
    # 2026-07-01 is a Wednesday: the 2nd, then the 3rd is a holiday observed, so grace is the 2nd, 6th and 7th.
    made = promise(due_on=date(2026, 7, 1), made_on=date(2026, 6, 20))
    assert status([made], [paid(date(2026, 7, day))], date(2026, 7, 31), country="US") == {"R": expected}


@pytest.mark.parametrize("due_on", [date(2041, 1, day) for day in range(1, 8)])
def test_a_promise_due_beyond_the_calendar_of_holidays_has_a_grace_without_weekends(due_on):
    made = promise(due_on=due_on)
    last = add_business_days(due_on, 3, None)
    for as_of, expected in ((last, "open"), (last + timedelta(days=1), "broken")):
        assert status([made], [], as_of, country="US") == {"R": expected}


@pytest.mark.parametrize(("day", "expected"), [(2, "kept"), (1, "broken")])
def test_only_money_from_the_day_of_the_promise_on_counts(day, expected):
    assert status([promise()], [paid(date(2026, 3, day))]) == {"R": expected}


@pytest.mark.parametrize(("amount", "expected"), [(9500, "kept"), (9499, "partly_kept"), (1, "partly_kept")])
def test_nineteen_twentieths_keep_it_and_anything_less_keeps_it_partly(amount, expected):
    assert status([promise()], [paid(date(2026, 3, 5), amount)]) == {"R": expected}


def test_the_largest_amounts_are_judged_to_the_last_unit():
    whole = 4 * 10**18
    assert status([promise(amount=whole)], [paid(date(2026, 3, 5), whole // 100 * 95)]) == {"R": "kept"}
    assert status([promise(amount=whole)], [paid(date(2026, 3, 5), whole // 100 * 95 - 1)]) == {"R": "partly_kept"}


def test_each_payment_is_consumed_once_and_the_oldest_promise_first():
    made = [promise("R1"), promise("R2", made_on=date(2026, 3, 3))]
    assert status(made, [paid(date(2026, 3, 5), 12_000)]) == {"R1": "kept", "R2": "partly_kept"}


def test_money_that_came_before_a_later_promise_is_not_its_own():
    made = [promise("R1", 4000), promise("R2", 4000, made_on=date(2026, 3, 9))]
    assert status(made, [paid(date(2026, 3, 5), 8000)]) == {"R1": "kept", "R2": "broken"}


def test_a_promise_made_later_but_due_earlier_keeps_no_money_from_the_next_once_its_grace_is_over():
    made = [
        promise("R1", 4000, date(2026, 3, 27)),
        promise("R2", 4000, date(2026, 3, 10), made_on=date(2026, 3, 3)),
        promise("R3", 4000, date(2026, 3, 27), made_on=date(2026, 3, 4)),
    ]
    late = [paid(date(2026, 3, 20), 8000)]
    assert status(made, late, date(2026, 4, 30)) == {"R1": "kept", "R2": "broken", "R3": "kept"}
    in_time = [paid(date(2026, 3, 13), 8000)]
    assert status(made, in_time, date(2026, 4, 30)) == {"R1": "kept", "R2": "kept", "R3": "broken"}


def test_instalments_of_one_arrangement_are_paid_in_their_order():
    made = [promise(f"R{month}", 1000, date(2026, month, 10), made_on=date(2026, 1, 2)) for month in (1, 2, 3)]
    rows = [paid(date(2026, month, 9), 1000, f"P{month}") for month in (1, 3)]
    assert status(made, rows) == {"R1": "kept", "R2": "broken", "R3": "kept"}


def test_a_payment_that_is_returned_later_breaks_it():
    first = paid(date(2026, 3, 5))
    back = first | {"status": "returned", "recorded_at": datetime(2026, 3, 20, tzinfo=UTC)}
    assert status([promise()], [first, back], date(2026, 3, 19)) == {"R": "kept"}
    assert status([promise()], [first, back], date(2026, 3, 20)) == {"R": "broken"}


def test_a_cancelled_promise_has_no_status_and_takes_no_money():
    made = [promise("R1", cancelled_on=date(2026, 3, 4)), promise("R2")]
    assert status(made, [paid(date(2026, 3, 5))]) == {"R2": "kept"}


def test_money_on_another_account_of_the_same_creditor_keeps_it_and_on_another_creditors_does_not():
    made, row = [promise()], paid(date(2026, 3, 5), account_id="B")
    assert status(made, [row], accounts=[account(), account("B")]) == {"R": "kept"}
    assert status(made, [row], accounts=[account(client="one"), account("B", client="two")]) == {"R": "broken"}


def test_an_instalment_names_its_plan_and_any_other_promise_none():
    made = [promise("R1", arrangement_id="plan"), promise("R2", made_on=date(2026, 3, 3))]
    con = opened(whole_book({"accounts": [account()], "promises": made, "payments": []}))
    snapshots.on_days(con, settings(), [LATER])
    rows = _plan("").run(con).to_pylist()
    assert {row["promise_id"]: row["arrangement_id"] for row in rows} == {"R1": "plan", "R2": None}
