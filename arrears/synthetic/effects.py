"""What an action adds to the expected cash of the days ahead: the planted truth, computed and not estimated.

From any morning on, if nobody is contacted again, every account is a small Markov chain whose daily chances are known:
windows of lost income, paydays and fading lifts are fixed. Going backward over the days gives the expected cash of an
account as it stands, and as it would stand after each ending of a talk; the difference, weighed by the chances to be
reached and of each ending, is the action's effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.synthetic.chance import Flags, Floats, Ints
from arrears.synthetic.contacting import (
    CALL,
    CHANNELS,
    EMAIL,
    LETTER,
    SMS,
    best_number,
    delivered_chance,
    ending_chances,
    listeners,
    listening,
    reached,
)
from arrears.synthetic.lifts import NO_KIND, Lifts
from arrears.synthetic.months import DUE_BEFORE_END, day_size, late_hazard, miss_chance
from arrears.synthetic.paying import KINDS, STANDINGS, pay_chance
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
    return effects_of(world, groups, channels=(channel,), hours=hours, horizon_days=horizon_days)[channel]


def effects_of(
    world: World,
    groups: Ints,
    *,
    channels: tuple[int, ...] = (CALL, SMS, EMAIL, LETTER),
    hours: Ints | None = None,
    horizon_days: int = HORIZON_DAYS,
) -> dict[int, Effect]:
    """The effect of each channel on its own, by channel; as `effect_of`, and faster than asking for one by one."""
    made, state, day = world.setting, world.state, world.day
    accounts, place = listening(made, state, groups)
    endings = ending_chances(made, state, day, groups)
    values = np.zeros((1 + len(channels), len(accounts)))
    for start in range(0, len(accounts), _BLOCK):
        part = slice(start, start + _BLOCK)
        values[:, part] = _means(world, accounts[part], endings[place[part]], channels, horizon_days)
    # Sums by group; a group without an account that a talk could move has 0.
    sums = np.stack([np.bincount(place, row, minlength=len(groups)).astype(np.float64) for row in values])
    reach = {channel: _reach(made, state, day, groups, channel, hours) for channel in channels}
    return {
        channel: Effect(sums[0], reach[channel] * (sums[row] - sums[0]), reach[channel], sums[row] - sums[0])
        for row, channel in enumerate(channels, start=1)
    }


def _means(world: World, accounts: Ints, endings: Floats, channels: tuple[int, ...], horizon_days: int) -> Floats:
    """(1 + channels, accounts): expected cash without an action, and after each channel has arrived."""
    made, state, day = world.setting, world.state, world.day
    before, who = state.lifts.take(accounts), listeners(made, state, day, accounts)
    variants, shares = [before], [np.eye(1 + len(channels))[0][:, None] * np.ones(len(accounts))]
    for row, channel in enumerate(channels, start=1):
        column = np.eye(1 + len(channels))[row][:, None]
        if channel == CALL:
            for talk in Talk:
                variants.append(after_talk(before, np.full(len(accounts), int(talk)), who, day, made.given))
                shares.append(column * endings[:, talk])
        else:
            variants.append(after_message(before, CHANNELS[channel], who, day, made.given))
            shares.append(column * np.ones(len(accounts)))
    cycles = state.cycles[accounts].astype(np.int64)
    values = expected_cash(made, accounts, cycles, variants, day, horizon_days)
    return np.asarray(sum(share * value for share, value in zip(shares, values, strict=True)))


def _reach(made: Setting, state: State, day: int, groups: Ints, channel: int, hours: Ints | None) -> Floats:
    if channel != CALL:
        return delivered_chance(made, state, groups, channel)
    at = np.full(len(groups), 10) if hours is None else hours
    number = best_number(made, state, made.accounts.group_debtor[groups])
    return reached(made, state, day, groups, at, number)


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
        chain.before_end(made.calendar.day_of_month[on] == chain.cycle_day)
        size = day_size(made, accounts, on)
        for row, lifts in enumerate(variants):
            fresh[row] = chain.fresh(standing[ahead], size, lifts, on, fresh[row])
        chain.before_payments(size, on)
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
        self._mixes = made.tables.mixes[self.product]
        self._returned = made.given.paying.returned
        self._binds = made.given.talking.promise_binds
        self._rows = np.arange(len(accounts))

    def unpaid_to(self, standing: Ints) -> Ints:
        return self._unpaid_to[self._rows, standing]

    def before_end(self, ends: Flags) -> None:
        """Go back over the end of the cycles that end."""
        next_morning = self.unpaid
        self.settled = np.where(ends[:, None], next_morning, self.settled)
        rolled = np.take_along_axis(next_morning, self._unpaid_to, axis=1)
        self.unpaid = np.where(ends[:, None], rolled, next_morning)

    def fresh(self, standing: Ints, size: Floats, lifts: Lifts, day: int, later: Floats) -> Floats:
        """Go back over a day's payments of accounts that still carry their lifts."""
        chance = pay_chance(late_hazard(self.made, self.accounts, standing, size, lifts, day))
        mixes = self.made.tables.mixes[self.product, standing]
        promised = lifts.promise_open(day) & (lifts.promise_kind != NO_KIND) & self._binds
        mixes = np.where(promised[:, None], np.eye(len(KINDS))[lifts.promise_kind], mixes)
        tables, worth = self.made.tables, np.zeros(len(self.accounts))
        for kind in range(len(KINDS)):
            settled = self.settled[self._rows, tables.paid_to[kind, standing]]
            worth += mixes[:, kind] * (tables.dues[kind, standing] * self.due + settled)
        back = self.settled[self._rows, self.unpaid_to(standing)]
        return chance * ((1 - self._returned) * worth + self._returned * back) + (1 - chance) * later

    def before_payments(self, size: Floats, day: int) -> None:
        """Go back over a day's payments of accounts without lifts."""
        tables = self.made.tables
        chance = pay_chance(tables.hazard[self.product] * size[:, None])
        chance[:, 0] = self._current_chance(day)
        worth = np.zeros_like(self.unpaid)
        for kind in range(len(KINDS)):
            paid = tables.dues[kind] * self.due[:, None] + self.settled[:, tables.paid_to[kind]]
            worth += self._mixes[:, :, kind] * paid
        back = np.take_along_axis(self.settled, self._unpaid_to, axis=1)
        worth = (1 - self._returned) * worth + self._returned * back
        self.unpaid = chance * worth + (1 - chance) * self.unpaid

    def _current_chance(self, day: int) -> Floats:
        """The chance that a current account pays on the day, given that it has not paid since its cycle began."""
        calendar = self.made.calendar
        begun = calendar.previous_end(self.cycle_day, day)
        end = calendar.next_end(self.cycle_day, day)
        pays = 1 - miss_chance(self.made, self.accounts, np.maximum(begun, 0))
        payday, weights = self.made.payday[self.accounts], calendar.cumulated
        first = np.maximum(begun, -1) + 1
        whole = weights[payday, end + 1] - weights[payday, first]
        gone_by = (weights[payday, day] - weights[payday, first]) / whole
        today = (weights[payday, day + 1] - weights[payday, day]) / whole
        on = np.maximum(end - DUE_BEFORE_END, first)
        automatic = self.made.accounts.autopay[self.accounts]
        gone_by, today = np.where(automatic, on < day, gone_by), np.where(automatic, on == day, today)
        left = 1 - pays * gone_by
        return np.asarray(np.divide(pays * today, left, out=np.zeros(len(left)), where=left > 0))
