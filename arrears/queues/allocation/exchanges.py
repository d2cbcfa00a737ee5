"""Exchanges that raise a cell's worth: who leaves it, and which items of a pool enter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from arrears.policy.columns import Flags, Numbers, Rows
from arrears.queues.allocation.board import TINY, Board
from arrears.queues.allocation.day import MUST, ORDINARY
from arrears.queues.allocation.pool import Pool, bids

_WORTH_DOING = 1e-6
"""An exchange that gains less than this share is none."""

_NEARLY = 15.0
"""Minutes below its maximum at which a lane counts as full, so that its own items compete for what it has."""

_PAIRED = 600
"""So many of a pool are tried in pairs: those that keep most at the hour's price."""

_POOREST = 3
"""So many of a cell's items are asked to make way for a pair."""


_SETS = [
    np.array([[number >> at & 1 for at in range(count)] for number in range(1 << count)], dtype=float)
    for count in range(_POOREST + 1)
]
"""Every set of so many, as ones and zeros."""


class Exchange(NamedTuple):
    """Items that leave a cell, and places of the pool that enter."""

    leaving: list[int]
    entering: list[int]


class Held(NamedTuple):
    """What lies in a cell and does not reach out of it, poorest a minute first; `goes` : may make way for others."""

    items: Rows
    minutes: Numbers
    loss: Numbers
    lane: Rows
    goes: Flags


def held(board: Board, pool: Pool, cell: int) -> Held:
    """The items of a cell with what it would lose with each, by the same measure as bids."""
    day, items = board.day, np.array(board.held[cell], dtype=np.int64)
    items = items[board.spill[items] == 0]
    minutes, lane = day.minutes[items], day.lane[day.kind[items]]
    loss = day.value[items] + day.extra[items]
    loss += day.bonus * np.maximum(day.value[items], 0.0) * (day.owner[items] == cell // board.blocks)
    goes = day.tier[items] >= ORDINARY
    if len(day.most):
        loss -= np.where(lane >= 0, pool.toll[lane], 0.0) * minutes
        kept = np.minimum(day.least, board.lanes)[lane]
        goes &= (lane < 0) | (board.lanes[lane] - minutes >= kept - TINY)
    order = np.argsort(loss / minutes, kind="stable")
    return Held(items[order], minutes[order], loss[order], lane[order], goes[order])


def one_for_one(board: Board, pool: Pool, bid: Numbers, asked: Numbers, inside: Held, cell: int) -> Exchange | None:
    """The best item for free minutes or for one that lies here."""
    best, found = 0.0, None
    for leaving, open_to, slack in _fields(board, pool, bid, asked, inside, cell // board.blocks):
        room = np.append(inside.minutes[leaving], 0.0) + min(float(board.free[cell]), slack)
        loss = np.append(inside.loss[leaving], 0.0)
        reach = np.searchsorted(pool.minutes, room + TINY, side="right") - 1
        gain = np.where(reach >= 0, np.maximum.accumulate(open_to)[reach], -np.inf) - loss
        pick = int(gain.argmax())
        if gain[pick] > max(best, _WORTH_DOING * (1.0 + abs(loss[pick]))):
            best = float(gain[pick])
            gone = inside.items[leaving[pick : pick + 1]].tolist()
            found = Exchange(gone, [int(open_to[: reach[pick] + 1].argmax())])
    return found


def two_for_two(board: Board, pool: Pool, bid: Numbers, inside: Held, cell: int, price: float) -> Exchange | None:
    """Let some of the three poorest go for the best one or two that then fit."""
    tried = np.flatnonzero(bid > -np.inf)
    if len(tried) > _PAIRED:
        keeps = bid[tried] - price * pool.minutes[tried]
        tried = np.sort(tried[np.argpartition(-keeps, _PAIRED)[:_PAIRED]])
    if not len(tried):
        return None
    bid, minutes = np.append(bid[tried], 0.0), np.append(pool.minutes[tried], 0.0)  # the last is nobody
    poorest = np.flatnonzero(inside.goes)[:_POOREST]
    sets = _SETS[len(poorest)]
    room = float(board.free[cell]) + sets @ inside.minutes[poorest]
    loss = sets @ inside.loss[poorest]
    reach = np.searchsorted(minutes[:-1], room[:, None] - minutes + TINY, side="right") - 1
    reach[:, :-1] = np.minimum(reach[:, :-1], np.arange(len(tried)) - 1)  # the second is the shorter one
    best = np.maximum.accumulate(bid[:-1])
    gain = np.where(reach >= 0, bid + best[reach], -np.inf) - loss[:, None]
    row, pick = divmod(int(gain.argmax()), gain.shape[1])
    if not gain[row, pick] > _WORTH_DOING * (1.0 + abs(loss[row])):
        return None
    second = int(bid[: reach[row, pick] + 1].argmax())
    entering = [second] if pick == len(tried) else [pick, second]
    return Exchange(inside.items[poorest[sets[row] > 0]].tolist(), tried[entering].tolist())


def anew(board: Board, pool: Pool, bid: Numbers, inside: Held, cell: int) -> Exchange | None:
    """All that may go for the most value a minute that then fits, if that is better: short items for a long one."""
    goes = inside.goes
    room, loss = float(board.free[cell] + inside.minutes[goes].sum()), float(inside.loss[goes].sum())
    place = np.flatnonzero(np.isin(pool.items, inside.items[goes]))
    mine = {int(item): float(lost) for item, lost in zip(inside.items[goes], inside.loss[goes], strict=True)}
    offered = np.where(pool.lane >= 0, -np.inf, bid)
    offered[place] = [mine[int(item)] for item in pool.items[place]]
    gain, taken = 0.0, []
    for at in np.argsort(-offered / pool.minutes, kind="stable").tolist():
        if not offered[at] > 0 or room < pool.minutes[0] - TINY:
            break
        if pool.minutes[at] <= room + TINY:
            room, gain = room - float(pool.minutes[at]), gain + float(offered[at])
            taken.append(at)
    if not gain > loss + _WORTH_DOING * (1.0 + abs(loss)):
        return None
    kept = {int(pool.items[at]) for at in taken} & mine.keys()
    return Exchange([item for item in mine if item not in kept], [at for at in taken if pool.items[at] not in kept])


def _fields(
    board: Board, pool: Pool, bid: Numbers, asked: Numbers, inside: Held, collector: int
) -> Iterator[tuple[Rows, Numbers, float]]:
    """Who may leave for whom, and how many minutes beyond the leaver's there are for it besides the cell's.

    Anybody who may go for anybody; in a lane at its maximum one for another of the lane; and what must be worked for
    its like.
    """
    day = board.day
    yield np.flatnonzero(inside.goes), bid, np.inf
    tier = day.tier[inside.items]
    for lane in np.flatnonzero(board.lanes + _NEARLY >= day.most).tolist():
        ours = np.flatnonzero((inside.lane == lane) & (tier >= ORDINARY))
        open_to = np.where(pool.lane == lane, bids(board, pool, asked, collector, also=lane), -np.inf)
        yield ours, open_to, float(day.most[lane] - board.lanes[lane])
    must = np.flatnonzero((tier == MUST) & (inside.lane < 0))
    if len(must):
        yield must, np.where((day.tier[pool.items] == MUST) & (asked == 0), bid, -np.inf), np.inf
