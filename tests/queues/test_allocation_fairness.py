"""Lists of equals are evened out by items, and by whole hours where no single item fits."""

from __future__ import annotations

import numpy as np
import pytest

from arrears.queues.allocation.board import Board
from arrears.queues.allocation.day import ORDINARY, lay_out
from arrears.queues.allocation.eligibility import fit
from arrears.queues.allocation.fairness import even_out
from arrears.queues.allocation.problem import Rules
from tests.queues.allocating import team, wanted


def laid(blocks: int, *rows: tuple[int, float, float, float], strict: bool = False, owner: str = "") -> Board:
    """Two equal collectors with full hours; each row is a cell, minutes, value and what reaches into the next hour."""
    staff = team({"minutes": [60] * blocks}, {"minutes": [60] * blocks})
    book = wanted(*({"minutes": minutes, "value": value, "owner": owner} for _, minutes, value, _ in rows))
    rules = Rules(owner_strict=strict)
    day, _, _ = lay_out(staff, book, rules, fit(staff, book, rules), np.full(len(rows), ORDINARY))
    board = Board(day)
    for item, (cell, _, _, spill) in enumerate(rows):
        board.put(item, cell, spill)
    return board


def totals(board: Board) -> list[float]:
    return [float(board.day.value[board.cell // board.blocks == who].sum()) for who in (0, 1)]


def test_one_item_for_one_of_the_same_length() -> None:
    board = laid(1, (0, 30, 60, 0), (0, 30, 40, 0), (1, 30, 20, 0), (1, 30, 40, 0))
    even_out(board)
    assert totals(board) == [80.0, 80.0]


def test_an_item_goes_to_free_minutes() -> None:
    board = laid(1, (0, 30, 50, 0), (0, 30, 50, 0))
    even_out(board)
    assert totals(board) == [50.0, 50.0]


HOURS = [(0, 60, 100, 0), (1, 40, 50, 0), (1, 20, 40, 0), (2, 30, 5, 0), (2, 30, 5, 0), (3, 25, 10, 0), (3, 35, 10, 0)]


def test_whole_hours_change_hands_where_no_item_fits_the_other_hour() -> None:
    board = laid(2, *HOURS)
    assert totals(board) == [190.0, 30.0]
    even_out(board)
    assert sorted(totals(board)) == [100.0, 120.0]
    assert board.free.tolist() == [0.0] * 4


def test_what_only_its_owner_may_work_stays() -> None:
    board = laid(2, *HOURS, strict=True, owner="C1")
    before = board.cell.copy()
    even_out(board)
    assert np.array_equal(board.cell, before)


def test_hours_that_an_item_reaches_across_change_hands_together() -> None:
    rich = [(0, 40, 20, 0), (0, 40, 20, 20), (1, 40, 5, 0), (2, 60, 35, 0)]
    poor = [(3, 30, 5, 0), (3, 30, 5, 0), (4, 30, 2.5, 0), (4, 30, 2.5, 0), (5, 30, 2.5, 0), (5, 30, 2.5, 0)]
    board = laid(3, *rich, *poor)
    assert totals(board) == [80.0, 20.0]
    even_out(board)
    assert totals(board) == [50.0, 50.0]
    assert len(set((board.cell[:3] // board.blocks).tolist())) == 1
    assert board.spill.tolist()[:3] == [0.0, 20.0, 0.0]
    assert board.free.tolist() == pytest.approx([0.0] * 6)
