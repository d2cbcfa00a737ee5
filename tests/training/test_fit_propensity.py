"""Training refuses what cannot teach, with numbers, and decides rightly where the truth is known."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from arrears.errors import Refused
from training.dataset import Dataset, Panel
from training.fit_propensity import learn
from training.labels import Labels
from training.trained import TrainRequest

FIRST = date(2025, 1, 31)
REQUEST = TrainRequest(training_day=date(2026, 12, 31))


def world(months=6, accounts=400, strength=1.5, *, share=0.0, seed=0, missing=()):
    """A book whose accounts pay by their second feature where the first is above 0: no sum of columns says that."""
    random = np.random.default_rng(seed)
    rows = months * accounts
    x = random.normal(size=(rows, 2))
    p = 1 / (1 + np.exp(-(strength * np.where(x[:, 0] > 0, 2 * x[:, 1], 0.5) + share)))
    paid = (random.random(rows) < p).astype(float)
    days = np.repeat([np.datetime64(FIRST + timedelta(days=31 * month)) for month in range(months)], accounts)
    for place in missing:
        x[:, place] = np.nan
    return dataset(x, paid, days, np.tile(np.arange(accounts), months))


def dataset(x, paid, days, debtors):
    rows = len(paid)
    whole = np.full(rows, 1_000)
    positions = pa.table(
        {"account_id": debtors.astype(str), "bucket": ["1-29"] * rows, "balance_minor": whole + debtors % 7}
    )
    panel = Panel(("paid_share", "partner"), x, positions, debtors.astype(np.int64), days, {}, "fingerprint")
    rule = np.full(rows, "pre_charge_off", dtype=object)
    labels = Labels(rule, np.full(rows, 30), days + 30, whole, paid * 1000, paid)
    return Dataset(panel, labels, np.flatnonzero(~np.isnan(paid)))


def test_a_world_with_something_to_learn_is_promoted():
    trained = learn(world(accounts=1500), REQUEST)
    assert trained.verdict.word == "promote", trained.verdict.because


def test_a_test_too_small_to_show_that_probabilities_are_right_refuses():
    trained = learn(world(accounts=800), REQUEST)
    passed = {check.name: check.passed for check in trained.verdict.checks}
    assert passed == {"enough_to_judge": True, "beats_baseline": True, "calibrated": False}


def test_a_world_of_noise_is_refused():
    trained = learn(world(strength=0.0, accounts=800), REQUEST)
    assert trained.verdict.word == "refuse"
    assert "does not beat the best baseline" in trained.verdict.because


def test_every_baseline_has_its_interval():
    report = learn(world(), REQUEST).report
    assert set(report["differences"]) == set(report["baselines"])


def test_too_few_mature_labels_are_refused_with_the_numbers():
    with pytest.raises(Refused, match=r"120 mature labels, \d+ paid and \d+ unpaid, 0 not over yet; 100 of each"):
        learn(world(months=3, accounts=40), REQUEST)


def test_labels_that_are_not_over_are_counted_in_the_refusal():
    data = world(months=3, accounts=40)
    data.labels.paid[:30] = np.nan
    waiting = Dataset(data.panel, data.labels, np.flatnonzero(~np.isnan(data.labels.paid)))
    with pytest.raises(Refused, match=r"90 mature labels, .* 30 not over yet"):
        learn(waiting, REQUEST)


def test_one_class_alone_is_refused():
    with pytest.raises(Refused, match="2400 paid and 0 unpaid"):
        learn(world(share=100.0), REQUEST)


def test_a_column_of_nulls_is_refused_by_name():
    with pytest.raises(Refused, match="1 features are null in all 2400 rows: partner"):
        learn(world(missing=[1]), REQUEST)


def test_one_month_cannot_be_judged():
    with pytest.raises(Refused, match="1 labelled days"):
        learn(world(months=1, accounts=1000), REQUEST)


def test_a_test_before_anything_is_over_is_refused():
    with pytest.raises(Refused, match="fewer than 100 labels of a class are over"):
        learn(world(months=2, accounts=150), REQUEST)


def test_a_test_in_which_all_ended_alike_is_refused():
    data = world(months=5)
    newest = data.panel.as_of == data.panel.as_of.max()
    data.labels.paid[newest] = 1.0
    with pytest.raises(Refused, match="all 400 accounts of the test from 2025-06-04 ended alike"):
        learn(data, REQUEST)


def test_the_search_for_parameters_never_sees_the_test():
    data = world(months=7, accounts=300)
    spoiled = world(months=7, accounts=300)
    newest = spoiled.panel.as_of == spoiled.panel.as_of.max()
    spoiled.labels.paid[newest] = 1 - spoiled.labels.paid[newest]
    request = TrainRequest(training_day=REQUEST.training_day, trials=2)
    found = [learn(each, request).report["parameters"] for each in (data, spoiled)]
    assert found[0] == found[1]
    assert "num_leaves" in found[0]


def test_a_search_without_enough_days_says_so():
    request = TrainRequest(training_day=REQUEST.training_day, trials=1)
    with pytest.raises(Refused, match="allow no inner fold"):
        learn(world(months=2, accounts=900), request)


def test_training_twice_gives_the_same_numbers():
    assert learn(world(), REQUEST).metrics == learn(world(), REQUEST).metrics


def test_the_reference_holds_shapes_and_no_rows():
    section = learn(world(), REQUEST).sections["reference"]
    assert section["features"]["paid_share"]["null_share"] == 0.0
    assert len(section["features"]["paid_share"]["tenths"]) == len(section["score"]["tenths"]) == 9
