"""Bounds against published tables, and what they promise against simulated paths."""

from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm

from arrears.errors import WrongUse
from arrears.experiments.boundaries import Bounds, bounds, crossing
from arrears.experiments.spending import spent

FIVE = [0.2, 0.4, 0.6, 0.8, 1.0]


def evenly(looks):
    return [(look + 1) / looks for look in range(looks)]


def error(times, low, high):
    return sum(map(sum, crossing(times, low, high)))


# Jennison and Turnbull, Group Sequential Methods (2000), tables 2.1 and 2.3, two-sided 0.05.
@pytest.mark.parametrize(
    ("looks", "pocock", "obrien_fleming"),
    [
        (2, 2.178, 1.977),
        (3, 2.289, 2.004),
        (4, 2.361, 2.024),
        (5, 2.413, 2.040),
        (10, 2.555, 2.087),
        (20, 2.672, 2.126),
    ],
)
def test_constants_of_the_classical_bounds_are_the_textbooks(looks, pocock, obrien_fleming):
    times = np.array(evenly(looks))
    flat = brentq(lambda c: error(times, [-c] * looks, [c] * looks) - 0.05, 1.5, 4)
    steep = brentq(lambda c: error(times, -c / np.sqrt(times), c / np.sqrt(times)) - 0.05, 1.5, 4)
    assert (round(flat, 3), round(steep, 3)) == (pocock, obrien_fleming)


# Reboussin, DeMets, Kim and Lan, Computations for group sequential boundaries using the Lan-DeMets spending function
# method, Controlled Clinical Trials 21 (2000): five even looks, two-sided 0.05.
@pytest.mark.parametrize(
    ("spending", "published"),
    [
        ("obrien_fleming_by_side", [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]),
        ("pocock", [2.4380, 2.4268, 2.4101, 2.3966, 2.3859]),
    ],
)
def test_bounds_by_spending_are_the_published_ones(spending, published):
    found = bounds(FIVE, spending=spending)
    np.testing.assert_allclose(found.high, published, atol=2e-4)
    np.testing.assert_allclose(found.low, np.negative(published), atol=2e-4)


def test_one_look_has_the_bounds_of_a_fixed_test():
    assert bounds([1.0]).high[0] == pytest.approx(norm.isf(0.025), abs=1e-9)


rising = st.lists(st.integers(1, 400), min_size=1, max_size=12, unique=True).map(
    lambda steps: [each / 400 for each in sorted(steps)]
)
ways = st.sampled_from(["obrien_fleming", "obrien_fleming_by_side", "pocock"])


@settings(max_examples=40)
@given(rising, ways)
def test_at_every_look_what_was_spent_is_what_was_allowed(times, spending):
    found = bounds(times, spending=spending)
    below, above = crossing(times, found.low, found.high)
    allowed = spent(spending, np.array(times), 0.025)
    np.testing.assert_allclose(np.cumsum(below), allowed, atol=1e-9)
    np.testing.assert_allclose(np.cumsum(above), allowed, atol=1e-9)


@settings(max_examples=40)
@given(rising, ways)
def test_a_later_look_moves_no_earlier_bound(times, spending):
    np.testing.assert_allclose(
        bounds(times[:-1], spending=spending).high, bounds(times, spending=spending).high[:-1], atol=1e-8
    )


@settings(max_examples=40)
@given(rising, st.data())
def test_looks_that_may_not_promote_leave_their_error_to_later_ones(times, data):
    may = data.draw(st.lists(st.booleans(), min_size=len(times), max_size=len(times)))
    found = bounds(times, may_promote=[*may[:-1], True], ended=True)
    below, above = crossing(times, found.low, found.high)
    assert [
        not np.isfinite(high) for high, open_above in zip(found.high, may[:-1], strict=False) if not open_above
    ] == [True] * (len(may) - 1 - sum(may[:-1]))
    assert below.sum() == pytest.approx(0.025, abs=1e-8)
    assert above.sum() == pytest.approx(0.025, abs=1e-8)


