"""The small world is the published recipe, its choices happen as often as they are logged, and its truth is apart."""

import numpy as np
import pytest

from arrears.synthetic.small_world import FEATURES, small_world

DEBTORS = 40_000


def drawn(seed=3, **told):
    return small_world(seed, logged=DEBTORS, judged=100, **told)


def test_the_same_seed_gives_the_same_world_and_another_seed_another():
    first, again, other = (drawn(seed)[0].logged for seed in (3, 3, 4))
    assert np.array_equal(first.features, again.features)
    assert np.array_equal(first.paid, again.paid)
    assert not np.array_equal(first.features, other.features)


def test_a_random_log_calls_one_in_five_and_says_so():
    book = drawn()[0].logged
    assert set(book.probability) == {0.2}
    assert book.treated.mean() == pytest.approx(0.2, abs=0.01)


def test_a_targeted_log_calls_as_often_as_it_says_in_both_parts():
    book = drawn(log="targeted")[0].logged
    upper = book.probability == 0.95
    assert upper.mean() == pytest.approx(0.2, abs=0.001)
    assert book.treated[upper].mean() == pytest.approx(0.95, abs=0.01)
    assert book.treated[~upper].mean() == pytest.approx(0.0125, abs=0.003)


def test_the_targeted_log_calls_those_whose_rule_is_highest():
    book = drawn(log="targeted")[0].logged
    rule = 0.8 * book.features[:, 0] + book.features[:, FEATURES.index("log_balance")]
    assert rule[book.probability == 0.95].min() >= rule[book.probability < 0.5].max()


def test_another_log_has_the_same_debtors():
    random, targeted = (drawn(log=log)[0].logged for log in ("random", "targeted"))
    assert np.array_equal(random.features, targeted.features)


def test_who_paid_follows_the_truth_of_what_was_done():
    world, (truth, _) = drawn()
    for treated, chance in ((True, truth.paid_with), (False, truth.paid_without)):
        own = world.logged.treated == treated
        assert world.logged.paid[own].mean() == pytest.approx(chance[own].mean(), abs=0.015)


def test_one_debtor_by_hand():
    world, (truth, _) = drawn()
    x, over = world.logged.features[0, :8], world.logged.features[0, 8] - 6.5
    alone = 1 / (1 + np.exp(1.2 - 1.1 * x[0] + 0.6 * x[1] - 0.4 * x[2] * x[3] + 0.15 * over))
    reached = 1 / (1 + np.exp(0.6 - 0.8 * x[4] + 0.5 * x[5]))
    effect = 0.35 * reached * np.exp(-((x[0] + 0.2) ** 2) / 1.2) / (1 + np.exp(-0.8 * x[6] - 0.3))
    assert truth.paid_without[0] == pytest.approx(alone)
    assert truth.paid_with[0] == pytest.approx(alone + effect * (1 - alone))


def test_a_world_of_no_effect_adds_nothing():
    world, (truth, _) = drawn(effect=0.0)
    assert not truth.added_minor(world.logged).any()


def test_the_balance_is_the_exponential_of_its_logarithm_in_minor_units():
    book = drawn()[0].logged
    assert np.allclose(book.balance_minor, 100 * np.exp(book.features[:, 8]), atol=0.5)
