"""Which moment it is, and which day a moment belongs to.

Every `now` in the house comes from a `Clock` handed in by the caller; nothing else reads the machine's time. A day
ends at 23:59:59.999999 in the portfolio's zone (`end_of_day`), which is what `as_of` means everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

import holidays
from holidays.registry import EntityLoader


class Clock(Protocol):
    """Tells the moment it is, always with a zone."""

    def now(self) -> datetime:
        """The present moment, zone-aware."""


@dataclass(frozen=True)
class SystemClock:
    """The machine's own time, in UTC."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True)
class ShiftedClock:
    """A clock that stood at `stands_at` when the real one stood at `when`, and has run on since.

    The demo lives in October 2005; its shifts, leases and ages still have to pass in real seconds.

    Examples
    --------
    >>> start = datetime(2005, 10, 3, 2, tzinfo=UTC)
    >>> ShiftedClock(stands_at=start, when=datetime.now(UTC)).now() >= start
    True
    """

    stands_at: datetime
    when: datetime

    def now(self) -> datetime:
        """The shifted present, in the zone of `stands_at`."""
        return self.stands_at + (datetime.now(UTC) - self.when)


def end_of_day(day: date, zone: str) -> datetime:
    """The last microsecond of `day` in `zone`: facts recorded at or before it are known on that day.

    Examples
    --------
    >>> end_of_day(date(2005, 9, 30), "Asia/Taipei").isoformat()
    '2005-09-30T23:59:59.999999+08:00'
    """
    return datetime.combine(day, time.max, tzinfo=ZoneInfo(zone))


def start_of_day(day: date, zone: str) -> datetime:
    """The first instant of `day` in `zone`.

    Examples
    --------
    >>> start_of_day(date(2005, 10, 3), "Asia/Taipei").isoformat()
    '2005-10-03T00:00:00+08:00'
    """
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone))


def day_of(moment: datetime, zone: str) -> date:
    """The calendar day of `moment` in `zone`.

    Examples
    --------
    >>> day_of(datetime(2005, 9, 30, 20, tzinfo=UTC), "Asia/Taipei")
    datetime.date(2005, 10, 1)
    """
    return moment.astimezone(ZoneInfo(zone)).date()


def add_business_days(day: date, count: int, country: str | None) -> date:
    """The day that lies `count` business days after `day`; weekends and the country's public holidays do not count.

    Parameters
    ----------
    country : ISO 3166 code, or None where no country is known: then only weekends are left out.

    Examples
    --------
    >>> add_business_days(date(2026, 7, 2), 1, "US")  # the 3rd is a holiday observed, then a weekend
    datetime.date(2026, 7, 6)
    >>> add_business_days(date(2026, 7, 2), 0, "US")
    datetime.date(2026, 7, 2)
    """
    while count > 0:
        day += timedelta(days=1)
        if is_business_day(day, country):
            count -= 1
    return day


def is_business_day(day: date, country: str | None) -> bool:
    """True on Monday to Friday outside the country's public holidays.

    Examples
    --------
    >>> is_business_day(date(2026, 12, 25), "US"), is_business_day(date(2026, 12, 28), "US")
    (False, True)
    """
    return day.weekday() < 5 and (country is None or day not in _public_holidays(country))  # noqa: PLR2004 - Saturday is 5


@cache
def countries_with_holidays() -> frozenset[str]:
    """ISO 3166 codes of the countries whose public holidays are known.

    Examples
    --------
    >>> "TW" in countries_with_holidays(), "ZZ" in countries_with_holidays()
    (True, False)
    """
    return frozenset(EntityLoader.get_country_codes())


@lru_cache(maxsize=64)
def _public_holidays(country: str) -> holidays.HolidayBase:
    return holidays.country_holidays(country)
