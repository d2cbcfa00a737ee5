"""What an action adds to the expected cash of the days ahead: the planted truth, computed and not estimated.

From any morning on, if nobody is contacted again, every account is a small Markov chain whose daily chances are known:
windows of lost income, paydays and fading lifts are fixed. Going backward over the days gives the expected cash of an
account as it stands, and as it would stand after each ending of a talk; the difference, weighed by the chances to be
reached and of each ending, is the action's effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.synthetic.chance import Floats, Ints
from arrears.synthetic.contacting import (
    CALL,
    CHANNELS,
    best_number,
    delivered_chance,
    ending_chances,
    listeners,
    listening,
    reached,
)
from arrears.synthetic.lifts import NO_KIND, Lifts
from arrears.synthetic.months import DUE_BEFORE_END, late_hazard, miss_chance
from arrears.synthetic.paying import CHARGED_OFF, PACE, STANDINGS, pay_chance
from arrears.synthetic.setting import Setting
from arrears.synthetic.state import State
from arrears.synthetic.talking import Talk, after_message, after_talk
from arrears.synthetic.world import World

HORIZON_DAYS = 30
_BLOCK = 20_000


@dataclass(frozen=True)
class Effect:
    """What one action on each of some groups would do, in cents.

    Attributes
    ----------
    without_minor : expected cash of the horizon if nobody is contacted, of the accounts a talk could move.
    effect_minor : what the action adds to it.
    reach : the chance that the action reaches the right party, or arrives.
    talk_minor : what it adds if it does.
    """

    without_minor: Floats
    effect_minor: Floats
    reach: Floats
    talk_minor: Floats


def effect_of(
    world: World, groups: Ints, *, channel: int = CALL, hours: Ints | None = None, horizon_days: int = HORIZON_DAYS
) -> Effect:
    """The effect of one action now on the expected cash of the days from today through the horizon's end.

    Parameters
    ----------
    groups : whom; each once.
    channel : a number of `arrears.synthetic.contacting.CHANNELS`.
    hours : the hour of a call to each group's debtor in their own day; 10 if not given.
    horizon_days : how many days count, today the first.

    Notes
    -----
    The expectation is over all that chance decides from this morning on; it is exact for accounts before charge-off.
    After it a payment that would exceed what is owed is not cut, which matters for almost none.

    Examples
    --------
    >>> from arrears.synthetic.world import setting
    >>> world = World.new(setting(debtors=300, days=30, seed=1))
    >>> late = np.flatnonzero(np.bincount(world.setting.accounts.group, world.state.cycles) > 0)
    >>> found = effect_of(world, late)
    >>> bool((abs(found.effect_minor) <= abs(found.talk_minor)).all())
    True
    """
    made, state, day = world.setting, world.state, world.day
    reach = _reach(made, state, day, groups, channel, hours)
    accounts, place = listening(made, state, groups)
    endings = ending_chances(made, state, day, groups) if channel == CALL else None
    without, after = np.zeros(len(accounts)), np.zeros(len(accounts))
    for start in range(0, len(accounts), _BLOCK):
        part = slice(start, start + _BLOCK)
        variants = _variants(made, state, day, accounts[part], channel)
        values = expected_cash(
            made, accounts[part], state.cycles[accounts[part]].astype(np.int64), variants, day, horizon_days
        )
        without[part] = values[0]
        after[part] = values[1] if endings is None else (endings[place[part]].T * values[1:]).sum(axis=0)
    rows = len(groups)
    without_of = np.bincount(place, without, minlength=rows).astype(np.float64)
    talk = np.bincount(place, after - without, minlength=rows).astype(np.float64)
    return Effect(without_of, reach * talk, reach, talk)


def _reach(made: Setting, state: State, day: int, groups: Ints, channel: int, hours: Ints | None) -> Floats:
    if channel != CALL:
        return delivered_chance(made, state, groups, channel)
    at = np.full(len(groups), 10) if hours is None else hours
    number = best_number(made, state, made.accounts.group_debtor[groups])
    return reached(made, state, day, groups, at, number)


def _variants(made: Setting, state: State, day: int, accounts: Ints, channel: int) -> list[Lifts]:
    before = state.lifts.take(accounts)
    who = listeners(made, state, day, accounts)
    if channel != CALL:
        return [before, after_message(before, CHANNELS[channel], who, day, made.given)]
    rows = len(accounts)
    return [before, *(after_talk(before, np.full(rows, int(talk)), who, day, made.given) for talk in Talk)]


def expected_cash(
    made: Setting, accounts: Ints, cycles: Ints, variants: list[Lifts], day: int, horizon_days: int
) -> Floats:
    """(variants, accounts): expected cash of late, unpaid accounts from `day` on, in cents, for each set of lifts."""
    chain = _Chain(made, accounts)
    standing = [cycles]
    for ahead in range(horizon_days):
        ends = made.calendar.day_of_month[day + ahead] == chain.cycle_day
        standing.append(np.where(ends, chain.unpaid_to(standing[-1]), standing[-1]))
    fresh = np.zeros((len(variants), len(accounts)))
    for ahead in reversed(range(horizon_days)):
        on = day + ahead
        ends = made.calendar.day_of_month[on] == chain.cycle_day
        chain.before_end(ends)
        for row, lifts in enumerate(variants):
            fresh[row] = chain.fresh(standing[ahead], lifts, on, fresh[row])
        chain.before_payments(on)
    return fresh


class _Chain:
    """Expected cash to come, day by day backward, of accounts that have paid since and carry no lifts.

    `unpaid[:, k]` is the cash still to come from an account that stands at k and has not paid in this cycle; `settled`
    that from one which has paid and will stand at k when the cycle ends.
    """

    def __init__(self, made: Setting, accounts: Ints) -> None:
        self.made = made
        self.accounts = accounts
        self.cycle_day = made.accounts.cycle_day[accounts]
        self.product = made.accounts.product[accounts]
        self.due = made.accounts.due_minor[accounts].astype(np.float64)
        self.unpaid = np.zeros((len(accounts), STANDINGS))
        self.settled = np.zeros((len(accounts), STANDINGS))
        self._unpaid_to = made.tables.unpaid_to[self.product]
        self._none = Lifts.none(len(accounts))
        self._rows = np.arange(len(accounts))

    def unpaid_to(self, standing: Ints) -> Ints:
        return self._unpaid_to[self._rows, standing]

    def before_end(self, ends: Ints) -> None:
        """Go back over the end of the cycles that end."""
        next_morning = self.unpaid
        self.settled = np.where(ends[:, None], next_morning, self.settled)
        rolled = np.take_along_axis(next_morning, self._unpaid_to, axis=1)
        self.unpaid = np.where(ends[:, None], rolled, next_morning)

    def fresh(self, standing: Ints, lifts: Lifts, day: int, later: Floats) -> Floats:
        """Go back over a day's payments of accounts that still carry their lifts."""
        chance = pay_chance(late_hazard(self.made, self.accounts, standing, lifts, day))
        mixes = self.made.tables.mixes[self.product, standing]
        promised = lifts.promise_open(day) & (lifts.promise_kind != NO_KIND)
        mixes = np.where(promised[:, None], np.eye(mixes.shape[1])[lifts.promise_kind], mixes)
        return chance * self._paid(standing, mixes) + (1 - chance) * later

    def before_payments(self, day: int) -> None:
        """Go back over a day's payments of accounts without lifts."""
        unpaid = self.unpaid.copy()
        for standing in range(1, CHARGED_OFF + 1):
            at = np.full(len(self.accounts), standing)
            chance = pay_chance(late_hazard(self.made, self.accounts, at, self._none, day))
            worth = self._paid(at, self.made.tables.mixes[self.product, at])
            unpaid[:, standing] = chance * worth + (1 - chance) * self.unpaid[:, standing]
        at = np.zeros(len(self.accounts), np.int64)
        chance = self._current_chance(day)
        worth = self._paid(at, np.eye(3)[np.full(len(at), PACE)])
        unpaid[:, 0] = chance * worth + (1 - chance) * self.unpaid[:, 0]
        self.unpaid = unpaid

    def _paid(self, standing: Ints, mixes: Floats) -> Floats:
        returned = self.made.given.paying.returned
        tables = self.made.tables
        worth = sum(
            mixes[:, kind]
            * (tables.dues[kind, standing] * self.due + self.settled[self._rows, tables.paid_to[kind, standing]])
            for kind in range(mixes.shape[1])
        )
        return np.asarray((1 - returned) * worth + returned * self.settled[self._rows, self.unpaid_to(standing)])

    def _current_chance(self, day: int) -> Floats:
        """The chance that a current account pays on the day, given that it has not paid since its cycle began."""
        calendar = self.made.calendar
        begun = calendar.previous_end(self.cycle_day, day)
        end = calendar.next_end(self.cycle_day, day)
        pays = 1 - miss_chance(self.made, self.accounts, np.maximum(begun, 0))
        payday, weights = self.made.payday(self.accounts), calendar.cumulated
        first = np.maximum(begun, -1) + 1
        whole = weights[payday, end + 1] - weights[payday, first]
        gone_by = (weights[payday, day] - weights[payday, first]) / whole
        today = (weights[payday, day + 1] - weights[payday, day]) / whole
        on = np.maximum(end - DUE_BEFORE_END, first)
        automatic = self.made.accounts.autopay[self.accounts]
        gone_by, today = np.where(automatic, on < day, gone_by), np.where(automatic, on == day, today)
        left = 1 - pays * gone_by
        return np.asarray(np.divide(pays * today, left, out=np.zeros(len(left)), where=left > 0))
