"""Measures agree with other people's code and with known truth, and their intervals cover it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.evaluate import (
    auc,
    brier,
    calibration,
    gains,
    judged,
    log_loss,
    loss_difference,
    recovery_at_capacity,
    reliability,
)

RANDOM = np.random.default_rng(7)
P = np.clip(RANDOM.beta(2, 3, 4000), 0.01, 0.99)
Y = (RANDOM.random(4000) < P).astype(float)
EACH = np.arange(4000)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5)), min_size=4, max_size=60))
@settings(deadline=None)
def test_auc_counts_ties_as_scikit_learn_does(rows):
    from sklearn.metrics import roc_auc_score

    y, p = np.array([r[0] for r in rows], float), np.array([r[1] for r in rows], float) / 6
    if 0 < y.sum() < len(y):
        assert auc(y, p) == pytest.approx(roc_auc_score(y, p))
    else:
        assert np.isnan(auc(y, p))


def test_log_loss_and_brier_agree_with_scikit_learn():
    from sklearn import metrics

    assert log_loss(Y, P) == pytest.approx(metrics.log_loss(Y, P))
    assert brier(Y, P) == pytest.approx(metrics.brier_score_loss(Y, P))


def test_true_probabilities_have_slope_and_level_one():
    slope, level = calibration(Y, P)
    assert slope == pytest.approx(1, abs=0.08)
    assert level == pytest.approx(1, abs=0.04)


def test_margins_twice_too_wide_have_slope_one_half():
    wide = P**2 / (P**2 + (1 - P) ** 2)
    assert calibration(Y, wide)[0] == pytest.approx(0.5, abs=0.04)


def test_probabilities_half_too_high_show_in_the_level():
    assert calibration(Y, np.minimum(P * 1.5, 0.99))[1] == pytest.approx(1 / 1.5, abs=0.05)


@pytest.mark.parametrize(("happens", "forecast"), [(0.9, 0.8), (0.1, 0.2)])
def test_the_level_of_the_rarer_outcome_shows_what_the_commoner_hides(happens, forecast):
    y = (np.arange(4000) < 4000 * happens).astype(float)
    found = judged(y, np.full(4000, forecast), EACH, rounds=50)["rarer_level"]
    assert found.estimate == pytest.approx(0.5)
    assert found.low < 0.5 < found.high


def test_one_probability_for_all_has_no_slope_to_find():
    assert np.isfinite(calibration(Y, np.full(len(Y), 0.4))).all()


def test_a_model_against_itself_makes_no_difference():
    found = loss_difference(Y, P, P, EACH)
    assert (found.estimate, found.low, found.high) == (0, 0, 0)


def test_true_probabilities_beat_their_mean_by_an_interval():
    assert loss_difference(Y, P, np.full(len(Y), Y.mean()), EACH).high < 0


def test_noise_against_noise_does_not():
    found = loss_difference(Y, np.full(len(Y), 0.4), np.full(len(Y), 0.401), EACH)
    assert found.low < 0 < found.high


def test_rows_of_one_debtor_are_drawn_together():
    every_row_twice = np.repeat(EACH[:2000], 2)
    other = np.full(len(Y), Y.mean())
    doubled = loss_difference(np.repeat(Y[:2000], 2), np.repeat(P[:2000], 2), other, every_row_twice)
    single = loss_difference(Y[:2000], P[:2000], other[:2000], EACH[:2000])
    assert doubled.high - doubled.low == pytest.approx(single.high - single.low, rel=0.15)


def test_intervals_cover_the_truth_nineteen_times_in_twenty():
    covered = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        p = random.uniform(0.1, 0.9, 400)
        y = (random.random(400) < p).astype(float)
        level = judged(y, p, np.arange(400), rounds=120, seed=seed)["level"]
        covered += level.low <= 1 <= level.high
    assert 88 <= covered <= 100


def test_debtors_without_a_row_in_the_test_are_never_drawn():
    found = judged(Y[:300], P[:300], EACH[:300] * 1000, rounds=50)
    assert found["auc"].low < found["auc"].estimate < found["auc"].high


def test_slope_interval_of_one_step_agrees_with_refitting():
    found = judged(Y, P, EACH, rounds=150)["slope"]
    refitted = []
    for seed in range(60):
        drawn = np.random.default_rng(seed).integers(0, 4000, 4000)
        refitted.append(calibration(Y[drawn], P[drawn])[0])
    assert found.high - found.low == pytest.approx(3.92 * np.std(refitted), rel=0.35)


def test_the_best_ranking_collects_the_most():
    money = np.array([5.0, 0.0, 20.0, 0.0, 75.0])
    assert recovery_at_capacity(money, money, 2) == 0.95
    assert recovery_at_capacity(-money, money, 2) == 0.0


def test_no_money_has_no_share():
    assert np.isnan(recovery_at_capacity(np.ones(3), np.zeros(3), 1))


def test_gains_run_from_nothing_to_everything():
    curve = gains(P, Y)
    assert (curve[0], curve[-1]) == ((0.0, 0.0), (1.0, 1.0))


def test_reliability_bins_hold_every_row_once():
    assert sum(rows for _, _, rows in reliability(Y, P)) == len(Y)
