"""A night that is only worked out follows what is in force and what runs, writes nothing, and makes no database."""

from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import text

from arrears.errors import Refused
from arrears.experiments import life, records
from arrears.places import find_places
from arrears.queues import in_force
from arrears.queues.strategy import strategy
from arrears.state import opened_where_made
from commands.night import _draw, summary
from serving.night.nightly import run_night
from serving.night.score_file import rows
from serving.night.trial import trial
from tests.experiments.designs import compared, simple
from tests.night.desk_book import AS_OF, DAY, MORNING, StandingClock, lake_of, people, statement
from tests.night.test_arms import DESIGN, NO_LOTS, collector

NAMES = [f"D{number}" for number in range(1, 41)]
BY: dict[str, Any] = {"at": datetime(2026, 6, 12, 20, tzinfo=UTC), "by": "strategist"}
TABLES = ("nights", "night_accounts", "work_items", "decisions", "experiment_debtors", "audit")


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    return lake_of(tmp_path_factory.mktemp("trial"), people(*NAMES), settings=NO_LOTS)


@pytest.fixture
def started(database):
    with database.begin() as connection:
        life.plan(connection, DESIGN, evidence={}, **BY)
        life.start(connection, records.find(connection, "simple"), because="ready", **BY)


def counts(database):
    with database.connect() as connection:
        return [connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in TABLES]


def test_it_follows_the_strategy_in_force(database, lake, no_registry):
    with database.begin() as connection:
        in_force.promote(connection, "severity/1", because="simpler", **BY)
    before = counts(database)
    assert trial(database, lake, no_registry, AS_OF).strategy.name == "severity"
    assert trial(database, lake, no_registry, AS_OF, strategy("propensity")).strategy.name == "propensity"
    assert counts(database) == before


def test_it_follows_the_tests_that_run_and_enrols_nobody(database, started, lake, no_registry):
    before = counts(database)
    built = trial(database, lake, no_registry, AS_OF, served_on=DAY)
    told = summary(built, night_id=None)
    assert {(arm["test"], arm["arm"], arm["strategy"]) for arm in told["arms"]} == {
        ("simple/1", "champion", "value_at_risk/1"),
        ("simple/1", "challenger", "severity/1"),
    }
    assert sum(arm["debtors"] for arm in told["arms"]) == len(NAMES)
    assert counts(database) == before
    clock = StandingClock(MORNING)
    by = strategy("value_at_risk")
    ran = run_night(database, lake, no_registry, AS_OF, by, clock=clock, limits_on=DAY, served_on=DAY)
    assert summary(ran.built, night_id=1)["arms"] == told["arms"], "the night itself does the same"


def test_without_a_database_the_houses_strategy_orders_and_none_is_made(tmp_path, lake, no_registry):
    where = find_places({}, root=tmp_path / "new")
    with opened_where_made(where) as engine:
        assert engine is None
    assert not (tmp_path / "new").exists()
    built = trial(None, lake, no_registry, AS_OF)
    assert (built.strategy.name, built.arms) == ("value_at_risk", None)
    assert len(rows(built)) == len(NAMES)


def test_a_named_database_is_opened(database, tmp_path):
    where = find_places({}, root=tmp_path, database=database.url.render_as_string(hide_password=False))
    with opened_where_made(where) as engine, engine.connect() as connection:
        assert in_force.in_force(connection).name == "value_at_risk"


@pytest.mark.parametrize("revision", ["v0001", None])
def test_a_database_of_an_earlier_version_is_left_as_it_is_and_told(database, tmp_path, revision):
    where = find_places({}, root=tmp_path, database=database.url.render_as_string(hide_password=False))
    with database.begin() as connection:
        if revision is None:
            connection.execute(text("DROP TABLE alembic_version"))
        else:
            connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})
    told = []
    with opened_where_made(where, told.append) as engine:
        assert engine is None
    assert told == [
        "The database is not asked: its tables are of an earlier Arrears; the next night brings them up to date."
    ]
    with database.connect() as connection:
        stands = connection.execute(text("SELECT to_regclass('alembic_version')")).scalar()
        if revision is not None:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == revision
    assert (stands is None) == (revision is None)


def test_a_database_that_does_not_answer_is_gone_without_and_told(database, tmp_path):
    address = database.url.set(host="127.0.0.1", port=1, query={}).render_as_string(hide_password=False)
    told = []
    with opened_where_made(find_places({}, root=tmp_path, database=address), told.append) as engine:
        assert engine is None
    (sentence,) = told
    assert sentence.startswith("The database is not asked: no answer from postgresql")


def test_a_database_of_a_newer_version_is_refused(database, tmp_path):
    where = find_places({}, root=tmp_path, database=database.url.render_as_string(hide_password=False))
    with database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'v9999'"))
    with pytest.raises(Refused, match="revision v9999"), opened_where_made(where):
        pass


@pytest.mark.parametrize(("minutes", "reached"), [(60, False), (2400, True)])
def test_a_test_that_the_strategy_in_force_never_reaches_is_told(database, no_registry, tmp_path, minutes, reached):
    swapped = compared(champion=("severity/1", 0.5), challenger=("value_at_risk/1", 0.5))
    small = simple(arms=swapped, cohort={"balance_below_minor": 100_000})
    with database.begin() as connection:
        in_force.promote(connection, "severity/1", because="the largest first", **BY)
        life.plan(connection, small, evidence={}, **BY)
        life.start(connection, records.find(connection, "simple"), because="ready", **BY)
    tables = people(*NAMES) | {"collectors": [collector("C1") | {"minutes_per_day": minutes}]}
    tables["statements"] = [
        statement(f"A{name[1:]}", balance=500 if place % 2 else 90_000) for place, name in enumerate(NAMES)
    ]
    built = trial(database, lake_of(tmp_path, tables, settings=NO_LOTS), no_registry, AS_OF, served_on=DAY)
    told = summary(built, night_id=None)
    assert told["tests_not_reached"] == ([] if reached else ["simple/1"])
    assert (sum(arm["share"] for arm in told["arms"]) > 0) == reached
    console = Console(record=True, width=200)
    _draw(console, told)
    assert ("reaches none of its debtors" in console.export_text()) != reached
