"""What was recorded that forbids a call: holds, disputes and bad numbers. Read by the conduct gate and by no model."""

from __future__ import annotations

import numpy as np

from arrears.synthetic.chance import Flags, Ints
from arrears.synthetic.contacting import CALL, Contacts
from arrears.synthetic.lifts import NO_DAY
from arrears.synthetic.reaching import Line
from arrears.synthetic.setting import Setting
from arrears.synthetic.talking import DISPUTE_DAYS, HARDSHIP_DAYS, Talk


class Blocks:
    """Blocks of every debtor and account by the end of the last day seen.

    Attributes
    ----------
    hardship_until : (debtors,) the last day of the hold. `ceased_on` : the day it was asked for; `NO_DAY` if never.
    disputed_on : (accounts,) the day on which an open dispute began, else `NO_DAY`.
    bad_number : (debtors, 2) numbers that are known not to be the debtor's.
    """

    def __init__(self, made: Setting) -> None:
        people, accounts = len(made.people), len(made.accounts)
        self._made = made
        self.hardship_until, self.ceased_on = np.full(people, NO_DAY), np.full(people, NO_DAY)
        self.disputed_on = np.full(accounts, NO_DAY)
        self.bad_number = made.numbers.told_bad | ~made.numbers.there

    def copy(self) -> Blocks:
        """The same that can go its own way from here."""
        other = Blocks.__new__(Blocks)
        for name, value in vars(self).items():
            other.__dict__[name] = value.copy() if isinstance(value, np.ndarray) else value
        return other

    def see(self, day: int, contacts: Contacts, resolved: Ints, disputed: Ints) -> None:
        """Note what the talks of a day led to, and disputes that were resolved.

        Parameters
        ----------
        resolved : accounts whose disputes ended. `disputed` : accounts that were disputed in a talk.
        """
        debtor = self._made.accounts.debtor[contacts.account]
        self.hardship_until[debtor[contacts.ending == Talk.HARDSHIP]] = day + HARDSHIP_DAYS
        ceased = debtor[contacts.ending == Talk.CEASE]
        self.ceased_on[ceased] = np.where(self.ceased_on[ceased] == NO_DAY, day, self.ceased_on[ceased])
        over = (self.disputed_on != NO_DAY) & (self.disputed_on <= day - DISPUTE_DAYS)
        self.disputed_on[over] = NO_DAY
        self.disputed_on[resolved] = NO_DAY
        self.disputed_on[disputed[self.disputed_on[disputed] == NO_DAY]] = day
        call = contacts.actions.channel == CALL
        found = call & ~contacts.arrived & np.isin(contacts.line, (Line.NOT_IN_SERVICE, Line.WRONG_NUMBER))
        self.bad_number[debtor[found], contacts.number[found]] = True

    def stopped(self, debtors: Ints, day: int) -> Flags:
        """Debtors about whom a bankruptcy, death, service or attorney was recorded by the day."""
        return np.asarray(self._made.people.stopped_on[debtors] <= day)

    def best_number(self, debtors: Ints) -> Ints:
        """The number to dial: one not known to be bad, verified before unverified."""
        rank = np.where(self.bad_number[debtors], 2, np.where(self._made.numbers.unverified[debtors], 1, 0))
        return np.asarray(np.argmin(rank, axis=1), np.int64)

    def all_bad(self, debtors: Ints) -> Flags:
        """Debtors of whom no number is known that may be theirs."""
        return np.asarray(self.bad_number[debtors].all(axis=1))
