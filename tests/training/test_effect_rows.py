"""Which accounts an effect is taken from: the number as it was known, and the cash that stayed once it was mature."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from arrears.clock import SystemClock
from arrears.errors import Refused, WrongUse
from arrears.lake import Lake
from arrears.loading import load
from tests.lake.small_source import Tables, account, payment, write_csv
from tests.training.effect_book import AS_OF, statement, threshold_book
from training.effect.night_numbers import night_numbers
from training.effect.rows import NightNumbers, Question, read_rows
from training.effect.threshold import read_threshold
from training.policy_value.cash import matures_on

FEATURE = "days_since_opened"


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return threshold_book(tmp_path_factory.mktemp("threshold"), 300)


def asked(threshold="balance>=5000", **changes):
    plain: dict[str, Any] = {
        "threshold": read_threshold(threshold),
        "as_of": AS_OF,
        "horizon_days": 30,
        "covariates": (FEATURE,),
    }
    return Question(**plain | changes)


@pytest.fixture(scope="module")
def rows(book):
    return read_rows(book.lake, asked(worked_within=7))


def test_the_number_is_the_balance_of_the_day_in_cents(rows, book):
    assert rows.threshold.cut == 500_000
    assert rows.value == pytest.approx(100 * book.balance)


def test_cash_is_what_came_within_the_horizon_and_was_not_taken_back(rows, book):
    assert rows.cash == pytest.approx(100 * book.paid)


def test_worked_is_who_was_contacted_within_the_days(rows, book):
    assert rows.worked.tolist() == book.called.tolist()


def test_a_feature_can_be_the_number_and_a_bucket_the_book(book):
    rows = read_rows(book.lake, asked("days_since_opened>=100", buckets=("30-59",), covariates=("days_past_due",)))
    assert set(rows.value) == {(AS_OF - date(2025, 1, 1)).days}
    late = rows.covariates["days_past_due"]
    assert (late.min(), late.max()) == (30, 59)


def test_cash_of_the_last_day_that_is_mature_is_told_and_of_the_next_refused(book):
    horizons = range(1, 90)
    settings, last = book.lake.settings, book.lake.last_day
    mature = max(days for days in horizons if matures_on(AS_OF + timedelta(days=1), days, settings) <= last)
    night = NightNumbers(7, AS_OF + timedelta(days=1), ["A00003"], {"rank": np.array([1.0])})
    assert len(read_rows(book.lake, asked("rank<=1", horizon_days=mature), night).cash) == 1
    with pytest.raises(Refused, match=f"the lake ends on {last}"):
        read_rows(book.lake, asked(horizon_days=mature + 1))


def test_a_number_that_nobody_keeps_is_refused_by_name(book):
    with pytest.raises(WrongUse, match="a threshold on moonphase"):
        read_rows(book.lake, asked("moonphase>=3"))


def test_a_covariate_that_the_book_cannot_have_is_refused_by_name(book):
    with pytest.raises(WrongUse, match="promise_count_365d"):
        read_rows(book.lake, asked(covariates=("promise_count_365d",)))


@pytest.mark.parametrize("days", [8, 90])
def test_who_was_worked_is_asked_over_days_that_are_counted_and_lie_within_the_horizon(book, days):
    with pytest.raises(WrongUse, match="Choose one of 7, 30 days"):
        read_rows(book.lake, asked(worked_within=days))


def test_numbers_of_a_night_are_those_of_the_accounts_it_allowed(book):
    numbers = {"rank": np.array([2.0, 1.0])}
    night = NightNumbers(7, AS_OF + timedelta(days=1), ["A00009", "A00003"], numbers)
    rows = read_rows(book.lake, asked("rank<=1"), night)
    assert (rows.value.tolist(), rows.night_id) == ([1.0, 2.0], 7)
    assert rows.cash == pytest.approx(100 * book.paid[[3, 9]])


def test_cash_of_a_night_counts_from_the_day_on_which_it_was_worked(tmp_path):
    tables: Tables = {
        "debtors": [{"debtor_id": "D1", "kind": "person"}],
        "accounts": [account("A1", "D1")],
        "statements": [statement("A1", 100.0, 20)],
        "payments": [
            payment(f"P{day}", "A1", f"{day}.00", paid_on=str(on), recorded_at=f"{on}T12:00:00Z")
            for day, on in ((day, AS_OF + timedelta(days=day)) for day in (2, 3, 7, 8, 60))
        ],
    }
    load(write_csv(tmp_path / "source", tables), tmp_path / "lake", SystemClock())
    night = NightNumbers(7, AS_OF + timedelta(days=3), ["A1"], {"rank": np.array([1.0])})
    rows = read_rows(Lake(tmp_path / "lake"), asked("rank<=1", horizon_days=5), night)
    assert rows.cash.tolist() == [1000.0]  # days 3 to 7


def test_amounts_of_two_currencies_are_not_one_effect(tmp_path):
    tables: Tables = {
        "debtors": [{"debtor_id": name, "kind": "person"} for name in ("D1", "D2")],
        "accounts": [account("A1", "D1"), account("A2", "D2", currency="USD")],
        "statements": [statement(name, 100.0, 20) for name in ("A1", "A2")],
        "payments": [payment("P1", "A1", "1.00", paid_on="2026-06-01", recorded_at="2026-06-01T12:00:00Z")],
    }
    load(write_csv(tmp_path / "source", tables), tmp_path / "lake", SystemClock())
    with pytest.raises(WrongUse, match="in EUR, USD"):
        read_rows(Lake(tmp_path / "lake"), asked())


def test_a_night_keeps_scores_terms_and_ranks_of_what_it_allowed(night_database):
    with night_database.connect() as connection:
        found = night_numbers(connection, date(2005, 9, 30))
    assert {"rank", "propensity", "value_minor", "priority_minor", "exposure_minor"} <= set(found.numbers)
    assert all(len(column) == len(found.accounts) for column in found.numbers.values())
    ranks = found.numbers["rank"]
    assert np.nanmin(ranks) == 1
    assert len(np.unique(ranks[~np.isnan(ranks)])) == np.nanmax(ranks)


def test_a_day_without_a_night_is_refused(night_database):
    with night_database.connect() as connection, pytest.raises(WrongUse, match="no night stood on that day"):
        night_numbers(connection, date(2005, 9, 29))
