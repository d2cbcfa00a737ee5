"""Who is worked on a day where a lot decides, so that what the list does can be learned.

Three lots are one: a slice drawn anew each day and a holdout drawn once an episode stand at random places of the list,
and around the last place that the minutes reach the chance to be worked falls smoothly with the rank (Haupt, Jacob,
Gubela, Lessmann (2020), "Affordable uplift: supervised randomization in controlled experiments", ICIS). Every chance is
exact, and they add up to the number of items that the minutes reach. They take the minutes of the whole team as one and
know nothing of languages, licences, skills or owners: where these decide who gets an item they are approximations.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from arrears.policy.columns import Flags, Numbers, Words

BY_CHOICE = ("pay", "skip_trace")
"""Lanes of work that may be done today or another day. Every other is a duty, which no lot moves."""

SURE, HARDLY = 1.0, 1e-6
"""Chance of an item about which no lot decides: of one that is worked, and of one that the minutes do not reach, though
a list may be worked further."""

_SALT = b"arrears random slice"
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Lot:
    """The lot of every item of a night, in the order of their ranks.

    Attributes
    ----------
    explores : a lot decides whether it is worked: it was drawn for the slice, is held out or stands at the edge.
    place : where it stands on a list without collectors, least first: its rank, or a random one where it was drawn for
        the slice or is held out.
    probability : of being on the day's worked list, as it was before the day's lots were drawn.
    chosen : on that list.
    """

    explores: Flags
    place: Numbers
    probability: Numbers
    chosen: Flags


@dataclass(frozen=True)
class Shares:
    """How much is left to chance.

    Attributes
    ----------
    slice_ : of the debtors, drawn each day.
    edge : of the items that the minutes reach, so many ranks lie where the chance falls.
    """

    slice_: float = 0.0
    edge: float = 0.0


@dataclass(frozen=True)
class Bound:
    """What of the items no day's lot decides; an empty column stands for nobody.

    Attributes
    ----------
    must : worked whatever its rank, as coverage demands.
    duty : worked by rank alone.
    held_out : its debtor is in the holdout; unless it must be worked or is a duty, its place is random every day.
    """

    must: Flags = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    duty: Flags = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    held_out: Flags = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))


def drawn(
    debtor_id: Words,
    minutes: Numbers,
    day: date,
    shares: Shares,
    *,
    capacity: float | None = None,
    bound: Bound | None = None,
) -> Lot:
    """Draw the lots of a night.

    Parameters
    ----------
    debtor_id, minutes : of the items, best first: whose each is, and a collector's expected minutes.
    day : the day that the items are worked on.
    capacity : minutes of the whole team on that day; None: nobody says, so all is worked.

    Notes
    -----
    Of `n` items that neither must be worked nor are duties the minutes reach `K`, worked from the top. `h` of the `n`
    are held out; each is worked with probability `K / n`. Of the others the rule alone would work
    `B = (n - h) K / n`: the one of rank `r` among them with probability `c(r)`, which is 1 above the edge, 0 below it
    and in between falls along a line `w = edge * B` ranks wide around `B`, the mean over the rank's own place. Of these
    a share `e` is drawn for the slice, so that each is worked with probability `(1 - e) c(r) + e K / n`. All
    probabilities add up to `K`.

    Examples
    --------
    >>> who, five = np.array(["D1", "D2", "D3", "D4"]), np.full(4, 5.0)
    >>> drawn(who, five, date(2026, 6, 1), Shares(slice_=0.02), capacity=10.0).probability.round(4).tolist()
    [0.99, 0.99, 0.01, 0.01]
    >>> drawn(who, five, date(2026, 6, 1), Shares(edge=1.0), capacity=10.0).probability.round(4).tolist()
    [1.0, 0.75, 0.25, 0.0]
    """
    count = len(debtor_id)
    must, duty, held_out = (_told(column, count) for column in _columns(bound or Bound()))
    free, held = ~must & ~duty, held_out & ~must & ~duty
    reached = _reached(minutes, must, capacity)
    places, slots = int(free.sum()), int((free & reached).sum())
    lots, numbers = _lots(debtor_id, day)
    by_rule = np.where(reached, SURE, 0.0)
    ruled = free & ~held
    by_rule[ruled] = _falling(int(ruled.sum()), slots, places, shares.edge)
    evenly = slots / places if places else 0.0
    anywhere = held | (ruled & (lots < shares.slice_))
    at_edge = ruled & (by_rule > 0) & (by_rule < 1)
    mixed = np.where(ruled, (1 - shares.slice_) * by_rule + shares.slice_ * evenly, by_rule)
    decided = free & (slots < places)  # where the minutes reach everybody no lot decides
    ranks = np.arange(1, count + 1, dtype=np.float64)
    return Lot(
        explores=anywhere | at_edge,
        place=np.where(anywhere, 0.5 + numbers * count, ranks),
        probability=np.clip(np.where(held, evenly, mixed), HARDLY, np.where(decided, SURE - HARDLY, SURE)),
        chosen=numbers < np.where(anywhere, evenly, by_rule),
    )


def in_slice(debtor_id: Words, day: date, share: float) -> Flags:
    """Whom the slice of a day draws, if nothing else decides about them.

    Examples
    --------
    >>> int(in_slice(np.array([f"D{n}" for n in range(1_000)]), date(2026, 6, 1), 0.015).sum())
    13
    """
    lots, _ = _lots(debtor_id, day)
    return np.asarray(lots < share, dtype=np.bool_)


def _columns(bound: Bound) -> tuple[Flags, Flags, Flags]:
    return bound.must, bound.duty, bound.held_out


def _told(column: Flags, count: int) -> Flags:
    return column if len(column) else np.zeros(count, dtype=np.bool_)


def _reached(minutes: Numbers, must: Flags, capacity: float | None) -> Flags:
    """(items,) what the minutes reach: first what must be worked, then by rank, the first of these in any case."""
    rest = np.where(must, 0.0, minutes)
    before = np.cumsum(rest) - rest
    left = np.inf if capacity is None else capacity - float(minutes[must].sum())
    return np.asarray(must | (before < max(left, np.finfo(np.float64).tiny)), dtype=np.bool_)


def _falling(count: int, slots: int, places: int, edge: float) -> Numbers:
    """(count,) the chance by rank where `count` of `places` get their part of the slots; it sums to that part.

    The mean of the line over each rank's own place is the difference of its integral, so the sum is exact.
    """
    if not count:
        return np.zeros(0)
    most = slots * count / places
    width = min(edge * most, 2 * most, 2 * (count - most))
    ends = np.arange(count + 1, dtype=np.float64)
    area = np.minimum(ends, most)
    if width > 0:
        inside = np.abs(ends - most) < width / 2
        area = np.where(inside, most - (most + width / 2 - ends) ** 2 / (2 * width), area)
    chance = np.diff(area)
    return np.where(chance < _ROUNDING, 0.0, np.where(chance > 1 - _ROUNDING, 1.0, chance))


def _lots(debtor_id: Words, day: date) -> tuple[Numbers, Numbers]:
    """Two numbers in [0, 1) of each debtor and day: whether the slice draws them, and what is compared with a chance.

    The second is the place, too, of whoever stands at a random one.
    """
    told = np.fromiter((_digest(debtor, day) for debtor in debtor_id.tolist()), "S16", len(debtor_id))
    halves = np.frombuffer(told.tobytes(), ">u8").reshape(-1, 2)
    lots, numbers = (halves[:, half] / 2.0**64 for half in (0, 1))
    return lots, numbers


def _digest(debtor_id: str, day: date) -> bytes:
    return hashlib.blake2b(f"{day}\x1f{debtor_id}".encode(), digest_size=16, key=_SALT).digest()
