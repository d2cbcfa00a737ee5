"""Where accounts stand by what the house was told: statements rolled forward, and payments as they were recorded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.buckets import DEFAULT_EDGES
from arrears.queues.value import CHARGED_OFF_RANK
from arrears.synthetic.chance import Floats, Ints
from arrears.synthetic.lifts import NO_DAY
from arrears.synthetic.months import DUE_BEFORE_END, Ends, Payments
from arrears.synthetic.parameters import PRODUCTS
from arrears.synthetic.paying import CHARGED_OFF
from arrears.synthetic.recording import recording_lag, taken_back_on
from arrears.synthetic.setting import Setting
from training.simulation.windows import Window

PAID_LENGTHS = (30, 90, 365)
_EDGES = np.asarray((0, *DEFAULT_EDGES))


@dataclass(frozen=True)
class Recorded:
    """Payments that were recorded on one day, and earlier ones that were found to be returned."""

    account: Ints
    paid_on: Ints
    amount_minor: Ints
    sign: Ints


@dataclass(frozen=True)
class Position:
    """Where some accounts stand at the end of a day.

    Attributes
    ----------
    days_past_due : NaN before the first statement.
    bucket_rank : 0 for CURRENT to 7 for 180+, 8 for charged off, -1 where nothing is known or the account is closed.
    """

    days_past_due: Floats
    bucket_rank: Ints
    past_due_minor: Ints
    balance_minor: Ints


class Standing:
    """Statements and payments of every account, as recorded by the end of the last day seen.

    Attributes
    ----------
    cycle_end : the day of the last statement, `NO_DAY` before the first. `cycles_late`, `cycles_late_previous` : what
        it and the one before said.
    charged_off_on : `NO_DAY` unless it was. `closed` : paid off after charge-off.
    last_paid_on : the day of the newest payment that stands, `NO_DAY` if none is known.
    paid, paid_count : money and number of payments of the last days.
    """

    def __init__(self, made: Setting) -> None:
        rows = len(made.accounts)
        self._made = made
        self.day = -1
        self.cycle_end = np.full(rows, NO_DAY)
        self.cycles_late = np.zeros(rows, np.int64)
        self.cycles_late_previous = np.full(rows, -1)
        self.charged_off_on = np.full(rows, NO_DAY)
        self.closed = np.zeros(rows, np.bool_)
        self.last_paid_on = np.full(rows, NO_DAY)
        self.paid = Window(rows, PAID_LENGTHS)
        self.paid_count = Window(rows, PAID_LENGTHS)
        self._paid_before = np.full(rows, NO_DAY)
        self._days = np.zeros(rows, np.int64)
        self._past_due = np.zeros(rows, np.int64)
        self._billed = np.zeros(rows, np.int64)
        self._paid_since = np.zeros(rows, np.int64)
        self._owed = np.zeros(rows, np.int64)
        self._waiting: dict[int, tuple[Recorded, ...]] = {}

    def copy(self) -> Standing:
        """The same that can go its own way from here."""
        other = Standing.__new__(Standing)
        for name, value in vars(self).items():
            other.__dict__[name] = value.copy() if isinstance(value, (np.ndarray, Window, dict)) else value
        return other

    def begin(self, day: int) -> None:
        """A day begins."""
        self.day = day
        self.paid.begin(day)
        self.paid_count.begin(day)

    def pay(self, payments: Payments) -> Recorded:
        """Take the payments of the day; what is recorded today, of these and of earlier ones, is returned."""
        self._write_down(payments)
        lag = recording_lag(self._made, payments.account, self.day)
        paid_on = np.full(len(lag), self.day)
        self._wait(self.day + lag, Recorded(payments.account, paid_on, payments.amount_minor, np.ones_like(lag)))
        back = np.flatnonzero(payments.returned)
        on = np.maximum(taken_back_on(self._made, payments.account[back], self.day), self.day + lag[back])
        taken = Recorded(payments.account[back], paid_on[back], payments.amount_minor[back], -np.ones_like(back))
        self._wait(on, taken)
        told = _joined(self._waiting.pop(self.day, ()))
        self._record(told)
        return told

    def end_cycles(self, ends: Ends) -> None:
        """Read the statements of the day."""
        account, made = ends.account, self._made
        self.charged_off_on[ends.charged_off] = self.day
        self._owed[ends.charged_off] = ends.balance_minor[np.isin(account, ends.charged_off)]
        since = made.calendar.month[self.day] - made.calendar.month[np.maximum(self.charged_off_on[account], 0)]
        allowed = np.asarray([made.given.products[name].charge_off_after for name in PRODUCTS])
        lost = ends.cycles == CHARGED_OFF
        late = np.where(lost, allowed[made.accounts.product[account]] + 1 + since, ends.cycles).astype(np.int64)
        oldest = made.calendar.months_before(self.day, late - 1) - DUE_BEFORE_END
        known = self.cycle_end[account] != NO_DAY
        self.cycles_late_previous[account] = np.where(known, self.cycles_late[account], -1)
        self.cycle_end[account], self.cycles_late[account] = self.day, late
        self._days[account] = np.where(late > 0, self.day - oldest, 0)
        self._past_due[account], self._billed[account] = ends.past_due_minor, ends.balance_minor
        self._paid_since[account] = 0

    def position(self, accounts: Ints) -> Position:
        """Where these accounts stand at the end of the last day seen, as the house's own features say it."""
        elapsed = self.day - self.cycle_end[accounts]
        told = self.cycle_end[accounts] != NO_DAY
        cycles = np.clip(self.cycles_late[accounts], 0, len(_EDGES) - 1)
        given = self._days[accounts]
        start = np.maximum(given, _EDGES[cycles])
        left = np.maximum(self._past_due[accounts] - self._paid_since[accounts], 0)
        grown = np.where((left <= 0) | (start == 0), 0, start + elapsed)
        days = np.where(elapsed == 0, given, grown)
        rank = np.where(elapsed == 0, cycles, np.searchsorted(_EDGES, days, side="right") - 1)
        rank = np.where(self.charged_off_on[accounts] != NO_DAY, CHARGED_OFF_RANK, rank)
        balance = self._billed[accounts] - self._paid_since[accounts]
        return Position(
            days_past_due=np.where(told, days, np.nan),
            bucket_rank=np.where(told & ~self.closed[accounts], rank, -1),
            past_due_minor=np.where(told, left, 0),
            balance_minor=np.where(told, balance, 0),
        )

    def in_cycle(self, accounts: Ints) -> tuple[Floats, Floats]:
        """Days since these accounts' cycles began and days until they end, as of the last day seen."""
        calendar, cycle_day = self._made.calendar, self._made.accounts.cycle_day[accounts]
        since = self.day - calendar.previous_end(cycle_day, self.day + 1)
        until = calendar.next_end(cycle_day, self.day + 1) - self.day
        return since.astype(np.float64), until.astype(np.float64)

    def _write_down(self, payments: Payments) -> None:
        """Close charged-off accounts that have paid all they owed, which the system of record tells at once."""
        lost = (self.charged_off_on[payments.account] != NO_DAY) & ~payments.returned
        account = payments.account[lost]
        self._owed[account] -= payments.amount_minor[lost]
        self.closed[account] |= self._owed[account] <= 0

    def _wait(self, days: Ints, rows: Recorded) -> None:
        for day in np.unique(days).tolist():
            own = days == day
            part = Recorded(rows.account[own], rows.paid_on[own], rows.amount_minor[own], rows.sign[own])
            self._waiting[day] = (*self._waiting.get(day, ()), part)

    def _record(self, told: Recorded) -> None:
        amount = told.sign * told.amount_minor
        for day in np.unique(told.paid_on).tolist():
            own = told.paid_on == day
            self.paid.add(day, told.account[own], amount[own])
            self.paid_count.add(day, told.account[own], told.sign[own])
        since = told.paid_on > self.cycle_end[told.account]
        np.add.at(self._paid_since, told.account[since], amount[since])
        for sign, move in ((1, self._came), (-1, self._went)):
            own = told.sign == sign
            move(told.account[own], told.paid_on[own])

    def _came(self, account: Ints, on: Ints) -> None:
        last = self.last_paid_on[account]
        self._paid_before[account] = np.maximum(np.minimum(last, on), self._paid_before[account])
        self.last_paid_on[account] = np.maximum(last, on)

    def _went(self, account: Ints, on: Ints) -> None:
        newest = self.last_paid_on[account] == on
        self.last_paid_on[account[newest]] = self._paid_before[account[newest]]
        gone = newest | (self._paid_before[account] == on)
        self._paid_before[account[gone]] = NO_DAY


def _joined(parts: tuple[Recorded, ...]) -> Recorded:
    if not parts:
        return Recorded(*(np.zeros(0, np.int64) for _ in range(4)))
    columns = ("account", "paid_on", "amount_minor", "sign")
    return Recorded(*(np.concatenate([getattr(part, name) for part in parts]) for name in columns))
