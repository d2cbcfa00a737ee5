"""Local time in many zones at once: instants to local time and back, over whole columns, by zoneinfo's own rules.

An instant is UTC in microseconds. A clock that is set back shows some local times twice and one set forward skips some:
going back to instants takes the later reading, which never lets a call begin too early.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Instants = NDArray[np.datetime64]
Days = NDArray[np.datetime64]

_HOUR = 3_600
_FOREVER = 1 << 62
_FIRST, _LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC)


def local(at: Instants, zone: str) -> Instants:
    """What clocks in `zone` show at each instant.

    Parameters
    ----------
    at : (n,) UTC as M8[us]; NaT stays NaT.

    Examples
    --------
    >>> local(np.array(["2026-06-01T12:30"], "M8[us]"), "America/Chicago").astype(str).tolist()
    ['2026-06-01T07:30:00.000000']
    """
    changes, offsets = _offsets(zone)
    place = np.searchsorted(changes, at.astype("M8[us]"), side="right")
    return np.asarray(at + offsets[place])


def instant(shown: Instants, zone: str) -> Instants:
    """The instant at which clocks in `zone` show each local time; the later one where they show it twice.

    Examples
    --------
    >>> instant(np.array(["2026-11-01T01:30"], "M8[us]"), "America/New_York").astype(str).tolist()
    ['2026-11-01T06:30:00.000000']
    >>> instant(np.array(["2026-03-08T02:30"], "M8[us]"), "America/New_York").astype(str).tolist()
    ['2026-03-08T07:00:00.000000']
    """
    changes, offsets = _offsets(zone)
    # Each stretch between two changes ends, on its own clock, at change + offset: later local times belong to the next.
    ends = changes + np.minimum(offsets[:-1], offsets[1:])
    place = np.searchsorted(ends, shown.astype("M8[us]"), side="right")
    begins = np.concatenate([np.array(["0001-01-01"], "M8[us]"), changes])
    # A local time that the clocks skipped comes to be at the change itself.
    return np.asarray(np.maximum(shown.astype("M8[us]") - offsets[place], begins[place]))


@lru_cache(maxsize=512)
def _offsets(zone: str) -> tuple[Instants, NDArray[np.timedelta64]]:
    """Instants at which the zone's offset changes, and the offsets before, between and after them."""
    told = ZoneInfo(zone)
    first, last = int(_FIRST.timestamp()), int(_LAST.timestamp())
    # No zone changes twice within a fortnight but for rare decrees; a change inside is found by halving.
    grid = range(first, last, 7 * 24 * _HOUR)
    offset = _seconds(told, first)
    changes: list[int] = []
    offsets = [offset]
    for before, after in itertools.pairwise(grid):
        if (there := _seconds(told, after)) != offset:
            changes.append(_change(told, before, after, offset))
            offsets.append(there)
            offset = there
    return np.array(changes, "M8[s]").astype("M8[us]"), np.array(offsets, "m8[s]").astype("m8[us]")


def _change(zone: ZoneInfo, before: int, after: int, offset: int) -> int:
    while after - before > 1:
        middle = (before + after) // 2
        if _seconds(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _seconds(zone: ZoneInfo, at: int) -> int:
    offset = datetime.fromtimestamp(at, zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def stretch(at: int, zone: str) -> tuple[int, int]:
    """The zone's offset at an instant, and the instant until which it stands; all in microseconds, since 1970.

    Examples
    --------
    >>> offset, until = stretch(int(np.datetime64("2026-03-08T06:59", "us").astype(int)), "America/New_York")
    >>> offset // 3_600_000_000, str(np.datetime64(until, "us"))
    (-5, '2026-03-08T07:00:00.000000')
    """
    changes, offsets = _stretches(zone)
    place = bisect_right(changes, at)
    return offsets[place], changes[place] if place < len(changes) else _FOREVER


@lru_cache(maxsize=512)
def _stretches(zone: str) -> tuple[list[int], list[int]]:
    changes, offsets = _offsets(zone)
    return changes.astype(np.int64).tolist(), offsets.astype(np.int64).tolist()
