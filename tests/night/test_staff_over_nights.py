"""Nights of a test whose arms have staff of their own: a debtor stays with the collector who had them first."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text

from arrears.experiments import enrolments, life, records
from arrears.queues import store
from arrears.queues.strategy import strategy
from serving.night.nightly import run_night
from serving.night.reallocate import reallocate
from serving.night.replay import replay
from tests.night.desk_book import AS_OF, DAY, MORNING, StandingClock, lake_of
from tests.night.test_arms import NO_LOTS
from tests.night.test_separate_staff import BY, SEPARATE, TEAM, book

ILL = "C3"


def ran(database, lake, registry, days):
    at, day = MORNING + timedelta(days=days), DAY + timedelta(days=days)
    chosen = strategy("value_at_risk")
    return run_night(
        database,
        lake,
        registry,
        AS_OF + timedelta(days=days),
        chosen,
        clock=StandingClock(at),
        limits_on=day,
        served_on=day,
    ).night_id


def whose(database, night):
    with database.connect() as connection:
        rows = store.items(connection, night, limit=500).rows
    return {row.debtor_id: row.assigned_to for row in rows if row.experiment}


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    return lake_of(tmp_path_factory.mktemp("staff_over_nights"), book(), settings=NO_LOTS)


@pytest.fixture(scope="module")
def nights(module_database, lake, no_registry):
    """Four: in the first a debtor is taken from the team's list, and in the third a collector is away."""
    database = module_database
    with database.begin() as connection:
        life.plan(connection, SEPARATE, evidence={}, **BY)
        life.start(connection, records.find(connection, "simple"), because="ready", team=TEAM, **BY)
    found = [ran(database, lake, no_registry, 0)]
    lists = [whose(database, found[0])]
    with database.begin() as connection:
        test = records.find(connection, "simple")
        arms = {each.debtor_id: each.arm for each in enrolments.enrolled(connection, test.experiment_id)}
        staff = dict(zip(TEAM, life.staff_of(connection, test).arms(TEAM), strict=True))
        taken = next(debtor for debtor, who in lists[0].items() if who is None)
        own = next(name for name in TEAM if staff[name] == arms[taken] and name != ILL)
        connection.execute(
            text("""
                INSERT INTO leases (work_item_id, person, collector, taken_at, expires_at, ended_at)
                SELECT work_item_id, debtor_id, :by, :at, CAST(:at AS timestamptz) + interval '1 hour', :at
                FROM work_items WHERE debtor_id = :debtor AND night_id = :night
            """),
            {"by": own, "at": MORNING + timedelta(hours=2), "debtor": taken, "night": found[0]},
        )
    for days in (1, 2, 3):
        if days == 2:
            away = """
                INSERT INTO absences (collector, from_on, to_on, at, by)
                VALUES (:who, :day, :day, :at, 'M')
            """
            told = {"who": ILL, "day": DAY + timedelta(days=2), "at": MORNING + timedelta(days=1, hours=5)}
            with database.begin() as connection:
                connection.execute(text(away), told)
        found.append(ran(database, lake, no_registry, days))
        lists.append(whose(database, found[-1]))
    return found, lists, (taken, own), staff


def test_whoever_was_given_out_stays_with_their_collector(nights):
    _, lists, _, _ = nights
    first = {debtor: who for debtor, who in lists[0].items() if who is not None}
    assert len(first) > 100
    assert {debtor: lists[1][debtor] for debtor in first} == first


def test_who_took_a_debtor_from_the_teams_list_keeps_them(nights):
    _, lists, (taken, own), _ = nights
    assert [each[taken] for each in lists] == [None, own, own, own]


def test_while_a_collector_is_away_others_of_the_own_arm_work_their_debtors_and_then_they_come_back(nights):
    _, lists, _, staff = nights
    theirs = [debtor for debtor, who in lists[1].items() if who == ILL]
    instead = Counter(lists[2][debtor] for debtor in theirs)
    assert ILL not in instead
    assert set(instead) - {None}, "somebody works some of them"
    assert {staff[who] for who in instead if who} == {staff[ILL]}
    assert {lists[3][debtor] for debtor in theirs} == {ILL}
    others = {debtor: who for debtor, who in lists[1].items() if who not in (None, ILL)}
    assert {debtor: lists[2][debtor] for debtor in others} == others


def test_nights_that_kept_debtors_with_collectors_come_out_identical(nights, module_database, lake, no_registry):
    found, *_ = nights
    for night in found[-2:]:
        assert replay(module_database, lake.root, no_registry, night).difference is None


def test_sharing_the_day_out_anew_moves_no_debtor_from_a_collector_who_is_there(nights, module_database, lake):
    found, lists, *_ = nights
    again = StandingClock(MORNING + timedelta(days=3, hours=3))
    reallocate(module_database, lake, clock=again, by="M", because="C5 is ill")
    first = {debtor: who for debtor, who in lists[3].items() if who is not None and who in set(lists[2].values())}
    after = whose(module_database, found[3])
    assert {debtor: after[debtor] for debtor in first if after[debtor] != first[debtor]} == {}
