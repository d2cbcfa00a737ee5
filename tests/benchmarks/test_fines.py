"""Traffic fines, paid within a year of the penalty: in time order there is next to nothing to learn, and we say so.

Folds drawn at random would flatter this book. The right answer here is a refusal.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from arrears.clock import SystemClock
from arrears.lake import Lake
from arrears.loading import load
from tests.benchmarks.numbers import told
from tests.shared_data import fines_source
from training.dataset import read_dataset
from training.fit_propensity import learn
from training.trained import TrainRequest

TEST_FROM = date(2008, 4, 1)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fines")
    load(fines_source(folder), folder / "lake", SystemClock())
    return Lake(folder / "lake")


@pytest.fixture(scope="module")
def asked(lake):
    return TrainRequest(
        training_day=lake.last_day,
        as_of_rule="on_due:penalty",
        horizon_days=365,
        threshold="any",
        test_from=TEST_FROM,
        # No debt is placed before its penalty, and letters are the only contacts.
        without=("days_since_placed", "days_since_last_inbound", "days_since_last_refused"),
    )


@pytest.fixture(scope="module")
def data(lake, asked):
    return read_dataset(lake, asked)


@pytest.fixture(scope="module")
def trained(data, asked):
    return learn(data, asked)


def test_every_penalty_is_one_row_on_its_own_day(data):
    assert len(data.rows) == 4_635
    assert np.all(data.panel.positions["as_of"].to_numpy() == data.panel.as_of)


def test_training_ends_a_year_before_the_test(trained):
    assert date.fromisoformat(trained.report["folds"][-1]["train_days"][1]) <= date(2007, 4, 1)


def test_nothing_leaks(trained):
    assert trained.metrics["test_auc"] < 0.70


def test_the_interval_to_the_balance_rule_is_told(trained, record_property):
    found = trained.report["differences"]["rule of thumb: balance_minor"]
    record_property("fines, log loss less the balance rule's", told(found))
    assert found["low"] < found["estimate"] < found["high"]


def test_a_model_that_does_not_beat_its_baseline_by_an_interval_is_refused(trained, record_property):
    record_property("fines, verdict", f"{trained.verdict.word}: {trained.verdict.because}")
    assert trained.report["difference_to_best_baseline"]["high"] >= 0
    assert trained.verdict.word == "refuse"
    assert "does not beat the best baseline" in trained.verdict.because
