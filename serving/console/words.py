"""How pages write numbers, money, days and buckets: one way each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from arrears.buckets import AGEING
from arrears.money import to_major
from arrears.queues.added import ranking_said
from serving.console.reasons import sentences_of

NOTHING = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"  # as wide as a plus, so that columns of numbers line up
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def count(number: int | float | None) -> str:
    """A whole number with its thousands apart.

    Examples
    --------
    >>> count(5129), count(None) == NOTHING
    ('5,129', True)
    """
    return NOTHING if number is None else f"{number:,.0f}"


def many(number: float | None, noun: str, places: int = 0) -> str:
    """A count with its noun, in the singular where it is one.

    Examples
    --------
    >>> many(1, "cycle"), many(2, "cycle"), many(7.25, "day", 1)
    ('1 cycle', '2 cycles', '7.2 days')
    """
    said = count(number) if places == 0 else decimal(number, places)
    return f"{said} {noun}" if said == "1" else f"{said} {noun}s"


def money(minor: int | float | None, currency: str) -> str:
    """Money in whole major units, the currency said elsewhere; below ten with its decimals.

    Examples
    --------
    >>> money(6123450, "TWD"), money(850, "USD"), money(-99, "USD") == MINUS + "0.99"
    ('61,234', '8.50', True)
    """
    if minor is None:
        return NOTHING
    major = float(to_major(1, currency)) * minor
    few = abs(major) < 10 and major != 0  # noqa: PLR2004 - where cents begin to matter to a reader
    return f"{major:,.{2 if few else 0}f}".replace("-", MINUS)


def big_money(minor: float | None, currency: str) -> str:
    """Money in thousands or millions, for headlines.

    Examples
    --------
    >>> big_money(20_140_000_000, "TWD"), big_money(450_000, "USD")
    ('201.4 m', '4,500')
    """
    if minor is None:
        return NOTHING
    major = float(to_major(1, currency)) * minor
    for size, letter in ((1e9, "bn"), (1e6, "m"), (1e4, "k")):
        if abs(major) >= size:
            return f"{major / (1e3 if letter == 'k' else size):,.1f} {letter}".replace("-", MINUS)
    return money(minor, currency)


def share(part: float | None, places: int = 0) -> str:
    """A share of one in per cent; what is neither none nor all never reads as either.

    Examples
    --------
    >>> share(0.4231), share(0.0004), share(0.9997), share(0.1234, 1)
    ('42 %', '<1 %', '>99 %', '12.3 %')
    """
    if part is None or math.isnan(part):
        return NOTHING
    least = 10.0**-places
    if 0 < part * 100 < least / 2:
        return f"<{least:.{places}f} %"
    if 100 - least / 2 < part * 100 < 100:  # noqa: PLR2004 - per cent
        return f">{100 - least:.{places}f} %"
    return f"{part * 100:.{places}f} %"


def decimal(number: float | None, places: int = 3) -> str:
    """A number with so many decimals and a true minus sign."""
    return NOTHING if number is None or math.isnan(number) else f"{number:.{places}f}".replace("-", MINUS)


def signed(number: float, places: int = 2) -> str:
    """A number that always says its sign.

    Examples
    --------
    >>> signed(0.5), signed(-1.25) == MINUS + "1.25"
    ('+0.50', True)
    """
    return f"{number:+.{places}f}".replace("-", MINUS)


def day(when: date | None) -> str:
    """A day as people say it.

    Examples
    --------
    >>> day(date(2005, 10, 3))
    'Mon 3 Oct 2005'
    """
    return NOTHING if when is None else f"{DAYS[when.weekday()]} {when.day} {MONTHS[when.month - 1]} {when.year}"


def short_day(when: date | None) -> str:
    """A day without its weekday."""
    return NOTHING if when is None else f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def month(when: date) -> str:
    """A month."""
    return f"{MONTHS[when.month - 1]} {when.year}"


def moment(when: datetime) -> str:
    """A moment to the minute, in the zone it carries."""
    return f"{short_day(when.date())}, {when:%H:%M}"


def way_ends(ways: Sequence[Mapping[str, Any]], zone: str) -> list[str]:
    """When ways of an item open and close, as the portfolio's clocks show it; channels that agree share a line.

    Ways that are always open are not named.

    Examples
    --------
    >>> call = {"channel": "call", "opens_at": None, "allowed_until": "2026-06-03T01:00:00+00:00"}
    >>> way_ends([call, call, {"channel": "letter", "opens_at": None, "allowed_until": None}], "America/New_York")
    ['call until 2 Jun 21:00']
    >>> opens = {"opens_at": "2026-06-02T12:00:00+00:00"}
    >>> way_ends([call | opens, call | opens | {"channel": "sms"}], "America/New_York")
    ['call, sms 2 Jun 08:00\u201321:00']
    """
    channels: dict[str, list[str]] = {}
    for way in ways:
        if span := _span(way["opens_at"], way["allowed_until"], zone):
            channels.setdefault(span, []).append(way["channel"])
    return [f"{', '.join(dict.fromkeys(named))} {span}" for span, named in channels.items()]


def _span(opens: str | None, closes: str | None, zone: str) -> str:
    first, last = (
        None if told is None else datetime.fromisoformat(told).astimezone(ZoneInfo(zone)) for told in (opens, closes)
    )
    if first and last and first.date() == last.date():
        return f"{_clock(first)}\N{EN DASH}{last:%H:%M}"
    return " ".join([*([f"from {_clock(first)}"] if first else []), *([f"until {_clock(last)}"] if last else [])])


def _clock(when: datetime) -> str:
    return f"{when.day} {MONTHS[when.month - 1]} {when:%H:%M}"


def in_days(when: date | None, today: date) -> str:
    """How far a day is from today, in words.

    Examples
    --------
    >>> today = date(2005, 10, 3)
    >>> [in_days(date(2005, 10, n), today) for n in (3, 4, 9)], in_days(date(2005, 10, 1), today)
    (['today', 'tomorrow', 'in 6 days'], '2 days ago')
    """
    if when is None:
        return ""
    days = (when - today).days
    if abs(days) <= 1:
        return {0: "today", 1: "tomorrow", -1: "yesterday"}[days]
    return f"in {days} days" if days > 0 else f"{-days} days ago"


@cache
def bucket(name: str) -> Markup:
    """A bucket's name beside a ladder with one lit rung per step, so that it reads without colour."""
    rank = AGEING.index(name) if name in AGEING else len(AGEING) - 1
    rungs = "".join(_rung(step, f"lit-{rank}" if step < rank else "rung") for step in range(7))
    words = {"CURRENT": "Current", "CHARGED_OFF": "Charged off", "PAID_OFF": "Paid off", "LEFT": "Left"}
    return Markup('<span class="bucket"><svg width="34" height="12" aria-hidden="true">{}</svg>{}</span>').format(
        Markup(rungs),  # noqa: S704 - made of numbers above
        words.get(name, name),
    )


