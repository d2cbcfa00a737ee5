"""When a household has lost income: a window a year at most, fixed before anything else happens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.synthetic.chance import Flags, Ints, Stream, uniform
from arrears.synthetic.parameters import ShockParameters

YEAR = 365


@dataclass(frozen=True)
class Shocks:
    """First and last days of the windows of every household: arrays of shape (years, households)."""

    first: Ints
    last: Ints

    def active(self, households: Ints, day: int | Ints) -> Flags:
        """True for households without their income on that day, or each on a day of its own."""
        years = np.asarray(day, np.int64) // YEAR
        # A window that began last year may reach into this one; none is longer than a year.
        return self._in_window_of(years, households, day) | self._in_window_of(years - 1, households, day)

    def _in_window_of(self, years: Ints, households: Ints, days: int | Ints) -> Flags:
        known = (years >= 0) & (years < len(self.first))
        if not known.any():
            return np.zeros(len(households), np.bool_)
        at = np.clip(years, 0, len(self.first) - 1)
        return np.asarray(known & (self.first[at, households] <= days) & (days <= self.last[at, households]))


def shocks(households: int, days: int, drift_day: int, seed: int, given: ShockParameters, drifted: float) -> Shocks:
    """The windows of so many households over so many days.

    Parameters
    ----------
    drift_day, drifted : from that day on windows are so many times as frequent.

    Examples
    --------
    >>> from arrears.synthetic.parameters import parameters_of
    >>> drawn = shocks(10_000, 365, 10_000, 1, parameters_of("usual").shocks, 1.0)
    >>> 0.01 < float(drawn.active(np.arange(10_000), 200).mean()) < 0.10
    True
    """
    years = days // YEAR + 1
    homes = np.arange(households)
    first, last = np.empty((2, years, households), np.int64)
    for year in range(years):
        at = year * YEAR
        begins = at + (uniform(seed, Stream.SHOCK_DAY, homes, at) * YEAR).astype(np.int64)
        often = given.per_year * np.where(begins >= drift_day, drifted, 1.0)
        comes = uniform(seed, Stream.SHOCK, homes, at) < often
        length = given.least_days + uniform(seed, Stream.SHOCK_DAYS, homes, at) * (given.most_days - given.least_days)
        first[year] = np.where(comes, begins, days + YEAR)
        last[year] = begins + length.astype(np.int64)
    return Shocks(first, last)
