"""Preferences as people gave them, read into bands of the day, places, channels and points.

A time is written `15:00-17:00`, on some days `mon-fri 09:00-12:00` or `sat,sun`; a place as the word the points carry,
`work` or `school`; a channel by its name; a point by its id. Anything else is refused: a wish that nobody can read must
not be passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from arrears.errors import BadInput
from arrears.policy import codes
from arrears.policy.columns import NOBODY, Preferences, Rows
from arrears.policy.location import Columns

DAY = 1440
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BAND = re.compile(r"(?P<from>\d{1,2}:\d{2})-(?P<to>\d{1,2}:\d{2})$")

Finder = Callable[[pa.ChunkedArray | pa.Array], Rows]


@dataclass(frozen=True)
class Band:
    """Minutes of the local day, half-open, on the weekdays whose bits are set."""

    begins: int
    ends: int
    weekdays: int


def read_preferences(rows: Columns, person_of: Finder, point_of: Finder) -> Preferences:
    """The preferences table as columns; a band over midnight becomes two rows.

    Raises
    ------
    BadInput : a rule that cannot be read.
    """
    person, point = person_of(rows["debtor_id"]), point_of(rows["rule"])
    told = [list(_read(kind, rule)) for kind, rule in zip(_words(rows["kind"]), _words(rows["rule"]), strict=True)]
    source = np.repeat(np.arange(len(told)), [len(each) for each in told]).astype(np.int64)
    parts = [part for each in told for part in each]
    kind = codes.PREFERENCE.array(_words(rows["kind"]))[source]
    return Preferences(
        person=person[source],
        kind=kind,
        allow=np.array([bool(each) for each in rows["allow"].to_pylist()], np.bool_)[source],
        starts_on=_days(rows["starts_on"])[source],
        ends_on=_days(rows["ends_on"])[source],
        minutes_from=np.array([each[0].begins for each in parts], np.int64),
        minutes_to=np.array([each[0].ends for each in parts], np.int64),
        weekdays=np.array([each[0].weekdays for each in parts], np.int64),
        place=np.array([each[1] for each in parts], np.str_) if parts else np.empty(0, "U1"),
        channel=np.array([each[2] for each in parts], np.int8),
        point=np.where(kind == codes.PREFERENCE.of("point"), point[source], NOBODY),
    )


WHOLE_DAY = Band(0, DAY, 0b1111111)


@lru_cache(maxsize=4096)
def bands(rule: str) -> tuple[Band, ...]:
    """The bands of a time that somebody named.

    Raises
    ------
    BadInput : it cannot be read.

    Examples
    --------
    >>> bands("15:00-17:00")
    (Band(begins=900, ends=1020, weekdays=127),)
    >>> bands("fri 22:00-06:00")
    (Band(begins=1320, ends=1440, weekdays=16), Band(begins=0, ends=360, weekdays=32))
    """
    days, times = 0, None
    for word in rule.lower().split():
        if found := _BAND.match(word):
            times = (_minutes(found["from"], rule), _minutes(found["to"], rule))
        else:
            days |= _weekdays(word, rule)
    days = days or WHOLE_DAY.weekdays
    if times is None:
        return (Band(0, DAY, days),)
    begins, ends = times
    if begins < ends:
        return (Band(begins, ends, days),)
    following = (days << 1 | days >> 6) & WHOLE_DAY.weekdays
    return tuple(band for band in (Band(begins, DAY, days), Band(0, ends, following)) if band.begins < band.ends)


def _read(kind: str, rule: str) -> Iterator[tuple[Band, str, int]]:
    match kind:
        case "time":
            yield from ((band, "", codes.NOT_GIVEN) for band in bands(rule))
        case "channel":
            yield WHOLE_DAY, "", codes.CHANNEL.of(rule.strip().lower())
        case "place":
            yield WHOLE_DAY, rule.lower(), codes.NOT_GIVEN
        case _:
            yield WHOLE_DAY, "", codes.NOT_GIVEN


def _minutes(clock: str, rule: str) -> int:
    hours, minutes = map(int, clock.split(":"))
    if hours * 60 + minutes > DAY or minutes > 59:  # noqa: PLR2004 - minutes of an hour
        raise _unread(rule)
    return hours * 60 + minutes


def _weekdays(word: str, rule: str) -> int:
    found = 0
    for part in word.split(","):
        first, _, last = part.partition("-")
        try:
            begins, ends = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        except ValueError:
            raise _unread(rule) from None
        days = range(begins, ends + 1) if begins <= ends else (*range(begins, 7), *range(ends + 1))
        found |= sum(1 << day for day in days)
    return found


def _unread(rule: str) -> BadInput:
    del rule  # a debtor's own words are not repeated
    return BadInput(
        asked="read the times that debtors named",
        found="a preference of kind time that cannot be read",
        do="Write it as 15:00-17:00, mon-fri 09:00-12:00 or sat,sun.",
    )


def _words(column: Any) -> list[str]:  # noqa: ANN401 - an Arrow column
    return [each or "" for each in column.to_pylist()]


def _days(column: Any) -> Any:  # noqa: ANN401 - an Arrow column to a NumPy one
    return np.array(column.to_pylist(), "M8[D]") if len(column) else np.empty(0, "M8[D]")
