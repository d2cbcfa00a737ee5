"""What talks and messages have left in the debtors: how each account's chance to pay stands above or below its own.

A lift lasts until the account pays. All of it moves on by itself from day to day, so the chance to pay on any later day
is known on the day itself if nobody is contacted again; exact effects rest on that.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from arrears.synthetic.chance import Flags, Floats, Ints

NO_DAY = -1000
"""A day long before the first."""
NO_KIND = -1
BEFORE, AFTER = 1, 2
"""A promise is kept from the day before it is due until two days after."""
PROMISE_DAYS = BEFORE + 1 + AFTER


@dataclass
class Lifts:
    """One value per account.

    Attributes
    ----------
    nudge, nudged_on : the hazard that talks and messages added, as it stood on that day; it fades from there.
    promised_for, promised_on : the day by which the open promise is to be kept, and when it was made; `NO_DAY` if none.
    promise_hazard : the hazard that the promise adds on each of its days.
    promise_kind : what was promised, a number of `arrears.synthetic.paying.KINDS`; `NO_KIND` where not yet drawn.
    own, own_until : what the debtor's own hazard is multiplied by, through that day.
    """

    nudge: Floats
    nudged_on: Ints
    promised_for: Ints
    promised_on: Ints
    promise_hazard: Floats
    promise_kind: Ints
    own: Floats
    own_until: Ints

    @classmethod
    def none(cls, accounts: int) -> Self:
        """Nobody has been contacted."""
        never = np.full(accounts, NO_DAY)
        zero = np.zeros(accounts)
        return cls(
            zero,
            never,
            never.copy(),
            never.copy(),
            zero.copy(),
            np.full(accounts, NO_KIND),
            np.ones(accounts),
            never.copy(),
        )

    def take(self, accounts: Ints) -> Self:
        """A copy of these accounts' lifts."""
        return type(self)(*(getattr(self, field.name)[accounts] for field in fields(self)))

    def put(self, accounts: Ints, values: Lifts) -> None:
        """Set these accounts' lifts."""
        for field in fields(self):
            getattr(self, field.name)[accounts] = getattr(values, field.name)

    def clear(self, accounts: Ints) -> None:
        """Take all lifts off these accounts: they have paid."""
        self.put(accounts, Lifts.none(len(accounts)))

    def promise_open(self, day: int) -> Flags:
        """True where a promise may still be kept on that day."""
        return np.asarray(self.promised_for + AFTER >= day)

    def added(self, day: int, fades: float) -> Floats:
        """The hazard that lifts add on that day."""
        faded = self.nudge * fades ** (day - self.nudged_on).clip(0, 500)
        due = (day >= self.promised_for - BEFORE) & (day <= self.promised_for + AFTER)
        return np.asarray(faded + np.where(due, self.promise_hazard, 0.0))

    def own_share(self, day: int, waiting: float) -> Floats:
        """What the debtor's own hazard is multiplied by on that day."""
        share = np.where(day <= self.own_until, self.own, 1.0)
        return np.asarray(np.where(day < self.promised_for - BEFORE, share * waiting, share))
