"""A successor is planned with who is left: whom versions before hold, and will have drawn, does not come in."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from arrears.errors import Refused
from arrears.experiments import enrolments, life, narrowing, records
from arrears.experiments.design_parts import Exclusion
from arrears.experiments.held import NOBODY, Held, Present, held, left_over
from arrears.experiments.power import Spread, coming, planned, refuse_small
from arrears.experiments.succession import successor
from tests.experiments.designs import simple
from tests.experiments.smallest_night import smallest_night

FIRST = date(2026, 6, 15)
DESIGN = simple(enrolment={"starts": FIRST, "weeks": 4, "debtors": 120})
STOCK_ALONE = DESIGN.cohort.model_copy(update={"entry": "stock"})
SHARES = {"champion": 0.2, "challenger": 0.8}
TODAY = date(2026, 7, 1)
BEGAN = TODAY - timedelta(days=28)
BY: dict[str, Any] = {"at": datetime(2026, 6, 1, 8, tzinfo=UTC), "by": "strategist"}
WHOLE = Spread(mean=4000, sd=6800, uncapped_mean=4200, uncapped_sd=9600, stock=100, per_week=20.0)
STOCK = [f"S{number}" for number in range(60)]
CAME = [f"N{number}" for number in range(40)]
PRESENT = Present(TODAY, frozenset(STOCK + CAME), BEGAN, frozenset(STOCK))


def follows(starts, **parts):
    design = successor(DESIGN, shares=SHARES, starts=starts, weeks=8, debtors=120)
    return design.model_copy(update=parts)


def since(day, *groups):
    return {debtor: day for group in groups for debtor in group}


def left(whose, starts=date(2026, 7, 6), **parts):
    found = left_over(WHOLE, follows(starts, **parts), whose, PRESENT)
    return found.free_stock, found.free_per_week, found.held


def test_whom_a_version_holds_does_not_come_in_again():
    stock, per_week, inside = left(Held(since(FIRST, STOCK)))
    assert inside == 60
    assert per_week == 20.0, "who came in these days is new"
    assert stock == 40 + round(20 * 4 / 7), "those who are there, and who comes until the day before"


def test_who_was_held_before_and_comes_back_is_no_newcomer():
    back, new = CAME[:10], CAME[10:]
    assert left(Held(since(BEGAN, back)))[1] == 20.0 * len(new) / len(CAME)
    assert left(Held(since(BEGAN + timedelta(days=1), back)))[1] == 20.0, "drawn as they came"


def test_while_the_version_before_draws_only_later_comers_are_left():
    assert left(Held(since(FIRST, STOCK), drawn_until=date(2026, 7, 5)))[0] == 0
    assert left(Held(since(FIRST, STOCK), drawn_until=date(2026, 7, 5)), date(2026, 7, 20))[0] == 40


@pytest.mark.parametrize(("until", "stock"), [(TODAY, 40 + 11), (TODAY + timedelta(days=1), 9)])
def test_a_version_that_has_drawn_its_last_leaves_who_is_there(until, stock):
    assert left(Held(since(FIRST, STOCK), drawn_until=until))[0] == stock


def test_a_version_that_takes_the_stock_alone_leaves_who_came_after():
    whose = Held(since(FIRST, STOCK), drawn_until=date(2026, 7, 5), draws_from=FIRST)
    assert left(whose, cohort=STOCK_ALONE)[0] == 40 + 11


@pytest.mark.parametrize(("begins", "stock"), [(TODAY, 100), (TODAY + timedelta(days=1), round(20 * 10 / 7))])
def test_a_version_that_will_take_the_stock_leaves_only_who_comes_after_its_first_day(begins, stock):
    whose = Held(drawn_until=date(2026, 7, 12), draws_from=begins)
    assert left(whose, date(2026, 7, 13), cohort=STOCK_ALONE)[0] == stock


def test_whoever_is_held_was_of_the_slots_that_the_design_takes():
    half = Exclusion(group="summer", low=0.5, high=1.0)
    whose, starts = Held(since(FIRST, STOCK[:25], CAME[:5])), TODAY + timedelta(days=1)
    design = follows(starts, exclusion=half)
    found = left_over(WHOLE, design, whose, PRESENT)
    assert found.held == 30
    assert coming(found, 0, design) == 100 / 2 - 30, "of its slots 50 are there, and 30 of them held"
    back = left_over(WHOLE, design, Held(since(BEGAN, CAME[:5])), PRESENT)
    assert back.free_per_week == 20.0 * (1 - 5 / (40 / 2)), "of 20 newcomers in its slots 5 come back"
    everybody = left_over(WHOLE, design, Held(since(BEGAN, STOCK, CAME)), PRESENT)
    assert (everybody.free_stock, everybody.free_per_week) == (0, 0.0)


def test_however_long_it_waits_there_are_no_more_than_the_cohort_has():
    assert left(Held(since(FIRST, STOCK)), date(2027, 7, 5))[0] == 100


def test_the_plan_counts_those_who_are_left_and_its_worth_is_of_the_whole_cohort():
    design = follows(date(2026, 7, 6))
    spread = left_over(WHOLE, design, Held(since(FIRST, STOCK), drawn_until=date(2026, 7, 5)), PRESENT)
    assert coming(spread, 8, design) == 8 * 20
    assert coming(WHOLE, 8, design) == 100 + 8 * 20
    whole, own = planned(design, WHOLE), planned(design, spread)
    assert own.finds_total_minor / own.finds_minor == whole.finds_total_minor / whole.finds_minor
    large = design.model_copy(update={"enrolment": design.enrolment.model_copy(update={"debtors": 200})})
    with pytest.raises(Refused, match="160 come in over 8 weeks"):
        refuse_small(large, spread)


def test_looks_of_newcomers_alone_have_equal_parts_of_the_information():
    design = follows(date(2026, 7, 6))
    spread = replace(WHOLE, free_stock=0, free_per_week=20.0)
    assert planned(design, spread).mean_stop != planned(design, WHOLE).mean_stop
    assert planned(design, replace(spread, stock=5)).mean_stop == planned(design, spread).mean_stop


@pytest.fixture
def connection(database):
    with database.begin() as connection:
        yield connection


@pytest.fixture
def first(connection):
    """The first version, which runs and holds one debtor."""
    life.plan(connection, DESIGN, evidence={}, **BY)
    life.start(connection, records.find(connection, "simple"), because="ready", **BY)
    test = records.find(connection, "simple")
    place = enrolments.Enrolled(test.experiment_id, "D1", "champion", "D1", "", {})
    enrolments.enrol(connection, smallest_night(connection), FIRST, [place])
    return test


def test_a_running_version_holds_its_debtors_and_draws_until_the_successor_begins(connection, first):
    last = DESIGN.enrolment.last_day
    assert held(connection, follows(FIRST + timedelta(days=7))) == Held({"D1": FIRST}, FIRST + timedelta(days=6), FIRST)
    assert held(connection, follows(last + timedelta(days=1))) == Held({"D1": FIRST}, last, FIRST)
    assert held(connection, follows(last + timedelta(days=9))) == Held({"D1": FIRST}, last, FIRST)
    assert held(connection, first.design) == NOBODY, "its own debtors are its own"


@pytest.mark.parametrize("how", ["ended", "closed"])
def test_a_version_that_takes_nobody_any_more_holds_its_debtors_still(connection, first, how):
    told: dict[str, Any] = {"on": date(2026, 6, 30), "because": "enough", "evidence": {}, **BY}
    if how == "ended":
        life.end(connection, first, ended_by="stopped", **told)
    else:
        narrowing.close(connection, first, **told)
    assert held(connection, follows(date(2026, 7, 6))) == Held({"D1": FIRST}, None)


def test_plans_and_other_tests_hold_nobody(connection):
    life.plan(connection, DESIGN, evidence={}, **BY)
    life.plan(connection, simple(name="another"), evidence={}, **BY)
    life.start(connection, records.find(connection, "another"), because="ready", **BY)
    assert held(connection, follows(date(2026, 7, 6))) == NOBODY
    assert connection.execute(text("SELECT count(*) FROM experiments")).scalar() == 2
