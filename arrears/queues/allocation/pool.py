"""What competes for an hour: items that could be worked in it, lying elsewhere or nowhere, and what each would add."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from arrears.policy.columns import Numbers, Rows
from arrears.queues.allocation.board import TINY, Board
from arrears.queues.allocation.day import IDLE, ORDINARY
from arrears.queues.allocation.prices import Prices, cheapest

_WORTH_A_LOOK = 0.7
"""Items below this share of a cell's price are not looked at to fill it."""

_MOST = 1_500
"""So many items compete for an hour of a group: those that keep most at its price."""


class Pool(NamedTuple):
    """Items that may be worked in one hour of one group, by ascending minutes.

    `worth` : value, with what the tier bids, less its lane's toll; `bonus` : what the owner adds; `asked` : what is
    lost where an item leaves, 0 where it lies nowhere, infinite where it stays; `toll` : money a minute, by quota.
    """

    items: Rows
    minutes: Numbers
    worth: Numbers
    bonus: Numbers
    owner: Rows
    lane: Rows
    asked: Numbers
    toll: Numbers


def near(board: Board, prices: Prices) -> Rows:
    """Items that may matter to any hour, by ascending minutes: placed ones, and others not far below a price."""
    day = board.day
    price = cheapest(day, prices.minute)[0]
    if len(day.most):
        price = price + np.where(day.lane >= 0, (prices.charge - prices.grant)[day.lane], 0.0)
    price = price[day.kind]
    near = (day.value > _WORTH_A_LOOK * price * day.minutes) | (day.tier < ORDINARY) | (board.cell >= 0)
    items = np.flatnonzero(near & (day.tier < IDLE))
    return items[np.argsort(day.minutes[items], kind="stable")]


def pool_for(board: Board, prices: Prices, near: Rows, group: int, blocks: list[int], refill: float) -> Pool:
    """Those of the near items that may be worked by a group in all of the blocks.

    Parameters
    ----------
    refill : as `filling.fill` has it.
    """
    day = board.day
    kinds = day.may[:, group] & day.cover[day.window][:, blocks].all(axis=1)
    items = near[kinds[day.kind[near]]]
    asked = _asked(board, prices, items, refill)
    cell = board.cell[items]
    here = (cell >= 0) & (day.group[cell // board.blocks] == group) & (cell % board.blocks == blocks[0])
    lane = day.lane[day.kind[items]]
    toll = prices.charge - prices.grant
    tolls = np.where(lane >= 0, toll[lane], 0.0) * day.minutes[items] if len(toll) else 0.0
    worth = day.value[items] + day.extra[items]
    price = float(prices.minute[day.group == group][:, blocks].min())
    keeps = np.where(here, np.inf, worth - tolls - asked - price * day.minutes[items])
    kept = np.flatnonzero(keeps > -np.inf)
    if len(kept) > _MOST:
        kept = np.sort(kept[np.argpartition(-keeps[kept], _MOST)[:_MOST]])
    items = items[kept]
    return Pool(
        items=items,
        minutes=day.minutes[items],
        worth=(worth - tolls * (refill > 0))[kept],
        bonus=day.bonus * np.maximum(day.value[items], 0.0),
        owner=day.owner[items],
        lane=lane[kept],
        asked=asked[kept],
        toll=toll * (refill > 0),
    )


def _asked(board: Board, prices: Prices, items: Rows, refill: float) -> Numbers:
    """What is lost where each item lies if it leaves, were its minutes filled anew at a share of their price."""
    day, cell = board.day, board.cell[items]
    asked = np.where(cell >= 0, np.inf, 0.0)
    if refill:
        moves = np.flatnonzero((cell >= 0) & (board.spill[items] == 0))
        placed, cell = items[moves], cell[moves]
        value = day.value[placed]
        bonus = day.bonus * np.maximum(value, 0.0) * (day.owner[placed] == cell // board.blocks)
        again = refill * prices.minute.reshape(-1)[cell] * day.minutes[placed]
        lane = day.lane[day.kind[placed]]
        toll = np.where(lane >= 0, (prices.charge - prices.grant)[lane], 0.0) if len(day.most) else 0.0
        asked[moves] = value + day.extra[placed] + bonus - again - toll * day.minutes[placed]
    return asked


def bids(
    board: Board, pool: Pool, asked: Numbers, collector: int, *, entering: int = 1, also: int | None = None
) -> Numbers:
    """What each item of a pool would add with a collector; minus infinity where it may not come.

    Parameters
    ----------
    asked : as the pool has it, or later.
    entering : a lane without room for so many such items takes no more, but for the lane `also`.
    """
    day, mine = board.day, pool.owner == collector
    bid = pool.worth + np.where(mine, pool.bonus, 0.0) - asked
    if day.strict:
        bid[(pool.owner >= 0) & ~mine] = -np.inf
    if len(day.most):
        full = board.lanes[pool.lane] + entering * pool.minutes > day.most[pool.lane] + TINY
        bid[(pool.lane >= 0) & full & (asked == 0) & (pool.lane != also)] = -np.inf
    return np.asarray(bid)