@settings(max_examples=40)
@given(rising)
def test_either_side_spends_its_own_half_in_its_own_way(times):
    found = bounds(times, spending="obrien_fleming", harm="pocock")
    below, above = crossing(times, found.low, found.high)
    assert below.sum() == pytest.approx(spent("pocock", np.array(times[-1:]), 0.025)[0], abs=1e-8)
    assert above.sum() == pytest.approx(spent("obrien_fleming", np.array(times[-1:]), 0.025)[0], abs=1e-8)


def test_a_test_that_ends_short_of_its_plan_spends_what_is_left():
    assert bounds([0.4, 0.7], ended=True).high[-1] < bounds([0.4, 0.7]).high[-1]


@pytest.mark.parametrize("looks", [2, 7, 28])
@pytest.mark.parametrize("drift", [0.0, 1.0, 2.8])
def test_chances_of_crossing_are_those_of_simulated_paths(looks, drift):
    times = np.array(evenly(looks))
    found = bounds(times.tolist(), spending="pocock")
    draws = np.random.default_rng([3, looks]).standard_normal((100_000, looks)) / np.sqrt(looks)
    z = (np.cumsum(draws, axis=1) + drift * times) / np.sqrt(times)
    out = (z >= found.high) | (z <= found.low)
    first = np.where(out.any(axis=1), out.argmax(axis=1), looks)
    simulated = np.bincount(first, minlength=looks + 1)[:looks] / len(draws)
    np.testing.assert_allclose(
        np.add(*crossing(times.tolist(), found.low, found.high, drift=drift)), simulated, atol=0.006
    )


def test_with_28_looks_the_default_keeps_the_power_and_stops_at_three_quarters():
    times = evenly(28)
    found = bounds(times)
    below, above = crossing(times, found.low, found.high, drift=norm.isf(0.025) + norm.isf(0.2))
    stop = float((np.array(times) * (below + above)).sum() + 1 - below.sum() - above.sum())
    assert above.sum() >= 0.77
    assert stop <= 0.75


@pytest.mark.parametrize("rule", [{}, {"harm": "pocock"}, {"spending": "pocock"}])
def test_28_looks_at_arms_alike_err_in_5_tests_of_a_hundred_and_the_first_star_in_27(rule):
    draws = np.random.default_rng(13).standard_normal((60_000, 28))
    z = np.cumsum(draws, axis=1) / np.sqrt(np.arange(1, 29))
    found = bounds(evenly(28), **rule)
    erred = ((z >= found.high) | (z <= found.low)).any(axis=1).mean()
    assert 0.045 <= erred <= 0.055
    assert 0.26 <= (np.abs(z) >= 1.96).any(axis=1).mean() <= 0.285


def test_looks_very_close_together_cost_nothing_but_what_they_are_allowed():
    times = [0.5, 0.5001, 0.5002, 1.0]
    found = bounds(times)
    assert error(times, found.low, found.high) == pytest.approx(0.05, abs=1e-8)


@pytest.mark.parametrize("times", [[0.5, 0.5], [0.5, 0.4], [0.0, 1.0], [0.5, 1.1]])
def test_information_that_does_not_rise_within_the_plan_is_refused(times):
    with pytest.raises(WrongUse, match="each above the one before"):
        bounds(times)


def test_answers_for_other_looks_are_refused():
    with pytest.raises(WrongUse, match="2 looks and 1 answers"):
        bounds([0.5, 1.0], may_promote=[True])


def test_an_unknown_way_of_spending_is_refused():
    with pytest.raises(WrongUse, match="obrien_fleming_by_side, pocock"):
        bounds([1.0], spending=cast(Any, "all_at_once"))


def test_bounds_that_leave_no_room_let_no_path_through():
    found = Bounds((0.5, 1.0), (0.0, -2.0), (0.0, 2.0))
    below, above = crossing(found.information, found.low, found.high)
    assert below[0] + above[0] == pytest.approx(1.0)
    assert below[1] + above[1] == 0.0
