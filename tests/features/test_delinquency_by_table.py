"""How late an account is, as TABLES.md section 2 defines it: each rule at its edge, just inside and just outside."""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest

from features import delinquency, snapshots
from features.plan import Plan
from tests.book import account, opened, settings, supplied, whole_book

JAN_31, MAR_31 = date(2026, 1, 31), date(2026, 3, 31)


@cache
def _plan(tables: tuple[str, ...], **changes: Any) -> Plan:
    return delinquency.positions_plan(supplied({name: [] for name in tables}), settings(**changes))


def position(as_of: date, *, accounts=None, **tables) -> dict:
    return positions(as_of, accounts=accounts, **tables)[0]


def positions(as_of: date, *, accounts=None, **tables) -> list[dict]:
    book = whole_book({"accounts": accounts or [account()], "payments": [], **tables})
    con = opened(book)
    snapshots.on_days(con, settings(), [as_of], with_exits=True)
    return _plan(tuple(book)).run(con).to_pylist()


def due(due_on: date, amount: int = 10_000, kind: str = "invoice", due_id: str = "U1", **own) -> dict:
    return {"due_id": due_id, "account_id": "A", "due_on": due_on, "amount_minor": amount, "kind": kind} | own


def paid(paid_on: date, amount: int, payment_id: str = "P1", **own) -> dict:
    return {"payment_id": payment_id, "line": 1, "account_id": "A", "paid_on": paid_on, "amount_minor": amount} | own


def statement(cycle_end: date = JAN_31, **own) -> dict:
    return {"account_id": "A", "cycle_end": cycle_end} | own


LOOSE = {"payment_id": "P1", "line": 1, "debtor_id": "D", "paid_on": date(2026, 2, 10), "amount_minor": 4000}


# --- from the ledger ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "days", "bucket"),
    [
        (date(2026, 1, 31), 0, "CURRENT"),
        (date(2026, 2, 1), 1, "1-29"),
        (date(2026, 3, 1), 29, "1-29"),
        (date(2026, 3, 2), 30, "30-59"),
        (date(2026, 7, 29), 179, "150-179"),
        (date(2026, 7, 30), 180, "180+"),
    ],
)
def test_days_past_due_count_from_the_oldest_unpaid_due_and_edges_are_inclusive(as_of, days, bucket):
    found = position(as_of, dues=[due(JAN_31)])
    assert (found["days_past_due"], found["bucket"]) == (days, bucket)


@pytest.mark.parametrize(("amount", "days"), [(9000, 0), (8999, 59)])
def test_a_due_counts_as_paid_at_nine_tenths(amount, days):
    found = position(MAR_31, dues=[due(JAN_31)], payments=[paid(JAN_31, amount)])
    assert found["days_past_due"] == days


