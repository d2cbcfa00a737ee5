"""A night of a day before the served one is kept on record, and takes its place only where that is asked."""

import pytest
from sqlalchemy import text

from arrears.queues import store
from arrears.queues.strategy import strategy
from serving.night.nightly import run_night
from serving.night.replay import replay
from tests.demo_day import SCORING_DAY, DemoClock

EARLIER = SCORING_DAY.replace(month=SCORING_DAY.month - 1)


def run(database, lake, registry, **how):
    return run_night(database, lake, registry, EARLIER, strategy("severity"), clock=DemoClock(), **how)


def states(connection):
    listed = text("SELECT DISTINCT night_id, state, state_because FROM work_items ORDER BY 1")
    return [tuple(row) for row in connection.execute(listed)]


@pytest.fixture(scope="module")
def earlier(night_database, demo_lake, no_registry):
    return run(night_database, demo_lake, no_registry)


def test_an_older_day_takes_nothing_from_the_one_that_is_served(night_database, earlier):
    with night_database.connect() as connection:
        assert store.latest_night(connection).night_id == 1
        night = store.night(connection, earlier.night_id)
        assert (night.state, night.superseded_by, earlier.kept_back_by) == ("superseded", 1, 1)
        assert states(connection) == [
            (1, "ready", None),
            (earlier.night_id, "withdrawn", "a night of a later day is served"),
        ]
        assert store.latest_night_of(connection, EARLIER).night_id == earlier.night_id


def test_what_is_kept_on_record_can_be_replayed(night_database, demo_lake, no_registry, earlier):
    found = replay(night_database, demo_lake.root, no_registry, earlier.night_id)
    assert (found.difference, found.items) == (None, len(earlier.built.ranking))
    assert found.items > 0


def test_asked_to_it_takes_the_place_of_the_later_day(night_database, demo_lake, no_registry, earlier):
    replacing = run(night_database, demo_lake, no_registry, replace=True)
    with night_database.connect() as connection:
        assert store.latest_night(connection).night_id == replacing.night_id
        assert store.night(connection, 1).superseded_by == replacing.night_id
        assert store.night(connection, earlier.night_id).superseded_by == 1
        assert states(connection) == [
            (1, "withdrawn", "a later night took its place"),
            (earlier.night_id, "withdrawn", "a night of a later day is served"),
            (replacing.night_id, "ready", None),
        ]
    assert replacing.kept_back_by is None