def _rung(step: int, lit: str) -> str:
    return f'<rect class="{lit}" x="{step * 5}" y="{8 - step}" width="3.5" height="{4 + step}" rx="1"/>'


@cache
def phone(number: str) -> str:
    """A telephone number as people read it out; what is none stays as it is.

    Examples
    --------
    >>> phone("+14155550123"), phone("ext. 5")
    ('+1 415-555-0123', 'ext. 5')
    """
    import phonenumbers  # a fifth of a second, which most pages need not spend

    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def sentence(code: str) -> str:
    """A code as words: `nothing_owed` -> `nothing owed`."""
    return code.replace("_", " ")


def share_bar(part: float) -> Markup:
    """A bar as wide as its share of a table's cell."""
    bar = '<rect class="bar-main" width="{:.2f}%" height="10" rx="1.5"/>'
    drawn = f'<svg width="100%" height="10" aria-hidden="true">{bar}</svg>'
    return Markup('<span class="chart">' + drawn + "</span>").format(max(part * 100, 0.4))  # noqa: S704 - our own words


FILTERS: dict[str, Callable[..., Any]] = {
    "count": count,
    "many": many,
    "money": money,
    "big_money": big_money,
    "share": share,
    "decimal": decimal,
    "signed": signed,
    "day": day,
    "short_day": short_day,
    "month": month,
    "moment": moment,
    "instant": datetime.fromisoformat,
    "bucket": bucket,
    "said": sentence,
    "phone": phone,
    "way_ends": way_ends,
    "sentences": sentences_of,
    "ranking_said": ranking_said,
}
GLOBALS: dict[str, Any] = {"in_days": in_days, "NOTHING": NOTHING, "share_bar": share_bar}
