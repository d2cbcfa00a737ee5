"""Chance that depends on who and when, and on nothing else: the same seed, key and day give the same number.

Draws are a hash of a counter (splitmix64), so a strategy that acts on one debtor changes nobody else's luck, and two
strategies worked on the same world are compared draw by draw.
"""

from __future__ import annotations

from enum import IntEnum, unique

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_WORD = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15


@unique
class Stream(IntEnum):
    """What a draw is for; two streams never share a number."""

    PAY = 1
    KIND = 2
    RETURNED = 3
    RECORDED = 4
    MISS = 5
    PAY_DAY = 6
    REACH = 7
    LINE = 8
    TALK = 9
    PROMISED_KIND = 10
    BLOCK_DAYS = 11
    SHOCK = 12
    SHOCK_DAY = 13
    SHOCK_DAYS = 14
    CALLED = 15
    MESSAGED = 16
    HOUR = 17
    COLLECTOR = 18
    MINUTES = 19
    INBOUND = 20
    KEPT_ROW = 21
    DELIVERED = 22
    MOOD = 23
    MOOD_DAY = 24
    HELD_OUT = 25
    INTENSITY = 26


def uniform(seed: int, stream: Stream, keys: NDArray[np.integer], at: int, nth: int = 0) -> Floats:
    """A number in (0, 1) for each key, on one day and for one purpose.

    Parameters
    ----------
    keys : whom the draw is about, such as account numbers.
    at : the day's number.
    nth : tells several draws for the same purpose on one day apart.

    Examples
    --------
    >>> both = uniform(7, Stream.PAY, np.array([3, 4]), at=10)
    >>> bool(both[1] == uniform(7, Stream.PAY, np.array([4]), at=10)[0])
    True
    """
    base = _mixed_number(_mixed_number(_mixed_number(seed) + 1000 * int(stream) + nth) + at)
    word = keys.astype(np.uint64)
    word *= np.uint64(_STEP)
    word += np.uint64(base)
    word ^= word >> np.uint64(30)
    word *= np.uint64(0xBF58476D1CE4E5B9)
    word ^= word >> np.uint64(27)
    word *= np.uint64(0x94D049BB133111EB)
    word ^= word >> np.uint64(31)
    # 53 bits fill a double; the half keeps 0 and 1 out, where a logarithm would be infinite.
    drawn: Floats = ((word >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    return drawn


def _mixed_number(word: int) -> int:
    word = (word * _STEP + _STEP) & _WORD
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & _WORD
    return word ^ (word >> 31)


def chosen(draws: Floats, shares: Floats) -> NDArray[np.int64]:
    """Which column each draw falls into, where the columns of a row are shares that sum to at most 1.

    A draw beyond the sum falls into the last column.

    Examples
    --------
    >>> chosen(np.array([0.1, 0.6, 0.99]), np.array([[0.5, 0.25, 0.25]] * 3)).tolist()
    [0, 1, 2]
    """
    edges = np.cumsum(shares[:, :-1], axis=1)
    return np.asarray((draws[:, None] >= edges).sum(axis=1), np.int64)
