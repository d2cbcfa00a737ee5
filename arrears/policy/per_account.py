"""The first and the last day that rows tell of each account: a thousand letters of a million accounts at once."""

from __future__ import annotations

import numpy as np

from arrears.policy.columns import NOBODY, Flags, Rows
from arrears.policy.facts import Facts
from arrears.policy.zonetime import Days

_NAT = np.iinfo(np.int64).min
_LATE = np.iinfo(np.int64).max


def last_day(days: Days, account: Rows, count: int) -> Days:
    """(count,) the last of the days of each account; NaT where it has none.

    Examples
    --------
    >>> days = np.array(["2026-06-01", "2026-06-03", "NaT"], "M8[D]")
    >>> last_day(days, np.array([0, 0, 1]), 3).astype(str).tolist()
    ['2026-06-03', 'NaT', 'NaT']
    """
    found = np.full(count, _NAT)
    np.maximum.at(found, account, days.astype(np.int64))
    return found.view("M8[D]")


def first_day(days: Days, account: Rows, count: int) -> Days:
    """(count,) the first of the days of each account; NaT where it has none.

    Examples
    --------
    >>> first_day(np.array(["2026-06-03", "2026-06-01"], "M8[D]"), np.array([0, 0]), 2).astype(str).tolist()
    ['2026-06-01', 'NaT']
    """
    told = ~np.isnat(days)
    found = np.full(count, _LATE)
    np.minimum.at(found, account[told], days[told].astype(np.int64))
    found[found == _LATE] = _NAT
    return found.view("M8[D]")


def notices_of(facts: Facts, kind: int) -> Flags:
    """Which notices are of one kind, of an account of this book, and sent by today."""
    notices = facts.notices
    ours: Flags = (notices.kind == kind) & (notices.account != NOBODY)
    if ours.any():
        person = facts.accounts.person[notices.account[ours]]
        ours[ours] = notices.sent_on[ours] <= facts.today[person]
    return ours
