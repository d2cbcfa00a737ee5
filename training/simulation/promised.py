"""Promises as the house keeps them: made, open until their grace is over, then kept, partly kept or broken."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arrears.clock import add_business_days
from arrears.synthetic.calendar import Calendar
from arrears.synthetic.chance import Flags, Ints
from arrears.synthetic.contacting import Promises
from arrears.synthetic.setting import Setting
from training.simulation.standing import Recorded

YEAR, HALF_YEAR = 365, 180
_NONE = -1
_KEPT, _BEFORE = 5, 6


class Promised:
    """Every promise of the last year, and what was paid on it; one value a promise, in the order of making.

    Parameters
    ----------
    grace_days : business days after a promise's day for which it waits. `kept_share` : of its amount that keeps it.
    """

    def __init__(self, made: Setting, grace_days: int, kept_share: float) -> None:
        self._made = made
        self._kept_share = kept_share
        self._grace = _grace(made.calendar, made.given.country, grace_days)
        self._newest = np.full(made.accounts.groups, _NONE)
        self._rows = np.zeros((7, 0), np.int64)
        self._paid: dict[int, tuple[tuple[int, int], ...]] = {}

    def copy(self) -> Promised:
        """The same that can go its own way from here."""
        other = Promised.__new__(Promised)
        for name, value in vars(self).items():
            other.__dict__[name] = value.copy() if isinstance(value, (np.ndarray, dict)) else value
        return other

    @property
    def account(self) -> Ints:
        """The account each is about."""
        return np.asarray(self._rows[0])

    @property
    def made_on(self) -> Ints:
        """The day each was made."""
        return np.asarray(self._rows[1])

    @property
    def due_on(self) -> Ints:
        """The day by which each is to be kept."""
        return np.asarray(self._rows[2])

    @property
    def grace_ends_on(self) -> Ints:
        """The last day of grace of each."""
        return np.asarray(self._rows[3])

    @property
    def amount_minor(self) -> Ints:
        """What was promised."""
        return np.asarray(self._rows[4])

    @property
    def kept_minor(self) -> Ints:
        """What came in for it."""
        return np.asarray(self._rows[5])

    def see(self, day: int, promises: Promises, recorded: Recorded) -> None:
        """Note the promises of a day, and let money that was recorded today keep those it came in for."""
        self._note(day, promises)
        group = self._made.accounts.group[recorded.account]
        for row in np.flatnonzero(self._newest[group] != _NONE).tolist():
            self._take(
                int(group[row]), int(recorded.paid_on[row]), int(recorded.sign[row] * recorded.amount_minor[row])
            )

    def counts(self, day: int) -> dict[str, NDArray[np.int64]]:
        """(debtors,) promises of each, as they stand at the end of the day: made, kept and broken, and money open."""
        debtor, size = self._made.accounts.debtor[self.account], len(self._made.people)
        over = self.grace_ends_on < day
        kept = self.kept_minor >= self._kept_share * self.amount_minor
        half_year = over & (day - self.grace_ends_on <= HALF_YEAR)
        masks = {
            "made": day - self.made_on < YEAR,
            "over": half_year,
            "kept": half_year & kept,
            "broken": half_year & (self.kept_minor <= 0),
        }
        found = {name: np.bincount(debtor[mask], minlength=size) for name, mask in masks.items()}
        open_minor = np.bincount(debtor[~over], self.amount_minor[~over], minlength=size)
        return found | {"open_minor": open_minor.astype(np.int64)}

    def last_made_on(self, otherwise: int) -> Ints:
        """(debtors,) the day of the newest promise."""
        found = np.full(len(self._made.people), otherwise)
        np.maximum.at(found, self._made.accounts.debtor[self.account], self.made_on)
        return found

    def waiting(self, day: int) -> Flags:
        """Promises whose grace is not over on the day."""
        return np.asarray(self.grace_ends_on >= day)

    def _note(self, day: int, promises: Promises) -> None:
        old = self.made_on < day - YEAR - 31
        if old.sum() > len(old) // 4:
            self._forget(old)
        group = self._made.accounts.group[promises.account]
        before = np.full(len(group), _NONE)
        first = len(self.account)
        for place, one in enumerate(group.tolist()):
            before[place], self._newest[one] = self._newest[one], first + place
        rows = (promises.account, np.full(len(group), day), promises.due_on, self._grace[promises.due_on])
        new = np.stack([*rows, promises.amount_minor, np.zeros_like(group), before])
        self._rows = np.concatenate([self._rows, new], axis=1)

    def _forget(self, old: Flags) -> None:
        place = np.append(np.where(old, _NONE, np.cumsum(~old) - 1), _NONE)
        self._rows = self._rows[:, ~old]
        self._rows[_BEFORE], self._newest = place[self._rows[_BEFORE]], place[self._newest]

    def _take(self, group: int, paid_on: int, amount_minor: int) -> None:
        """Count money that came in, or was taken back, and see anew which promises of the group it keeps."""
        before = self._paid.get(group, ())
        self._paid[group] = paid = (*before, (paid_on, amount_minor))
        taken = 0
        for row in reversed(self._of(group)):
            # Money stands in a line by its day; a promise takes from its making on, or where the one before stopped.
            begins = max(taken, sum(amount for day, amount in paid if day < self.made_on[row]))
            ends = sum(amount for day, amount in paid if day <= self.grace_ends_on[row])
            taken = max(begins, min(begins + int(self.amount_minor[row]), ends))
            self._rows[_KEPT, row] = taken - begins

    def _of(self, group: int) -> list[int]:
        """Rows of a group's promises, the newest first."""
        found, row = [], int(self._newest[group])
        while row != _NONE:
            found.append(row)
            row = int(self._rows[_BEFORE, row])
        return found


def _grace(calendar: Calendar, country: str, grace: int) -> Ints:
    """The last day of grace of a promise due on each day."""
    ends = [calendar.number(add_business_days(calendar.on(day), grace, country)) for day in range(len(calendar.dates))]
    return np.asarray(ends)
