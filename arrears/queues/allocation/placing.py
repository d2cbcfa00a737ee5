"""From prices to places: the items that the prices admit, each laid into one collector's hour."""

from __future__ import annotations

import numpy as np

from arrears.policy.columns import Flags, Numbers, Rows
from arrears.queues.allocation.board import TINY, Board
from arrears.queues.allocation.day import IDLE, ORDINARY, Day
from arrears.queues.allocation.prices import Prices, demand, place_weights

_SPREAD = 0.02
"""Prices that lie within about this share of one another count as one when a place is chosen."""


def place(day: Day, prices: Prices) -> Board:
    """Lay out what the prices admit: what must be worked first, then whoever has the least choice, long items first.

    Of what must be worked and cannot all be, what the prices admit comes first.
    """
    board = Board(day)
    wanted = demand(day, prices)
    admitted = np.flatnonzero((wanted.keep > 0) | (day.tier < ORDINARY))
    choice = _choice(day, wanted.with_owner)
    keys = (-day.minutes, choice, wanted.keep <= 0, _turn(day))
    order = np.lexsort([key[admitted] for key in keys])
    _lay(board, admitted[order], wanted.with_owner, place_weights(day, prices, _SPREAD).reshape(-1))
    return board


def place_idle(board: Board) -> None:
    """Lay items that add nothing into minutes that would be idle, the least harmful first."""
    day = board.day
    idle = np.flatnonzero((day.tier == IDLE) & (board.cell < 0))
    order = np.argsort(-day.value[idle] / day.minutes[idle], kind="stable")
    _lay(board, idle[order], np.zeros(len(day.value), bool), np.where(day.capacity > 0, 0.0, -np.inf).reshape(-1))


def _turn(day: Day) -> Rows:
    """Which items come first: by tier, and lanes with a minimum before others."""
    least = np.append(day.least > 0, False)[day.lane[day.kind]]
    return np.asarray(2 * day.tier + ~least)


def _choice(day: Day, with_owner: Flags) -> Numbers:
    """(items,) minutes in which an item may be worked at all: of everybody who may take it, or of its owner."""
    by_group = np.zeros((day.may.shape[1], day.capacity.shape[1]))
    np.add.at(by_group, day.group, day.capacity)
    anybody = ((day.may @ by_group) * day.cover[day.window]).sum(axis=1)[day.kind]
    owner = (day.capacity @ day.cover.T)[day.owner, day.window[day.kind]]
    return np.where(with_owner | (day.strict & (day.owner >= 0)), owner, anybody)


def _lay(board: Board, order: Rows, with_owner: Flags, weight: Numbers) -> None:
    day, blocks = board.day, board.blocks
    with np.errstate(divide="ignore"):
        room = np.log(np.maximum(board.free, 0.0))
    open_to: dict[int, Numbers] = {}
    full: dict[int, float] = {}
    for item in order.tolist():
        kind, minutes = int(day.kind[item]), float(day.minutes[item])
        if not board.lane_has_room(item):
            continue
        owner = int(day.owner[item])
        cell = -1
        if owner >= 0 and (with_owner[item] or day.strict):
            mine = slice(owner * blocks, (owner + 1) * blocks)
            cell = _roomiest(board, weight[mine] + room[mine], minutes, day.cover[day.window[kind]], mine.start)
        if cell < 0 and not (owner >= 0 and day.strict) and minutes < full.get(kind, np.inf):
            if kind not in open_to:
                may = day.may[kind, day.group][:, None] & day.cover[day.window[kind]]
                open_to[kind] = np.where(may.reshape(-1), weight, -np.inf)
            cell = _roomiest(board, open_to[kind] + room, minutes, None, 0)
            if cell < 0:
                full[kind] = minutes
        if cell >= 0:
            board.put(item, cell)
            room[cell] = np.log(board.free[cell]) if board.free[cell] > TINY else -np.inf


def _roomiest(board: Board, score: Numbers, minutes: float, only: Flags | None, offset: int) -> int:
    """The most preferred cell in which an item fits, or -1."""
    if only is not None:
        score = np.where(only, score, -np.inf)
    best = int(score.argmax())
    if score[best] == -np.inf:
        return -1
    if board.free[offset + best] + TINY >= minutes:
        return offset + best
    fits = board.free[offset : offset + len(score)] + TINY >= minutes
    score = np.where(fits, score, -np.inf)
    best = int(score.argmax())
    return offset + best if score[best] > -np.inf else -1
