"""Matrix arithmetic: rows are shares, products go ahead in time, losses never fall as buckets get worse."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from arrears.buckets import AGEING, Bucket
from arrears.roll_matrix import (
    CHARGED_OFF,
    OLDEST,
    STATES,
    absorbing_loss,
    loss_factors,
    loss_state,
    months_ahead,
    shares,
    smoothed,
)

COUNTS = hnp.arrays(np.float64, (len(STATES), len(STATES)), elements=st.integers(0, 500).map(float))


def ladder(*, charge_off: bool = False) -> np.ndarray:
    """Half of each bucket pays, half rolls."""
    matrix = np.eye(len(STATES))
    for bucket in range(1, OLDEST + charge_off):
        matrix[bucket, [bucket, 0, bucket + 1]] = [0.0, 0.5, 0.5]
    return matrix


@given(COUNTS)
def test_every_row_of_a_smoothed_matrix_sums_to_one(counts):
    assert np.allclose(smoothed(counts).sum(axis=1), 1)


@given(COUNTS)
def test_smoothing_leaves_exits_where_they_are(counts):
    assert np.array_equal(smoothed(counts)[CHARGED_OFF:], np.eye(len(STATES))[CHARGED_OFF:])


@given(COUNTS, st.floats(0, 1), st.sampled_from([1, 3, 12]))
def test_a_worse_bucket_is_never_less_likely_lost(counts, recovery, months):
    factors = list(loss_factors(smoothed(counts), recovery, months=months).by_bucket.values())
    assert all(a <= b + 1e-12 for a, b in itertools.pairwise(factors))


@given(COUNTS)
def test_months_ahead_compose(counts):
    matrix = smoothed(counts)
    assert np.allclose(months_ahead(matrix, 6), months_ahead(matrix, 3) @ months_ahead(matrix, 3))


def test_a_large_bucket_keeps_its_own_shares():
    counts = np.zeros((len(STATES), len(STATES)))
    counts[0, :2], counts[1, :2] = [90_000, 10_000], [1, 0]
    assert smoothed(counts)[0, 1] == pytest.approx(0.1, abs=2e-3)


def test_a_bucket_nobody_was_in_moves_like_its_neighbours():
    counts = np.zeros((len(STATES), len(STATES)))
    counts[0, 0], counts[2, 3] = 100, 100
    assert smoothed(counts)[1, [0, 3]].tolist() == [0.5, 0.5]


def test_a_book_without_moves_stays_where_it_is():
    assert np.array_equal(smoothed(np.zeros((len(STATES), len(STATES)))), np.eye(len(STATES)))


def test_entry_to_180_is_the_loss_of_a_book_without_charge_offs():
    assert STATES[loss_state(ladder())] == Bucket.D180


def test_charge_off_is_the_loss_where_it_is_seen():
    assert STATES[loss_state(ladder(charge_off=True))] == Bucket.CHARGED_OFF


def test_the_oldest_bucket_is_absorbing_in_the_loss_product_only():
    matrix = ladder()
    matrix[OLDEST, [OLDEST, 0]] = [0.4, 0.6]
    closed = absorbing_loss(matrix)
    assert (closed[OLDEST, OLDEST], matrix[OLDEST, OLDEST]) == (1.0, 0.4)


def test_loss_factors_are_the_matrix_product_less_recovery():
    factors = loss_factors(ladder(), 0.25).by_bucket
    assert [factors[bucket] for bucket in AGEING] == [
        0.75 * 0.5**step if step < 7 else 0.0 for step in range(7, -1, -1)
    ]


def test_charged_off_has_lost_everything_but_the_recovery():
    assert loss_factors(ladder(charge_off=True), 0.12).by_bucket[Bucket.CHARGED_OFF] == pytest.approx(0.88)


def test_neighbours_in_the_wrong_order_share_their_mean_and_it_is_said():
    matrix = ladder()
    matrix[1], matrix[2] = matrix[2][[0, 2, 1, *range(3, 11)]].copy(), matrix[1].copy()
    matrix[1] = np.eye(len(STATES))[3]
    matrix[2] = np.eye(len(STATES))[0]
    factors = loss_factors(matrix, 0.0)
    assert factors.pooled
    assert factors.by_bucket[Bucket.D1_29] == factors.by_bucket[Bucket.D30_59]


def test_a_share_of_nothing_is_nan_not_zero():
    assert np.isnan(shares(np.zeros((len(STATES), len(STATES))))).all()
