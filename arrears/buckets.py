"""How late an account is, as a word: the buckets, their edges and their order.

This file knows days and cycles; which of them an account has on a day is for `features.delinquency` to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Bucket(StrEnum):
    """The delinquency buckets from good to bad, then the states from which no account comes back to a queue."""

    CURRENT = "CURRENT"
    D1_29 = "1-29"
    D30_59 = "30-59"
    D60_89 = "60-89"
    D90_119 = "90-119"
    D120_149 = "120-149"
    D150_179 = "150-179"
    D180 = "180+"
    CHARGED_OFF = "CHARGED_OFF"
    PAID_OFF = "PAID_OFF"
    LEFT = "LEFT"


AGEING: tuple[Bucket, ...] = (
    Bucket.CURRENT,
    Bucket.D1_29,
    Bucket.D30_59,
    Bucket.D60_89,
    Bucket.D90_119,
    Bucket.D120_149,
    Bucket.D150_179,
    Bucket.D180,
)
"""The buckets an account moves through while it is open, in order; the position is the bucket's rank."""

DEFAULT_EDGES: tuple[int, ...] = (1, 30, 60, 90, 120, 150, 180)
"""First day past due of each bucket after CURRENT; lower edge inclusive."""


def bucket_of_days(days_past_due: int, edges: Sequence[int] = DEFAULT_EDGES) -> Bucket:
    """The bucket of an account that is so many whole days past due.

    Examples
    --------
    >>> [str(bucket_of_days(days)) for days in (0, 1, 29, 30, 179, 180)]
    ['CURRENT', '1-29', '1-29', '30-59', '150-179', '180+']
    """
    return AGEING[sum(days_past_due >= edge for edge in edges)]


def bucket_of_cycles(cycles_past_due: int) -> Bucket:
    """The bucket of an account that has missed so many billing cycles; seven and more are 180+.

    Examples
    --------
    >>> [str(bucket_of_cycles(cycles)) for cycles in (0, 1, 2, 8)]
    ['CURRENT', '1-29', '30-59', '180+']
    """
    return AGEING[min(max(cycles_past_due, 0), len(AGEING) - 1)]


def rank(bucket: Bucket) -> int:
    """Position of an ageing bucket, 0 for CURRENT to 7 for 180+.

    Raises
    ------
    ValueError : the bucket is not an ageing one (CHARGED_OFF, PAID_OFF, LEFT).

    Examples
    --------
    >>> rank(Bucket.D60_89)
    3
    """
    return AGEING.index(bucket)
