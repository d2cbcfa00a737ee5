"""A thousand books about a threshold, of each of several kinds: how often the interval of the effect holds the truth,
and how often the density check calls a book moved in which nobody moved.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from tests.benchmarks.sizes import sized
from tests.training.effect_worlds import WORLDS, crooked
from training.effect.density import density_check
from training.effect.discontinuity import fuzzy, sharp

RUNS = sized(1000, 10)
ROWS = 3000
pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]


def worlds(draw):
    return (draw(np.random.default_rng([11, seed]), ROWS) for seed in range(RUNS))


def interval(world):
    if world.treated is not None:
        return fuzzy(world.x, world.above, world.y, world.treated, world.clusters).effect
    return sharp(world.x, world.above, world.y, world.clusters)


@pytest.mark.parametrize("name", WORLDS)
def test_the_interval_holds_the_truth_in_93_to_97_of_100(name, record_property):
    found = [(world.jump, interval(world)) for world in worlds(WORLDS[name])]
    held = np.mean([jump.low < truth < jump.high for truth, jump in found])
    # What an interval would do that forgets its bias.
    plain = np.mean([abs(jump.estimate - truth) < 1.96 * jump.plain_error for truth, jump in found])
    record_property(
        f"effect, {name}: interval holds the truth", f"{held:.3f} of {RUNS} (without correction {plain:.3f})"
    )
    assert 0.93 <= held <= 0.97


@pytest.mark.parametrize("name", WORLDS)
def test_five_books_in_a_hundred_are_called_moved(name, record_property):
    found = [density_check(world.x, world.above, world.clusters) for world in worlds(WORLDS[name])]
    called, blatant = np.mean([each.p < 0.05 for each in found]), np.mean([each.nearest_p < 0.001 for each in found])
    record_property(f"effect, {name}: density check's size", f"{called:.3f} of {RUNS} (nearest {blatant:.3f})")
    assert 0.035 <= called <= 0.065
    assert blatant <= 0.005


def test_on_the_hardest_curve_the_interval_is_as_good_as_the_published_code(record_property):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the published code's libraries say of each other
        from rdrobust import rdrobust

        ours, theirs = [], []
        for seed in range(RUNS // 5):
            world = crooked(np.random.default_rng([11, seed]), ROWS)
            found, published = interval(world), rdrobust(world.y, world.x, masspoints="off").ci.iloc[2]
            ours.append(found.low < world.jump < found.high)
            theirs.append(published.iloc[0] < world.jump < published.iloc[1])
    record_property(
        "effect, hardest curve: interval holds the truth", f"{np.mean(ours):.3f}, rdrobust {np.mean(theirs):.3f}"
    )
    assert np.mean(ours) >= np.mean(theirs) - 0.01
