"""Repayment: which share is none, part or all, and a verdict about its error, its level and bands that hold."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from arrears.errors import Refused, WrongUse
from models.bands import Bands
from training import fit_repayment
from training.dataset import Dataset, Panel
from training.labels import Labels
from training.repayment_rows import repayments
from training.trained import TrainRequest

REQUEST = TrainRequest(training_day=date(2026, 12, 31))
FIRST = np.datetime64("2025-01-31")
ASKED = 10_000


def dataset(collected, x, days, *, past_due=ASKED, balance=50_000, charged_off=False, features=("reach", "means")):
    rows = len(collected)
    accounts = np.arange(rows) % 900
    positions = pa.table(
        {
            "account_id": accounts.astype(str),
            "bucket": ["CHARGED_OFF" if charged_off else "30-59"] * rows,
            "currency": ["USD"] * rows,
            "balance_minor": np.broadcast_to(balance, rows),
            "past_due_minor": np.full(rows, past_due),
            "charged_off": np.full(rows, charged_off),
        }
    )
    panel = Panel(features, x, positions, accounts, days, {}, "fingerprint")
    rule, needs = np.full(rows, "pre_charge_off", dtype=object), np.full(rows, ASKED // 2)
    labels = Labels(rule, np.full(rows, 30), days + 30, needs, np.asarray(collected, float), np.zeros(rows))
    return Dataset(panel, labels, np.arange(rows))


def world(months=7, accounts=900, seed=0, *, strength=2.0):
    """Who can be moved pays nothing below 0 and something above; who has means pays all of it."""
    random = np.random.default_rng(seed)
    rows = months * accounts
    x = random.normal(size=(rows, 2))
    pays = random.random(rows) < 1 / (1 + np.exp(-strength * x[:, 0] - 0.3))
    full = random.random(rows) < 1 / (1 + np.exp(-strength * x[:, 1]))
    share = np.where(pays, np.where(full, 1.0, random.uniform(0.1, 0.6, rows)), 0.0)
    days = np.repeat(FIRST + 31 * np.arange(months), accounts)
    return dataset(share * ASKED, x, days, balance=random.integers(20_000, 90_000, rows))


@pytest.fixture(scope="module")
def trained():
    return fit_repayment.learn(repayments(world()), REQUEST)


def share_of(collected, **own):
    return repayments(dataset([collected], np.zeros((1, 2)), np.array([FIRST]), **own)).share.tolist()


def test_all_that_is_past_due_is_all_and_a_unit_less_is_a_part():
    assert share_of(ASKED) == [1.0]
    assert share_of(ASKED - 1) == [1 - 1 / ASKED]


def test_after_charge_off_the_whole_balance_is_asked():
    assert share_of(ASKED, charged_off=True) == [ASKED / 50_000]


def test_who_is_asked_for_nothing_is_not_learned_from():
    assert share_of(0, past_due=0) == []


def test_money_taken_back_beyond_what_came_is_none():
    assert share_of(-500) == [0.0]


def test_a_day_counts_once_all_of_its_labels_are_over():
    data = dataset([0, ASKED, ASKED], np.zeros((3, 2)), FIRST + np.array([0, 0, 31]))
    data.labels.paid[0] = np.nan
    rows = repayments(Dataset(data.panel, data.labels, np.array([1, 2])))
    assert rows.examples.as_of.tolist() == [(FIRST + 31).astype(object)]


def test_each_booster_learns_from_those_it_is_asked_about():
    rows = repayments(dataset([0, ASKED, 4_000], np.zeros((3, 2)), np.repeat(FIRST, 3)))
    assert rows.stage("any").y.tolist() == [0.0, 1.0, 1.0]
    assert np.array_equal(rows.stage("full").y, [np.nan, 1.0, 0.0], equal_nan=True)
    assert np.array_equal(rows.stage("share").y, [np.nan, np.nan, 0.4], equal_nan=True)


def test_the_classes_come_as_often_as_they_are_expected(trained):
    classes = trained.report["classes"]
    for name in ("none", "full"):
        assert classes["expected"][name] == pytest.approx(classes["came"][name], abs=0.04)


def test_it_beats_every_single_column_by_an_interval(trained):
    less = {name: each["high"] for name, each in trained.report["differences"].items() if "rule of thumb" in name}
    assert all(high < 0 for high in less.values())


def test_bands_hold_nine_of_ten_in_the_newest_month(trained):
    tenths = trained.report["bands"]
    assert len(tenths) == 10
    shares, rows = ([each[name] for each in tenths] for name in ("share", "rows"))
    assert np.average(shares, weights=rows) == pytest.approx(0.9, abs=0.03)


def test_the_artifact_keeps_bands_of_its_currency(trained):
    bands = Bands.of(trained.sections["bands"]["USD"])
    assert (bands.coverage, len(bands.edges)) == (0.9, 9)


def test_noise_is_refused_because_it_beats_nothing():
    found = fit_repayment.learn(repayments(world(strength=0.0, accounts=500)), REQUEST).verdict
    passed = {check.name: check.passed for check in found.checks}
    assert (found.word, passed["beats_baseline"]) == ("refuse", False)


def test_a_book_without_payments_in_part_is_refused():
    data = world(accounts=400)
    data.labels.collected_minor[:] = np.where(data.labels.collected_minor > 0, ASKED, 0)
    with pytest.raises(Refused, match="too few labels are over that paid nothing, a part or all"):
        fit_repayment.learn(repayments(data), REQUEST)


def test_a_search_for_parameters_is_not_offered(demo_lake):
    with pytest.raises(WrongUse, match="--trials"):
        fit_repayment.fit(demo_lake, TrainRequest(training_day=date(2005, 9, 30), trials=2))
