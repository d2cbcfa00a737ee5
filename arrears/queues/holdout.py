"""The random holdout: a few debtors worked in random order, so that every order has something to be held against.

Who is in it is drawn once for each delinquency episode and debtor, the whole person with all accounts, and they stay in
it for a stated number of days or until the episode ends. They are contacted like anybody else: duties, notices and
promises are not the lot's to move. An experiment leaves them alone.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import numpy as np

from arrears.policy.columns import Days, Flags, Words

HOLDOUT = "holdout"
"""What `experiment` says on the items and decisions of a debtor in it; `arm` then is the episode's first day."""

_DIGITS = 13
"""Hexadecimal digits that are read: 52 bits, which every language's double holds exactly."""


def held_out(debtor_id: Words, began_on: Days, day: date, *, share: float, days: int) -> Flags:
    """Who is in the holdout on a day.

    Parameters
    ----------
    debtor_id : whose rows they are; rows of one debtor get one answer.
    began_on : the first day of each debtor's episode; NaT where nobody is past due or knows since when: never in it.
    day : the day that is worked.
    share : of episodes that are drawn, 0-1.
    days : from an episode's first day on, until its debtor is released.

    Examples
    --------
    >>> who = np.array(["D1", "D2", "D3"])
    >>> held_out(who, np.full(3, np.datetime64("2026-06-01")), date(2026, 6, 2), share=0.5, days=90).tolist()
    [False, False, True]
    """
    begun = began_on.astype("M8[D]")
    ago = (np.datetime64(day, "D") - begun).astype(np.float64)  # NaT is no number of days
    ago = np.where(np.isnat(begun), -1.0, ago)
    found = np.asarray((ago >= 0) & (ago < days), dtype=np.bool_)
    rows = np.flatnonzero(found)
    drawn = [number(who, on) < share for who, on in zip(debtor_id[rows].tolist(), begun[rows].tolist(), strict=True)]
    found[rows] = drawn
    return found


def number(debtor_id: str, began_on: date) -> float:
    """The number in [0, 1) of an episode: below the share it is in the holdout.

    Notes
    -----
    The first 13 hexadecimal digits of SHA-256 over the UTF-8 bytes of `holdout|YYYY-MM-DD|debtor`, over 16^13.

    Examples
    --------
    >>> [number(who, date(2026, 6, 1)) for who in ("D1", "D2", "Müller 7", "a|b")]
    [0.6128488609791789, 0.8725511431775943, 0.9937816002505373, 0.5286609242790057]
    >>> number("D1", date(2026, 9, 30))
    0.08345625635926401
    """
    told = hashlib.sha256(f"{HOLDOUT}|{began_on.isoformat()}|{debtor_id}".encode()).hexdigest()
    return int(told[:_DIGITS], 16) / float(16**_DIGITS)


def released_on(began_on: date, days: int) -> date:
    """The first day on which a debtor of the holdout is worked by rank again, if the episode lasts so long.

    Examples
    --------
    >>> released_on(date(2026, 6, 1), 90)
    datetime.date(2026, 8, 30)
    """
    return began_on + timedelta(days=days)
