"""In which order a list is worked: hour by hour, the most value a minute first, the random slice at random places."""

from __future__ import annotations

import numpy as np

from arrears.policy.columns import Flags, Rows
from arrears.queues.allocation.board import TINY, Board


def scatter(board: Board, drawn: Rows, random: np.random.Generator) -> None:
    """Move drawn items to random hours of their collector's list, so that what is learned is not one hour's.

    The hour is drawn by its minutes among those the debtor allows; an item of that hour makes room by trading places.
    Where none can the drawn item stays. Neither the value of the plan nor anybody's list changes.
    """
    day, blocks = board.day, board.blocks
    for item in random.permutation(drawn[board.spill[drawn] == 0]).tolist():
        home = int(board.cell[item])
        collector = home // blocks
        open_to = np.where(day.cover[day.window[day.kind[item]]], day.capacity[collector], 0.0)
        cell = collector * blocks + int(random.choice(blocks, p=open_to / open_to.sum()))
        if cell == home:
            continue
        if board.free[cell] + TINY >= day.minutes[item]:
            board.take(item)
            board.put(item, cell)
            continue
        trades = [other for other in board.held[cell] if _may_trade(board, item, other, home, cell)]
        if trades:
            other = trades[int(random.integers(len(trades)))]
            board.take(item)
            board.take(other)
            board.put(item, cell)
            board.put(other, home)


def positions(board: Board, drawn: Flags, random: np.random.Generator) -> Rows:
    """(items,) place of each item in its collector's list, from 1; 0 where it lies nowhere.

    Within an hour the most value a minute comes first and drawn items lie at places that are all as likely; what
    reaches into the next hour comes last.
    """
    day = board.day
    density = day.value / day.minutes
    position = np.zeros(len(day.value), dtype=np.int64)
    for first in range(0, len(board.held), max(board.blocks, 1)):
        place = 0
        for items in board.held[first : first + board.blocks]:
            for item in _hour(board, items, density, drawn, random):
                place += 1
                position[item] = place
    return position


def _may_trade(board: Board, item: int, other: int, home: int, cell: int) -> bool:
    minutes = board.day.minutes
    return bool(
        not board.spill[other]
        and board.day.cover[board.day.window[board.day.kind[other]], home % board.blocks]
        and board.free[home] + minutes[item] + TINY >= minutes[other]
        and board.free[cell] + minutes[other] + TINY >= minutes[item]
    )


def _hour(board: Board, items: list[int], density: np.ndarray, drawn: Flags, random: np.random.Generator) -> list[int]:
    ordered = sorted((item for item in items if not drawn[item]), key=lambda item: (-density[item], item))
    for item in sorted(item for item in items if drawn[item]):
        ordered.insert(int(random.integers(len(ordered) + 1)), item)
    return sorted(ordered, key=lambda item: bool(board.spill[item]))
