"""A small slice of the work, drawn by lot and worked in random order, so that what the list does can be learned.

Who is drawn follows from the debtor and the day alone, so a night that is run again draws the same. Every item keeps
the probability with which it was to be on that day's worked list, drawn or not: it is never 0. The probability takes
the minutes of the whole team as one: it knows nothing of languages, licences, skills or owners, and where these
decide who gets an item it is an approximation only.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

import numpy as np

from arrears.policy.columns import Flags, Numbers, Words

_SALT = b"arrears random slice"
_BEYOND = 1e-6
"""Chance of an item below the last that the minutes reach, where nothing is drawn: a list may be worked further."""


@dataclass(frozen=True)
class Slice:
    """The lot of every item of a night, in the order of their ranks.

    Attributes
    ----------
    explores : it was drawn.
    place : where it stands on a list without collectors, least first: its rank, or a random one where it was drawn.
    probability : of being on the day's worked list.
    chosen : on that list: the lot put it there, or its rank where it was not drawn.
    """

    explores: Flags
    place: Numbers
    probability: Numbers
    chosen: Flags


def drawn(debtor_id: Words, minutes: Numbers, day: date, *, share: float, capacity: float | None = None) -> Slice:
    """Draw the slice of a night.

    Parameters
    ----------
    debtor_id, minutes : of the items, best first: whose each is, and a collector's expected minutes.
    day : the day that the items are worked on.
    share : of the debtors that are drawn, 0-1.
    capacity : minutes of the whole team on that day; None: nobody says, so all is worked.

    Notes
    -----
    With `e` the share, `K` items that the minutes reach when the list is worked from its top and `n` items in all, an
    item is worked with probability `(1 - e) * [it is among the K] + e * K / n`: if it is not drawn its rank decides, if
    it is its place is random among all `n`.

    Examples
    --------
    >>> lot = drawn(np.array(["D1", "D2", "D3", "D4"]), np.full(4, 5.0), date(2026, 6, 1), share=0.02, capacity=10.0)
    >>> lot.probability.round(4).tolist()
    [0.99, 0.99, 0.01, 0.01]
    """
    count = len(debtor_id)
    ranks = np.arange(1, count + 1, dtype=np.float64)
    if not count:
        return Slice(np.zeros(0, dtype=np.bool_), ranks, ranks, np.zeros(0, dtype=np.bool_))
    lots, places = _lots(debtor_id, day)
    explores = lots < share
    before = np.cumsum(minutes) - minutes
    reached = before < (np.inf if capacity is None else capacity)
    reached[0] = True
    probability = (1 - share) * reached + share * reached.sum() / count
    return Slice(
        explores=explores,
        place=np.where(explores, 0.5 + places * count, ranks),
        probability=np.clip(probability, _BEYOND, 1.0),
        chosen=np.where(explores, places * count < reached.sum(), reached),
    )


def _lots(debtor_id: Words, day: date) -> tuple[Numbers, Numbers]:
    """Two numbers in [0, 1) of each debtor and day: the lot, and the place of whoever is drawn."""
    told = np.fromiter((_digest(debtor, day) for debtor in debtor_id.tolist()), "S16", len(debtor_id))
    halves = np.frombuffer(told.tobytes(), ">u8").reshape(-1, 2)
    lots, places = (halves[:, half] / 2.0**64 for half in (0, 1))
    return lots, places


def _digest(debtor_id: str, day: date) -> bytes:
    return hashlib.blake2b(f"{day}\x1f{debtor_id}".encode(), digest_size=16, key=_SALT).digest()
