"""When a world's house learns what happened: payments that are recorded late or taken back, and how debtors came in."""

from __future__ import annotations

import numpy as np

from arrears.synthetic.chance import Flags, Floats, Ints, Stream, uniform
from arrears.synthetic.setting import Setting

INBOUND_CALLS = 0.5
"""Share of debtors turning up by themselves who call; the others look in online."""

_SOON, _LATE = 6, 40


def recording_lag(made: Setting, accounts: Ints, day: int) -> Ints:
    """Days until these accounts' payments of a day are recorded: none for most, days for some, weeks for a few."""
    draws = uniform(made.seed, Stream.RECORDED, accounts, day)
    return _lags(draws, made.given.paying.late_record, made.given.paying.very_late_record)


def taken_back_on(made: Setting, accounts: Ints, day: int) -> Ints:
    """The day on which a returned payment of these accounts is taken back: soon, and before its cycle is closed."""
    ends = made.calendar.next_end(made.accounts.cycle_day[accounts], day)
    return np.minimum(day + 2 + (accounts % 4), ends)


def called_in(made: Setting, accounts: Ints, day: int) -> Flags:
    """True for those who turned up by telephone."""
    return np.asarray(uniform(made.seed, Stream.INBOUND, accounts, day, 1) < INBOUND_CALLS)


def _lags(draws: Floats, late: float, very_late: float) -> Ints:
    soon = 1 + (draws / late * _SOON).astype(np.int64)
    weeks = _SOON + (draws / very_late * (_LATE - _SOON)).astype(np.int64)
    return np.where(draws < very_late, weeks, np.where(draws < late, np.minimum(soon, _SOON), 0))
