"""What one more hour would bring, in every skill group and hour of the day, whether anybody works then or not."""

from __future__ import annotations

import numpy as np

from arrears.policy.columns import Numbers, Rows
from arrears.queues.allocation.day import IDLE, Day
from arrears.queues.allocation.eligibility import Fit
from arrears.queues.allocation.prices import Prices, cheapest
from arrears.queues.allocation.problem import Wanted

HOUR_MINUTES = 60.0


def hour_values(wanted: Wanted, given: Fit, day: Day, items: Rows, prices: Prices) -> Numbers:
    """(groups, blocks) money that one more hour of a collector of each group would add in each block.

    An item pays for a minute of the new hour what it pays elsewhere, or all of its own value where it lies nowhere now;
    the hour is worth its sixty best minutes. The sum is never too low, and exact as far as the prices are.
    """
    pays = _pays(wanted, day, items, prices)
    order = np.argsort(-pays, kind="stable")
    order = order[pays[order] > 0]
    minutes, pays = wanted.minutes[order], pays[order]
    could, first, last = given.could[given.sort_of[order]], given.opens[order], given.closes[order]
    found = np.zeros((given.could.shape[1], day.capacity.shape[1]))
    for block in range(found.shape[1]):
        rows = np.flatnonzero((first <= block) & (block <= last))
        for group in range(found.shape[0]):
            found[group, block] = _best_hour(rows[could[rows, group]], minutes, pays)
    return found


def _pays(wanted: Wanted, day: Day, items: Rows, prices: Prices) -> Numbers:
    """(items,) money a minute: the price an item pays, its own value where it has no place, 0 if it adds nothing."""
    pays = np.maximum(wanted.value / wanted.minutes, 0.0)
    if not len(items):
        return np.asarray(pays)
    price, with_owner = cheapest(day, prices.minute)
    lane = day.lane[day.kind]
    toll = np.where(lane >= 0, (prices.charge - prices.grant)[lane], 0.0) if len(day.most) else 0.0
    bid = day.value / day.minutes
    keep = bid - toll - price[day.kind]
    owned = np.flatnonzero(day.owner >= 0)
    own = with_owner[day.window[day.kind[owned]], day.owner[owned]]
    bonus = day.bonus * np.maximum(bid[owned], 0.0)
    keep_own = (bid - toll)[owned] + bonus - own
    keep[owned] = keep_own if day.strict else np.maximum(keep[owned], keep_own)
    pays[items] = np.where(day.tier < IDLE, np.maximum(bid - toll - np.maximum(keep, 0.0), 0.0), 0.0)
    return pays


def _best_hour(rows: Rows, minutes: Numbers, pays: Numbers) -> float:
    """The value of the sixty best minutes of items that are sorted by what they pay."""
    until = np.cumsum(minutes[rows])
    last = int(np.searchsorted(until, HOUR_MINUTES))
    whole = float((minutes[rows[:last]] * pays[rows[:last]]).sum())
    if last == len(rows):
        return whole
    before = float(until[last - 1]) if last else 0.0
    return whole + (HOUR_MINUTES - before) * float(pays[rows[last]])
