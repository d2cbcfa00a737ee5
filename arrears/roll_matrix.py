"""What a matrix of moves between buckets says: shares, months ahead, and how much of a bucket ends as a loss.

Plain arithmetic over NumPy arrays whose rows (from) and columns (to) follow `STATES`. Where the moves come from
(statements, a model) is for `training` to say; the loss factors it yields are what a queue's value is made of.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arrears.buckets import AGEING, Bucket
from arrears.errors import BadInput

Matrix = NDArray[np.float64]

STATES: tuple[Bucket, ...] = (*AGEING, Bucket.CHARGED_OFF, Bucket.PAID_OFF, Bucket.LEFT)
"""Rows and columns of every matrix here: the ageing buckets, then the states from which no account comes back."""

CHARGED_OFF = STATES.index(Bucket.CHARGED_OFF)
OLDEST = len(AGEING) - 1
EXITS = (CHARGED_OFF, STATES.index(Bucket.PAID_OFF), STATES.index(Bucket.LEFT))

BORROWED_MOVES = 20.0
"""How many moves a bucket borrows from its two neighbours: enough to speak for one that few accounts ever left."""


class EmptyBucket(BadInput):
    """A bucket starts with no account (or no money) to take a share of."""


def shares(counts: Matrix) -> Matrix:
    """Share of each state that ends the month in each state; a state nobody was in has NaN.

    Parameters
    ----------
    counts : (11, 11) accounts or money that moved from row to column.

    Examples
    --------
    >>> moved = np.zeros((len(STATES), len(STATES)))
    >>> moved[2, [0, 2, 3]] = [1, 2, 1]
    >>> shares(moved)[2, :4].tolist()
    [0.25, 0.0, 0.5, 0.25]
    """
    totals = counts.sum(axis=1, keepdims=True)
    divided: Matrix = np.divide(counts, totals, out=np.full(counts.shape, np.nan), where=totals > 0)
    return divided


def share_of(counts: Matrix, bucket_from: Bucket, bucket_to: Bucket) -> float:
    """The roll rate from one bucket to another.

    Raises
    ------
    EmptyBucket : nothing started the month in `bucket_from`.

    Examples
    --------
    >>> share_of(np.zeros((11, 11)), Bucket.D1_29, Bucket.CURRENT)
    Traceback (most recent call last):
    arrears.roll_matrix.EmptyBucket: asked: the share of bucket 1-29 that moved to CURRENT
    found: no account or money started a month in 1-29
    do: Take more months, or the smoothed matrix.
    """
    share = shares(counts)[STATES.index(bucket_from), STATES.index(bucket_to)]
    if np.isnan(share):
        raise EmptyBucket(
            asked=f"the share of bucket {bucket_from} that moved to {bucket_to}",
            found=f"no account or money started a month in {bucket_from}",
            do="Take more months, or the smoothed matrix.",
        )
    return float(share)


def smoothed(counts: Matrix, *, borrowed: float = BORROWED_MOVES) -> Matrix:
    """A whole transition matrix: each ageing bucket's own moves, with a few borrowed from its neighbours.

    Parameters
    ----------
    counts : (11, 11) accounts that moved from row to column.
    borrowed : how many moves each bucket takes from the rows beside it, to tell what is rarely or never seen.

    Returns
    -------
    (11, 11) shares; every row sums to 1 and the exits keep what they have.

    Notes
    -----
    A neighbour without moves of its own is passed over for the next one on that side. With no moves at all in the
    book every bucket stays where it is.
    """
    own = shares(counts)
    matrix = np.eye(len(STATES))
    for bucket in range(len(AGEING)):
        seen = counts[bucket].sum()
        lent = _neighbours(own, bucket)
        if seen + (borrowed if lent is not None else 0) > 0:
            rows = counts[bucket] if lent is None else counts[bucket] + borrowed * lent
            matrix[bucket] = rows / rows.sum()
    return matrix


def _neighbours(own: Matrix, bucket: int) -> Matrix | None:
    below = [row for row in own[:bucket][::-1] if not np.isnan(row[0])][:1]
    above = [row for row in own[bucket + 1 : len(AGEING)] if not np.isnan(row[0])][:1]
    return np.mean(below + above, axis=0) if below or above else None


def months_ahead(matrix: Matrix, months: int) -> Matrix:
    """Where each state stands after so many months, if every month moves like `matrix`.

    Examples
    --------
    >>> bool(np.allclose(months_ahead(np.eye(11), 12), np.eye(11)))
    True
    """
    return np.asarray(np.linalg.matrix_power(matrix, months))


def loss_state(matrix: Matrix) -> int:
    """The state that counts as lost: CHARGED_OFF where a bucket leads there, else 180+.

    Examples
    --------
    >>> STATES[loss_state(np.eye(11))].value
    '180+'
    """
    return CHARGED_OFF if matrix[: len(AGEING), CHARGED_OFF].max() > 0 else OLDEST


def absorbing_loss(matrix: Matrix) -> Matrix:
    """The matrix from which no lost account returns; only the loss product reads it so, no other number does."""
    closed = matrix.copy()
    for state in {loss_state(matrix), *EXITS}:
        closed[state] = np.eye(len(STATES))[state]
    return closed


@dataclass(frozen=True)
class LossFactors:
    """What share of an account's exposure is lost, by the bucket it stands in.

    Attributes
    ----------
    by_bucket : P(lost within `months`) x (1 - recovery), for the ageing buckets and CHARGED_OFF; never falls as the
        bucket gets worse.
    lost_at : the state that counts as the loss.
    months : how many months the matrix was multiplied.
    pooled : True where two neighbouring buckets came out in the wrong order and share their mean.
    """

    by_bucket: dict[Bucket, float]
    lost_at: Bucket
    months: int
    pooled: bool


def loss_factors(matrix: Matrix, recovery_share: float, *, months: int = 12) -> LossFactors:
    """Loss factor of every bucket, by the matrix's own product.

    Parameters
    ----------
    matrix : (11, 11) shares without NaN, as `smoothed` gives.
    recovery_share : collected after the loss, as a share of what was lost, 0-1.
    months : how far ahead a loss counts.

    Notes
    -----
    A book without charge-offs takes entry to 180+ as the loss, absorbing here only. Sampling noise may order two
    neighbours wrongly; they are then given their mean (pool adjacent violators), because a roll that would seem to
    earn money is noise.

    Examples
    --------
    >>> ladder = np.eye(11)
    >>> for bucket in range(1, 7):
    ...     ladder[bucket, [bucket, 0, bucket + 1]] = [0, 0.5, 0.5]
    >>> factors = loss_factors(ladder, 0.2)
    >>> factors.by_bucket[Bucket.D150_179], factors.by_bucket[Bucket.D120_149], factors.by_bucket[Bucket.CURRENT]
    (0.4, 0.2, 0.0)
    """
    lost = loss_state(matrix)
    chance = months_ahead(absorbing_loss(matrix), months)[: CHARGED_OFF + 1, lost].copy()
    chance[CHARGED_OFF] = 1.0
    ordered = _never_falling(chance)
    kept = {state: float(share * (1 - recovery_share)) for state, share in zip(STATES, ordered, strict=False)}
    return LossFactors(
        by_bucket=kept, lost_at=STATES[lost], months=months, pooled=not bool(np.allclose(ordered, chance))
    )


def _never_falling(values: Matrix) -> Matrix:
    blocks: list[list[float]] = []
    for value in values:
        blocks.append([float(value)])
        while len(blocks) > 1 and np.mean(blocks[-2]) > np.mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    return np.concatenate([np.full(len(block), np.mean(block)) for block in blocks])
