"""A look is taken once, with all of its week's debtors: never a day early with those who happen to be measured."""

from dataclasses import replace
from datetime import timedelta

import pytest

from arrears.experiments import acting, enrolments, kept_sums, life, records
from arrears.experiments.looks import looks_so_far, planned_looks, points_to_come
from arrears.experiments.observed import Observed
from arrears.experiments.readout import readout
from tests.experiments.designs import changed
from tests.experiments.played import played
from tests.experiments.smallest_night import smallest_night
from tests.experiments.test_read_and_act import BY, DESIGN, NAMES, NOW, amounts, lake_after
from tests.night.desk_book import DAY
from training.experiments.daily import PRIMARY
from training.experiments.reading import read_test

ONE_DAY = timedelta(days=1)
SUNDAY = DAY + timedelta(days=6)
FIRST = planned_looks(DESIGN)[0]


@pytest.fixture
def both_days(database):
    """A test into which half of the debtors came on its first Monday, and half on the Sunday of that week."""
    with database.begin() as connection:
        life.plan(connection, DESIGN, evidence={}, **BY)
        life.start(connection, records.find(connection, "simple"), because="ready", **BY)
        test = records.find(connection, "simple")
        night = smallest_night(connection)
        arms = {name: ("champion", "challenger")[place % 2] for place, name in enumerate(NAMES)}
        for day, names in ((DAY, NAMES[:80]), (SUNDAY, NAMES[80:])):
            who = [
                enrolments.Enrolled(test.experiment_id, name, arms[name], name, "", {"balance_before_minor": 1.0})
                for name in names
            ]
            enrolments.enrol(connection, night, day, who)
    return test, arms


def after(folder, payments, last):
    """The book known up to a day, in a folder of its own."""
    folder.mkdir()
    return lake_after(folder, payments, last=last)


def test_on_the_day_of_a_look_its_last_debtors_are_still_waited_for(database, both_days, tmp_path):
    test, arms = both_days
    paid = amounts(arms, champion=40, challenger=10)
    early = read_test(database, after(tmp_path / "early", paid, last=FIRST.on), test, at=NOW)
    with database.connect() as connection:
        assert list(kept_sums.by_day(connection, test.experiment_id, PRIMARY)) == [DAY], "Sunday's are not over"
    (arm,) = early.readout.challengers
    assert (arm.looks, early.ended_by) == ((), None)
    assert arm.to_come[0].on == FIRST.on
    due = read_test(database, after(tmp_path / "due", paid, last=FIRST.on + ONE_DAY), test, at=NOW)
    (arm,) = due.readout.challengers
    (look,) = arm.looks
    assert (sum(look.debtors), due.ended_by) == (len(NAMES), "harm")


def test_a_look_is_the_same_on_whichever_day_it_is_read(database, both_days, tmp_path):
    test, arms = both_days
    paid = amounts(arms, champion=10, challenger=11)
    seen = []
    for days in range(4):
        last = FIRST.on + days * ONE_DAY
        found = read_test(database, after(tmp_path / str(days), paid, last=last), test, at=NOW)
        seen += [look for look in found.readout.challengers[0].looks if look.number == 1]
    assert len(seen) == 3
    assert seen[0] == seen[1] == seen[2]


def test_what_is_written_down_through_a_day_bounds_the_looks_and_nothing_else():
    design = changed(enrolment={"debtors": 2200})
    observed = played(design, 1)
    third = planned_looks(design)[2]
    taken = looks_so_far(design, replace(observed, whole_through=third.on - ONE_DAY), "challenger", as_of=third.on)
    assert [look.number for look in taken] == [1, 2]
    assert points_to_come(design, taken)[0].on == third.on
    taken = looks_so_far(design, replace(observed, whole_through=third.on), "challenger", as_of=third.on)
    assert [look.number for look in taken] == [1, 2, 3]
    early = readout(design, replace(observed, whole_through=third.on), as_of=third.on - ONE_DAY)
    assert len(early.challengers[0].looks) == 2, "nor is one taken before its day"


def test_a_reading_that_says_nothing_new_writes_nothing(database, both_days, tmp_path):
    test, arms = both_days
    lake = lake_after(tmp_path, amounts(arms, champion=10, challenger=11), last=FIRST.on)
    read_test(database, lake, test, at=NOW)
    with database.connect() as connection:
        before = acting.newest_reading(connection, test)
    read_test(database, lake, test, at=NOW)
    with database.connect() as connection:
        assert acting.newest_reading(connection, test) == before


def test_a_look_whose_day_is_over_does_not_come_any_more():
    """Nobody came in, so none was taken: the one of the last day that is written down is past, too."""
    second, third = planned_looks(DESIGN)[1:3]
    observed = Observed({}, whole_through=second.on)
    (arm,) = readout(DESIGN, observed, as_of=second.on + ONE_DAY).challengers
    assert (arm.looks, arm.to_come[0].on) == ((), third.on)
    (arm,) = readout(DESIGN, replace(observed, whole_through=second.on - ONE_DAY), as_of=second.on).challengers
    assert arm.to_come[0].on == second.on, "that day is not over"
