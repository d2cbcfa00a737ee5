"""The facts that rules read, as columns: one row per account, holds as (row, kind, first and last day).

Where the facts come from is for the caller; all of them must be known on `as_of`. A number that nobody knows is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]
Days = NDArray[np.datetime64]
Words = NDArray[np.str_]
Rows = NDArray[np.int64]

NEVER = np.datetime64("NaT", "D")
"""A day that no calendar has: as `until`, only a new fact can end the hold."""


@dataclass(frozen=True)
class HoldFacts:
    """Rows of the holds table, each beside the account it holds; a debtor's hold is repeated for every account.

    `row` is the position of the account in `Facts`; `ends_on` NaT where no end is known.
    """

    row: Rows
    kind: Words
    starts_on: Days
    ends_on: Days


NO_HOLDS = HoldFacts(np.empty(0, np.int64), np.empty(0, np.str_), np.empty(0, "M8[D]"), np.empty(0, "M8[D]"))


@dataclass(frozen=True)
class Facts:
    """What the rules may know about each account, all columns of one length.

    Attributes
    ----------
    as_of : the day we stand on.
    bucket : `arrears.buckets.Bucket` values.
    status : the account's own status, "" where the source gives none.
    balance_minor, past_due_minor : NaN where unknown.
    small_balance_minor : owing this much or less is owing nothing.
    payment_pending : a payment was announced and has not posted yet.
    """

    as_of: date
    bucket: Words
    status: Words
    balance_minor: Numbers
    past_due_minor: Numbers
    small_balance_minor: Numbers
    payment_pending: Flags
    holds: HoldFacts = NO_HOLDS

    def __len__(self) -> int:
        return len(self.bucket)
