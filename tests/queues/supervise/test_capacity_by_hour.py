"""Minutes by hour: what the team has, what ready work needs, and what of it nobody can work."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from arrears.queues.allocation.shifts import Shifts
from arrears.queues.desk.team import Member
from arrears.queues.supervise.capacity import Window, blocks_of, meet, windows
from arrears.queues.supervise.roster import Collector, Roster, minutes, works_on
from arrears.settings import default_settings
from tests.queues.supervise.made_day import TEN, TODAY, ZONE, item, night, way

DESK = default_settings().desk
HERE = default_settings().portfolio.model_copy(update={"zone": ZONE, "country": "US"})
STARTS = blocks_of(TODAY, ZONE)


def at(hour):
    """An hour of the day in New York."""
    return datetime(2026, 6, 2, tzinfo=UTC) + timedelta(hours=hour + 4)


def collector(name="C1", **days):
    return Collector(Member(name), 420.0, days.get("starts_on"), days.get("ends_on"))


def team_minutes(*collectors, day=TODAY, shifts=None, away=()):
    return minutes(Roster(collectors, shifts), day, blocks_of(day, ZONE), away=away, portfolio=HERE, desk=DESK)


def supply(by_hour):
    found = np.zeros(24)
    for hour, value in by_hour.items():
        found[hour] = value
    return found


def test_a_working_day_is_spread_over_the_desks_hours():
    found = team_minutes(collector())["C1"]
    assert found[9:17].tolist() == [52.5] * 8
    assert found.sum() == 420


def test_who_is_away_has_no_minutes():
    found = team_minutes(collector("C1"), collector("C2"), away=["C1"])
    assert (found["C1"].sum(), found["C2"].sum()) == (0, 420)


def test_on_a_sunday_and_on_a_holiday_nobody_works():
    assert team_minutes(collector(), day=date(2026, 6, 7))["C1"].sum() == 0
    assert team_minutes(collector(), day=date(2026, 5, 25))["C1"].sum() == 0
    assert works_on(date(2026, 6, 6), HERE, DESK.model_copy(update={"working_days": "sat"}))


def test_shifts_say_who_works_when():
    evening = Shifts(["C2"], *(np.array([f"2026-06-02T{hour}"], "M8[us]") for hour in (20, 22)))
    found = team_minutes(collector("C1"), collector("C2"), shifts=evening)
    assert found["C1"].sum() == 0
    assert found["C2"][16:18].tolist() == [60, 60]


@pytest.mark.parametrize(("day", "is_there"), [(date(2026, 6, 1), False), (TODAY, True), (date(2026, 6, 4), False)])
def test_a_collector_is_there_between_first_and_last_day(day, is_there):
    found = team_minutes(collector(starts_on=TODAY, ends_on=date(2026, 6, 3)), day=day)
    assert ("C1" in found) is is_there


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 6, 2), 24), (date(2026, 11, 1), 25)])
def test_a_day_has_as_many_hours_as_its_clocks_show(day, hours):
    assert len(blocks_of(day, ZONE)) == hours


def test_work_is_laid_on_the_hours_that_are_left_to_it():
    found = meet([Window(None, None, at(14), 10, 120.0)], STARTS, supply({11: 60}), at(12))
    assert found.needed[12:14].tolist() == [60, 60]
    assert found.needed.sum() == 120
    assert found.available.sum() == 0
    assert found.minutes_needed == 120


def test_half_an_hour_that_is_over_counts_for_neither():
    found = meet(
        [Window(None, None, at(14), 1, 30.0)], STARTS, supply({12: 60, 13: 60}), at(12) + timedelta(minutes=30)
    )
    assert found.available[12:14].tolist() == [30, 60]
    assert found.needed[12:14].tolist() == [10, 20]


def test_an_hour_at_which_nobody_is_there_is_told():
    pacific = Window("America/Los_Angeles", at(20), at(24), 3, 90.0)
    found = meet([Window(None, None, at(21), 10, 60.0), pacific], STARTS, supply({12: 60, 13: 60}), at(12))
    assert found.with_nobody == (False, True)
    assert found.workable.tolist() == [60, 0]
    assert found.spare == 60


def test_the_window_that_closes_first_is_worked_first():
    found = meet(
        [Window(None, None, None, 1, 60.0), Window(None, None, at(13), 1, 60.0)],
        STARTS,
        supply({12: 60, 15: 30}),
        at(12),
    )
    assert found.workable.tolist() == [30, 60]
    assert found.worked[[12, 15]].tolist() == [60, 30]


spans = st.tuples(st.integers(0, 23), st.integers(1, 24), st.integers(1, 200)).filter(lambda span: span[0] < span[1])


@given(st.lists(spans, max_size=6), st.dictionaries(st.integers(0, 23), st.integers(0, 120), max_size=8))
def test_no_other_order_works_more_minutes(told, by_hour):
    found = meet([Window(None, at(a), at(b), 1, float(m)) for a, b, m in told], STARTS, supply(by_hour), at(0))
    pairs = [(row, hour) for row, (a, b, _) in enumerate(told) for hour in range(a, b)]
    if not pairs:
        assert found.worked.sum() == 0
        return
    rows = np.zeros((len(told) + 24, len(pairs)))
    for column, (row, hour) in enumerate(pairs):
        rows[row, column] = rows[len(told) + hour, column] = 1
    room = [*(m for _, _, m in told), *supply(by_hour)]
    best = -linprog([-1.0] * len(pairs), A_ub=rows, b_ub=room, method="highs").fun
    assert found.worked.sum() == pytest.approx(best, abs=1e-6)
    assert found.workable.sum() == pytest.approx(best, abs=1e-6)
    assert (found.worked <= found.available + 1e-9).all()


def test_windows_are_those_of_calls_that_are_still_open(database):
    with database.begin() as connection:
        one = night(connection)
        item(connection, one, "D1", ways=[way("D1", opens=at(8), closes=at(21))])
        item(connection, one, "D2", ways=[way("D2", opens=at(8), closes=at(21)), way("D2", channel="letter")])
        item(connection, one, "D3", zone="America/Los_Angeles", ways=[way("D3", opens=at(11), closes=at(24))])
        item(connection, one, "D4", ways=[way("D4", opens=at(8), closes=at(9))])
        item(connection, one, "D5", lane="legal_review", verdict="held", ways=[])
        item(connection, one, "D6", ready_at=at(15), ways=[way("D6", closes=at(21))])
        item(connection, one, "D7", ready_at=at(24 + 9))
        item(connection, one, "D8", state="claimed")
        item(connection, one, "D9", ways=[way("D9", opens=at(11), closes=at(14)), way("D9", opens=at(16), closes=None)])
        found = windows(connection, TEN, zone=ZONE)
    told = [(window.zone, window.opens_at, window.closes_at, window.items, window.minutes) for window in found]
    assert told == [
        (None, None, at(21), 2, 12.0),
        (None, None, None, 1, 6.0),
        ("America/Los_Angeles", at(11), at(24), 1, 6.0),
        (None, at(11), None, 1, 6.0),
        (None, at(15), at(21), 1, 6.0),
    ]


def test_the_desks_hours_come_from_the_settings():
    early = DESK.model_copy(update={"working_day": "07:30-09:30"})
    found = minutes(Roster((collector(),), None), TODAY, STARTS, away=[], portfolio=HERE, desk=early)["C1"]
    assert found[7:10].tolist() == [30, 60, 30]
