"""Owner continuity: items that lie with somebody else trade places with what their owner could do without."""

from __future__ import annotations

import numpy as np

from arrears.queues.allocation.board import TINY, Board


def bring_home(board: Board) -> None:
    """Let every item that is not with its owner trade places with one of the owner's that gains most by it."""
    day = board.day
    away = (day.owner >= 0) & (board.cell >= 0) & (board.cell // board.blocks != day.owner) & (board.spill == 0)
    items = np.flatnonzero(away)
    for item in items[np.argsort(-day.value[items], kind="stable")].tolist():
        _bring(board, item)


def _bring(board: Board, item: int) -> None:
    day, blocks = board.day, board.blocks
    owner, home = int(day.owner[item]), int(board.cell[item])
    cells = [cell for cell in board.cells_of(item).tolist() if cell // blocks == owner]
    others = np.array([one for cell in cells for one in board.held[cell] if not board.spill[one]], dtype=np.int64)
    if not len(others):
        return
    there = board.cell[others]
    kinds = day.kind[others]
    fits = day.may[kinds, day.group[home // blocks]] & day.cover[day.window[kinds], home % blocks]
    fits &= board.free[there] + day.minutes[others] + TINY >= day.minutes[item]
    fits &= board.free[home] + day.minutes[item] + TINY >= day.minutes[others]
    value = day.bonus * np.maximum(day.value[others], 0.0)
    change = value * (day.owner[others] == home // blocks) - value * (day.owner[others] == owner)
    gain = np.where(fits, day.bonus * max(float(day.value[item]), 0.0) + change, -np.inf)
    best = int(gain.argmax())
    if gain[best] > 0:
        other, cell = int(others[best]), int(there[best])
        board.take(item)
        board.take(other)
        board.put(item, cell)
        board.put(other, home)
