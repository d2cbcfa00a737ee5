"""When somebody may be tried again: parts of the debtor's day while the desk is open, in the debtor's zone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from arrears.clock import add_business_days, day_of, is_business_day
from arrears.desk_settings import Ready
from arrears.policy.preferences import DAY, Band, bands
from arrears.queues.next.entries import book
from arrears.settings import Settings

_AHEAD = 21
"""Days within which a desk that opens at all is open in the debtor's hours."""

_SHORTEST = timedelta(minutes=30)
"""A part of the day that is over sooner is not begun any more."""


@dataclass(frozen=True)
class DeskHours:
    """When people work the queues.

    Attributes
    ----------
    week : minutes of the local day and weekdays, as bands.
    zone : whose clock they are on.
    country : whose public holidays are days off; None: none are.
    """

    week: tuple[Band, ...]
    zone: str
    country: str | None


@dataclass(frozen=True)
class Stretch:
    """A part of one day of the debtor's in which somebody could call: aware moments, half-open."""

    part: str
    day: date
    begins: datetime
    ends: datetime


def desk_hours(settings: Settings) -> DeskHours:
    """The desk's usual week, where no shifts say more.

    Examples
    --------
    >>> from arrears.settings import default_settings
    >>> desk_hours(default_settings()).week
    (Band(begins=540, ends=1020, weekdays=31),)
    """
    desk, portfolio = settings.desk, settings.portfolio
    week = bands(f"{desk.working_days} {desk.working_day}")
    return DeskHours(week, portfolio.zone, portfolio.country or None)


def hours_of(shifts: Iterable[tuple[datetime, datetime]], settings: Settings) -> DeskHours:
    """The desk's week by its shifts: on each weekday from the first that begins to the last that ends.

    Parameters
    ----------
    shifts : when each begins and ends, with zones; none: the settings' usual week.

    Examples
    --------
    >>> from arrears.settings import default_settings
    >>> seven, noon, three, eight = (datetime(2026, 6, 1, hour, tzinfo=UTC) for hour in (7, 12, 15, 20))
    >>> hours_of([(seven, three), (noon, eight)], default_settings()).week
    (Band(begins=420, ends=1200, weekdays=1),)
    """
    zone = ZoneInfo(settings.portfolio.zone)
    usual = desk_hours(settings)
    by_weekday: dict[int, tuple[int, int]] = {}
    for starts_at, ends_at in shifts:
        begins, last = starts_at.astimezone(zone), ends_at.astimezone(zone)
        ends = last.hour * 60 + last.minute if last.date() == begins.date() else DAY  # a night shift ends at midnight
        first, so_far = by_weekday.get(begins.weekday(), (DAY, 0))
        by_weekday[begins.weekday()] = (min(first, begins.hour * 60 + begins.minute), max(so_far, ends))
    week = tuple(Band(begins, ends, 1 << weekday) for weekday, (begins, ends) in sorted(by_weekday.items()))
    return DeskHours(week, usual.zone, usual.country) if week else usual


def part_of_day(at: datetime, zone: str) -> str | None:
    """The part of the debtor's day a moment lies in; None outside all of them.

    Examples
    --------
    >>> part_of_day(datetime(2026, 6, 1, 15, 30, tzinfo=UTC), "America/New_York")
    'midday'
    """
    shown = at.astimezone(ZoneInfo(zone))
    minute = shown.hour * 60 + shown.minute
    return next((part for part, band in _parts() if band.begins <= minute < band.ends), None)


def ready_again(
    ready: Ready,
    at: datetime,
    zone: str,
    hours: DeskHours,
    *,
    tried: Sequence[str] = (),
    may_today: bool = True,
) -> datetime:
    """When an item is ready again, so many hours or days after a moment.

    Parameters
    ----------
    ready : hours, days or business days; a named moment is the caller's.
    zone : the debtor's.
    tried : parts of the day in which nobody was reached, the last tried last.
    may_today : whether the debtor may be tried once more today.

    Returns
    -------
    A moment in the debtor's zone, not before `at`, in a part of the debtor's day and in the desk's hours; where the two
    never meet, in a part of the day.
    """
    today = day_of(at, zone)
    if ready.hours is not None:
        earliest = at.astimezone(UTC) + timedelta(hours=ready.hours)  # hours that pass, whatever clocks show
        if ready.other_part:
            return _another_part(earliest, today, zone, hours, tried=tried, may_today=may_today)
        return first_on(day_of(earliest, zone), zone, hours, earliest)
    if ready.business_days is not None:
        day = add_business_days(today, ready.business_days, hours.country)
    else:
        day = today + timedelta(days=ready.days or 0)
    return _on(day, zone, hours, tried=tried if ready.other_part else (), earliest=at)


