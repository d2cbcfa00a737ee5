"""The jump and its interval: exact where arithmetic is, as published code has it, and true nineteen times in twenty."""

import warnings

import numpy as np
import pytest

from tests.training.effect_worlds import cash, crooked, days, debtors, worked_more
from training.effect.bandwidth import Widths
from training.effect.discontinuity import fuzzy, sharp
from training.effect.local import neighbour_residuals, weights_at_cut

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what the published code's libraries say of each other
    from rdrobust import rdrobust


def published(world, **changes):
    """Its estimate, at the bandwidth of the least squared error; its interval, at that of the best coverage."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        of_jump, of_interval = (
            rdrobust(world.y, world.x, masspoints="off", bwselect=best, **changes) for best in ("mserd", "cerrd")
        )
    return {
        "estimate": of_jump.coef.iloc[0, 0],
        "corrected": of_interval.coef.iloc[1, 0],
        "low": of_interval.ci.iloc[2, 0],
        "high": of_interval.ci.iloc[2, 1],
        "error": of_interval.se.iloc[2, 0],
        "jump": of_jump.bws.iloc[0, 0],
        "interval": of_interval.bws.iloc[0, 0],
        "bias": of_interval.bws.iloc[1, 0],
    }


def told(jump, names):
    return {name: getattr(jump.widths if name in ("jump", "interval", "bias") else jump, name) for name in names}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("draw", [cash, crooked], ids=lambda draw: draw.__name__)
def test_estimate_bandwidths_and_interval_are_those_of_rdrobust(draw, seed):
    world = draw(np.random.default_rng(seed), 1500)
    ours, theirs = sharp(world.x, world.above, world.y, world.clusters), published(world)
    assert told(ours, theirs) == pytest.approx(theirs, rel=2e-3, abs=2e-3 * theirs["error"])


@pytest.mark.parametrize("seed", range(3))
def test_whole_days_do_as_in_rdrobust(seed):
    world = days(np.random.default_rng(seed), 1500)
    ours = sharp(world.x, world.above, world.y, world.clusters, within=Widths(12.0, 12.0, 18.0))
    theirs = published(world, h=12.0, b=18.0)
    assert told(ours, theirs) == pytest.approx(theirs, rel=2e-3)


@pytest.mark.parametrize("seed", range(3))
def test_debtors_with_several_accounts_on_a_side_do_as_in_rdrobust(seed):
    world = debtors(np.random.default_rng(seed), 1500)
    # rdrobust takes a cluster on both sides for two.
    clusters = np.unique(world.clusters * 2 + world.above, return_inverse=True)[1]
    ours, theirs = sharp(world.x, world.above, world.y, clusters), published(world, cluster=clusters)
    assert told(ours, theirs) == pytest.approx(theirs, rel=2e-3)


@pytest.mark.parametrize("seed", range(3))
def test_a_fuzzy_jump_is_that_of_rdrobust_at_the_same_bandwidths(seed):
    world = worked_more(np.random.default_rng(seed), 1500)
    ours = fuzzy(world.x, world.above, world.y, world.treated, world.clusters, within=Widths(0.15, 0.15, 0.2)).effect
    theirs = published(world, fuzzy=world.treated, h=0.15, b=0.2)
    assert told(ours, theirs) == pytest.approx(theirs, rel=2e-3)


def test_a_debtor_on_both_sides_of_the_cut_counts_once():
    world = debtors(np.random.default_rng(5), 4000)
    # The same debtor is just above and just below: what they share is no difference between the sides.
    paired = sharp(world.x, world.above, world.y, world.clusters, within=Widths(1.0, 1.0, 1.5))
    apart = np.unique(world.clusters * 2 + world.above, return_inverse=True)[1]
    assert paired.error < sharp(world.x, world.above, world.y, apart, within=Widths(1.0, 1.0, 1.5)).error


def test_a_jump_between_two_lines_without_noise_is_exact():
    x = np.linspace(-1, 1, 201)
    y = np.where(x >= 0, 7 + 3 * x, 2 - x)
    found = sharp(x, x >= 0, y, np.arange(201), within=Widths(0.5, 0.5, 0.8))
    assert (found.estimate, found.corrected) == pytest.approx((5, 5))
    assert (*found.below, *found.above) == pytest.approx((2, -1, 7, 3))


def test_a_parabola_biases_the_lines_and_not_the_corrected_jump():
    x = np.linspace(-1, 1, 201)
    y = np.where(x >= 0, 5 + 4 * x**2, 0)
    found = sharp(x, x >= 0, y, np.arange(201), within=Widths(0.5, 0.5, 0.8))
    assert abs(found.estimate - 5) > 0.05
    assert found.corrected == pytest.approx(5)


def test_which_side_a_row_on_the_cut_is_on_is_the_rules_to_say():
    x = np.repeat(np.arange(-20.0, 21.0), 3)
    y = (x > 0).astype(float)
    beyond = sharp(x, x > 0, y, np.arange(len(x)), within=Widths(10, 10, 12))
    at = sharp(x, x >= 0, y, np.arange(len(x)), within=Widths(10, 10, 12))
    assert beyond.estimate == pytest.approx(1)
    assert at.estimate < 0.9


def test_money_in_cents_gives_the_same_answer_in_cents():
    world = cash(np.random.default_rng(1), 1500)
    major, minor = (sharp(unit * world.x, world.above, unit * world.y, world.clusters) for unit in (1, 100))
    assert minor.low == pytest.approx(100 * major.low)
    assert minor.widths.jump == pytest.approx(100 * major.widths.jump)
    assert minor.p == pytest.approx(major.p)


def slow_residual(distance, y, row):
    """By the definition: the mean of everybody as near as the third nearest."""
    apart = np.abs(np.delete(distance, row) - distance[row])
    near = apart <= np.sort(apart)[2] + 1e-12
    return np.sqrt(near.sum() / (near.sum() + 1)) * (y[row] - np.delete(y, row)[near].mean())


@pytest.mark.parametrize("spread", [lambda r: r.normal(size=60), lambda r: r.integers(0, 12, 60).astype(float)])
def test_neighbours_are_the_three_nearest_and_all_as_near(spread):
    random = np.random.default_rng(4)
    distance, y = spread(random), random.normal(size=60)
    expected = [slow_residual(distance, y, row) for row in range(60)]
    assert neighbour_residuals(distance, y) == pytest.approx(expected)


def test_weights_give_back_the_polynomial_they_are_of():
    distance = np.random.default_rng(2).uniform(0, 3, 40)
    found = weights_at_cut(distance, 2.5, 3) @ (1 - 2 * distance + 0.5 * distance**3)
    assert found == pytest.approx([1, -2, 0, 0.5])


@pytest.mark.parametrize("draw", [cash, worked_more, debtors, days], ids=lambda draw: draw.__name__)
def test_the_interval_holds_the_truth_about_nineteen_times_in_twenty(draw):
    held = []
    for seed in range(100):
        world = draw(np.random.default_rng([3, seed]), 2000)
        if world.treated is None:
            found = sharp(world.x, world.above, world.y, world.clusters)
        else:
            found = fuzzy(world.x, world.above, world.y, world.treated, world.clusters).effect
        held.append(found.low < world.jump < found.high)
    assert 0.89 <= np.mean(held) <= 0.99
