"""What a stopped test claims: right as often as it says, whatever the effect and the looks."""

import numpy as np
import pytest
from scipy.stats import kstest, norm

from arrears.experiments.boundaries import Bounds, bounds
from arrears.experiments.stopped import adjusted, at_least, repeated

TIMES = (0.3, 0.6, 0.8, 1.0)


def stops(drift, count, seed):
    """The look at which each of many paths stops, and its Z there."""
    found = bounds(TIMES, spending="pocock")
    times = np.array(TIMES)
    gaps = np.diff(times, prepend=0)
    draws = np.random.default_rng(seed).standard_normal((count, 4)) * np.sqrt(gaps)
    z = (np.cumsum(draws, axis=1) + drift * times) / np.sqrt(times)
    out = (z >= found.high) | (z <= found.low)
    out[:, -1] = True
    look = out.argmax(axis=1)
    return found, look, z[np.arange(count), look]


def upto(found, look):
    return Bounds(*(each[: look + 1] for each in (found.information, found.low, found.high)))


@pytest.mark.parametrize("drift", [-1.0, 0.0, 2.0])
def test_under_the_true_effect_every_chance_is_as_likely_as_any_other(drift):
    found, look, z = stops(drift, 800, [5, int(drift) + 9])
    chances = [at_least(upto(found, each), here, drift=drift) for each, here in zip(look, z, strict=True)]
    assert kstest(chances, "uniform").pvalue > 0.01


def test_interval_and_chance_agree_on_whether_there_is_an_effect():
    found, look, z = stops(1.8, 25, 8)
    for each, here in zip(look, z, strict=True):
        claim = adjusted(upto(found, each), here, 25.0)
        assert (claim.p < 0.05) == (claim.low > 0 or claim.high < 0)
        assert claim.low < claim.estimate < claim.high


def test_an_early_stop_is_drawn_in():
    found = bounds(TIMES, spending="pocock")
    early = adjusted(upto(found, 0), 2.9, 10.0)
    assert early.estimate < 29.0
    assert early.p > 2 * norm.sf(2.9) - 1e-12


def test_crossing_exactly_at_the_last_look_uses_up_the_error():
    found = bounds(TIMES)
    assert adjusted(found, found.high[-1], 1.0).p == pytest.approx(0.05, abs=1e-6)
    assert adjusted(found, found.low[-1], 1.0).p == pytest.approx(0.05, abs=1e-6)


def test_the_repeated_interval_leaves_zero_out_exactly_when_a_bound_is_crossed():
    found = bounds((0.5,))
    for z in (found.high[0] - 1e-9, found.high[0] + 1e-9):
        low, _ = repeated(found, z * 7.0, lambda many: 7.0 * many)
        assert (low > 0) == (z > found.high[0])


def test_a_look_that_may_not_promote_claims_no_lower_end():
    low, high = repeated(bounds((0.5,), may_promote=[False]), 10.0, lambda many: 2.0 * many)
    assert low == -np.inf
    assert np.isfinite(high)
