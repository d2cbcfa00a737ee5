"""Whose minutes fall into which hour: shifts, days without them, absences, and the days on which clocks change."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from arrears.queues.allocation.shifts import Shifts, blocks_between, minutes_by_block, working_day

STARTS = blocks_between(np.datetime64("2026-06-02T13"), np.datetime64("2026-06-02T21"))
DAY = np.array(["2026-06-02T13", "2026-06-02T21"], "M8[us]")
FULL = np.array([480.0])


def shifts(*rows: tuple[str, str, str]) -> Shifts:
    return Shifts(
        [one for one, _, _ in rows],
        np.array([f"2026-06-02T{begins}" for _, begins, _ in rows], "M8[us]"),
        np.array([f"2026-06-02T{ends}" for _, _, ends in rows], "M8[us]"),
    )


def minutes(*rows: tuple[str, str, str], per_day: float = 480.0, **more: float) -> list[float]:
    found = minutes_by_block(["C1"], np.array([per_day]), STARTS, day=DAY, shifts=shifts(*rows), absences=more)
    return found[0].tolist()


def test_without_a_table_of_shifts_everybody_works_the_usual_day() -> None:
    assert minutes_by_block(["C1"], FULL, STARTS, day=DAY).tolist() == [[60.0] * 8]


def test_with_one_who_has_no_shift_does_not_work() -> None:
    assert minutes(("C2", "13:00", "21:00")) == [0.0] * 8


def test_a_shift_counts_for_the_part_of_an_hour_that_it_covers() -> None:
    assert minutes(("C1", "13:45", "15:10")) == [15.0, 60.0, 10.0, 0.0, 0.0, 0.0, 0.0, 0.0]


def test_shifts_of_one_day_add_up_and_never_to_more_than_the_hour() -> None:
    assert minutes(("C1", "13:00", "13:30"), ("C1", "13:45", "14:00"))[0] == 45.0
    assert minutes(("C1", "13:00", "14:00"), ("C1", "13:30", "14:00"))[0] == 60.0


def test_a_shift_outside_the_day_counts_nothing() -> None:
    assert minutes(("C1", "09:00", "13:00"), ("C1", "21:00", "23:00")) == [0.0] * 8


def test_the_minutes_of_work_are_spread_evenly_over_a_longer_shift() -> None:
    assert minutes(("C1", "13:00", "21:00"), per_day=420.0) == [52.5] * 8


def test_a_shorter_shift_is_worked_whole() -> None:
    assert sum(minutes(("C1", "13:00", "17:00"), per_day=420.0)) == 240.0


def test_an_absence_leaves_what_it_says() -> None:
    assert sum(minutes(("C1", "13:00", "21:00"), C1=0.0)) == 0.0
    assert sum(minutes(("C1", "13:00", "21:00"), C1=120.0)) == pytest.approx(120.0)
    assert sum(minutes(("C1", "13:00", "21:00"), C2=0.0)) == 480.0


@pytest.mark.parametrize(
    ("day", "begins"),
    [(date(2026, 3, 7), 14), (date(2026, 3, 8), 13), (date(2026, 10, 31), 13), (date(2026, 11, 1), 14)],
)
def test_a_working_day_begins_by_the_clock_of_its_zone(day: date, begins: int) -> None:
    first, last = working_day(day, "America/New_York")
    assert first == np.datetime64(f"{day}T{begins:02}", "us")
    assert last - first == np.timedelta64(8, "h")


def test_blocks_cover_every_hour_that_is_touched() -> None:
    assert len(blocks_between(np.datetime64("2026-06-02T13:59"), np.datetime64("2026-06-02T14:01"))) == 2
    assert len(blocks_between(np.datetime64("2026-06-02T13:00"), np.datetime64("2026-06-02T14:00"))) == 1
