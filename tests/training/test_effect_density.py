"""Rows that moved across the cut are seen; rows that did not are not, but for five times in a hundred."""

import warnings

import numpy as np
import pytest

from tests.training.effect_worlds import cash, days, debtors
from training.effect.density import density_check, is_counted

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what the published code's libraries say of each other
    from rddensity import rddensity


def check(world, **changes):
    return density_check(world.x, world.above, world.clusters, **changes)


@pytest.mark.parametrize("seed", range(4))
def test_densities_and_statistic_are_those_of_rddensity_at_the_same_bandwidth(seed):
    world = cash(np.random.default_rng(seed), 2000)
    ours = check(world)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = rddensity(world.x, h=[ours.bandwidth, ours.bandwidth])
    assert (ours.below, ours.above) == pytest.approx((theirs.hat["left"], theirs.hat["right"]), rel=1e-6)
    assert ours.statistic == pytest.approx(theirs.test["t_jk"], rel=2e-3)


@pytest.mark.parametrize("seed", range(4))
def test_the_bandwidth_is_near_that_of_rddensity(seed):
    world = cash(np.random.default_rng(seed), 4000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = rddensity(world.x)
    mean = (theirs.h["left"] + theirs.h["right"]) / 2
    assert 0.5 < check(world).bandwidth / mean < 2


@pytest.mark.parametrize("draw", [cash, debtors, days], ids=lambda draw: draw.__name__)
def test_where_nobody_moved_five_in_a_hundred_are_called_moved(draw):
    called = [check(draw(np.random.default_rng([9, seed]), 1200)).p < 0.05 for seed in range(100)]
    assert np.mean(called) <= 0.12


@pytest.mark.parametrize("draw", [cash, days], ids=lambda draw: draw.__name__)
def test_rows_that_stepped_over_the_cut_are_seen(draw):
    world = draw(np.random.default_rng(0), 4000)
    near = 0.15 * world.x.std()
    random = np.random.default_rng(1)
    steps = (world.x < 0) & (world.x >= -near) & (random.random(4000) < 0.6)
    moved = np.where(steps, -world.x - 1, world.x)
    assert density_check(moved, moved >= 0, world.clusters).p < 0.01


def test_a_gap_beside_the_cut_is_seen_among_the_nearest():
    world = cash(np.random.default_rng(0), 4000)
    emptied = np.where((world.x < 0) & (world.x > -400), -world.x, world.x)
    found = density_check(emptied, emptied >= 0, world.clusters)
    assert (found.nearest_below, found.nearest_above) == (0, 40)
    assert found.nearest_p < 1e-9


def test_among_the_nearest_a_debtor_counts_once():
    world = debtors(np.random.default_rng(0), 60)
    found = check(world, bandwidth=2.0)
    assert found.nearest_below + found.nearest_above == 30


def test_whole_days_are_spread_over_their_steps():
    world = days(np.random.default_rng(0), 2000)
    assert check(world).counts
    assert is_counted(world.x)
    assert not is_counted(cash(np.random.default_rng(0), 500).x)


def test_the_same_rows_give_the_same_answer():
    world = days(np.random.default_rng(0), 2000)
    assert check(world) == check(world)
