"""Scores of roll-rate forecasts: claims of arithmetic, by hand where a hand can do it."""

import numpy as np
import pytest
from sklearn.metrics import log_loss as sklearn_log_loss

from training.roll_rate_baselines import Scorecard, markov, rule_of_thumb
from training.roll_rate_scores import (
    EVERY_BUCKET,
    THREE_STATES,
    group_names,
    group_of,
    grouped,
    log_losses,
    ranked_scores,
    score,
)

NAMES = ["current", "late", "later"]


def drawn(count=3000, seed=0):
    random = np.random.default_rng(seed)
    chances = random.dirichlet([2, 1, 1], size=count)
    happened = (random.random(count)[:, None] > np.cumsum(chances, axis=1)).sum(axis=1)
    return chances, random.integers(0, 3, count), happened


def test_a_sure_and_right_forecast_scores_zero_everywhere():
    happened = np.array([0, 1, 2, 1])
    told = score(np.eye(3)[happened], np.zeros(4, dtype=int), happened, np.full(4, 100), NAMES)
    assert (told.log_loss, told.rps, told.flow_error, told.balance_error) == (0, 0, 0, 0)


def test_log_loss_is_scikit_learns():
    chances, _, happened = drawn()
    assert log_losses(chances, happened).mean() == pytest.approx(sklearn_log_loss(happened, chances))


def test_the_ranked_score_grows_with_distance():
    sure = np.array([[1.0, 0.0, 0.0]] * 3)
    assert ranked_scores(sure, np.array([0, 1, 2])).tolist() == [0.0, 0.5, 1.0]


def test_with_two_groups_the_ranked_score_is_brier():
    chances = np.array([[0.3, 0.7], [0.9, 0.1]])
    assert ranked_scores(chances, np.array([0, 1])).tolist() == pytest.approx([0.49, 0.81])


def test_flows_are_counted_only_where_something_flowed():
    told = score(np.full((3, 3), 1 / 3), np.array([0, 0, 1]), np.array([0, 0, 2]), np.ones(3), NAMES)
    assert set(told.flows) == {"current > current", "late > later"}
    assert told.flow_error == pytest.approx((abs(2 / 3 - 2) / 2 + abs(1 / 3 - 1)) / 2)


def test_money_is_judged_by_next_months_totals():
    chances = np.array([[0.5, 0.5, 0.0], [0.5, 0.5, 0.0]])
    told = score(chances, np.array([0, 0]), np.array([0, 1]), np.array([100, 300]), NAMES)
    assert told.balance_error == pytest.approx((100 + 100) / 400)


def test_a_credit_weighs_nothing():
    told = score(np.eye(3)[[1, 0]], np.array([0, 0]), np.array([0, 0]), np.array([-50, 100]), NAMES)
    assert told.balance_error == 0


def test_a_calibrated_forecast_lies_on_its_shares():
    chances, origin, happened = drawn(30_000)
    told = score(chances, origin, happened, np.ones(len(origin)), NAMES)
    for fifths in told.calibration.values():
        assert all(abs(forecast - came) < 0.05 for forecast, came, _ in fifths)


def test_scores_by_origin_average_to_the_whole():
    chances, origin, happened = drawn()
    told = score(chances, origin, happened, np.ones(len(origin)), NAMES)
    weights = np.bincount(origin) / len(origin)
    assert told.log_loss == pytest.approx(
        sum(w * told.log_loss_by_origin[n] for w, n in zip(weights, NAMES, strict=True))
    )


def test_grouping_buckets_adds_their_chances():
    answer = np.random.default_rng(0).dirichlet(np.ones(8), size=10)
    assert np.allclose(grouped(answer, THREE_STATES)[:, 1], answer[:, 1] + answer[:, 2])


def test_every_bucket_can_be_its_own_group():
    ranks = np.arange(8)
    assert group_of(ranks, EVERY_BUCKET).tolist() == ranks.tolist()
    assert group_names(EVERY_BUCKET)[0] == "CURRENT"


def test_markov_gives_each_bucket_its_own_shares():
    origin, happened = np.repeat([0, 1], 10_000), np.repeat([0, 1, 1], [8000, 2000, 10_000])
    assert markov(origin, happened, np.array([0, 1]), 2) == pytest.approx(np.array([[0.8, 0.2], [0, 1]]), abs=1e-3)


def test_markov_never_calls_a_move_impossible():
    assert markov(np.array([0]), np.array([0]), np.array([0]), 3).min() > 0


def test_the_rule_of_thumb_sums_to_one():
    assert rule_of_thumb(np.array([0, 1]), np.array([0, 0]), np.array([0, 1, 2]), 3).sum(axis=1).tolist() == [1, 1, 1]


def test_the_scorecard_learns_a_linear_rule_through_nulls_and_empty_columns():
    random = np.random.default_rng(4)
    x = random.normal(size=(4000, 3))
    x[:, 2] = np.nan
    happened = (x[:, 0] + random.normal(size=4000) > 0).astype(int)
    x[random.random(4000) < 0.1, 0] = np.nan
    origin = np.zeros(4000, dtype=int)
    chances = Scorecard(x[:3000], origin[:3000], happened[:3000], 3).chances(x[3000:], origin[3000:])
    assert chances[:, 2].max() == 0
    assert log_losses(chances, happened[3000:]).mean() < 0.58
