"""`train` on the built-in portfolio: judged on the newest month, logged without personal data, registered, recorded."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from models.registry import Registry
from training.train import train
from training.trained import TrainRequest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("trained")


@pytest.fixture(scope="module")
def registry(home):
    return Registry(f"sqlite:///{home / 'mlruns' / 'mlflow.db'}")


@pytest.fixture(scope="module")
def report(demo_lake, registry, home):
    request = TrainRequest(training_day=demo_lake.last_day)
    return train("propensity", demo_lake, registry, request, records=home / "validation")


@pytest.fixture(scope="module")
def logged(report, registry, home):
    """Everything in the run's folder by its place there."""
    folder = home / "mlruns" / "artifacts" / report.run_id / "artifacts"
    return {str(file.relative_to(folder)): file for file in folder.rglob("*") if file.is_file()}


def test_the_last_labelled_day_is_31_august(report):
    assert report.report["folds"][-1]["test_days"] == ["2005-08-31", "2005-08-31"]


def test_every_fold_trains_on_earlier_months_alone(report):
    for fold in report.report["folds"]:
        train_end, test_start = date.fromisoformat(fold["train_days"][1]), date.fromisoformat(fold["test_days"][0])
        assert (test_start - train_end).days >= 30


def test_it_beats_its_best_baseline_by_an_interval_and_may_be_promoted(report):
    assert report.report["difference_to_best_baseline"]["high"] < 0
    assert report.verdict["verdict"] == "promote"


def test_it_is_as_good_as_it_was(report):
    assert report.metrics["test_log_loss"] <= 0.26
    assert 0.79 <= report.metrics["test_auc"] <= 0.86


def test_a_calibration_is_kept_only_if_it_helped_later_rows(report):
    for kept in (report.report["calibration"], report.report["serving"]["calibration"]):
        losses = kept["held_out_log_loss"]
        assert losses[kept["method"]] == min(losses.values())


def test_the_card_account_queue_is_judged_by_what_happened(report):
    (truth,) = report.truth.values()
    assert truth["accounts"] == 5129
    assert truth["auc_of_not_paying_against_default"] > 0.55


def test_features_that_only_tell_the_day_are_left_out(report):
    assert "days_since_opened" in report.report["left_out"]


def test_the_registered_version_answers(report, registry):
    model = registry.load("propensity", report.version).artifact
    answer = model.predict(np.full((2, len(model.features)), np.nan))
    assert np.all((answer > 0) & (answer < 1))


def test_no_protected_attribute_is_an_input(report, registry):
    names = " ".join(registry.load("propensity", report.version).artifact.features)
    assert not re.search(r"sex|age_years|education|marriage|gender", names)


def test_certain_directions_hold_in_the_answers(report, registry):
    model = registry.load("propensity", report.version).artifact
    rows = np.full((50, len(model.features)), np.nan)
    rows[:, model.features.index("paid_bill_share_last")] = np.linspace(0, 2, 50)
    assert np.all(np.diff(model.predict(rows)) >= 0)


def test_the_run_has_metrics_charts_verdict_card_and_record(report, registry, logged):
    run = registry.tracking.client.get_run(report.run_id)
    assert run.data.metrics["test_log_loss"] == report.metrics["test_log_loss"]
    assert {"charts/calibration.svg", "charts/gains.svg", "verdict.md", "card.md", "validation.md"} <= set(logged)
    assert logged["charts/gains.svg"].read_text().startswith("<svg")


def test_the_model_is_text_without_pickle(logged):
    stored = {Path(name).suffix for name in logged if name.startswith("model/artifacts")}
    assert stored == {".json", ".txt"}


def test_nothing_in_the_run_names_an_account_or_a_debtor(logged, home):
    found = [name for name, file in logged.items() if re.search(rb"[AD]\d{5}\b", file.read_bytes())]
    assert found == []
    assert not re.search(rb"\b[AD]\d{5}\b", (home / "mlruns" / "mlflow.db").read_bytes())


def test_the_validation_record_lies_open(report, home):
    document = json.loads((home / "validation" / "propensity.json").read_text())
    assert document["verdict"]["verdict"] == report.verdict["verdict"]
    assert "Judged by what happened" in (home / "validation" / "propensity.md").read_text()
