"""Equal collectors get equal lists: items change hands until the lists of a set of equals are worth about the same."""

from __future__ import annotations

import numpy as np

from arrears.policy.columns import Flags, Numbers, Rows
from arrears.queues.allocation.board import TINY, Board
from arrears.queues.allocation.day import DRAWN

_EXCHANGES = 2_000
_RUNS = 10
_ENOUGH = 0.98
"""Lists are brought a little closer than the cap, so that rounding cannot lift them above it."""


def even_out(board: Board) -> None:
    """Exchange or hand over items between the richest and the poorest of each set until the cap holds.

    Nothing leaves the plan. Where a few large items forbid the cap the lists are as close as exchanges of items and of
    whole hours bring them.
    """
    day = board.day
    moves = (board.cell >= 0) & (board.spill == 0) & (day.tier != DRAWN)
    for equals in sets_of_equals(day.group, day.capacity):
        _even_out(board, equals, moves)


def sets_of_equals(group: Rows, minutes: Numbers) -> list[Rows]:
    """Collectors of one skill group who work the same minutes in the same hours, two or more.

    Examples
    --------
    >>> [rows.tolist() for rows in sets_of_equals(np.array([0, 0, 1, 0]), np.array([[60.0], [60.0], [60.0], [30.0]]))]
    [[0, 1]]
    """
    if not len(group):
        return []
    alike = np.column_stack([group, np.round(minutes, 6)])
    _, number = np.unique(alike, axis=0, return_inverse=True)
    number = number.reshape(-1)
    works = minutes.any(axis=1)
    sets = [np.flatnonzero((number == each) & works) for each in np.unique(number)]
    return [rows for rows in sets if len(rows) > 1]


def spread(values: Numbers) -> float:
    """Highest less lowest list value over their mean; 0 where the lists are worth nothing.

    Examples
    --------
    >>> spread(np.array([98.0, 102.0, 100.0]))
    0.04
    """
    mean = float(values.mean())
    return float(values.max() - values.min()) / mean if mean > 0 else 0.0


def _even_out(board: Board, equals: Rows, moves: Flags) -> None:
    totals = np.array([_list_value(board, one) for one in equals.tolist()])
    for _ in range(_EXCHANGES):
        if spread(totals) <= _ENOUGH * board.day.fairness:
            return
        for high, low in _pairs(totals):
            rich, poor, apart = int(equals[high]), int(equals[low]), float(totals[high] - totals[low])
            if _trade(board, rich, poor, moves, apart) or _trade_hours(board, rich, poor, apart):
                totals[high], totals[low] = _list_value(board, rich), _list_value(board, poor)
                break
        else:
            return


def _trade(board: Board, rich: int, poor: int, moves: Flags, apart: float) -> bool:
    """One item for one, or into free minutes."""
    gives, gets = (items[moves[items]] for items in (_items(board, rich), _items(board, poor)))
    found = _exchange(board, gives, gets, poor, apart)
    if found is not None:
        _hand_over(board, *found)
    return found is not None


def _trade_hours(board: Board, rich: int, poor: int, apart: float) -> bool:
    """All items of some hours for all of the same hours, which equals can always do, where that brings them closest."""
    day, blocks = board.day, board.blocks
    runs = _runs(board, rich, poor)
    shift, cost, kept = np.zeros(len(runs)), np.zeros(len(runs)), []
    for at, run in enumerate(runs):
        for sign, mine, other in ((1.0, rich, poor), (-1.0, poor, rich)):
            items = np.array([one for block in run for one in board.held[mine * blocks + block]], dtype=np.int64)
            shift[at] += sign * float(np.maximum(day.value[items], 0.0).sum())
            whose = np.full(len(items), mine), np.full(len(items), other)
            cost[at] += float((_owner_value(board, items, whose[0]) - _owner_value(board, items, whose[1])).sum())
            if day.strict and (day.owner[items] == mine).any():
                cost[at] = np.inf
        if shift[at] and np.isfinite(cost[at]):
            kept.append(at)
    kept = sorted(kept, key=lambda at: -abs(shift[at]))[:_RUNS]
    chosen = (np.arange(1 << len(kept))[:, None] >> np.arange(len(kept))) & 1
    moved = chosen @ shift[kept]
    closer = (moved > 1e-9 * apart) & (moved < apart * (1.0 - 1e-9))
    score = np.where(closer, np.abs(apart - 2 * moved) + chosen @ cost[kept], np.inf)
    best = int(score.argmin())
    if not np.isfinite(score[best]):
        return False
    for at in np.asarray(kept)[chosen[best] == 1].tolist():
        _swap_run(board, rich, poor, runs[at])
    return True


