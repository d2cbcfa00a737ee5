"""A correction recovers a known distortion, is kept only if it helps later rows, and always rises."""

from __future__ import annotations

import numpy as np
import pytest

from models.calibration import METHODS, choose, fitted, loss_under
from models.scorer import calibrated_margin, sigmoid


def world(rows, seed, slope=1.0, level=0.0):
    """Margins, and outcomes whose true log-odds are slope x margin + level."""
    random = np.random.default_rng(seed)
    margins = random.normal(0, 2, rows)
    return margins, (random.random(rows) < sigmoid(slope * margins + level)).astype(float)


def test_margins_that_mean_what_they_say_are_left_alone():
    assert choose(world(5000, 1), world(5000, 2)).method == "identity"


@pytest.mark.parametrize("method", METHODS)
def test_every_candidate_repairs_margins_twice_too_wide(method):
    found = fitted(method, *world(20_000, 3, slope=0.5, level=0.3))
    grid = np.linspace(-3, 3, 7)
    assert sigmoid(calibrated_margin(grid, found)) == pytest.approx(sigmoid(0.5 * grid + 0.3), abs=0.03)


def test_a_correction_that_helps_later_rows_is_kept():
    choice = choose(world(5000, 4, slope=0.5), world(5000, 5, slope=0.5))
    assert choice.method != "identity"
    assert choice.held_out_log_loss[choice.method] < choice.held_out_log_loss["identity"]


def test_a_correction_of_a_slice_unlike_the_next_is_not_kept():
    assert choose(world(5000, 6, slope=0.4), world(5000, 7)).method == "identity"


def test_a_correction_that_would_turn_the_ranking_round_is_no_candidate():
    assert fitted("platt", *world(3000, 8, slope=-1.0)) is None
    assert fitted("beta", *world(3000, 8, slope=-1.0)) is None
    assert fitted("quadratic", *world(3000, 8, slope=-1.0)) is None


@pytest.mark.parametrize("method", METHODS)
def test_a_correction_never_turns_the_ranking_round(method):
    found = fitted(method, *world(3000, 9, slope=0.7, level=-0.5))
    bent = calibrated_margin(np.linspace(-12, 12, 200), found)
    assert np.all(np.diff(bent) > 0)


def test_a_quadratic_goes_on_straight_beyond_what_it_was_fitted_on():
    found = fitted("quadratic", *world(3000, 10, slope=0.7))
    beyond = calibrated_margin(found["high"] + np.array([0.0, 1.0, 2.0]), found)
    assert beyond[2] - beyond[1] == pytest.approx(beyond[1] - beyond[0])


def test_identity_is_fitted_by_doing_nothing():
    margins, y = world(100, 11)
    assert calibrated_margin(margins, fitted("identity", margins, y)) is margins


def test_loss_of_margins_is_log_loss():
    margins, y = world(500, 12)
    p = sigmoid(margins)
    assert loss_under({"method": "identity"}, margins, y) == pytest.approx(
        -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    )


def test_an_unknown_method_is_named():
    with pytest.raises(ValueError, match="isotonic"):
        calibrated_margin(np.zeros(1), {"method": "isotonic"})


def test_on_a_few_hundred_rows_chance_alone_keeps_hardly_a_correction_that_must_be_sure():
    slices = [(world(500, seed), world(500, 1000 + seed)) for seed in range(60)]
    assert sum(choose(*each, surely=True).method != "identity" for each in slices) <= 4


def test_a_correction_that_helps_much_is_surely_kept():
    assert choose(world(5000, 4, slope=0.5), world(5000, 5, slope=0.5), surely=True).method != "identity"
