"""Effects put to scale: right where an effect is a multiple of what was told, zero where there is none, and surer."""

from typing import Any

import numpy as np
import pytest

from training.policy_value.choices import Choices
from training.policy_value.doubly_robust import Predicted, doubly_robust_difference
from training.uplift.calibrated import Calibrated
from training.uplift.rankings import VALUE_AT_RISK, rankings, worked

ROWS = 2_000
RUNS = 300


def world(seed, effect):
    """A learner that told the effect twice too large; balances of a long tail."""
    random = np.random.default_rng(seed)
    x, alone = random.standard_normal(ROWS), random.uniform(0.1, 0.5, ROWS)
    balance = np.exp(random.normal(5, 1, ROWS))
    chance = np.where(x > 0, 0.4, 0.15)
    acted = random.random(ROWS) < chance
    added = effect * (x > 0.5)
    paid = random.random(ROWS) < alone + added * acted
    effects: dict[str, Any] = {"knows": 0.6 * (x > 0.5) + 1e-6, "noise": random.random(ROWS)}
    orders = rankings(alone, balance, effects, seed=seed)
    choices = Choices(acted, chance, paid * balance, np.arange(ROWS))
    return orders, choices, Predicted(alone * balance, alone * balance), balance, added * balance


def lead(seed, effect):
    orders, choices, predicted, balance, added = world(seed, effect)
    target, other = (worked(orders[name], 0.2).astype(float) for name in ("knows", VALUE_AT_RISK))
    found = Calibrated(orders, choices, predicted, balance).difference(target, other)
    plain = doubly_robust_difference(choices, target, other, predicted)
    return found, plain, float(((target - other) * added).mean())


@pytest.fixture(scope="module", params=[0.3, 0.0], ids=["with an effect", "without"])
def found(request):
    return [lead(seed, request.param) for seed in range(RUNS)]


def test_its_interval_covers_the_truth_nineteen_times_in_twenty(found):
    assert 0.92 <= np.mean([value.low <= truth <= value.high for value, _, truth in found]) <= 0.98


def test_it_is_right_on_average(found):
    errors = np.array([value.estimate - truth for value, _, truth in found])
    assert abs(errors.mean()) < 3.5 * errors.std() / np.sqrt(RUNS)


def test_its_interval_is_narrower_than_the_one_of_own_rows_alone(found):
    assert np.mean([value.standard_error / plain.standard_error for value, plain, _ in found]) < 0.8


def test_two_equal_orders_have_no_lead():
    orders, choices, predicted, balance, _ = world(1, 0.3)
    target = worked(orders["knows"], 0.2).astype(float)
    assert Calibrated(orders, choices, predicted, balance).difference(target, target).estimate == 0


def test_the_unit_of_money_is_the_unit_of_the_lead():
    orders, choices, predicted, balance, _ = world(1, 0.3)
    target, other = (worked(orders[name], 0.2).astype(float) for name in ("knows", VALUE_AT_RISK))
    cents = Choices(choices.acted, choices.chance, choices.outcome * 100, choices.debtor)
    in_cents = Calibrated(
        {name: score * 100 for name, score in orders.items()},
        cents,
        Predicted(predicted.if_acted * 100, predicted.if_not * 100),
        balance * 100,
    )
    once = Calibrated(orders, choices, predicted, balance).difference(target, other)
    assert in_cents.difference(target, other).estimate == pytest.approx(100 * once.estimate)
