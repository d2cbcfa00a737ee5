"""The Qini curve equals its definition by brute force, and its intervals cover the truth."""

from itertools import pairwise, permutations

import numpy as np
import pytest

from arrears.errors import BadInput, Refused
from training.policy_value.choices import Choices
from training.policy_value.doubly_robust import Predicted
from training.uplift.qini import added_scores, qini

CHANCE = 0.3
RUNS = 400
ROWS = 1_500


def tiny(seed):
    random = np.random.default_rng(seed)
    chance = random.uniform(0.2, 0.8, 6)
    choices = Choices(random.random(6) < chance, chance, random.integers(0, 9, 6).astype(float), np.arange(6))
    return random.integers(0, 3, 6).astype(float), choices


def by_hand(score, choices):
    """Mean over all orders that the score allows, of the curve's heights after 0 to 6 rows."""
    treated = choices.acted * choices.outcome / choices.chance
    left = ~choices.acted * choices.outcome / (1 - choices.chance)
    curves = [
        np.concatenate([[0], np.cumsum((treated - left)[list(order)])]) / 6
        for order in permutations(range(6))
        if all(score[a] >= score[b] for a, b in pairwise(order))
    ]
    return np.mean(curves, axis=0)


@pytest.mark.parametrize("seed", range(5))
def test_the_curve_is_the_mean_of_all_orders_that_the_scores_allow(seed):
    score, choices = tiny(seed)
    found = qini(score, choices, points=6)
    assert [each.estimate for each in found.added] == pytest.approx(by_hand(score, choices))


@pytest.mark.parametrize("seed", range(5))
def test_the_area_is_the_trapezes_under_that_curve(seed):
    score, choices = tiny(seed)
    heights = by_hand(score, choices)
    area = np.trapezoid(heights, dx=1 / 6)
    found = qini(score, choices)
    assert found.area.estimate == pytest.approx(area)
    assert found.above_chance.estimate == pytest.approx(area - heights[-1] / 2)


def test_a_ranking_and_its_reverse_are_as_far_from_chance_on_either_side():
    score, choices = tiny(1)
    up, down = qini(score, choices), qini(-score, choices)
    assert up.above_chance.estimate == pytest.approx(-down.above_chance.estimate)


def test_equal_scores_are_the_random_line():
    _, choices = tiny(2)
    found = qini(np.zeros(6), choices, points=4)
    assert [each.estimate for each in found.added] == pytest.approx(found.by_chance)
    assert found.above_chance.estimate == pytest.approx(0)


def world(seed, rows=ROWS):
    """Effects rise with x; the score sees x through noise; two rows in each debtor."""
    random = np.random.default_rng(seed)
    debtor = np.arange(rows) // 2
    x = np.repeat(random.standard_normal(rows // 2), 2)
    score = x + np.repeat(random.standard_normal(rows // 2), 2)
    acted = random.random(rows) < CHANCE
    without, added = np.exp(x), np.clip(x + 0.5, 0, None)
    outcome = without + added * acted + np.repeat(random.normal(0, 2, rows // 2), 2)
    return score, added, without, Choices(acted, np.full(rows, CHANCE), outcome, debtor)


@pytest.fixture(scope="module")
def truth():
    score, added, *_ = world(999, rows=2_000_000)
    order = np.argsort(-score)
    heights = np.cumsum(added[order]) / len(order)
    return {"area": heights.mean(), "above_chance": heights.mean() - heights[-1] / 2, "first fifth": heights[400_000]}


@pytest.fixture(scope="module")
def found():
    told = []
    for seed in range(RUNS):
        score, added, without, choices = world(seed)
        told.append(qini(score, choices, Predicted(without + added, without), points=5))
    return told


@pytest.mark.parametrize("named", ["area", "above_chance", "first fifth"])
def test_its_interval_covers_the_truth_nineteen_times_in_twenty(found, truth, named):
    values = [each.added[1] if named == "first fifth" else getattr(each, named) for each in found]
    covered = np.mean([value.low <= truth[named] <= value.high for value in values])
    assert 0.93 <= covered <= 0.97


def test_a_model_of_the_outcome_moves_no_estimate_and_narrows_its_interval():
    score, added, without, choices = world(1)
    alone, helped = qini(score, choices), qini(score, choices, Predicted(without + added, without))
    assert helped.area.standard_error < alone.area.standard_error
    assert abs(helped.area.estimate - alone.area.estimate) < 3 * alone.area.standard_error


def test_rows_that_could_not_be_left_tell_nothing():
    certain = Choices(np.ones(4, dtype=bool), np.ones(4), np.ones(4), np.arange(4))
    with pytest.raises(Refused):
        added_scores(certain)


@pytest.mark.parametrize("score", [np.zeros(3), np.full(6, np.nan)])
def test_scores_that_are_missing_are_refused(score):
    with pytest.raises(BadInput, match="Qini curve of 6 rows"):
        qini(score, tiny(0)[1])
