"""Nights after one arm was ended, and after a test was closed: nobody changes arm, the others keep their minutes."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from arrears.experiments import enrolments, life, narrowing, records
from arrears.queues import store
from arrears.queues.strategy import strategy
from serving.night.nightly import run_night
from serving.night.replay import replay
from tests.experiments.designs import compared, simple
from tests.night.desk_book import AS_OF, DAY, MORNING, StandingClock, lake_of, people, statement
from tests.night.test_arms import NO_LOTS, collector

NOW = datetime(2026, 6, 12, 20, tzinfo=UTC)
BY: dict[str, Any] = {"at": NOW, "by": "arrears", "because": "harm", "evidence": {}}
NAMES = [f"D{number}" for number in range(1, 121)]
NEWCOMERS = [f"D{number}" for number in range(121, 181)]
LATE = [f"D{number}" for number in range(181, 201)]
"""Who comes into the cohort after the test was closed."""
THREE = simple(
    arms=compared(champion=("value_at_risk/1", 0.5), challenger=("severity/1", 0.25), other=("propensity/1", 0.25))
)


def book(names):
    tables = people(*names) | {"collectors": [collector("C1"), collector("C2")]}
    tables["statements"] = [statement(f"A{name[1:]}", balance=1000 + 7 * int(name[1:])) for name in names]
    return tables


@pytest.fixture(scope="module")
def lakes(tmp_path_factory):
    """The book on three days, with more people in the cohort on each."""
    known = (NAMES, [*NAMES, *NEWCOMERS], [*NAMES, *NEWCOMERS, *LATE])
    return [lake_of(tmp_path_factory.mktemp("ended"), book(names), settings=NO_LOTS) for names in known]


def run(database, lake, registry, days):
    clock, day = StandingClock(MORNING + timedelta(days=days)), DAY + timedelta(days=days)
    chosen = strategy("value_at_risk")
    return run_night(
        database, lake, registry, AS_OF, chosen, clock=clock, limits_on=DAY, served_on=day, replace=True
    ).night_id


def items(database, night):
    with database.connect() as connection:
        return {row.debtor_id: row for row in store.items(connection, night, limit=500).rows}


def parts(database, night):
    with database.connect() as connection:
        return {part["arm"]: part for part in store.night(connection, night).experiments}


@pytest.fixture(scope="module")
def nights(module_database, lakes, no_registry):
    """Three nights of a test of three arms: before, with one arm ended, and closed; and the arms on record then."""
    with module_database.begin() as connection:
        life.plan(connection, THREE, at=NOW, by="strategist", evidence={})
        test = records.find(connection, "simple")
        life.start(connection, test, at=NOW, by="strategist", because="ready")
    first = run(module_database, lakes[0], no_registry, 0)
    with module_database.begin() as connection:
        test = records.find(connection, "simple")
        assert narrowing.end_arm(connection, test, "other", on=DAY, **BY)
    second = run(module_database, lakes[1], no_registry, 1)
    with module_database.begin() as connection:
        assert narrowing.close(connection, test, on=DAY + timedelta(days=1), **BY)
    third = run(module_database, lakes[2], no_registry, 2)
    with module_database.connect() as connection:
        enrolled = {each.debtor_id: each.arm for each in enrolments.enrolled(connection, test.experiment_id)}
    return first, second, third, enrolled


def test_an_ended_arms_debtors_stay_in_it_and_are_worked_by_the_strategy_in_force(nights, module_database):
    first, second, _, enrolled = nights
    before, after = items(module_database, first), items(module_database, second)
    assert {name: row.arm for name, row in before.items()} == {name: enrolled[name] for name in NAMES}
    ended = [name for name, arm in enrolled.items() if arm == "other"]
    assert len(ended) > 10
    assert {(after[name].experiment, after[name].strategy_name) for name in ended} == {(None, "value_at_risk")}


def test_the_other_arms_go_on_and_nobody_changes_arm(nights, module_database):
    _, second, _, enrolled = nights
    told = {name: row.arm for name, row in items(module_database, second).items() if row.arm}
    assert told == {name: arm for name, arm in enrolled.items() if arm != "other"}


def test_what_is_left_of_the_minutes_is_divided_by_the_debtors_of_the_arms_that_are_left(nights, module_database):
    _, second, _, enrolled = nights
    told, counts = parts(module_database, second), Counter(enrolled.values())
    assert list(told) == ["", "champion", "challenger"]
    assert sum(part["share"] for part in told.values()) == pytest.approx(1)
    ratio = told["challenger"]["share"] / told["champion"]["share"]
    assert ratio == pytest.approx(counts["challenger"] / counts["champion"])


def test_nobody_new_comes_into_a_closed_test_and_who_is_in_it_goes_on(nights, module_database):
    _, _, third, enrolled = nights
    found = items(module_database, third)
    assert set(enrolled) == {*NAMES, *NEWCOMERS}
    assert {found[name].experiment for name in LATE} == {None}
    assert {name for name, row in found.items() if row.experiment} == {
        name for name, arm in enrolled.items() if arm != "other"
    }
    assert {part["enrols"] for part in parts(module_database, third).values() if part["test"]} == {False}


@pytest.mark.parametrize("place", [0, 1, 2])
def test_each_night_comes_out_identical_whatever_was_ended_since(nights, module_database, lakes, no_registry, place):
    assert replay(module_database, lakes[place].root, no_registry, nights[place]).difference is None


def test_newcomers_of_an_open_test_may_still_draw_the_ended_arm_and_are_worked_as_all(nights, module_database):
    _, second, _, enrolled = nights
    drawn = [name for name in NEWCOMERS if enrolled[name] == "other"]
    assert drawn, "the lots are those of the design"
    found = items(module_database, second)
    assert {found[name].experiment for name in drawn} == {None}
    assert {found[name].arm for name in NEWCOMERS if name not in drawn} == {"champion", "challenger"}
