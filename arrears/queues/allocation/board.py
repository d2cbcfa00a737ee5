"""The plan while it is made: which item lies in which collector's hour, and the room that is left."""

from __future__ import annotations

import numpy as np

from arrears.policy.columns import NOBODY, Numbers, Rows
from arrears.queues.allocation.day import ORDINARY, Day

TINY = 1e-9
"""Minutes that no clock tells apart: sums of expected minutes are compared with this much allowance."""


class Board:
    """Items in the cells of a day, a cell being one block of one collector: number = collector x blocks + block.

    Attributes
    ----------
    cell : (items,) where each item lies, NOBODY where nowhere.
    free : (cells,) minutes that are left.
    held : the items of each cell.
    lanes : (quotas,) minutes in use by lane.
    spill : (items,) minutes of an item that reach into its collector's next block.
    """

    def __init__(self, day: Day) -> None:
        self.day = day
        self.blocks = day.capacity.shape[1]
        self.cell = np.full(len(day.value), NOBODY, dtype=np.int64)
        self.free: Numbers = day.capacity.reshape(-1).copy()
        self.held: list[list[int]] = [[] for _ in range(day.capacity.size)]
        self.lanes = np.zeros(len(day.most))
        self.spill = np.zeros(len(day.value))

    def put(self, item: int, cell: int, spill: float = 0.0) -> None:
        """Lay an item into a cell, with the minutes of it that reach into the next block."""
        self.cell[item] = cell
        self.held[cell].append(item)
        self._move(item, cell, spill, -1.0)
        self.spill[item] = spill

    def take(self, item: int) -> None:
        """Take an item out again."""
        cell = int(self.cell[item])
        self.held[cell].remove(item)
        self._move(item, cell, float(self.spill[item]), 1.0)
        self.cell[item], self.spill[item] = NOBODY, 0.0

    def lane_has_room(self, item: int) -> bool:
        """Whether the item's lane stays within its maximum with it."""
        lane = self.day.lane[self.day.kind[item]]
        return bool(lane < 0 or self.lanes[lane] + self.day.minutes[item] <= self.day.most[lane] + TINY)

    def may_go(self, item: int, above: int) -> bool:
        """Whether an item may be displaced for one of tier `above`; ordinary ones leave a lane its minimum."""
        day = self.day
        if above < ORDINARY:
            return bool(day.tier[item] > above)
        lane = day.lane[day.kind[item]]
        kept = lane < 0 or self.lanes[lane] - day.minutes[item] >= min(day.least[lane], self.lanes[lane]) - TINY
        return bool(kept and day.tier[item] >= ORDINARY)

    def cells_of(self, item: int) -> Rows:
        """Cells in which an item may be worked."""
        day = self.day
        kind = day.kind[item]
        open_to = day.may[kind, day.group]
        if day.strict and day.owner[item] >= 0:
            open_to = np.arange(len(day.group)) == day.owner[item]
        return np.flatnonzero((open_to[:, None] & day.cover[day.window[kind]] & (day.capacity > 0)).reshape(-1))

    def _move(self, item: int, cell: int, spill: float, sign: float) -> None:
        minutes = float(self.day.minutes[item])
        self.free[cell] += sign * (minutes - spill)
        if spill:
            self.free[cell + 1] += sign * spill
        lane = self.day.lane[self.day.kind[item]]
        if lane >= 0:
            self.lanes[lane] -= sign * minutes
