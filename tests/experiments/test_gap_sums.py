"""What is kept of a gap between groups tells nobody's group: whole weeks, and enough of both sides in every cell."""

from datetime import timedelta

import pytest

from arrears.experiments import enrolments, kept_sums, life, records
from arrears.experiments.measure import measured
from arrears.experiments.metrics import GROUP_COLUMNS
from arrears.experiments.moments import Column
from tests.experiments.smallest_night import smallest_night
from tests.experiments.test_read_further import (
    AGED,
    ARM,
    BY,
    DAY,
    FEMALE,
    NAMES,
    NOW,
    ROLLS,
    WOMEN,
    book,
    paid,
    spoke,
)
from tests.night.desk_book import lake_of
from training.experiments.daily import measure_days
from training.experiments.whole_weeks import LEAST_TOLD, without_small_cells

FIRST_WEEK, ONE_A_DAY, LAST = NAMES[:56], NAMES[56:63], NAMES[63:]


def come_in(connection, test, day, names):
    who = [
        enrolments.Enrolled(test.experiment_id, name, ARM[name], name, "", {"balance_before_minor": 1.0})
        for name in names
    ]
    enrolments.enrol(connection, smallest_night(connection), day, who)


@pytest.fixture
def test(database):
    """Most debtors come in on the first day, and then one on each of the next week's."""
    with database.begin() as connection:
        life.plan(connection, ROLLS, evidence={}, **BY)
        life.start(connection, records.find(connection, "simple"), because="ready", **BY)
        found = records.find(connection, "simple")
        come_in(connection, found, DAY, FIRST_WEEK)
        for number, name in enumerate(ONE_A_DAY):
            come_in(connection, found, DAY + timedelta(days=7 + number), [name])
        return found


def book_until(folder, last):
    tables = book()
    tables["protected"] = [
        {"debtor_id": name, "attribute": attribute, "group": inside if name in whose else "others"}
        for attribute, inside, whose in (("sex", "female", FEMALE), ("age", "60 and more", AGED))
        for name in NAMES
    ]
    tables["payments"] = [paid("D1", 1, last)]
    tables["contacts"] = [spoke("D1", 1)]
    return lake_of(folder, tables)


def kept(database, test, measure):
    with database.connect() as connection:
        return kept_sums.by_day(connection, test.experiment_id, measure)


def test_no_sum_of_a_gap_is_of_one_newcomer(database, test, tmp_path):
    """The last week's seven are too few to be told of, whenever it is read; other guardrails are kept by day."""
    for days in (12, 13, 60):
        measure_days(database, book_until(tmp_path, DAY + timedelta(days=days)), test, at=NOW)
        sums = kept(database, test, WOMEN)
        assert list(sums) == ([] if days < 13 else [DAY + timedelta(days=6)])
    (moments,) = sums.values()
    assert sum(moments.debtors().values()) == len(FIRST_WEEK)
    assert len(kept(database, test, "complaints")) == 8


def test_a_week_of_few_is_told_with_the_next_ones(database, test, tmp_path):
    """Seven of one week stand together with those of the week after."""
    with database.begin() as connection:
        come_in(connection, test, DAY + timedelta(days=14), LAST)
    lake = book_until(tmp_path, DAY + timedelta(days=60))
    measure_days(database, lake, test, at=NOW)
    sums = kept(database, test, WOMEN)
    assert list(sums) == [DAY + timedelta(days=6), DAY + timedelta(days=20)]
    assert sum(sums[DAY + timedelta(days=20)].debtors().values()) == len(ONE_A_DAY) + len(LAST)


def gap_of(collectors, inside):
    flags = [float(each) for each in inside]
    values = dict(zip(GROUP_COLUMNS, (flags, flags, [0.0] * len(flags), [1 - each for each in flags]), strict=True))
    return measured([Column(name) for name in GROUP_COLUMNS], ["a"] * len(flags), values, collectors)


def test_collectors_with_too_few_of_a_side_stand_together_and_nothing_is_lost():
    many = ["C1"] * 30 + ["C2"] * 30 + ["C3"] * 4 + ["C4"]
    sides = [place % 2 == 0 for place in range(60)] + [True, True, False, False, True]
    moments = gap_of(many, sides)
    found = without_small_cells(moments)
    assert len(found.cells) == 2, "five are too few by themselves, so the smallest of the others joins them"
    for products in found.cells.values():
        assert products[2] >= LEAST_TOLD
        assert products[4] >= LEAST_TOLD
    assert [sum(each) for each in zip(*found.cells.values(), strict=True)] == [
        sum(each) for each in zip(*moments.cells.values(), strict=True)
    ]


def test_cells_with_enough_of_both_sides_stay_as_they_are():
    sides = [place % 2 == 0 for place in range(2 * LEAST_TOLD)]
    enough = gap_of(["C1"] * len(sides) + ["C2"] * len(sides), sides * 2)
    assert without_small_cells(enough) == enough
    alone = gap_of([""] * len(sides), sides)
    assert without_small_cells(alone) == alone