@pytest.mark.parametrize("amount", [11_000_000_000_001, 900_000_000_000_007])
@pytest.mark.parametrize(("short", "days"), [(0, 0), (1, 59)])
def test_nine_tenths_of_a_very_large_due_are_exact(amount, short, days):
    needed = -(-amount * 9 // 10)
    found = position(MAR_31, dues=[due(JAN_31, amount)], payments=[paid(JAN_31, needed - short)])
    assert found["days_past_due"] == days


@pytest.mark.parametrize(("left", "days"), [(1000, 0), (1001, 59)])
def test_a_rest_of_ten_of_the_currency_is_small_where_the_client_asks_for_all(left, days):
    book = whole_book(
        {"accounts": [account()], "dues": [due(JAN_31, 50_000)], "payments": [paid(JAN_31, 50_000 - left)]}
    )
    con = opened(book)
    snapshots.on_days(con, settings(), [MAR_31])
    assert _plan(tuple(book), paid_share=1.0).run(con).to_pylist()[0]["days_past_due"] == days


def test_a_payment_pays_the_due_it_names_before_any_older_one():
    dues = [due(JAN_31), due(date(2026, 2, 28), due_id="U2")]
    assert position(MAR_31, dues=dues, payments=[paid(MAR_31, 10_000, due_id="U2")])["days_past_due"] == 59


def test_an_unnamed_payment_pays_the_oldest_invoice_then_interest_then_fees():
    dues = [due(JAN_31), due(JAN_31, kind="fee", due_id="F"), due(JAN_31, kind="interest", due_id="I")]
    found = position(MAR_31, dues=dues, payments=[paid(MAR_31, 20_000)])
    assert (found["days_past_due"], found["past_due_minor"], found["balance_minor"]) == (0, 10_000, 10_000)


def test_what_a_named_due_cannot_take_joins_the_pool():
    dues = [due(JAN_31), due(date(2026, 2, 28), due_id="U2")]
    assert position(MAR_31, dues=dues, payments=[paid(MAR_31, 20_000, due_id="U2")])["days_past_due"] == 0


def test_a_credit_applies_at_once():
    dues = [due(JAN_31), due(date(2026, 4, 30), -10_000, "adjustment", "C")]
    assert position(MAR_31, dues=dues)["days_past_due"] == 0


@pytest.mark.parametrize(
    ("status", "days", "pending"), [("posted", 0, False), ("returned", 59, False), ("pending", 59, True)]
)
def test_returned_and_pending_payments_pay_nothing_and_a_pending_one_is_told(status, days, pending):
    found = position(MAR_31, dues=[due(JAN_31)], payments=[paid(JAN_31, 10_000, status=status)])
    assert (found["days_past_due"], found["has_pending"]) == (days, pending)


def test_a_reversed_payment_pays_nothing_from_the_day_the_reversal_is_known():
    reversal = paid(date(2026, 3, 15), -10_000, "P2", reverses="P1", recorded_at=datetime(2026, 3, 15, tzinfo=UTC))
    rows = [paid(JAN_31, 10_000), reversal]
    assert position(date(2026, 3, 14), dues=[due(JAN_31)], payments=rows)["days_past_due"] == 0
    assert position(date(2026, 3, 15), dues=[due(JAN_31)], payments=rows)["days_past_due"] == 43


def test_a_reversal_that_names_only_the_debtor_takes_a_payment_back_too():
    reversal = paid(date(2026, 3, 15), -10_000, "P2", reverses="P1", recorded_at=datetime(2026, 3, 15, tzinfo=UTC))
    reversal |= {"account_id": None, "debtor_id": "D"}
    rows = [paid(JAN_31, 10_000), reversal]
    assert position(date(2026, 3, 14), dues=[due(JAN_31)], payments=rows)["days_past_due"] == 0
    assert position(date(2026, 3, 15), dues=[due(JAN_31)], payments=rows)["days_past_due"] == 43


@pytest.mark.parametrize("sign", [1, -1])
def test_a_reversal_of_a_part_takes_back_that_part_alone(sign):
    reversal = paid(date(2026, 3, 15), sign * 4000, "P2", reverses="P1", recorded_at=datetime(2026, 3, 15, tzinfo=UTC))
    rows = [paid(JAN_31, 10_000), reversal]
    before = position(date(2026, 3, 14), dues=[due(JAN_31)], payments=rows)
    after = position(date(2026, 3, 15), dues=[due(JAN_31)], payments=rows)
    assert (before["past_due_minor"], before["balance_minor"]) == (0, 0)
    assert (after["past_due_minor"], after["balance_minor"], after["stop_roll_minor"]) == (4000, 4000, 4000)


def test_reversals_of_one_payment_add_up_and_the_whole_sum_takes_it_back():
    parts = [paid(MAR_31, -amount, name, reverses="P1") for name, amount in (("P2", 4000), ("P3", 6000))]
    found = position(MAR_31, dues=[due(JAN_31)], payments=[paid(JAN_31, 10_000, status="pending"), parts[0]])
    assert found["has_pending"]
    found = position(MAR_31, dues=[due(JAN_31)], payments=[paid(JAN_31, 10_000, status="pending"), *parts])
    assert not found["has_pending"]


def test_a_reversal_takes_from_the_lines_of_its_own_account_first():
    lines = [paid(JAN_31, 5000), paid(JAN_31, 5000, line=2, account_id="B")]
    dues = [due(JAN_31, 5000), due(JAN_31, 5000, due_id="V", account_id="B")]
    own, more = paid(MAR_31, -3000, "P2", reverses="P1", account_id="B"), paid(MAR_31, -6000, "P2", reverses="P1")
    for reversal, left in ((own, {"A": 0, "B": 3000}), (more | {"account_id": "B"}, {"A": 1000, "B": 5000})):
        rows = positions(MAR_31, accounts=[account(), account("B")], dues=dues, payments=[*lines, reversal])
        assert {row["account_id"]: row["past_due_minor"] for row in rows} == left


def test_pending_money_of_the_debtor_is_told_of_every_account():
    loose = paid(JAN_31, 10_000, status="pending") | {"account_id": None, "debtor_id": "D"}
    found = position(MAR_31, dues=[due(JAN_31)], payments=[loose])
    assert (found["days_past_due"], found["has_pending"]) == (59, True)


@pytest.mark.parametrize("kind", ["fee", "interest", "penalty", "adjustment"])
def test_only_invoices_and_instalments_make_an_account_late(kind):
    found = position(MAR_31, dues=[due(JAN_31, kind=kind)])
    assert (found["days_past_due"], found["past_due_minor"]) == (0, 10_000)


def test_a_disputed_part_ages_no_account():
    dispute = {"dispute_id": "X", "account_id": "A", "opened_on": MAR_31, "form": "written"}
    assert position(MAR_31, dues=[due(JAN_31)], disputes=[dispute])["days_past_due"] == 0
    settled = dispute | {"resolved_on": MAR_31}
    assert position(MAR_31, dues=[due(JAN_31)], disputes=[settled])["days_past_due"] == 59


def test_money_that_names_only_the_debtor_pays_the_oldest_due_of_any_account():
    loose = {"payment_id": "P", "line": 1, "debtor_id": "D", "paid_on": MAR_31, "amount_minor": 10_000}
    assert position(MAR_31, dues=[due(JAN_31)], payments=[loose])["days_past_due"] == 0


def test_money_that_names_only_the_debtor_waits_where_two_creditors_could_claim_it():
    loose = {"payment_id": "P", "line": 1, "debtor_id": "D", "paid_on": MAR_31, "amount_minor": 10_000}
    both = [account(client="one"), account("B", client="two")]
    assert position(MAR_31, accounts=both, dues=[due(JAN_31)], payments=[loose])["days_past_due"] == 59


def test_money_that_names_a_debtor_with_one_account_is_that_accounts_whatever_tells_how_late_it_is():
    late = statement(days_past_due=31, past_due_minor=10_000, balance_minor=50_000)
    found = position(MAR_31, statements=[late], payments=[LOOSE])
    assert (found["past_due_minor"], found["balance_minor"], found["has_pending"]) == (6000, 46_000, False)
    found = position(MAR_31, dues=[due(JAN_31, 1000)], payments=[LOOSE])
    assert (found["balance_minor"], found["has_pending"]) == (-3000, False)


@pytest.mark.parametrize(("cycle_end", "waits"), [(date(2026, 2, 9), True), (date(2026, 2, 10), False)])
def test_money_that_names_one_with_several_waits_for_the_next_status_where_statements_say_how_late(cycle_end, waits):
    late = [statement(cycle_end, account_id=name, days_past_due=31, past_due_minor=10_000) for name in ("A", "B")]
    both = {"accounts": [account(), account("B")], "statements": late}
    for row in positions(MAR_31, **both, payments=[LOOSE]):
        assert (row["past_due_minor"], row["has_pending"]) == (10_000, waits)
    for row in positions(MAR_31, **both, payments=[LOOSE | {"status": "returned"}]):
        assert not row["has_pending"]


def test_what_stops_the_roll_is_the_rest_of_the_oldest_due_and_it_rolls_when_that_due_turns():
    dues = [due(JAN_31), due(date(2026, 2, 28), 5000, due_id="U2")]
    found = position(date(2026, 3, 15), dues=dues, payments=[paid(MAR_31.replace(day=1), 4000)])
    assert (found["stop_roll_minor"], found["past_due_minor"], found["rolls_on"]) == (6000, 11_000, date(2026, 4, 1))


def test_a_current_account_rolls_on_the_day_after_its_next_due_day():
    found = position(JAN_31, dues=[due(JAN_31)])
    assert (found["bucket"], found["rolls_on"]) == ("CURRENT", date(2026, 2, 1))


# --- from statements ---------------------------------------------------------------------------------------------


def test_days_past_due_grow_by_one_a_day_after_the_statement():
    rows = [statement(days_past_due=20, past_due_minor=5000, balance_minor=9000)]
    assert [position(date(2026, 2, day), statements=rows)["days_past_due"] for day in (1, 9, 10)] == [21, 29, 30]


@pytest.mark.parametrize(("amount", "bucket", "past_due"), [(5000, "CURRENT", 0), (4999, "30-59", 1)])
def test_payments_after_the_statement_cure_it_at_the_tolerance(amount, bucket, past_due):
    rows = [statement(days_past_due=20, past_due_minor=5000, balance_minor=9000)]
    found = position(date(2026, 2, 28), statements=rows, payments=[paid(date(2026, 2, 1), amount)])
    assert (found["bucket"], found["past_due_minor"], found["balance_minor"]) == (bucket, past_due, 9000 - amount)


def test_a_payment_on_the_day_of_the_statement_is_already_in_it():
    rows = [statement(days_past_due=20, past_due_minor=5000)]
    assert position(date(2026, 2, 28), statements=rows, payments=[paid(JAN_31, 5000)])["days_past_due"] == 48


def test_a_null_status_is_not_yet_known_and_the_last_known_one_is_rolled_forward():
    rows = [statement(cycles_past_due=1), statement(date(2026, 2, 28), balance_minor=700)]
    found = position(date(2026, 2, 28), statements=rows)
    assert (found["days_past_due"], found["bucket"], found["balance_minor"]) == (29, "1-29", 700)


def told(day: int, **own) -> dict:
    return statement(recorded_at=datetime(2026, 2, day, tzinfo=UTC), **own)


def test_a_correction_without_a_status_leaves_the_one_that_was_known():
    rows = [told(1, days_past_due=40, balance_minor=9000), told(5, balance_minor=700)]
    found = position(date(2026, 2, 5), statements=rows)
    assert (found["days_past_due"], found["bucket"], found["balance_minor"]) == (45, "30-59", 700)


def test_a_correction_with_a_status_replaces_days_and_cycles_together():
    rows = [told(1, days_past_due=40, cycles_past_due=2), told(5, days_past_due=10), told(7, balance_minor=700)]
    found = [position(date(2026, 2, day), statements=rows) for day in (4, 5, 7)]
    assert [(row["days_past_due"], row["bucket"]) for row in found] == [(44, "30-59"), (15, "1-29"), (17, "1-29")]


def test_a_deletion_takes_the_status_with_it():
    rows = [told(1, days_past_due=40), told(5, deleted=True), told(7, balance_minor=700)]
    assert position(date(2026, 2, 7), statements=rows)["bucket"] is None


def test_cycles_set_the_bucket_on_their_own_day():
    found = position(JAN_31, statements=[statement(cycles_past_due=3, days_past_due=12)])
    assert (found["bucket"], found["days_past_due"]) == ("60-89", 12)


@pytest.mark.parametrize(("amount", "days"), [(300, 30), (299, 58)])
def test_without_a_past_due_amount_the_minimum_due_stops_the_days(amount, days):
    rows = [statement(cycles_past_due=2, minimum_due_minor=300)]
    assert (
        position(date(2026, 2, 28), statements=rows, payments=[paid(date(2026, 2, 1), amount)])["days_past_due"] == days
    )


def test_what_stops_the_roll_is_the_minimum_due_where_no_past_due_is_given():
    found = position(JAN_31, statements=[statement(cycles_past_due=2, minimum_due_minor=300)])
    assert (found["stop_roll_minor"], found["rolls_on"]) == (300, date(2026, 3, 2))


def test_nothing_rolls_beyond_the_last_bucket():
    found = position(JAN_31, statements=[statement(cycles_past_due=8)])
    assert (found["bucket"], found["rolls_on"]) == ("180+", None)


def test_a_book_whose_status_is_not_known_yet_has_no_bucket():
    assert position(JAN_31, statements=[statement(balance_minor=700)])["bucket"] is None


# --- exits -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("closed_on", "bucket"), [(MAR_31, "LEFT"), (date(2026, 4, 1), "30-59")])
def test_a_sold_account_has_left_from_its_closing_day_on(closed_on, bucket):
    sold = account(status="sold", closed_on=closed_on)
    assert position(MAR_31, accounts=[sold], dues=[due(JAN_31)])["bucket"] == bucket


@pytest.mark.parametrize(("charged_off_on", "bucket"), [(MAR_31, "CHARGED_OFF"), (date(2026, 4, 1), "30-59")])
def test_a_charged_off_account_is_so_from_that_day_on_and_rolls_no_more(charged_off_on, bucket):
    found = position(MAR_31, accounts=[account(charged_off_on=charged_off_on)], dues=[due(JAN_31)])
    assert found["bucket"] == bucket
    assert (found["rolls_on"] is None) == (bucket == "CHARGED_OFF")


def test_a_bankrupt_debtor_has_left():
    hold = {"hold_id": "H", "debtor_id": "D", "kind": "bankruptcy", "starts_on": JAN_31}
    assert position(MAR_31, dues=[due(JAN_31)], holds=[hold])["bucket"] == "LEFT"


@pytest.mark.parametrize(("day", "bucket"), [(30, "30-59"), (31, "LEFT")])
def test_a_bankruptcy_lasts_through_its_last_day(day, bucket):
    hold = {"hold_id": "H", "debtor_id": "D", "kind": "bankruptcy", "starts_on": JAN_31, "ends_on": date(2026, 3, day)}
    assert position(MAR_31, dues=[due(JAN_31)], holds=[hold])["bucket"] == bucket


def test_an_account_without_dues_is_current_and_owes_nothing():
    found = position(MAR_31, dues=[])
    assert (found["bucket"], found["balance_minor"], found["rolls_on"]) == ("CURRENT", 0, None)
