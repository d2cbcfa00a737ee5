"""Intervals and checks that may be read on any day."""

import numpy as np
import pytest

from arrears.errors import WrongUse
from arrears.experiments.mismatch import ALPHA, evidence, mismatch
from arrears.experiments.sequences import ConfidenceSequence


def test_width_is_the_published_formula():
    # arXiv 2103.06476, Theorem 2.2, with sigma = 1 and 500 observations.
    rho2 = (-2 * np.log(0.1) + np.log(-2 * np.log(0.1) + 1)) / 800
    t = 500
    published = np.sqrt(2 * (t * rho2 + 1) / (t**2 * rho2) * np.log(np.sqrt(t * rho2 + 1) / 0.1))
    found = ConfidenceSequence(alpha=0.1, tightest_at=800).half_width(t, 1 / np.sqrt(t))
    assert found == pytest.approx(published)


def test_the_sequence_misses_the_truth_in_fewer_runs_than_allowed_however_often_it_is_read():
    draws = np.random.default_rng(4).standard_normal((4000, 600))
    counts = np.arange(1, 601)
    means = np.cumsum(draws, axis=1) / counts
    sequence = ConfidenceSequence(alpha=0.05, tightest_at=300)
    widths = np.array([sequence.half_width(float(count), 1 / np.sqrt(count)) for count in counts])
    missed = (np.abs(means) > widths).any(axis=1).mean()
    assert 0.005 < missed <= 0.05


def test_an_interval_over_nobody_is_refused():
    with pytest.raises(WrongUse, match="0 debtors"):
        ConfidenceSequence(alpha=0.05, tightest_at=300).half_width(0, 1.0)


def test_evidence_against_the_shares_is_a_martingale():
    # Under the designed shares the ratio's mean over the next unit is the ratio itself, from any counts.
    shares, counts = np.array([0.7, 0.2, 0.1]), np.array([40, 25, 3])
    following = [evidence(counts + np.eye(3, dtype=int)[arm], shares) for arm in range(3)]
    assert np.exp(following) @ shares == pytest.approx(np.exp(evidence(counts, shares)), rel=1e-9)


def test_right_shares_are_called_crooked_in_at_most_one_test_of_a_thousand():
    arrivals = np.random.default_rng(6).binomial(900, 0.5, size=(4000, 56))
    counts = np.stack([arrivals, 900 - arrivals], axis=-1)
    most = evidence(np.cumsum(counts, axis=1), np.array([0.5, 0.5])).max(axis=1)
    assert (most >= -np.log(ALPHA)).mean() <= ALPHA


def test_51_to_49_is_found_among_100_000():
    days = np.random.default_rng(7).multinomial(2000, [0.51, 0.49], size=50)
    found = mismatch(days.tolist(), [0.5, 0.5])
    assert found.found
    assert found.p < ALPHA
    assert found.since < 49
    assert sum(found.counted) == 100_000
    assert found.expected == (50_000, 50_000)


def test_once_found_a_mismatch_stays_found_though_later_days_even_it_out():
    found = mismatch([[3000, 2000], [2000, 3000], [50_000, 50_000]], [0.5, 0.5])
    assert found.found
    assert found.since == 0
    assert found.p == mismatch([[3000, 2000]], [0.5, 0.5]).p


def test_before_anybody_is_assigned_nothing_is_found():
    found = mismatch([], [0.9, 0.1])
    assert (found.found, found.p, found.counted, found.since) == (False, 1.0, (0, 0), None)


@pytest.mark.parametrize(("counts", "shares"), [([[1, 2, 3]], [0.5, 0.5]), ([[1, 2]], [0.5, 0.4])])
def test_counts_of_other_arms_or_shares_that_do_not_sum_are_refused(counts, shares):
    with pytest.raises(WrongUse, match="one share and one count an arm"):
        mismatch(counts, shares)