def first_on(day: date, zone: str, hours: DeskHours, at: datetime) -> datetime:
    """The first moment of a day, or of the next on which the desk is open, when the debtor may be tried.

    Parameters
    ----------
    at : not before this moment.
    """
    return _on(day, zone, hours, tried=(), earliest=at)


def _another_part(
    earliest: datetime, today: date, zone: str, hours: DeskHours, *, tried: Sequence[str], may_today: bool
) -> datetime:
    if may_today:
        long = [each for each in _stretches(today, zone, hours) if each.ends >= earliest + _SHORTEST]
        if left := [each for each in long if each.part not in tried[-1:]]:
            return _chosen(left, tried, earliest, zone)
    return _on(today + timedelta(days=1), zone, hours, tried=tried, earliest=earliest)


def _on(day: date, zone: str, hours: DeskHours, *, tried: Sequence[str], earliest: datetime) -> datetime:
    """On a day or the next on which the desk is open: in a part not tried yet, else in the one tried longest ago."""
    return _chosen(_day(day, zone, hours, earliest), tried, earliest, zone)


def _chosen(left: Sequence[Stretch], tried: Sequence[str], earliest: datetime, zone: str) -> datetime:
    order = {part: place for place, part in enumerate(tried)}
    chosen = min(left, key=lambda stretch: (order.get(stretch.part, -1), stretch.begins))
    return max(chosen.begins, earliest.astimezone(ZoneInfo(zone)))


def _day(day: date, zone: str, hours: DeskHours, earliest: datetime) -> list[Stretch]:
    """What is left of a day, or of the next on which the desk is open; of any day where the two never meet."""
    ahead = [day + timedelta(days=n) for n in range(_AHEAD)]
    of_days = (_stretches(each, zone, desk) for desk in (hours, None) for each in ahead)
    left = ([stretch for stretch in stretches if stretch.ends > earliest] for stretches in of_days)
    return next(stretches for stretches in left if stretches)


def _stretches(day: date, zone: str, hours: DeskHours | None) -> list[Stretch]:
    """What of each part of a day the desk works, in order."""
    found = []
    opened = None if hours is None else _opened(day, hours)
    for part, band in _parts():
        begins, ends = _moment(day, band.begins, zone), _moment(day, band.ends, zone)
        if begins >= ends or day_of(begins, zone) != day:  # a zone may leave out a day
            continue
        if opened is None:
            found.append(Stretch(part, day, begins, ends))
            continue
        for opens, closes in opened:
            one, other = max(begins, opens), min(ends, closes)
            if one < other:
                found.append(Stretch(part, day, one.astimezone(ZoneInfo(zone)), other.astimezone(ZoneInfo(zone))))
    return found


def _opened(day: date, hours: DeskHours) -> list[tuple[datetime, datetime]]:
    """The desk's hours that may touch a debtor's day, wherever the two are."""
    return sorted(
        (_moment(near, band.begins, hours.zone), _moment(near, band.ends, hours.zone))
        for near in (day + timedelta(days=n) for n in (-1, 0, 1))
        for band in hours.week
        if band.weekdays & 1 << near.weekday() and _works(near, hours)
    )


def _works(day: date, hours: DeskHours) -> bool:
    weekend = day.weekday() >= 5  # noqa: PLR2004 - Saturday is 5; a desk that names it works then
    return weekend or is_business_day(day, hours.country)


def _moment(day: date, minute: int, zone: str) -> datetime:
    """The moment at which clocks in a zone show a minute of a day; 24:00 is the next day's first."""
    midnight = datetime.combine(day, datetime.min.time())
    return (
        (midnight + timedelta(minutes=minute)).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))
    )


def _parts() -> list[tuple[str, Band]]:
    return [(part, bands(told)[0]) for part, told in book().parts.items()]
