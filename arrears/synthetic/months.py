"""What a day does by itself: payments come, promises break, and cycles end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.synthetic.chance import Flags, Floats, Ints, Stream, uniform
from arrears.synthetic.lifts import AFTER, NO_DAY, NO_KIND, Lifts
from arrears.synthetic.paying import CHARGED_OFF, kinds, misses, pay_chance, scheduled
from arrears.synthetic.setting import Setting
from arrears.synthetic.state import State

DUE_BEFORE_END = 5
"""A due is to be paid so many days before its cycle ends."""


@dataclass(frozen=True)
class Payments:
    """Payments of a day; a returned one is taken back later in the same cycle and pays nothing."""

    account: Ints
    amount_minor: Ints
    returned: Flags


@dataclass(frozen=True)
class Ends:
    """Cycles that ended on a day: how each account stands from now on."""

    account: Ints
    cycles: Ints
    past_due_minor: Ints
    balance_minor: Ints
    charged_off: Ints


def settle(setting: Setting, state: State, day: int) -> Payments:
    """Let everybody pay who pays on this day."""
    late = np.flatnonzero((state.cycles > 0) & ~state.gone)
    _break_promises(state, late, day)
    waiting = late[~state.paid[late]]
    size = day_size(setting, waiting, day)
    cycles = state.cycles[waiting].astype(np.int64)
    hazard = late_hazard(setting, waiting, cycles, size, state.lifts.take(waiting), day)
    pays = uniform(setting.seed, Stream.PAY, waiting, day) < pay_chance(hazard)
    account = np.concatenate([waiting[pays], np.flatnonzero(state.pays_on == day)])
    cycles = state.cycles[account].astype(np.int64)
    kind = _kinds_paid(setting, state, account, cycles, day)
    returned = uniform(setting.seed, Stream.RETURNED, account, day) < setting.given.paying.returned
    product = setting.accounts.product[account]
    unpaid_to = setting.tables.unpaid_to[product, cycles]
    state.paid[account] = True
    state.then[account] = np.where(returned, unpaid_to, setting.tables.paid_to[kind, cycles])
    state.broken[account] = np.where(returned, state.broken[account], 0)
    state.lifts.clear(account)
    amount = setting.tables.dues[kind, cycles] * setting.accounts.due_minor[account]
    amount = np.where(cycles == CHARGED_OFF, np.minimum(amount, state.owed_minor[account]), amount)
    _write_down(state, account, np.where(returned | (cycles < CHARGED_OFF), 0, amount))
    return Payments(account, amount, returned)


def day_size(setting: Setting, accounts: Ints, day: int) -> Floats:
    """What the hazard of a whole cycle is multiplied by for these accounts' debtors on one day; 0 if they stopped."""
    size = setting.own_size[accounts] * setting.calendar.weights[setting.payday[accounts], day]
    size = np.where(setting.shocked(accounts, day), size * np.exp(-setting.given.shocks.weight), size)
    facing = setting.moods.face(setting.accounts.debtor[accounts], day - setting.given.moods.pays_after)
    size = size * np.asarray(setting.given.moods.pays)[facing.astype(np.int64)]
    return np.where(setting.stopped(accounts, day), 0.0, size)


def late_hazard(setting: Setting, accounts: Ints, cycles: Ints, size: Floats, lifts: Lifts, day: int) -> Floats:
    """The hazard of a payment on that day by these accounts, late by so many cycles and lifted so.

    Parameters
    ----------
    size : from `day_size` of the same accounts and day.
    """
    talking = setting.given.talking
    own = setting.tables.hazard[setting.accounts.product[accounts], cycles] * size
    hazard = own * lifts.own_share(day, talking.waiting) + lifts.added(day, talking.fades)
    return np.where(size > 0, hazard, 0.0)


