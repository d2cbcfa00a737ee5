"""A night of a test whose arms have staff of their own: a collector's time for the test goes to one arm alone."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from arrears.experiments import kept_sums, life, records
from arrears.experiments.moments import NOBODY
from arrears.experiments.readout import readout
from arrears.experiments.staff import Staff
from arrears.queues import store
from arrears.queues.allocation.problem import Team
from arrears.queues.strategy import strategy
from serving.night.by_part import Parts, minutes_by_part
from serving.night.nightly import run_night
from serving.night.reallocate import reallocate
from serving.night.replay import replay
from serving.night.staffed import divided_among, keep_apart, kept_from
from tests.experiments.designs import changed, shared, simple
from tests.night.desk_book import AS_OF, DAY, MORNING, StandingClock, lake_of, people, statement
from tests.night.test_arms import NO_LOTS, collector
from training.experiments.clusters import collectors_of
from training.experiments.daily import PRIMARY, measure_days, observed_of

NAMES = [f"D{number}" for number in range(1, 401)]
TEAM = [f"C{number}" for number in range(1, 21)]
NOW = datetime(2026, 6, 12, 20, tzinfo=UTC)
BY: dict[str, Any] = {"at": NOW, "by": "strategist"}
SEPARATE = simple(staff="separate")


def book():
    tables = people(*NAMES) | {"collectors": [collector(name) | {"minutes_per_day": 60} for name in TEAM]}
    in_none = {f"D{number}" for number in range(1, 101)}
    tables["statements"] = [
        statement(f"A{name[1:]}", balance=900 + int(name[1:]), days_past_due=10 if name in in_none else 40)
        for name in NAMES
    ]
    return tables


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    return lake_of(tmp_path_factory.mktemp("staff"), book(), settings=NO_LOTS)


@pytest.fixture(scope="module")
def night(module_database, lake, no_registry):
    with module_database.begin() as connection:
        life.plan(connection, SEPARATE, evidence={}, **BY)
        life.start(connection, records.find(connection, "simple"), because="ready", team=TEAM, **BY)
    clock = StandingClock(MORNING)
    chosen = strategy("value_at_risk")
    return run_night(
        module_database, lake, no_registry, AS_OF, chosen, clock=clock, limits_on=DAY, served_on=DAY
    ).night_id


@pytest.fixture(scope="module")
def staff(module_database, night):
    with module_database.connect() as connection:
        test = records.find(connection, "simple")
        return dict(zip(TEAM, life.staff_of(connection, test).arms(TEAM), strict=True))


def items(database, night):
    with database.connect() as connection:
        return store.items(connection, night, limit=500).rows


def test_a_collector_works_one_arm_and_whoever_is_in_no_test(night, module_database, staff):
    rows = items(module_database, night)
    worked = {name: {row.arm for row in rows if row.assigned_to == name and row.experiment} for name in TEAM}
    assert worked == {name: {arm} for name, arm in staff.items()}
    assert {row.assigned_to for row in rows if not row.experiment} - {None}, "the others are everybody's"


def test_the_arms_minutes_stand_as_their_collectors_do(night, module_database, staff):
    minutes = Counter()
    for row in items(module_database, night):
        if row.experiment and row.assigned_to:
            minutes[row.arm] += row.expected_minutes
    assert Counter(staff.values()) == {"champion": 10, "challenger": 10}
    assert minutes["challenger"] / minutes.total() == pytest.approx(0.5, abs=0.05)


def test_what_is_on_the_teams_list_is_for_its_arms_staff_alone(night, module_database, staff):
    rows = [row for row in items(module_database, night) if row.experiment and row.assigned_to is None]
    assert {row.arm for row in rows} == {"champion", "challenger"}
    with module_database.connect() as connection:
        told = text("SELECT work_item_id, kept_from FROM work_items WHERE night_id = :night")
        barred = {row.work_item_id: row.kept_from for row in connection.execute(told, {"night": night})}
    for row in rows:
        assert set(barred[row.work_item_id]) == {name for name in TEAM if staff[name] != row.arm}


def test_an_item_made_in_the_day_is_for_its_arms_staff_and_a_shared_one_for_all(night, module_database, staff):
    with module_database.connect() as connection:
        for arm in ("champion", "challenger"):
            assert kept_from(connection, "simple/1", arm, TEAM) == [name for name in TEAM if staff[name] != arm]
        assert kept_from(connection, None, None, TEAM) == []
        assert kept_from(connection, "holdout", "2026-06-01", TEAM) == []


@pytest.mark.parametrize(("lane", "keeps"), [("callback", True), ("pay", False)])
def test_who_agreed_on_a_callback_before_the_test_keeps_it(night, module_database, staff, lane, keeps):
    """The collector of another arm stays the one who calls, and nobody else of that arm may."""
    with module_database.connect() as connection:
        row = next(row for row in items(module_database, night) if row.arm == "champion" and row.assigned_to is None)
        stranger = next(name for name in TEAM if staff[name] == "challenger")
        own = "UPDATE work_items SET assigned_to = :who, lane = :lane, kept_from = '{}' WHERE work_item_id = :item"
        connection.execute(text(own), {"who": stranger, "item": row.work_item_id, "lane": lane})
        dealt = {"simple/1": Staff(changed(), staff)}
        keep_apart(connection, night, [("", ""), ("simple/1", "champion")], dealt, TEAM)
        asked = text("SELECT kept_from, assigned_to FROM work_items WHERE work_item_id = :item")
        found = connection.execute(asked, {"item": row.work_item_id}).one()
        connection.rollback()
    others = {name for name in TEAM if staff[name] == "challenger"}
    assert set(found.kept_from) == (others - {stranger} if keeps else others)
    assert found.assigned_to == (stranger if keeps else None)


def test_sharing_the_day_out_anew_leaves_every_item_with_its_arms_staff(night, module_database, lake, staff):
    reallocate(module_database, lake, clock=StandingClock(MORNING + timedelta(hours=3)), by="M", because="C3 is ill")
    rows = [row for row in items(module_database, night) if row.experiment and row.assigned_to]
    assert rows
    assert all(staff[row.assigned_to] == row.arm for row in rows)


def whose(connection, rows, *, day=DAY):
    own = life.staff_of(connection, records.find(connection, "simple"))
    arms = {row.debtor_id: row.arm for row in rows}
    return collectors_of(connection, arms, own, day, horizon_days=5, zone="UTC")


def test_a_debtors_cluster_is_the_collector_to_whom_a_night_gave_it(night, module_database, staff):
    rows = [row for row in items(module_database, night) if row.experiment]
    with module_database.connect() as connection:
        found = whose(connection, rows)
        after = whose(connection, rows, day=DAY + timedelta(days=1))
    assert found == [row.assigned_to or NOBODY for row in rows]
    assert {NOBODY} < set(found)
    assert set(after) == {NOBODY}, "a night of an earlier day is none of theirs"


def test_whom_no_night_gave_out_is_in_the_cluster_of_who_first_held_them(night, module_database, staff):
    rows = [row for row in items(module_database, night) if row.experiment]
    own = {arm: [name for name in TEAM if staff[name] == arm] for arm in ("champion", "challenger")}
    given_out = next(row for row in rows if row.assigned_to is not None)
    worked, called_in, too_late = [row for row in rows if row.assigned_to is None and row.arm == "champion"][:3]
    noon = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC)
    with module_database.connect() as connection:
        held = text("""
            INSERT INTO leases (work_item_id, person, collector, taken_at, expires_at, ended_at)
            VALUES (:item, :who, :by, :at, CAST(:at AS timestamptz) + interval '1 hour', :at)
        """)
        for row, by, days in (
            (worked, own["challenger"][0], 0),
            (worked, own["champion"][0], 1),
            (worked, own["champion"][1], 2),
            (called_in, own["challenger"][0], 0),
            (too_late, own["champion"][0], 5),
            (given_out, next(name for name in own[given_out.arm] if name != given_out.assigned_to), 0),
        ):
            told = {"item": row.work_item_id, "who": row.debtor_id, "by": by, "at": noon + timedelta(days=days)}
            connection.execute(held, told)
        found = whose(connection, [worked, called_in, too_late, given_out])
        connection.rollback()
    stranger = f"{own['challenger'][0]} of challenger"
    assert found == [own["champion"][0], stranger, NOBODY, given_out.assigned_to]


def test_a_reading_takes_the_debtors_of_one_collector_for_one_cluster(night, module_database, tmp_path, staff):
    day = date(2026, 7, 28)
    told = {"line": 1, "paid_on": DAY, "recorded_at": f"{DAY}T18:00:00+00:00"}
    paid = [
        told | {"payment_id": f"P{name}", "account_id": f"A{name[1:]}", "amount": 10 + int(name[1:]) % 7}
        for name in NAMES
    ]
    paid.append(paid[0] | {"payment_id": "last", "paid_on": day, "recorded_at": f"{day}T18:00:00+00:00"})
    later = lake_of(tmp_path, book() | {"payments": paid}, settings=NO_LOTS)
    with module_database.connect() as connection:
        test = records.find(connection, "simple")
    assert measure_days(module_database, later, test, at=NOW) == 1
    with module_database.connect() as connection:
        (moments,) = kept_sums.by_day(connection, test.experiment_id, PRIMARY).values()
        found = readout(test.design, observed_of(connection, test), as_of=day)
    assert {collector: arm for arm, collector in moments.cells if collector != NOBODY} == staff
    assert sum(moments.debtors().values()) == 300
    (look,) = found.challengers[0].looks
    assert look.found.clusters == len(TEAM)
    assert look.found.error > 0


def test_the_night_comes_out_identical(night, module_database, lake, no_registry):
    assert replay(module_database, lake.root, no_registry, night).difference is None


def test_an_ended_arms_staff_works_whoever_is_in_no_test(module_database, lake, no_registry, night, staff):
    with module_database.begin() as connection:
        connection.execute(text("""UPDATE experiments SET arms_ended = '{"challenger": "2026-06-16"}'"""))
    clock, day = StandingClock(MORNING + timedelta(days=1)), DAY + timedelta(days=1)
    chosen = strategy("value_at_risk")
    ran = run_night(
        module_database, lake, no_registry, AS_OF, chosen, clock=clock, limits_on=DAY, served_on=day, replace=True
    )
    rows = items(module_database, ran.night_id)
    assert {row.arm for row in rows} == {None, "champion"}
    assert all(staff[row.assigned_to] == "champion" for row in rows if row.arm and row.assigned_to)


def team(minutes):
    none = (frozenset(),) * len(minutes)
    return Team(
        collector_id=tuple(f"C{place}" for place in range(len(minutes))),
        languages=none,
        licences=none,
        clients=none,
        products=none,
        territories=none,
        skills=none,
        minutes=np.array(minutes),
        starts=np.arange(len(minutes[0])).astype("M8[h]").astype("M8[us]"),
    )


HOURS = st.lists(
    st.lists(st.sampled_from([0.0, 5.0, 30.0, 60.0]), min_size=6, max_size=6).filter(any), min_size=2, max_size=8
)


@given(HOURS, st.lists(st.integers(1, 20), min_size=4, max_size=4), st.data())
def test_a_collectors_part_for_the_test_is_their_own_arms_and_the_rest_stays_shared(hours, weights, data):
    shares = np.array(weights) / sum(weights)
    keys = [("", ""), ("t/1", "champion"), ("t/1", "challenger1"), ("other/1", "champion")]
    names = ("champion", "challenger1", "challenger2")
    arms = data.draw(st.lists(st.sampled_from(names), min_size=len(hours), max_size=len(hours)))
    dealt = {f"C{place}": arm for place, arm in enumerate(arms)}
    own = Staff(changed(arms=shared(0.4, 0.3, 0.3)), dealt)
    parts = Parts(np.zeros(0, dtype=np.int64), shares)
    found = divided_among(parts, keys, {"t/1": own}, team(hours))
    assert found.of_collector.sum(axis=1) == pytest.approx(1)
    for row, arm in zip(found.of_collector, arms, strict=True):
        of_test = shares[1] + shares[2]
        is_over = arm == "challenger2"  # it was ended: no part is of it
        assert row[3] == pytest.approx(shares[3])
        assert row[0] == pytest.approx(shares[0] + of_test * is_over)
        assert row[1] == pytest.approx(of_test * (arm == "champion"))
        assert row[2] == pytest.approx(of_test * (arm == "challenger1"))
    minutes = np.array(hours)
    assert found.shares == pytest.approx(minutes.sum(axis=1) @ found.of_collector / minutes.sum())
    given_out = minutes_by_part(minutes, found.of_collector, seed=3)
    assert np.allclose(sum(given_out), minutes)
    assert all((each >= -1e-9).all() for each in given_out)
    for place, own_minutes in enumerate(given_out):
        assert own_minutes.sum(axis=1) == pytest.approx(minutes.sum(axis=1) * found.of_collector[:, place])


def test_without_staff_of_its_own_nothing_is_divided_anew():
    parts = Parts(np.zeros(0, dtype=np.int64), np.array([0.5, 0.5]))
    assert divided_among(parts, [("", ""), ("t/1", "champion")], {}, team([[60.0]])) is parts
