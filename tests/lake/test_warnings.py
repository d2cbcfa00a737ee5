"""What is taken but told: late, early and odd rows, gaps, jumps, and tables that tell different stories."""

from __future__ import annotations

from pathlib import Path

import pytest

from arrears.loading import load
from tests.lake.small_source import Standing, account, check_tables, due, only, payment, small_book, write_csv


def statement(cycle_end: str, **changes: str) -> dict[str, str]:
    return {"account_id": "A1", "cycle_end": cycle_end, "balance": "100.00"} | changes


MONTH_ENDS = ("2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31")


def test_an_unknown_column_is_told_and_not_read(tmp_path: Path):
    book = small_book()
    book["debtors"] = [{**row, "regoin": "north"} for row in book["debtors"]]
    problem = only(check_tables(tmp_path, book), "unknown_column")
    assert (problem.level, problem.column, problem.do) == ("warning", "regoin", "Did you mean region?")


def test_an_unknown_file_is_told_and_not_read(tmp_path: Path):
    problem = only(check_tables(tmp_path, small_book() | {"promisses": [{"a": "b"}]}), "unknown_file")
    assert (problem.level, problem.table, problem.do) == ("warning", "promisses.csv", "Did you mean promises?")


def test_rows_without_recorded_at_are_told_with_the_day_assumed(tmp_path: Path):
    problems = [each for each in check_tables(tmp_path, small_book()).warnings if each.rule == "assumed_moment"]
    told = {each.table: (each.count, each.found) for each in problems}
    assert told["payments"] == (1, "absent, and taken as known from the end of the day of paid_on (UTC)")


def test_a_fact_recorded_more_than_a_month_after_it_happened_arrives_late(tmp_path: Path):
    book = small_book()
    book["payments"] = [
        payment("P1", "A1", "1.00", recorded_at="2025-03-13T23:59:59Z"),
        payment("P2", "A1", "1.00", recorded_at="2025-03-14T00:00:00Z"),
    ]
    assert only(check_tables(tmp_path, book), "late_arrival").keys == ("P2, 1",)


def test_a_correction_is_not_a_late_arrival(tmp_path: Path):
    book = small_book()
    moments = ("2025-02-10T23:00:00Z", "2025-06-01T00:00:00Z")
    book["payments"] = [payment("P1", "A1", "1.00", recorded_at=moment) for moment in moments]
    assert "late_arrival" not in {each.rule for each in check_tables(tmp_path, book).problems}


def test_a_fact_older_than_the_lakes_newest_arrives_late(tmp_path: Path, lake_root: Path):
    book = small_book() | {"payments": [payment("P1", "A1", "1.00", recorded_at="2025-02-10T12:00:00Z")]}
    load(write_csv(tmp_path / "first", book), lake_root, Standing())
    late = payment("P2", "A1", "1.00", recorded_at="2025-02-10T11:00:00Z")
    in_time = payment("P3", "A1", "1.00", recorded_at="2025-02-10T12:00:00Z")
    report = check_tables(tmp_path / "second", {"payments": [late, in_time]}, lake=lake_root)
    assert only(report, "late_arrival").keys == ("P2, 1",)


def test_a_fact_recorded_before_it_happened_is_told(tmp_path: Path):
    book = small_book()
    book["payments"] = [
        payment("P1", "A1", "1.00", recorded_at="2025-02-09T23:59:59Z"),
        payment("P2", "A1", "1.00", recorded_at="2025-02-10T00:00:00Z"),
    ]
    assert only(check_tables(tmp_path, book), "recorded_early").keys == ("P1, 1",)


def test_a_fact_recorded_after_the_load_is_told(tmp_path: Path):
    book = small_book()
    book["dues"] = [due("U1", "A1", "1.00", recorded_at="2026-03-31T12:00:01Z")]
    assert only(check_tables(tmp_path, book), "recorded_in_future").keys == ("U1",)


def test_a_row_that_would_be_known_before_a_day_it_names_is_told(tmp_path: Path):
    book = small_book()
    book["accounts"] = [account("A1", "D1", charged_off_on="2025-06-30"), account("A2", "D2", charged_off_on="")]
    assert only(check_tables(tmp_path, book), "known_too_soon").keys == ("A1",)


def test_a_missing_statement_between_two_others_is_a_gap(tmp_path: Path):
    ends = [end for end in MONTH_ENDS if end != "2025-03-31"]
    report = check_tables(tmp_path, small_book() | {"statements": [statement(end) for end in ends]})
    assert only(report, "gap").keys == ("A1, 2025-04-30",)


def test_a_quarterly_book_has_no_gaps(tmp_path: Path):
    ends = ("2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31")
    report = check_tables(tmp_path, small_book() | {"statements": [statement(end) for end in ends]})
    assert "gap" not in {each.rule for each in report.problems}


@pytest.mark.parametrize(
    ("column", "values", "broken"),
    [
        ("cycles_past_due", ("0", "1", "2", "3", "4"), ()),
        ("cycles_past_due", ("0", "0", "2", "3", "0"), ("A1, 2025-03-31",)),
        ("days_past_due", ("0", "28", "59", "89", "120"), ()),
        ("days_past_due", ("0", "29", "59", "89", "120"), ("A1, 2025-02-28",)),
    ],
)
def test_a_status_that_worsens_faster_than_time_is_a_break(tmp_path: Path, column: str, values, broken):
    statements = [statement(end, **{column: value}) for end, value in zip(MONTH_ENDS, values, strict=True)]
    report = check_tables(tmp_path, small_book() | {"statements": statements})
    assert tuple(key for each in report.problems if each.rule == "status_break" for key in each.keys) == broken


