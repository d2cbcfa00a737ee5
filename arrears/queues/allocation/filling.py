"""Better use of every hour: items into free minutes, good ones for poor ones, dear hours for those who need them."""

from __future__ import annotations

import numpy as np

from arrears.queues.allocation.board import TINY, Board
from arrears.queues.allocation.exchanges import anew, held, one_for_one, two_for_two
from arrears.queues.allocation.pool import Pool, bids, near, pool_for
from arrears.queues.allocation.prices import Prices

_TRIES = 60


def fill(board: Board, prices: Prices, *, refill: float = 0.0) -> None:
    """Put into every cell whatever raises its value: an item into free minutes, or a better one for a worse.

    Parameters
    ----------
    refill : share of an hour's price at which minutes are expected to be filled anew that an item leaves by moving to
        a cheaper hour or to its owner; 0 moves nothing. The plan is worth less until the next call has filled them.
    """
    day = board.day
    close = near(board, prices)
    for group in range(day.may.shape[1]):
        mine = np.flatnonzero(day.group == group)
        for block in np.flatnonzero(day.capacity[mine].any(axis=0)).tolist():
            pool = pool_for(board, prices, close, group, [block], refill)
            for collector in mine[day.capacity[mine, block] > 0].tolist():
                cell = collector * board.blocks + block
                _improve(board, pool, cell, float(prices.minute[collector, block]), moving=refill > 0)


def straddle(board: Board, prices: Prices) -> None:
    """Use what two hours of a collector have left for one item that begins in the first and ends in the second."""
    day = board.day
    close = near(board, prices)
    for group in range(day.may.shape[1]):
        mine = np.flatnonzero(day.group == group)
        for block in np.flatnonzero(day.next_hour).tolist():
            cells = mine * board.blocks + block
            cells = cells[(board.free[cells] > TINY) & (board.free[cells + 1] > TINY)]
            if len(cells):
                pool = pool_for(board, prices, close, group, [block, block + 1], 0.0)
                for cell in cells.tolist():
                    _join(board, pool, cell)


def _improve(board: Board, pool: Pool, cell: int, price: float, *, moving: bool) -> None:
    """Exchange items while that raises the cell's worth; what moves to it from elsewhere moves one for one."""
    if not len(pool.items):
        return
    asked = np.where(board.cell[pool.items] == cell, np.inf, pool.asked)
    for _ in range(_TRIES):
        bid, inside = bids(board, pool, asked, cell // board.blocks), held(board, pool, cell)
        found = one_for_one(board, pool, bid, asked, inside, cell)
        if found is None:
            pairs = bids(board, pool, asked, cell // board.blocks, entering=2) if len(board.lanes) else bid
            found = two_for_two(board, pool, pairs, inside, cell, price)
        if found is None and not moving:
            found = anew(board, pool, bid, inside, cell)
        if found is None:
            return
        for item in found.leaving:
            board.take(item)
            at = np.flatnonzero(pool.items == item)
            asked[at] = pool.asked[at] = 0.0
        for place in found.entering:
            item = int(pool.items[place])
            if board.cell[item] >= 0:
                board.take(item)
            board.put(item, cell)
            asked[place] = pool.asked[place] = np.inf


def _join(board: Board, pool: Pool, cell: int) -> None:
    """One item across the end of a block, if one fits that the block alone has no room for."""
    first, second = float(board.free[cell]), float(board.free[cell + 1])
    if any(board.spill[item] for item in board.held[cell]):
        return
    fits = (pool.minutes <= first + second + TINY) & (pool.minutes > first + TINY)
    bid = np.where(fits, bids(board, pool, pool.asked, cell // board.blocks), -np.inf)
    if len(bid) and bid.max() > 0:
        at = int(bid.argmax())
        board.put(int(pool.items[at]), cell, spill=float(pool.minutes[at] - first))
        pool.asked[at] = np.inf