def _runs(board: Board, rich: int, poor: int) -> list[list[int]]:
    """Hours that can change hands on their own: those that an item of either list reaches across stay together."""
    runs: list[list[int]] = [[]]
    for block in range(board.blocks):
        runs[-1].append(block)
        cells = (rich * board.blocks + block, poor * board.blocks + block)
        if not any(board.spill[item] for cell in cells for item in board.held[cell]):
            runs.append([])
    return [run for run in runs if run]


def _swap_run(board: Board, rich: int, poor: int, run: list[int]) -> None:
    lists = []
    for collector in (rich, poor):
        cells = [collector * board.blocks + block for block in run]
        lists.append(
            [(item, int(board.cell[item]), float(board.spill[item])) for cell in cells for item in board.held[cell]]
        )
    for item, _, _ in lists[0] + lists[1]:
        board.take(item)
    for items, shift in zip(lists, (poor - rich, rich - poor), strict=True):
        for item, cell, spill in items:
            board.put(item, cell + shift * board.blocks, spill)


def _items(board: Board, collector: int) -> Rows:
    cells = range(collector * board.blocks, (collector + 1) * board.blocks)
    return np.array([item for cell in cells for item in board.held[cell]], dtype=np.int64)


def _list_value(board: Board, collector: int) -> float:
    return float(np.maximum(board.day.value[_items(board, collector)], 0.0).sum())


def _pairs(totals: Numbers) -> list[tuple[int, int]]:
    """Pairs of a richer and a poorer list, the farthest apart first."""
    order = np.argsort(totals, kind="stable").tolist()
    pairs = [(high, low) for at, low in enumerate(order) for high in order[at + 1 :]]
    return sorted(pairs, key=lambda pair: float(totals[pair[1]] - totals[pair[0]]))


def _exchange(board: Board, rich: Rows, poor: Rows, to: int, apart: float) -> tuple[int, int, int, int] | None:
    """The exchange that brings two lists closest: an item of the rich, its new cell, one of the poor (or -1), its cell.

    Items trade cells, so each must fit the other's hour; with -1 the item goes to free minutes of the poor.
    """
    day, blocks = board.day, board.blocks
    if not len(rich):
        return None
    cells = np.concatenate([board.cell[poor], np.arange(to * blocks, (to + 1) * blocks)])
    other = np.concatenate([poor, np.full(blocks, -1)])
    gives, gives_back = np.maximum(day.value[rich], 0.0), np.where(other >= 0, np.maximum(day.value[other], 0.0), 0.0)
    minutes_back = np.where(other >= 0, day.minutes[other], 0.0)
    shift = gives[:, None] - gives_back
    fits = (shift > 1e-9 * apart) & (shift < apart * (1.0 - 1e-9))
    fits &= board.free[cells] + minutes_back + TINY >= day.minutes[rich][:, None]
    home = board.cell[rich]
    fits &= (board.free[home] + day.minutes[rich])[:, None] + TINY >= minutes_back
    fits &= day.cover[day.window[day.kind[rich]]][:, cells % blocks]
    fits &= (other < 0) | day.cover[day.window[day.kind[other]]][:, home % blocks].T
    fits &= day.capacity.reshape(-1)[cells] > 0
    if day.strict:
        fits &= ~(day.owner[rich] == home // blocks)[:, None] & ~((other >= 0) & (day.owner[other] == to))
    lost = _owner_value(board, rich, home // blocks) - _owner_value(board, rich, np.full(len(rich), to))
    back = _owner_value(board, other, np.full(len(other), to)) - _owner_value(
        board, other, np.full(len(other), home[0] // blocks)
    )
    cost = np.where(fits, np.abs(apart - 2 * shift) + lost[:, None] + np.where(other >= 0, back, 0.0), np.inf)
    best = int(cost.argmin())
    one, two = divmod(best, len(other))
    if not np.isfinite(cost[one, two]):
        return None
    return int(rich[one]), int(cells[two]), int(other[two]), int(home[one])


def _owner_value(board: Board, items: Rows, collector: Rows) -> Numbers:
    day = board.day
    mine: Flags = day.owner[items] == collector
    return np.asarray(day.bonus * np.maximum(day.value[items], 0.0) * mine)


def _hand_over(board: Board, item: int, cell: int, other: int, home: int) -> None:
    board.take(item)
    if other >= 0:
        board.take(other)
        board.put(other, home)
    board.put(item, cell)