def test_an_account_paid_more_than_its_dues_does_not_tie(tmp_path: Path):
    book = small_book()
    book["payments"] = [payment("P1", "A1", "100.01"), payment("P2", "A2", "50.00")]
    problem = only(check_tables(tmp_path, book), "untied_sums")
    assert (problem.table, problem.keys) == ("accounts", ("A1",))


@pytest.mark.parametrize("amount", ["100.01", "-100.01"])
def test_a_payment_taken_back_ties_whichever_sign_the_reversal_has(tmp_path: Path, amount: str):
    book = small_book()
    back = payment("P2", "A1", amount, reverses="P1")
    book["payments"] = [payment("P1", "A1", "100.01", reverses=""), back]
    assert "untied_sums" not in {each.rule for each in check_tables(tmp_path, book).problems}


def test_balances_that_move_by_more_than_dues_and_payments_do_not_tie(tmp_path: Path):
    book = small_book()
    book["dues"] = [due("U1", "A1", "100.00", due_on="2025-02-15")]
    book["payments"] = [payment("P1", "A1", "40.00", paid_on="2025-03-15")]
    balances = {"2025-01-31": "0", "2025-02-28": "100.00", "2025-03-31": "59.99", "2025-04-30": "59.99"}
    statements = [statement(end, balance=balance) for end, balance in balances.items()]
    problem = only(check_tables(tmp_path, book | {"statements": statements}), "untied_sums")
    assert (problem.table, problem.keys) == ("statements", ("A1, 2025-03-31",))


def test_a_statement_that_calls_a_paid_account_late_is_a_mismatch(tmp_path: Path):
    book = small_book()
    book["payments"] = [payment("P1", "A1", "100.00"), payment("P2", "A2", "10.00")]
    late = [statement("2025-02-28", account_id=name, days_past_due="27") for name in ("A1", "A2")]
    problem = only(check_tables(tmp_path, book | {"statements": late}), "source_mismatch")
    assert (problem.table, problem.keys) == ("accounts", ("A1",))


@pytest.mark.parametrize(
    ("dues", "amount", "days", "told"),
    [
        ([due("U1", "A1", "100.00", kind="fee")], "1.00", "0", False),  # fees make no account late
        ([due("U1", "A1", "100.00", kind="fee")], "1.00", "27", True),
        ([due("U1", "A1", "100.00"), due("U3", "A1", "50.00", kind="fee")], "100.00", "0", False),  # fees wait
        ([due("U1", "A1", "1000.00")], "990.00", "0", False),  # within 10.00 of the whole
        ([due("U1", "A1", "1000.00")], "900.00", "0", False),  # nine tenths
        ([due("U1", "A1", "1000.00")], "899.99", "0", True),
        ([due("U1", "A1", "1000.00"), due("U3", "A1", "-101.00", kind="adjustment")], "799.00", "0", False),  # a credit
        ([due("U1", "A1", "1000.00", due_on="2025-02-28")], "1.00", "0", False),  # due on the day itself
    ],
)
def test_statement_and_ledger_are_compared_as_the_ledger_counts(tmp_path: Path, dues, amount: str, days: str, told):
    book = small_book()
    book |= {"dues": dues, "payments": [payment("P1", "A1", amount)]}
    book |= {"statements": [statement("2025-02-28", days_past_due=days)]}
    report = check_tables(tmp_path, book)
    assert ("source_mismatch" in {each.rule for each in report.problems}) == told


def test_a_clients_own_kinds_and_share_say_when_statement_and_ledger_disagree(tmp_path: Path):
    book = small_book()
    book["accounts"] = [account("A1", "D1", client="strict"), account("A2", "D2", client="other")]
    book["dues"] = [due("U1", "A1", "100.00"), due("U2", "A2", "100.00")]
    book["payments"] = [payment("P1", "A1", "95.00"), payment("P2", "A2", "95.00")]
    book["statements"] = [statement("2025-02-28", account_id=name, days_past_due="0") for name in ("A1", "A2")]
    strict = "[clients.strict.delinquency]\npaid_share = 1.0\n"
    assert "source_mismatch" not in {each.rule for each in check_tables(tmp_path / "plain", book).problems}
    book["dues"] = [due("U1", "A1", "1000.00"), due("U2", "A2", "1000.00")]
    book["payments"] = [payment("P1", "A1", "950.00"), payment("P2", "A2", "950.00")]
    assert only(check_tables(tmp_path / "own", book, settings=strict), "source_mismatch").keys == ("A1",)


def test_warnings_keep_no_row_out_of_the_lake(tmp_path: Path, lake_root: Path):
    book = small_book()
    book["payments"] = [payment("P1", "A1", "500.00")]
    report = load(write_csv(tmp_path, book), lake_root, Standing())
    assert report.warnings
    assert report.added["payments"] == 1
