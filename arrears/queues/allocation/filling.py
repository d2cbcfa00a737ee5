"""Better use of every hour: items into free minutes, good ones for poor ones, dear hours for those who need them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from arrears.policy.columns import Numbers, Rows
from arrears.queues.allocation.board import TINY, Board
from arrears.queues.allocation.day import IDLE, MUST, ORDINARY
from arrears.queues.allocation.prices import Prices, cheapest

_WORTH_A_LOOK = 0.7
"""Items below this share of a cell's price are not looked at to fill it."""

_POOL = 1_500
"""So many items compete for an hour of a group: those that keep most at its price."""

_WORTH_DOING = 1e-6
"""An exchange that gains less than this share is none."""

_TRIES = 60
_NEARLY = 15.0
"""Minutes below its maximum at which a lane counts as full, so that its own items compete for what it has."""

_BOTH = 2.0
"""A lane's room is asked for twice an item's minutes, because two may enter at once."""


class _Pool(NamedTuple):
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


def fill(board: Board, prices: Prices, *, refill: float = 0.0) -> None:
    """Put into every cell whatever raises its value: an item into free minutes, or a better one for a worse.

    Parameters
    ----------
    refill : share of an hour's price at which minutes are expected to be filled anew that an item leaves by moving to
        a cheaper hour or to its owner; 0 moves nothing. The plan is worth less until the next call has filled them.
    """
    day = board.day
    near = _near(board, prices)
    for group in range(day.may.shape[1]):
        mine = np.flatnonzero(day.group == group)
        for block in np.flatnonzero(day.capacity[mine].any(axis=0)).tolist():
            pool = _pool(board, prices, near, group, [block], refill)
            for collector in mine[day.capacity[mine, block] > 0].tolist():
                _improve(board, pool, collector * board.blocks + block)


def straddle(board: Board, prices: Prices) -> None:
    """Use what two hours of a collector have left for one item that begins in the first and ends in the second."""
    day = board.day
    near = _near(board, prices)
    for group in range(day.may.shape[1]):
        mine = np.flatnonzero(day.group == group)
        for block in np.flatnonzero(day.next_hour).tolist():
            cells = mine * board.blocks + block
            cells = cells[(board.free[cells] > TINY) & (board.free[cells + 1] > TINY)]
            if len(cells):
                pool = _pool(board, prices, near, group, [block, block + 1], 0.0)
                for cell in cells.tolist():
                    _join(board, pool, cell)


def _near(board: Board, prices: Prices) -> Rows:
    """Items that may matter, by ascending minutes: placed ones, and others not far below their cheapest price."""
    day = board.day
    price = cheapest(day, prices.minute)[0]
    if len(day.most):
        price = price + np.where(day.lane >= 0, (prices.charge - prices.grant)[day.lane], 0.0)
    price = price[day.kind]
    near = (day.value > _WORTH_A_LOOK * price * day.minutes) | (day.tier < ORDINARY) | (board.cell >= 0)
    items = np.flatnonzero(near & (day.tier < IDLE))
    return items[np.argsort(day.minutes[items], kind="stable")]


