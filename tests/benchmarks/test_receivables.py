"""Invoices of one hundred customers, late at the due date: our whole pipeline, judged on invoices of later days.

The data look simulated: these numbers say that the pipeline works, not what a business would gain.
"""

from __future__ import annotations

from datetime import date

import pytest

from arrears.clock import SystemClock
from arrears.lake import Lake
from arrears.loading import load
from tests.benchmarks.numbers import told
from tests.shared_data import shared_data
from training.dataset import read_dataset
from training.fit_propensity import examples, learn
from training.trained import TrainRequest

TEST_FROM = date(2013, 6, 5)
PAID_THE_SAME_DAY = 3
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    root = tmp_path_factory.mktemp("receivables") / "lake"
    load(shared_data() / "sources" / "receivables", root, SystemClock())
    return Lake(root)


@pytest.fixture(scope="module")
def asked(lake):
    # On the day an account opens, it cannot have paid yet: these two are null by nature.
    return TrainRequest(
        training_day=lake.last_day,
        as_of_rule="on_opening",
        test_from=TEST_FROM,
        without=("days_since_last_paid", "paid_last_minor"),
    )


@pytest.fixture(scope="module")
def data(lake, asked):
    return read_dataset(lake, asked)


@pytest.fixture(scope="module")
def trained(data, asked):
    return learn(data, asked)


def test_every_invoice_that_is_still_owed_on_its_first_evening_is_judged(trained):
    assert trained.report["folds"][-1]["test_rows"] == 621 - PAID_THE_SAME_DAY


def test_training_stops_a_horizon_before_the_test(trained):
    assert date.fromisoformat(trained.report["folds"][-1]["train_days"][1]) <= date(2013, 5, 6)


def test_every_training_label_was_known_when_the_test_began(data):
    rows = examples(data)
    train = rows.on(rows.days(), known_by=TEST_FROM)
    assert rows.matures_on[train].max().astype(object) <= TEST_FROM


def test_the_label_is_the_published_one(data):
    late = (examples(data).y == 0).sum()
    assert (late, len(data.rows)) == (877, 2_466 - 4)


def test_out_of_time_it_tells_late_from_timely(trained, record_property):
    record_property("receivables, AUC (at least 0.860)", told(trained.report["test"]["auc"]))
    assert trained.metrics["test_auc"] >= 0.860


def test_out_of_time_its_probabilities_are_right(trained, record_property):
    record_property("receivables, log loss (at most 0.415)", told(trained.report["test"]["log_loss"]))
    assert trained.metrics["test_log_loss"] <= 0.415


def test_no_column_gives_the_answer_away(trained):
    assert trained.metrics["test_auc"] < 0.90  # the flag of disputes that came later would give 0.926


def test_the_interval_surrounds_the_estimate(trained):
    found = trained.report["test"]["log_loss"]
    assert found["low"] < found["estimate"] < found["high"]


def test_the_verdict_follows_the_interval_to_the_best_baseline(trained, record_property):
    record_property("receivables, verdict", f"{trained.verdict.word}: {trained.verdict.because}")
    beaten = trained.report["difference_to_best_baseline"]["high"] < 0
    assert (trained.verdict.word == "promote") == beaten
