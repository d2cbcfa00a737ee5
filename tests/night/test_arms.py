"""A night with a running test: each arm by its own strategy, in its share of every collector's minutes, for good."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from arrears.experiments import enrolments, life, records
from arrears.experiments.succession import successor
from arrears.queues import store
from arrears.queues.strategy import strategy
from serving.night.by_part import Parts, minutes_by_part, mixed
from serving.night.nightly import build_by_champions, run_night
from serving.night.reallocate import reallocate
from serving.night.replay import replay
from tests.experiments.designs import simple
from tests.night.desk_book import AS_OF, DAY, MORNING, StandingClock, lake_of, people, statement
from training.experiments.at_desk import at_desk
from training.policy_value.learning import BY_ARMS, teaches
from training.policy_value.nights import recorded_nights

NAMES = [f"D{number}" for number in range(1, 121)]
DESIGN = simple()
NOW = datetime(2026, 6, 12, 20, tzinfo=UTC)
BY: dict[str, Any] = {"at": NOW, "by": "strategist"}
NO_LOTS = "[desk]\nrandom_slice_share = 0\nholdout_share = 0\nedge_share = 0\n"


def collector(name):
    base = {"collector_id": name, "name": name, "team": "Albany", "languages": "en", "licences": "NY"}
    return base | dict.fromkeys(("clients", "products", "territories", "skills")) | {"minutes_per_day": 240}


def book():
    tables = people(*NAMES) | {"collectors": [collector("C1"), collector("C2")]}
    tables["statements"] = [
        statement(f"A{name[1:]}", balance=1000 + 7 * int(name[1:]), past_due=90 + int(name[1:])) for name in NAMES
    ]
    tables["statements"][0] = statement("A1", days_past_due=10)
    for row in tables["debtors"][1:5]:
        row["household_id"] = "the Smiths"
    return tables


def start(connection, design):
    life.plan(connection, design, evidence={}, **BY)
    life.start(connection, records.find(connection, design.name, design.version), because="ready", **BY)


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    return lake_of(tmp_path_factory.mktemp("arms"), book(), settings=NO_LOTS)


@pytest.fixture(scope="module")
def night(module_database, lake, no_registry):
    with module_database.begin() as connection:
        start(connection, DESIGN)
    return run(module_database, lake, no_registry, AS_OF, DAY)


def run(database, lake, registry, as_of, day):
    clock = StandingClock(MORNING + (day - DAY))
    return run_night(
        database,
        lake,
        registry,
        as_of,
        strategy("value_at_risk"),
        clock=clock,
        limits_on=DAY,
        served_on=day,
        replace=True,
    )


def items(database, night):
    with database.connect() as connection:
        return store.items(connection, night.night_id, limit=500).rows


def enrolled(database):
    with database.connect() as connection:
        (test,) = (each for each in records.every(connection) if each.design.version == 1)
        return {each.debtor_id: each for each in enrolments.enrolled(connection, test.experiment_id)}


def test_the_cohort_comes_in_and_nobody_else(night, module_database):
    found = enrolled(module_database)
    assert set(found) == set(NAMES) - {"D1"}, "D1 is in another bucket"
    counts = Counter(each.arm for each in found.values())
    assert min(counts.values()) > 40
    assert {each.enrolled_on for each in found.values()} == {DAY}
    assert found["D9"].covariates["balance_before_minor"] == 106_300


def test_a_household_shares_one_arm(night, module_database):
    found = enrolled(module_database)
    assert len({found[name].arm for name in NAMES[1:5]}) == 1
    assert found["D2"].household == "h:the Smiths"
    assert found["D9"].household == "D9"


def test_each_arm_is_ranked_by_its_own_strategy(night, module_database):
    rows = items(module_database, night)
    by_arm = {arm: [row for row in rows if row.arm == arm] for arm in ("champion", "challenger", None)}
    assert {row.strategy_name for row in by_arm["champion"]} == {"value_at_risk"}
    assert {row.strategy_name for row in by_arm["challenger"]} == {"severity"}
    assert [row.debtor_id for row in by_arm[None]] == ["D1"]
    owed = [row.balance_minor for row in by_arm["challenger"]]
    assert owed == sorted(owed, reverse=True), "severity: the largest balance of one bucket first"
    worth = [row.terms["priority_minor"] for row in by_arm["champion"]]
    assert worth == sorted(worth, reverse=True)


def test_every_collector_works_both_arms_at_once_and_each_arm_has_its_minutes(night, module_database):
    rows = [row for row in items(module_database, night) if row.experiment]
    sizes = Counter(each.arm for each in enrolled(module_database).values())
    ratio = sizes["challenger"] / sizes.total()
    for name in ("C1", "C2"):
        mine = sorted((row for row in rows if row.assigned_to == name), key=lambda row: row.place)
        minutes = np.array([row.expected_minutes for row in mine])
        is_new = np.array([row.arm == "challenger" for row in mine])
        behind = np.cumsum(minutes * is_new) - ratio * np.cumsum(minutes)
        assert len(mine) > 10
        assert np.abs(behind).max() < 2.5 * minutes.max(), "any stretch of the list holds both in their shares"


def test_sharing_the_day_out_anew_keeps_each_arms_minutes(night, module_database, lake):
    before = {row.debtor_id: row.arm for row in items(module_database, night)}
    clock = StandingClock(MORNING + timedelta(hours=3))
    reallocate(module_database, lake, clock=clock, by="M", because="C3 came in")
    rows = [row for row in items(module_database, night) if row.assigned_to and row.experiment]
    minutes = Counter[str]()
    for row in rows:
        minutes[row.arm] += row.expected_minutes
    sizes = Counter(each.arm for each in enrolled(module_database).values())
    assert {row.debtor_id: row.arm for row in items(module_database, night)} == before
    assert minutes["challenger"] / minutes.total() == pytest.approx(sizes["challenger"] / sizes.total(), abs=0.08)


def test_the_night_tells_its_arms_and_comes_out_identical(night, module_database, lake, no_registry):
    with module_database.connect() as connection:
        told = store.night(connection, night.night_id).experiments
    assert [(part["test"], part["arm"]) for part in told] == [
        ("", ""),
        ("simple/1", "champion"),
        ("simple/1", "challenger"),
    ]
    assert sum(part["share"] for part in told) == pytest.approx(1)
    assert sum(part["debtors"] for part in told) == len(NAMES)
    assert replay(module_database, lake.root, no_registry, night.night_id).difference is None


def test_the_log_of_decisions_knows_the_arm(night, module_database):
    sql = "SELECT debtor_id, experiment, arm FROM decisions WHERE night_id = :night AND experiment IS NOT NULL"
    with module_database.connect() as connection:
        logged = {row.debtor_id: row.arm for row in connection.execute(text(sql), {"night": night.night_id})}
    assert logged == {name: each.arm for name, each in enrolled(module_database).items()}


def test_minutes_at_the_desk_and_holds_at_a_claim_count_within_the_days(night, module_database):
    first, other = (row for row in items(module_database, night) if row.debtor_id in ("D20", "D21"))
    lease = """
        INSERT INTO leases (work_item_id, person, collector, taken_at, expires_at, ended_at)
        VALUES (:item, :person, 'C1', :at, :expires, :ended)
    """
    held = """
        INSERT INTO decisions (at, night_id, work_item_id, debtor_id, work_group, lane, action, is_eligible,
            probability, explores, strategy, propensity_version, roll_rate_version)
        VALUES (:at, :night, :item, :debtor, 'USD', 'pay', 'held', false, 0, false, 'severity/1', '', '')
    """
    with module_database.begin() as connection:
        for at, expires, ended in (
            (MORNING, 15, 4),  # given back after four minutes
            (MORNING + timedelta(hours=1), 15, 40),  # swept late: its lease was over after fifteen
            (MORNING + timedelta(days=5), 15, 3),  # the day after the five
        ):
            told = {"item": first.work_item_id, "person": first.debtor_id, "at": at}
            times = {"expires": at + timedelta(minutes=expires), "ended": at + timedelta(minutes=ended)}
            connection.execute(text(lease), told | times)
        told = {"night": night.night_id, "item": other.work_item_id, "debtor": other.debtor_id}
        for at in (MORNING, MORNING - timedelta(days=1)):
            connection.execute(text(held), told | {"at": at})
        asked = (first.debtor_id, "nobody", other.debtor_id)
        found = at_desk(connection, asked, DAY, horizon_days=5, zone="America/New_York")
    assert found.minutes == [19, 0, 0]
    assert found.holds_hit == [0, 0, 1]


def test_a_divided_list_teaches_nothing_about_other_orders(night, module_database, lake):
    with module_database.connect() as connection:
        (recorded,) = recorded_nights(connection, since=DAY)
    left_out = Counter[str]()
    assert not teaches(recorded, lake, 1, date(2027, 1, 1), left_out)
    assert left_out == {BY_ARMS: 1}


def test_another_night_and_other_shares_change_nobodys_arm(night, module_database, lake, no_registry):
    before = {name: each.arm for name, each in enrolled(module_database).items()}
    follows = successor(
        DESIGN, shares={"champion": 0.1, "challenger": 0.9}, starts=date(2026, 6, 16), weeks=4, debtors=120
    )
    with module_database.begin() as connection:
        start(connection, follows)
    again = run(module_database, lake, no_registry, AS_OF, DAY + timedelta(days=1))
    after = {row.debtor_id: row.arm for row in items(module_database, again) if row.experiment}
    assert after == before
    assert {row.experiment for row in items(module_database, again) if row.arm} == {"simple/1"}


def test_a_book_without_anybody_late_is_divided_into_nobody(module_database, no_registry, tmp_path, night):
    tables = people("D1")
    tables["statements"] = [statement("A1", days_past_due=0, past_due=0, minimum_due=0)]
    lake = lake_of(tmp_path, tables, settings=NO_LOTS)
    with module_database.connect() as connection:
        built = build_by_champions(
            lake, no_registry, AS_OF, strategy("value_at_risk"), limits_on=DAY, connection=connection, now=MORNING
        )
    assert (len(built.ranking), built.arms.came_in) == (0, ())


def test_who_comes_into_a_household_of_an_ended_version_is_in_no_test(module_database, no_registry, tmp_path, night):
    tables = book()
    tables["debtors"].append(tables["debtors"][1] | {"debtor_id": "D900"})  # of the Smiths, who are in version 1
    tables["accounts"].append(tables["accounts"][1] | {"account_id": "A900", "debtor_id": "D900"})
    tables["statements"].append(tables["statements"][1] | {"account_id": "A900"})
    lake = lake_of(tmp_path, tables, settings=NO_LOTS)
    follows = successor(
        DESIGN, shares={"champion": 0.5, "challenger": 0.5}, starts=date(2026, 6, 16), weeks=4, debtors=120
    )
    with module_database.connect() as connection:
        first = records.find(connection, "simple", 1)
        if records.find(connection, "simple", 2) is None:
            start(connection, follows)
        life.end(connection, first, ended_by="stopped", on=DAY, because="a fault", evidence={}, **BY)
        built = build_by_champions(
            lake,
            no_registry,
            AS_OF,
            strategy("value_at_risk"),
            served_on=DAY + timedelta(days=1),
            limits_on=DAY,
            connection=connection,
            now=MORNING,
        )
        connection.rollback()
    assert [each.debtor_id for each in built.arms.came_in] == []
    assert built.arms.parts[0].debtors == len(tables["debtors"]), "who was in version 1 is worked by the champion"


def test_an_ended_test_gives_everybody_back_and_its_nights_still_come_out_identical(
    night, module_database, lake, no_registry
):
    with module_database.begin() as connection:
        for test in records.running(connection):
            life.end(connection, test, ended_by="stopped", on=DAY, because="enough", evidence={}, **BY)
    later = run(module_database, lake, no_registry, AS_OF, DAY + timedelta(days=2))
    assert {(row.experiment, row.strategy_name) for row in items(module_database, later)} == {(None, "value_at_risk")}
    assert replay(module_database, lake.root, no_registry, night.night_id).difference is None


@given(
    st.lists(st.lists(st.sampled_from([0.0, 5.0, 30.0, 40.0, 60.0]), min_size=6, max_size=6), min_size=1, max_size=5),
    st.lists(st.integers(1, 20), min_size=2, max_size=6),
    st.integers(0, 10_000),
)
def test_the_parts_minutes_are_the_teams_and_no_hour_is_given_twice(hours, weights, seed):
    minutes, shares = np.array(hours), np.array(weights) / sum(weights)
    found = minutes_by_part(minutes, shares, seed=seed)
    assert all((each >= -1e-9).all() for each in found)
    assert np.allclose(sum(found), minutes)
    for own, share in zip(found, shares, strict=True):
        assert own.sum(axis=1) == pytest.approx(minutes.sum(axis=1) * share)


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(1, 20)), min_size=1, max_size=60))
def test_a_mixed_list_keeps_each_parts_order_and_every_item_once(rows):
    part, minutes = (np.array(column) for column in zip(*rows, strict=True))
    shares = np.array([0.5, 0.3, 0.2])
    places = np.arange(len(part), dtype=float)[::-1]
    found = mixed(Parts(part, shares), places, minutes)
    assert sorted(found) == list(range(len(part)))
    for each in range(3):
        own = np.flatnonzero(part == each)
        assert (np.diff(found[own][np.argsort(places[own])]) > 0).all()


@given(st.integers(2, 60), st.floats(0.05, 0.95))
def test_any_stretch_of_a_mixed_list_holds_the_parts_in_their_shares(count, share):
    part = np.repeat([0, 1], count)
    found = np.argsort(
        mixed(Parts(part, np.array([1 - share, share])), np.tile(np.arange(count), 2), np.full(2 * count, 5.0))
    )
    is_second = part[found] == 1
    seen = np.arange(1, len(found) + 1)
    both = (np.cumsum(is_second) < count) & (np.cumsum(~is_second) < count)  # until one part is used up
    assert np.abs(np.cumsum(is_second) - share * seen)[both].max(initial=0) <= 1.0


@pytest.mark.parametrize(("dropped", "differs"), [("enrols", None), ("assigned", None), ("debtors", "experiments")])
def test_a_night_that_an_earlier_version_wrote_is_replayed(night, module_database, lake, no_registry, dropped, differs):
    """Whether a night enrols, and how many were drawn, was not kept at first."""
    kept = "UPDATE nights SET experiments = CAST(:parts AS jsonb) WHERE night_id = :night"
    asked = "SELECT experiments FROM nights WHERE night_id = :night"
    with module_database.begin() as connection:
        whole = connection.execute(text(asked), {"night": night.night_id}).scalar_one()
        less = [{name: value for name, value in part.items() if name != dropped} for part in whole]
        connection.execute(text(kept), {"parts": json.dumps(less), "night": night.night_id})
    try:
        found = replay(module_database, lake.root, no_registry, night.night_id).difference
    finally:
        with module_database.begin() as connection:
            connection.execute(text(kept), {"parts": json.dumps(whole), "night": night.night_id})
    assert (found and found.column) == differs
