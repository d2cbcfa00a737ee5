"""When to call: the hour at which earlier calls reached most, one table for all strategies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.synthetic.chance import Flags, Floats, Ints
from training.simulation.windows import shares

HOURS = 24
FIRST, LAST = 9, 19
"""The hours of the debtor's own day in which the house calls, as in its past."""
_PRIOR_CALLS = 200


@dataclass(frozen=True)
class HourTable:
    """Right-party contacts per call by hour: of persons in row 0, of businesses in row 1."""

    rates: Floats

    def best(self, business: Flags, opens: Floats, closes: Floats) -> Ints:
        """The hour of the highest rate among those that begin and end while a call may be made; -1 where none does.

        Parameters
        ----------
        opens, closes : (n,) hours of the debtor's day.

        Examples
        --------
        >>> table = hour_table(np.array([9, 18]), np.array([False, False]), np.array([False, True]))
        >>> table.best(np.array([False, False]), np.array([8.0, 8.0]), np.array([21.0, 17.0])).tolist()[0]
        18
        """
        hour = np.arange(HOURS)
        free = (hour >= opens[:, None]) & (hour + 1 <= closes[:, None]) & (hour >= FIRST) & (hour <= LAST)
        rates = np.where(free, self.rates[business.astype(np.int64)], -1.0)
        return np.where(free.any(axis=1), np.argmax(rates, axis=1), -1)


def hour_table(hour: Ints, business: Flags, reached: Flags) -> HourTable:
    """The table of earlier calls; an hour with few of them is drawn towards the mean."""
    kind = business.astype(np.int64)
    calls = np.bincount(kind * HOURS + hour, minlength=2 * HOURS).reshape(2, HOURS)
    talks = np.bincount(kind * HOURS + hour, reached, minlength=2 * HOURS).reshape(2, HOURS)
    mean = shares(talks.sum(axis=1), np.maximum(calls.sum(axis=1), 1))[:, None]
    return HourTable((talks + _PRIOR_CALLS * mean) / (calls + _PRIOR_CALLS))