def _pool(board: Board, prices: Prices, near: Rows, group: int, blocks: list[int], refill: float) -> _Pool:
    day = board.day
    kinds = day.may[:, group] & day.cover[day.window][:, blocks].all(axis=1)
    items = near[kinds[day.kind[near]]]
    asked = _asked(board, prices, items, refill)
    cell = board.cell[items]
    here = (cell >= 0) & (day.group[cell // board.blocks] == group) & (cell % board.blocks == blocks[0])
    lane = day.lane[day.kind[items]]
    toll = prices.charge - prices.grant
    tolls = np.where(lane >= 0, toll[lane], 0.0) * day.minutes[items] if len(toll) else 0.0
    worth = (day.value + day.extra)[items]
    price = float(prices.minute[day.group == group][:, blocks].min())
    keeps = np.where(here, np.inf, worth - tolls - asked - price * day.minutes[items])
    kept = np.flatnonzero(keeps > -np.inf)
    if len(kept) > _POOL:
        kept = np.sort(kept[np.argpartition(-keeps[kept], _POOL)[:_POOL]])
    items = items[kept]
    return _Pool(
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


def _improve(board: Board, pool: _Pool, cell: int) -> None:
    """Exchange items one for one, or the poorest for two, while that raises the cell's worth."""
    if not len(pool.items):
        return
    inside = board.cell[pool.items] == cell
    asked = np.where(inside, np.inf, pool.asked)
    for _ in range(_TRIES):
        bid = _bids(board, pool, asked, cell // board.blocks)
        found = _one_for_one(board, pool, bid, asked, cell) or _two_for_two(board, pool, bid, cell)
        found = found or _anew(board, pool, bid, cell)
        if found is None:
            break
        for item in found[0]:
            board.take(item)
            at = np.flatnonzero(pool.items == item)
            asked[at] = pool.asked[at] = 0.0
        for place in found[1]:
            item = int(pool.items[place])
            if board.cell[item] >= 0:
                board.take(item)
            board.put(item, cell)
            asked[place] = pool.asked[place] = np.inf


def _one_for_one(
    board: Board, pool: _Pool, bid: Numbers, asked: Numbers, cell: int
) -> tuple[list[int], list[int]] | None:
    """The best item for free minutes or for one that lies here: who leaves, and which places of the pool enter."""
    best, found = 0.0, None
    held = [item for item in board.held[cell] if not board.spill[item]]
    for leaving, bids, slack in _fields(board, pool, bid, asked, held, cell // board.blocks):
        minutes = np.array([0.0 if item < 0 else board.day.minutes[item] for item in leaving])
        loss = np.array([0.0 if item < 0 else _loss(board, pool, item, cell) for item in leaving])
        room = minutes + np.minimum(board.free[cell], slack)
        reach = np.searchsorted(pool.minutes, room + TINY, side="right") - 1
        gain = np.where(reach >= 0, np.maximum.accumulate(bids)[reach], -np.inf) - loss
        pick = int(gain.argmax())
        if gain[pick] > max(best, _WORTH_DOING * (1.0 + abs(loss[pick]))):
            best = float(gain[pick])
            found = [item for item in leaving[pick : pick + 1] if item >= 0], [int(bids[: reach[pick] + 1].argmax())]
    return found


def _fields(
    board: Board, pool: _Pool, bid: Numbers, asked: Numbers, held: list[int], collector: int
) -> Iterator[tuple[list[int], Numbers, float]]:
    """Who may leave for whom, and how many minutes beyond the leaver's there are for it besides the cell's.

    Anybody who may go for anybody; in a lane at its maximum one for another of the lane; and what must be worked for
    its like.
    """
    day = board.day
    yield [-1, *(item for item in held if board.may_go(item, ORDINARY))], bid, np.inf
    for lane in np.flatnonzero(board.lanes + _NEARLY >= day.most).tolist():
        ours = [item for item in held if day.lane[day.kind[item]] == lane and day.tier[item] >= ORDINARY]
        if ours:
            open_to = _bids(board, pool, asked, collector, also=lane)
            yield ours, np.where(pool.lane == lane, open_to, -np.inf), float(day.most[lane] - board.lanes[lane])
    must = [item for item in held if day.tier[item] == MUST and day.lane[day.kind[item]] < 0]
    if must:
        yield must, np.where((day.tier[pool.items] == MUST) & (asked == 0), bid, -np.inf), np.inf


def _two_for_two(board: Board, pool: _Pool, bid: Numbers, cell: int) -> tuple[list[int], list[int]] | None:
    """Let some of the three poorest go for the best one or two that then fit."""
    best = np.maximum.accumulate(bid)
    at = np.maximum.accumulate(np.where(bid == best, np.arange(len(bid)), 0))
    poorest = _poorest(board, cell)[:3]
    highest, found = 0.0, None
    for leaving in ([], poorest[:1], poorest[1:2], poorest[2:3], poorest[:2], poorest[::2], poorest[1:3], poorest):
        room = float(board.free[cell] + board.day.minutes[leaving].sum())
        loss = sum(_loss(board, pool, item, cell) for item in leaving)
        reach = np.searchsorted(pool.minutes, room - pool.minutes + TINY, side="right") - 1
        reach = np.minimum(reach, np.arange(len(bid)) - 1)  # the second is the shorter one
        two = np.where(reach >= 0, bid + best[reach], -np.inf) - loss
        pick = int(two.argmax())
        if two[pick] > max(highest, _WORTH_DOING * (1.0 + abs(loss))):
            highest, found = float(two[pick]), (list(leaving), [pick, int(at[reach[pick]])])
        only = int(np.searchsorted(pool.minutes, room + TINY, side="right")) - 1
        if only >= 0 and best[only] - loss > max(highest, _WORTH_DOING * (1.0 + abs(loss))):
            highest, found = float(best[only] - loss), (list(leaving), [int(at[only])])
    return found


def _anew(board: Board, pool: _Pool, bid: Numbers, cell: int) -> tuple[list[int], list[int]] | None:
    """All that may go for the most value a minute that then fits, if that is better: short items for a long one."""
    leaving = _poorest(board, cell)
    room = float(board.free[cell] + board.day.minutes[leaving].sum())
    loss = sum(_loss(board, pool, item, cell) for item in leaving)
    here = set(leaving)
    bids = np.where(pool.lane >= 0, -np.inf, bid)
    for at in np.flatnonzero(np.isin(pool.items, leaving)).tolist():
        bids[at] = _loss(board, pool, int(pool.items[at]), cell)
    gain, taken = 0.0, []
    for at in np.argsort(-bids / pool.minutes, kind="stable").tolist():
        if not bids[at] > 0 or room < pool.minutes[0] - TINY:
            break
        if pool.minutes[at] <= room + TINY:
            room, gain = room - float(pool.minutes[at]), gain + float(bids[at])
            taken.append(at)
    if not gain > loss + _WORTH_DOING * (1.0 + abs(loss)):
        return None
    kept = {int(pool.items[at]) for at in taken} & here
    return [item for item in leaving if item not in kept], [at for at in taken if int(pool.items[at]) not in kept]


def _join(board: Board, pool: _Pool, cell: int) -> None:
    """One item across the end of a block, if one fits that the block alone has no room for."""
    first, second = float(board.free[cell]), float(board.free[cell + 1])
    if any(board.spill[item] for item in board.held[cell]):
        return
    fits = (pool.minutes <= first + second + TINY) & (pool.minutes > first + TINY)
    bid = np.where(fits, _bids(board, pool, pool.asked, cell // board.blocks), -np.inf)
    if len(bid) and bid.max() > 0:
        at = int(bid.argmax())
        board.put(int(pool.items[at]), cell, spill=float(pool.minutes[at] - first))
        pool.asked[at] = np.inf


def _bids(board: Board, pool: _Pool, asked: Numbers, collector: int, also: int | None = None) -> Numbers:
    """What each item of the pool would add with a collector; minus infinity where it may not come.

    A lane without room for two such items takes no more, but for the lane `also`.
    """
    day, mine = board.day, pool.owner == collector
    bid = pool.worth + np.where(mine, pool.bonus, 0.0) - asked
    if day.strict:
        bid[(pool.owner >= 0) & ~mine] = -np.inf
    if len(day.most):
        full = board.lanes[pool.lane] + _BOTH * pool.minutes > day.most[pool.lane] + TINY
        bid[(pool.lane >= 0) & full & (asked == 0) & (pool.lane != also)] = -np.inf
    return np.asarray(bid)


def _loss(board: Board, pool: _Pool, item: int, cell: int) -> float:
    """What a cell loses with an item, by the same measure as bids."""
    lane = board.day.lane[board.day.kind[item]]
    toll = float(pool.toll[lane] * board.day.minutes[item]) if lane >= 0 else 0.0
    return board.worth(item, cell // board.blocks) + float(board.day.extra[item]) - toll


def _poorest(board: Board, cell: int) -> list[int]:
    """Items of a cell that may go, the least value a minute first."""
    day = board.day
    ready = [item for item in board.held[cell] if board.may_go(item, ORDINARY) and not board.spill[item]]
    return sorted(ready, key=lambda item: float(day.value[item] / day.minutes[item]))
