"""Moments of a world: the hour of a debtor's own day, and when the source recorded a fact, in microseconds of UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from arrears.synthetic.chance import Ints
from arrears.synthetic.people import PLACES
from arrears.synthetic.setting import Setting

_MINUTE = 60_000_000
_DAY = 86_400_000_000
EVENING = 23 * 60 + 30


@dataclass(frozen=True)
class Clocks:
    """Clocks of the house and of every place in which debtors live."""

    made: Setting

    def local(self, place: Ints, day: int, minute: Ints) -> Ints:
        """The moment of a minute of the day in these places."""
        return np.asarray((self._midnight(day) + minute * _MINUTE) - self._offsets[place, day] * _MINUTE)

    def house(self, days: Ints, minute: int = EVENING) -> Ints:
        """The moment of a minute of these days where the house is; days before the first count, too."""
        own = self._house[np.clip(days, 0, len(self._house) - 1)]
        return np.asarray(self._midnight(0) + days * _DAY + (minute - own) * _MINUTE)

    def _midnight(self, day: int) -> int:
        return (self._first + day) * _DAY

    @cached_property
    def _first(self) -> int:
        return int(np.datetime64(self.made.given.starts_on, "D").astype(np.int64))

    @cached_property
    def _offsets(self) -> Ints:
        return np.stack([self._of(place[4]) for place in PLACES])

    @cached_property
    def _house(self) -> Ints:
        return self._of(self.made.given.zone)

    def _of(self, zone: str) -> Ints:
        """Minutes east of UTC at noon of every day."""
        first = datetime.combine(self.made.given.starts_on, time(12), ZoneInfo(zone))
        days = range(len(self.made.calendar.dates))
        offsets = [(first + timedelta(days=day)).utcoffset() for day in days]
        return np.asarray([0 if one is None else one.total_seconds() // 60 for one in offsets], np.int64)
