"""Hours of the week in which something is open, and the walk over local clocks to when it opens or closes next.

The walk goes from one change to the next: a band's edge, a day's end, a clock that is set forward or back. It is exact
to the microsecond on every day, also where several zones must be open at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

from arrears.errors import BadInput
from arrears.policy.preferences import DAY, Band, bands
from arrears.policy.zonetime import stretch

_MINUTE = 60_000_000
_DAY = DAY * _MINUTE
_WEEK = 7
_THURSDAY = 3
"""The weekday of 1 January 1970, Monday being 0."""

_FAR = 400 * _DAY
"""What does not happen within so long (a year of holidays, both changes of the clocks) never does."""

Hours = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Week:
    """When something is open by a local clock.

    Attributes
    ----------
    days : for each weekday from Monday its open stretches, in microseconds of the day, half-open and apart.
    calendar : the place on whose public holidays it is closed, as `CA-ON`; "" for none.
    """

    days: tuple[Hours, ...]
    calendar: str = ""

    def hours(self, day: int) -> Hours:
        """The open stretches of a day, counted from 1970."""
        if self.calendar and is_public_holiday(self.calendar, day):
            return ()
        return self.days[(day + _THURSDAY) % _WEEK]


@lru_cache(maxsize=4096)
def week_of(hours: tuple[str, ...], calendar: str = "", margin: int = 0) -> Week:
    """The week in which any of some hours are open.

    Parameters
    ----------
    hours : as `08:00-21:00`, `mon-sat 07:00-21:00`, `sun`.
    margin : minutes by which each stretch begins later and ends earlier.

    Raises
    ------
    BadInput : hours that cannot be read.

    Examples
    --------
    >>> week_of(("mon 08:00-21:00",)).days[0] == ((8 * 3_600_000_000, 21 * 3_600_000_000),)
    True
    """
    try:
        return open_in([band for each in hours for band in bands(each)], calendar, margin)
    except BadInput as unread:
        raise BadInput(asked="read the hours of a limit of conduct", found=", ".join(hours), do=unread.do) from unread


def open_in(some: Iterable[Band], calendar: str = "", margin: int = 0) -> Week:
    """The week in which any of some bands is open."""
    whole = list(some)
    by_day = (sorted((each.begins, each.ends) for each in whole if each.weekdays >> day & 1) for day in range(_WEEK))
    return Week(tuple(_joined(of_day, margin) for of_day in by_day), calendar)


def closed_in(some: Iterable[Band]) -> Week:
    """The week that is open whenever none of some bands is.

    Examples
    --------
    >>> closed_in(bands("15:00-17:00")).days[6] == week_of(("00:00-15:00", "17:00-24:00")).days[6]
    True
    """
    return Week(tuple(_gaps(of_day) for of_day in open_in(some).days))


def widened(week: Week, some: Iterable[Band]) -> Week:
    """A week with further bands in which it is open."""
    further = open_in(some)
    return Week(
        tuple(_merged(sorted({*own, *more})) for own, more in zip(week.days, further.days, strict=True)), week.calendar
    )


def opens(week: Week, zones: tuple[str, ...], at: int) -> int | None:
    """The first instant, from `at` on, at which the week is open in every zone; None where there is none.

    Parameters
    ----------
    at : microseconds since 1970, UTC; so is the answer.
    """
    end = at + _FAR
    while at < end:
        for zone in zones:
            is_open, changes = _state(week, zone, at)
            if not is_open:
                at = changes
                break
        else:
            return at
    return None


def closes(week: Week, zones: tuple[str, ...], at: int) -> int | None:
    """The first instant, from `at` on, at which the week is closed in some zone; None where there is none."""
    end = at + _FAR
    while at < end:
        changes = []
        for zone in zones:
            is_open, change = _state(week, zone, at)
            if not is_open:
                return at
            changes.append(change)
        at = min(changes)
    return None


def _state(week: Week, zone: str, at: int) -> tuple[bool, int]:
    """Whether the week is open in a zone, and an instant before which that does not change."""
    offset, until = stretch(at, zone)
    day, clock = divmod(at + offset, _DAY)
    for begins, ends in week.hours(day):
        if clock < begins:
            return False, min(at + begins - clock, until)
        if clock < ends:
            return True, min(at + ends - clock, until)
    return False, min(at + _DAY - clock, until)


def _joined(minutes: list[tuple[int, int]], margin: int) -> Hours:
    """Stretches in microseconds, each with its margin but where it reaches into the next day."""
    merged = _merged([(begins * _MINUTE, ends * _MINUTE) for begins, ends in minutes])
    kept = (
        (begins + margin * _MINUTE if begins else begins, ends - margin * _MINUTE if ends < _DAY else ends)
        for begins, ends in merged
    )
    return tuple((begins, ends) for begins, ends in kept if begins < ends)


def _merged(stretches: list[tuple[int, int]]) -> Hours:
    found: list[tuple[int, int]] = []
    for begins, ends in stretches:
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return tuple(found)


def _gaps(stretches: Hours) -> Hours:
    edges = [0, *(edge for stretch_ in stretches for edge in stretch_), _DAY]
    return tuple((begins, ends) for begins, ends in zip(edges[::2], edges[1::2], strict=True) if begins < ends)


@lru_cache(maxsize=65_536)
def is_public_holiday(calendar: str, day: int) -> bool:
    """True on the public holidays of a country, or of a state or province written behind it.

    Parameters
    ----------
    day : counted from 1 January 1970.

    Examples
    --------
    >>> import numpy as np
    >>> patriots = int(np.datetime64("2026-04-20", "D").astype(int))
    >>> is_public_holiday("US", patriots), is_public_holiday("US-MA", patriots)
    (False, True)
    """
    return date(1970, 1, 1) + timedelta(days=day) in _calendar(calendar)


@lru_cache(maxsize=256)
def _calendar(place: str) -> holidays.HolidayBase | frozenset[date]:
    country, _, region = place.partition("-")
    try:
        return holidays.country_holidays(country, subdiv=region or None)
    except NotImplementedError:  # nobody has listed its holidays: a region then has its country's
        return _calendar(country) if region else frozenset()
