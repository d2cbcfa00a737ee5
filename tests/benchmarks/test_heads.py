"""Contact, promise, repayment and self-cure in a synthetic world: how well each does on later days, and its bands.

The world has no claim to be a real book: these numbers say that the pipeline finds what is planted.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from arrears.clock import SystemClock
from arrears.lake import Lake
from arrears.loading import load
from arrears.synthetic import make
from models.registry import Registry
from tests.benchmarks.numbers import told
from tests.benchmarks.sizes import sized
from training.train import train
from training.trained import TrainRequest

DEBTORS, DAYS, SEED = sized(16_000, 1_500), 720, 11
CALL_DAYS = 220
"""Calls of the last months: there are more of them than a test needs."""

pytestmark = [pytest.mark.bench, pytest.mark.slow, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    folder = tmp_path_factory.mktemp("heads")
    made = make(folder / "book", folder / "truth", debtors=DEBTORS, days=DAYS, seed=SEED)
    load(made.source, folder / "lake", SystemClock())
    return Lake(folder / "lake")


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    return Registry(f"sqlite:///{tmp_path_factory.mktemp('registry') / 'mlflow.db'}")


def trained(name, lake, registry, record_property, **asked):
    report = train(name, lake, registry, TrainRequest(training_day=lake.last_day, **asked))
    found = report.report["test"].get("auc")
    record_property(f"{name}: verdict", f"{report.verdict['verdict']}. {report.verdict['because']}")
    if found:
        record_property(f"{name}: AUC out of time", told(found))
        best = report.report["best_baseline"]
        record_property(f"{name}: AUC of its best baseline, {best}", f"{report.report['baselines'][best]['auc']:.4f}")
        record_property(f"{name}: log loss less that baseline's", told(report.report["difference_to_best_baseline"]))
    assert registry.load(name, report.version).artifact.document["training"]["verdict"] == report.verdict["verdict"]
    return report


def test_contact_tells_who_is_reached_and_hours_help(lake, registry, record_property):
    since = lake.last_day - timedelta(days=CALL_DAYS)
    report = trained("contact", lake, registry, record_property, from_=since)
    hours = report.report["hours"]
    record_property("contact: log loss with hours less without", told(hours["difference"]))
    assert report.report["test"]["auc"]["low"] > 0.70
    assert hours["kept"] is not None


def test_promise_is_surely_not_far_behind_any_column(lake, registry, record_property):
    report = trained("promise", lake, registry, record_property)
    assert report.report["difference_to_best_baseline"]["high"] < 0.03


def test_self_cure_tells_who_comes_back_alone(lake, registry, record_property):
    report = trained("self_cure", lake, registry, record_property)
    assert report.report["difference_to_best_baseline"]["high"] < 0


def test_repayment_errs_less_than_one_stage_and_its_bands_hold_in_every_tenth(lake, registry, record_property):
    report = trained("repayment", lake, registry, record_property).report
    for name in ("squared_error", "r2_share", "r2_money"):
        alone = report["baselines"]["one-stage booster"][name]
        record_property(f"repayment: {name}, one-stage booster's", f"{report['test'][name]:.4f}, {alone:.4f}")
    for baseline, difference in report["differences"].items():
        record_property(f"repayment: {baseline}", told(difference))
    for place, tenth in enumerate(report["bands"], start=1):
        told_of = f"{tenth['share']:.3f} ({tenth['low']:.3f} to {tenth['high']:.3f}) of {tenth['rows']}"
        record_property(f"repayment: 90 % bands, tenth {place:2} of the balances", told_of)
    shares, rows = ([each[name] for each in report["bands"]] for name in ("share", "rows"))
    assert 0.88 <= np.average(shares, weights=rows) <= 0.92
    assert all(each["low"] <= 0.92 and each["high"] >= 0.88 for each in report["bands"])
    assert all(each["low"] < 0 for each in report["differences"].values())
