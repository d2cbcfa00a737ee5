"""The empirical roll matrix: whom it counts, whom it waits for, and what it does with silence."""

from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest

from arrears.buckets import Bucket
from arrears.errors import Refused
from arrears.roll_matrix import STATES
from arrears.roll_rates import between, bucket_counts, monthly, moves, pooled, settled_by

ENDS = [date(2026, month, day) for month, day in ((1, 31), (2, 28), (3, 31), (4, 30))]


def book(**accounts: str) -> pa.Table:
    """Statuses from one word a month per account, `-` where there is no statement; balances are 100 per account."""
    rows = [
        {"account_id": name, "cycle_end": end, "bucket": word, "balance_minor": 100, "recorded_at": _recorded(end)}
        for name, line in accounts.items()
        for end, word in zip(ENDS, line.split(), strict=False)
        if word != "-"
    ]
    return pa.Table.from_pylist(rows)


def _recorded(end: date) -> datetime:
    return datetime(end.year, end.month, end.day, 23, 59, 59, tzinfo=UTC)


def moved_to(table: pa.Table) -> list[tuple[str, str, str]]:
    return sorted(zip(*(table[name].to_pylist() for name in ("account_id", "bucket_from", "bucket_to")), strict=True))


def test_an_account_moves_from_each_month_to_the_next():
    assert moved_to(moves(book(A="CURRENT 1-29 CURRENT"))) == [("A", "1-29", "CURRENT"), ("A", "CURRENT", "1-29")]


def test_an_account_never_stated_again_has_left():
    found = moved_to(moves(book(A="1-29 - - -", B="CURRENT CURRENT CURRENT CURRENT")))
    assert ("A", "1-29", "LEFT") in found


def test_an_account_silent_in_the_newest_month_alone_has_not_left_yet():
    found = moved_to(moves(book(A="CURRENT CURRENT 1-29", B="CURRENT CURRENT CURRENT CURRENT")))
    assert not [move for move in found if move[2] == "LEFT"]


def test_a_gap_before_a_later_statement_is_no_move():
    found = moved_to(moves(book(A="CURRENT - 30-59", B="CURRENT CURRENT CURRENT CURRENT")))
    assert [move for move in found if move[0] == "A"] == []


def test_two_statements_in_one_month_count_once_by_the_later():
    table = book(A="CURRENT 1-29")
    early = pa.Table.from_pylist([{**table.to_pylist()[1], "cycle_end": date(2026, 2, 3), "bucket": "180+"}])
    assert moved_to(moves(pa.concat_tables([table, early]))) == [("A", "CURRENT", "1-29")]


def test_a_credit_balance_weighs_nothing():
    table = book(A="CURRENT 1-29")
    table = table.set_column(3, "balance_minor", pa.array([-500, 100]))
    assert pooled(monthly(moves(table))).counts("balance").sum() == 0


def test_a_month_weighs_money_owed_at_its_start():
    matrix = pooled(monthly(moves(book(A="CURRENT 1-29", B="CURRENT CURRENT"))))
    assert matrix.counts("balance")[0, :2].tolist() == [100, 100]


def test_no_matrix_loses_an_account():
    statuses = book(A="CURRENT 1-29 30-59 60-89", B="CURRENT - - -", C="CURRENT CURRENT PAID_OFF PAID_OFF")
    months = monthly(moves(statuses))
    assert [int(month.accounts.sum()) for month in months] == [3, 2, 2]


def test_a_bucket_nobody_started_in_has_no_share():
    matrix = pooled(monthly(moves(book(A="CURRENT CURRENT"))))
    assert np.isnan(matrix.shares("count")[STATES.index(Bucket.D60_89)]).all()


def test_only_months_whole_within_the_span_count():
    months = monthly(moves(book(A="CURRENT 1-29 30-59 60-89")))
    assert [(str(m.month_from), str(m.month_to)) for m in between(months, ENDS[1], ENDS[3])] == [
        ("2026-02-28", "2026-03-31"),
        ("2026-03-31", "2026-04-30"),
    ]


def test_pooling_nothing_is_refused():
    with pytest.raises(Refused, match="no account has a status in two following months"):
        pooled([])


def test_a_cohort_is_followed_over_several_months():
    assert moved_to(moves(book(A="CURRENT 1-29 30-59"), months=2)) == [("A", "CURRENT", "30-59")]


def test_bucket_counts_are_by_statement_month():
    counts = bucket_counts(book(A="CURRENT 1-29", B="CURRENT CURRENT"))
    assert [counts[end][Bucket.CURRENT] for end in ENDS[:2]] == [2, 1]


@pytest.mark.parametrize(("as_of", "known"), [(date(2026, 3, 27), 0), (date(2026, 3, 28), 1)])
def test_a_move_is_settled_when_its_second_status_is_old_enough(as_of, known):
    moved = moves(book(A="CURRENT 1-29"))
    assert settled_by(moved, as_of, zone="UTC", settles_days=28).num_rows == known


@pytest.mark.parametrize(("as_of", "known"), [(date(2026, 2, 27), 0), (date(2026, 2, 28), 1)])
def test_a_move_is_known_on_the_day_its_second_status_was_recorded(as_of, known):
    moved = moves(book(A="CURRENT 1-29"))
    assert settled_by(moved, as_of, zone="UTC", settles_days=0).num_rows == known
