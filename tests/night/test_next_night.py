"""A later night takes the place of the one before, in one transaction."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from arrears.errors import ArrearsError
from arrears.queues import record, store
from arrears.queues.strategy import strategy
from arrears.state.schema import work_items
from serving.night import rows as night_rows
from serving.night.nightly import run_night
from tests.demo_day import SCORING_DAY, DemoClock


def count(connection, sql):
    return connection.execute(text(sql)).scalar_one()


@pytest.fixture(scope="module")
def second(night_database, demo_lake, no_registry):
    return run_night(night_database, demo_lake, no_registry, SCORING_DAY, strategy("severity"), clock=DemoClock())


def test_the_same_day_again_is_a_new_night_and_the_old_ones_items_are_withdrawn(night_database, second):
    with night_database.connect() as connection:
        assert store.latest_night(connection).night_id == second.night_id
        before = store.night(connection, 1)
        assert (before.state, before.superseded_by) == ("superseded", second.night_id)
        states = connection.execute(text("SELECT DISTINCT night_id, state FROM work_items ORDER BY 1")).all()
        assert [tuple(row) for row in states] == [(1, "withdrawn"), (second.night_id, "ready")]
        assert store.latest_night_of(connection, SCORING_DAY).night_id == second.night_id
        assert count(connection, "SELECT count(*) FROM audit WHERE did = 'night.ran'") == 2


def test_a_night_that_fails_while_it_is_written_leaves_the_one_before(night_database, second):
    built = second.built
    items = list(night_rows.items(built, at=DemoClock().now()))
    with pytest.raises(ArrearsError, match="UniqueViolation"), night_database.begin() as connection:
        record.record_night(
            connection,
            night_rows.night(built, ran_at=DemoClock().now()),
            accounts=night_rows.accounts(built),
            items=[*items, items[0]],
            who="test",
        )
    with night_database.connect() as connection:
        assert store.latest_night(connection).night_id == second.night_id
        assert count(connection, "SELECT count(*) FROM work_items WHERE state = 'ready'") == 5_129


def test_nobody_can_have_two_open_items_in_one_work_group(night_database, second):
    columns = ", ".join(column.name for column in work_items.columns if column.name != "work_item_id")
    double = f"INSERT INTO work_items ({columns}) SELECT {columns} FROM work_items WHERE state = 'ready' LIMIT 1"
    with pytest.raises(IntegrityError, match="one_open_item"), night_database.begin() as connection:
        connection.execute(text(double))


def test_an_item_that_was_withdrawn_never_comes_back(night_database, second):
    with (
        pytest.raises(IntegrityError, match="does not move from withdrawn to ready"),
        night_database.begin() as connection,
    ):
        connection.execute(text("UPDATE work_items SET state = 'ready' WHERE state = 'withdrawn'"))