def close_cycles(setting: Setting, state: State, day: int) -> Ends:
    """Let the cycles end that end on this day, and new ones begin."""
    account = setting.ending_on[int(setting.calendar.day_of_month[day])]
    account = account[(setting.accounts.opened[account] <= day) & ~state.gone[account]]
    product = setting.accounts.product[account]
    before = state.cycles[account].astype(np.int64)
    after = np.where(state.paid[account], state.then[account], setting.tables.unpaid_to[product, before])
    state.cycles[account] = after
    state.paid[account] = False
    charged_off = account[(after == CHARGED_OFF) & (before < CHARGED_OFF)]
    _charge_off(setting, state, charged_off, day)
    begin(setting, state, account[after == 0], day)
    past_due = after * setting.accounts.due_minor[account]
    balance = setting.accounts.principal_minor[account] + past_due + setting.accounts.due_minor[account]
    lost = after == CHARGED_OFF
    owed = state.owed_minor[account]
    return Ends(account, after, np.where(lost, owed, past_due), np.where(lost, owed, balance), charged_off)


def begin(setting: Setting, state: State, accounts: Ints, day: int) -> None:
    """Decide whether and when these current accounts pay in the cycle that begins after `day`."""
    end = setting.calendar.next_end(setting.accounts.cycle_day[accounts], day + 1)
    chance = miss_chance(setting, accounts, day)
    pays = uniform(setting.seed, Stream.MISS, accounts, day) >= chance
    draws = uniform(setting.seed, Stream.PAY_DAY, accounts, day)
    on = scheduled(setting.calendar, setting.payday[accounts], day + 1, end, draws)
    on = np.where(setting.accounts.autopay[accounts], np.maximum(end - DUE_BEFORE_END, day + 1), on)
    state.pays_on[accounts] = np.where(pays, on, NO_DAY)


def miss_chance(setting: Setting, accounts: Ints, day: int | Ints) -> Floats:
    """The chance that a current account whose cycle begins after `day` pays nothing in it."""
    chance = misses(
        setting.tables,
        setting.accounts.product[accounts],
        setting.people.willing[setting.accounts.debtor[accounts]],
        setting.shocked(accounts, day).astype(np.float64),
        setting.given,
    )
    return np.where(setting.stopped(accounts, day), 1.0, chance)


def _break_promises(state: State, late: Ints, day: int) -> None:
    broken = late[state.lifts.promised_for[late] == day - AFTER - 1]
    state.broken[broken] += 1
    state.lifts.promised_for[broken] = NO_DAY
    state.lifts.promise_kind[broken] = NO_KIND


def _kinds_paid(setting: Setting, state: State, account: Ints, cycles: Ints, day: int) -> Ints:
    mixes = setting.tables.mixes[setting.accounts.product[account], cycles]
    drawn = kinds(setting.seed, Stream.KIND, account, day, mixes)
    promised = state.lifts.promise_kind[account]
    binds = (promised != NO_KIND) & (cycles > 0) & setting.given.talking.promise_binds
    return np.where(binds, promised, drawn)


def _write_down(state: State, account: Ints, amount_minor: Ints) -> None:
    state.owed_minor[account] -= amount_minor
    settled = account[(amount_minor > 0) & (state.owed_minor[account] <= 0)]
    state.gone[settled] = True


def _charge_off(setting: Setting, state: State, accounts: Ints, day: int) -> None:
    missed = np.asarray([setting.given.products[name].charge_off_after + 1 for name in setting.given.products])
    dues = missed[setting.accounts.product[accounts]]
    owed = setting.accounts.principal_minor[accounts] + dues * setting.accounts.due_minor[accounts]
    state.owed_minor[accounts] = owed
    state.charged_off_on[accounts] = day


def first_standing(setting: Setting, state: State) -> None:
    """Put every account that is open on the first day where an account of a running book stands."""
    shares = np.asarray([0.885, 0.055, 0.035, 0.012, 0.006, 0.004, 0.003])
    random = np.random.default_rng([setting.seed, 4])
    drawn = np.searchsorted(np.cumsum(shares)[:-1], random.random(len(setting.accounts)), side="right")
    most = np.asarray([setting.given.products[name].charge_off_after for name in setting.given.products])
    drawn = np.minimum(drawn, most[setting.accounts.product])
    running = setting.accounts.opened <= 0
    state.cycles[:] = np.where(running, drawn, 0)
    begin(setting, state, np.flatnonzero(running & (drawn == 0)), -1)
