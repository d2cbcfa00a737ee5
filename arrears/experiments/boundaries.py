"""The bounds that a test's `Z` must cross at each look, so that looking often does not make it err more often.

Each side has half of the error, spent by a Lan-DeMets function of the information that a look really holds, so looks
need not be planned or evenly spaced. The bounds of a look depend on that look and earlier ones alone: adding a look
never moves an earlier bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from arrears.errors import WrongUse
from arrears.experiments.spending import Spending, spent
from arrears.experiments.walk import Front, start
from arrears.policy.columns import Numbers

_NOTHING = 1e-14
"""An error too small to be spent: the bound is infinite, and what it would have been stays for the next look."""

_FURTHEST = 9.0


@dataclass(frozen=True)
class Bounds:
    """The bounds of the looks so far, as `Z`.

    Attributes
    ----------
    information : share of the planned information at each look.
    low, high : stop for harm at or below, stop for good at or above; infinite where a look has none.
    """

    information: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def bounds(
    information: Sequence[float],
    *,
    alpha: float = 0.05,
    spending: Spending = "obrien_fleming",
    harm: Spending | None = None,
    may_promote: Sequence[bool] | None = None,
    ended: bool = False,
) -> Bounds:
    """The bounds of every look so far.

    Parameters
    ----------
    information : share of the planned information at each look, rising, in (0, 1].
    alpha : two-sided error of the whole test.
    spending : how the error is spread.
    harm : how the lower side's half is spread, if otherwise.
    may_promote : of each look; a look that may not has no upper bound, and later ones inherit its error. None: all.
    ended : no look comes after the last: it spends all that is left, though the information may be less than planned.

    Raises
    ------
    WrongUse : shares that do not rise, or outside (0, 1].

    Examples
    --------
    >>> [round(z, 3) for z in bounds([0.2, 0.4, 0.6, 0.8, 1.0], spending="obrien_fleming_by_side").high]
    [4.877, 3.357, 2.68, 2.29, 2.031]
    >>> [round(z, 2) for z in bounds([0.5, 1.0], may_promote=[False, True]).high]
    [inf, 1.96]
    """
    times = tuple(float(each) for each in information)
    _check(times)
    open_above = tuple(may_promote) if may_promote is not None else (True,) * len(times)
    if len(open_above) != len(times):
        raise WrongUse(
            asked="the bounds of a test's looks",
            found=f"{len(times)} looks and {len(open_above)} answers whether they may promote",
            do="Give one answer a look.",
        )
    return _bounds(times, alpha, (harm or spending, spending), open_above, ended=ended)


@lru_cache(maxsize=256)
def _bounds(
    times: tuple[float, ...],
    alpha: float,
    ways: tuple[Spending, Spending],
    open_above: tuple[bool, ...],
    *,
    ended: bool,
) -> Bounds:
    allowed = [spent(way, np.array(times), alpha / 2) for way in ways]
    if ended and times:
        allowed[0][-1] = allowed[1][-1] = alpha / 2
    front, low, high = start(0.0), list[float](), list[float]()
    used_low = used_high = 0.0
    for look, time in enumerate(times):
        lower = _bound(front, time, allowed[0][look] - used_low, side=-1)
        upper = _bound(front, time, allowed[1][look] - used_high, side=1) if open_above[look] else np.inf
        used_low += front.below(time, lower)
        used_high += front.above(time, upper)
        low.append(lower)
        high.append(upper)
        front = front.step(time, lower, upper, next_time=times[look + 1] if look + 1 < len(times) else None)
    return Bounds(times, tuple(low), tuple(high))


def _bound(front: Front, time: float, error: float, *, side: int) -> float:
    """The bound on one side beyond which the paths inside have just that error."""
    from scipy.optimize import brentq

    if error < _NOTHING:
        return side * np.inf

    def left_over(z: float) -> float:
        return (front.above(time, z) if side > 0 else front.below(time, -z)) - error

    return side * float(brentq(left_over, -_FURTHEST, _FURTHEST, xtol=1e-10))


def crossing(
    information: Sequence[float], low: Sequence[float], high: Sequence[float], *, drift: float = 0.0
) -> tuple[Numbers, Numbers]:
    """Chance of leaving the bounds for the first time at each look, below and above.

    Parameters
    ----------
    information : share of the planned information at each look, rising.
    low, high : bounds of `Z`.
    drift : expected `Z` with all the information.

    Returns
    -------
    Two arrays of one chance a look.

    Examples
    --------
    >>> below, above = crossing([0.2, 0.4, 0.6, 0.8, 1.0], [-2.413] * 5, [2.413] * 5)
    >>> round(float(below.sum() + above.sum()), 3)
    0.05
    """
    times = [float(each) for each in information]
    _check(times)
    front, below, above = start(drift), list[float](), list[float]()
    for look, time in enumerate(times):
        below.append(front.below(time, low[look]))
        above.append(front.above(time, high[look]))
        front = front.step(time, low[look], high[look], next_time=times[look + 1] if look + 1 < len(times) else None)
    return np.array(below), np.array(above)


def _check(times: Sequence[float]) -> None:
    rising = all(earlier < later for earlier, later in zip((0.0, *times), times, strict=False))
    if not rising or (times and times[-1] > 1):
        raise WrongUse(
            asked="the bounds of a test's looks",
            found=f"information {', '.join(f'{time:.4g}' for time in times)}",
            do="Give shares of the planned information in (0, 1], each above the one before.",
        )
