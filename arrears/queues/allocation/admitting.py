"""Room for what must be worked: the least value is displaced for it, then for the random slice and lanes' minima."""

from __future__ import annotations

import numpy as np

from arrears.queues.allocation.board import TINY, Board
from arrears.queues.allocation.day import IDLE, ORDINARY, Day


def admit(board: Board) -> int:
    """Make room for what must be worked, for the random slice and for lanes' minima, in this order; how many came."""
    day = board.day
    came = 0
    left = np.flatnonzero((board.cell < 0) & (day.tier < ORDINARY))
    for item in left[np.lexsort((-day.value[left], day.tier[left]))].tolist():
        came += _make_room(board, item, int(day.tier[item]))
    density = day.value / day.minutes
    for lane in np.flatnonzero(board.lanes < day.least - TINY).tolist():
        left = np.flatnonzero((board.cell < 0) & (day.lane[day.kind] == lane) & (day.tier < IDLE))
        for item in left[np.argsort(-density[left], kind="stable")].tolist():
            if board.lanes[lane] >= day.least[lane] - TINY:
                break
            came += _make_room(board, item, ORDINARY)
    return came


def _make_room(board: Board, item: int, above: int) -> bool:
    """Lay an item where the least value has to go for it, if displacing what ranks behind `above` makes enough room."""
    cheapest: tuple[float, int, list[int]] = (np.inf, -1, [])
    for cell in board.cells_of(item).tolist():
        loss, leaving = _displaced(board, item, cell, above)
        if loss < cheapest[0]:
            cheapest = (loss, cell, leaving)
    for one in cheapest[2]:
        board.take(one)
    if cheapest[1] >= 0:
        board.put(item, cheapest[1])
    return cheapest[1] >= 0


def _displaced(board: Board, item: int, cell: int, above: int) -> tuple[float, list[int]]:
    """Which items of a cell, and which value, would have to go for an item; infinite where that is not enough."""
    day, lane = board.day, int(board.day.lane[board.day.kind[item]])
    short = float(day.minutes[item] - board.free[cell])
    over = 0.0 if lane < 0 else float(board.lanes[lane] + day.minutes[item] - day.most[lane])
    ready = [one for one in board.held[cell] if board.may_go(one, above) and not board.spill[one]]
    same = {one for one in ready if lane >= 0 and day.lane[day.kind[one]] == lane}
    loss, leaving = 0.0, []
    for one in sorted(ready, key=lambda one: (one not in same or over <= TINY, _density(day, one))):
        if short <= TINY and over <= TINY:
            break
        if short <= TINY and one not in same:
            continue
        leaving.append(one)
        short -= float(day.minutes[one])
        over -= float(day.minutes[one]) if one in same else 0.0
        loss += float(day.value[one])
    return (loss, leaving) if short <= TINY and over <= TINY else (np.inf, [])


def _density(day: Day, item: int) -> float:
    return float(day.value[item] / day.minutes[item])
