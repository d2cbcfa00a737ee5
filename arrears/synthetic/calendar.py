"""The days of a world: their dates, how paydays and seasons weigh them, and when cycles end.

Days are numbered from 0, the first morning. Cycles end on a fixed day of the month, 1 to 28, that differs by account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from arrears.synthetic.chance import Floats, Ints
from arrears.synthetic.parameters import SeasonParameters

MONTH = 365.25 / 12
AHEAD = 200
"""Days after the last one for which weights are known, so that an effect can look ahead."""
PAYDAYS = 28 + 14 + 5 + 10
"""Patterns of paydays: monthly on 1-28, twice a month from 1-14, weekly on a weekday, every second week."""
_MONTHLY, _TWICE, _WEEKLY = 28, 28 + 14, 28 + 14 + 5
SATURDAY = 5
FIRST_PROMISE, LAST_PROMISE = 3, 14


@dataclass(frozen=True)
class Calendar:
    """All days of a world, from `starts_on` on for `days` and some ahead.

    Examples
    --------
    >>> from arrears.synthetic.parameters import parameters_of
    >>> calendar = Calendar(date(2023, 1, 1), 165, parameters_of("usual").season)
    >>> round(float(calendar.weights.sum(axis=1).mean() / calendar.weights.shape[1] * MONTH), 2)
    1.0
    """

    starts_on: date
    days: int
    season: SeasonParameters

    def on(self, day: int) -> date:
        """The date of a day's number."""
        return self.starts_on + timedelta(days=day)

    def number(self, day: date) -> int:
        """The number of a date."""
        return (day - self.starts_on).days

    @cached_property
    def dates(self) -> NDArray[np.datetime64]:
        """Dates of all days, those ahead included."""
        return np.datetime64(self.starts_on, "D") + np.arange(self.days + AHEAD)

    @cached_property
    def day_of_month(self) -> Ints:
        """1 to 31 for every day."""
        return np.asarray((self.dates - self.dates.astype("M8[M]")).astype(np.int64) + 1)

    @cached_property
    def weekday(self) -> Ints:
        """0 is Monday."""
        return (self.dates.astype(np.int64) + 3) % 7

    @cached_property
    def weights(self) -> Floats:
        """(patterns, days): how much of a month's chance to pay falls on each day; a month sums to about 1."""
        raw = np.stack([self._weight_since(pattern) for pattern in range(PAYDAYS)])
        raw = raw * np.where(self.weekday >= SATURDAY, self.season.weekend, 1.0)
        raw /= raw.mean(axis=1, keepdims=True) * MONTH
        of_year = self.month % 12
        return np.asarray(raw * np.asarray(self.season.months)[of_year] / np.mean(self.season.months))

    @cached_property
    def cumulated(self) -> Floats:
        """(patterns, days + 1): weights of all days before each."""
        return np.concatenate([np.zeros((PAYDAYS, 1)), np.cumsum(self.weights, axis=1)], axis=1)

    @cached_property
    def promise_days(self) -> Ints:
        """(patterns, days): the day a promise made on each is for: the next payday 3 to 14 days off, else the 14th."""
        found = np.empty((PAYDAYS, len(self.dates)), np.int64)
        for pattern in range(PAYDAYS):
            paydays = np.flatnonzero(self._since(pattern) == 0)
            at = np.searchsorted(paydays, np.arange(len(self.dates)) + FIRST_PROMISE)
            later = np.append(paydays, 10**6)[at]
            found[pattern] = np.minimum(later, np.arange(len(self.dates)) + LAST_PROMISE)
        return found

    def previous_end(self, cycle_day: Ints, day: int) -> Ints:
        """The number of the last cycle's end before `day`, for accounts whose cycles end on these days of the month."""
        before = np.datetime64(self.on(day), "D") - 1
        month = before.astype("M8[M]")
        late = cycle_day > int((before - month.astype("M8[D]")).astype(np.int64)) + 1
        return self._end_in(month.astype(np.int64) - late, cycle_day)

    def next_end(self, cycle_day: Ints, day: int) -> Ints:
        """The number of the first cycle's end on or after `day`."""
        at = np.datetime64(self.on(day), "D")
        month = at.astype("M8[M]")
        early = cycle_day < int((at - month.astype("M8[D]")).astype(np.int64)) + 1
        return self._end_in(month.astype(np.int64) + early, cycle_day)

    @cached_property
    def month(self) -> Ints:
        """The month of every day, counted from 1970."""
        return self.dates.astype("M8[M]").astype(np.int64)

    def months_before(self, day: int, months: Ints) -> Ints:
        """The number of the same day of the month so many months before."""
        at = np.datetime64(self.on(day), "D")
        return self._end_in(at.astype("M8[M]").astype(np.int64) - months, np.asarray(self.on(day).day))

    def works(self, day: int) -> bool:
        """True from Monday to Friday."""
        return bool(self.weekday[day] < SATURDAY)

    def _end_in(self, months: Ints, cycle_day: Ints) -> Ints:
        first = months.astype("M8[M]").astype("M8[D]") - np.datetime64(self.starts_on, "D")
        return np.asarray(first.astype(np.int64) + cycle_day - 1)

    def _weight_since(self, pattern: int) -> Floats:
        table = np.ones(32)
        table[: len(self.season.payday)] = self.season.payday
        return np.asarray(table[np.minimum(self._since(pattern), 31)])

    def _since(self, pattern: int) -> Ints:
        days = self.dates.astype(np.int64)
        if pattern < _MONTHLY:
            return self._since_monthly(pattern + 1)
        if pattern < _TWICE:
            first = pattern - _MONTHLY + 1
            return np.minimum(self._since_monthly(first), self._since_monthly(first + 14))
        if pattern < _WEEKLY:
            return (self.weekday - (pattern - _TWICE)) % 7
        # Every second week, counted from a Monday.
        return (days + 3 - (pattern - _WEEKLY) // 5 * 7 - (pattern - _WEEKLY) % 5) % 14

    def _since_monthly(self, on: int) -> Ints:
        last_month = (self.dates.astype("M8[M]").astype("M8[D]") - np.timedelta64(1, "D")).astype("M8[D]")
        length = (last_month - last_month.astype("M8[M]")).astype(np.int64) + 1
        return np.where(self.day_of_month >= on, self.day_of_month - on, self.day_of_month + length - on)
