"""A database of before work groups were split keeps its items, its pauses and its log; nothing is lost or doubled."""

import pytest
from sqlalchemy import insert, text

from arrears.state import migrate
from arrears.state.schema import work_items
from tests.queues.desk.laid_out import MORNING, a_night, an_item, rows
from tests.state.before import as_of_version

BEFORE = "v0005"
LAID = (
    {"work_group": "bank"},
    {"work_group": "bank", "bucket": "CHARGED_OFF", "state": "claimed"},
    {"work_group": "", "currency": "EUR", "state": "withdrawn"},
    {"work_group": "shop", "debtor_id": "D1"},
)


@pytest.fixture
def migrated(empty_database):
    """A database of the version before, with items, a pause and a decision, brought to this version."""
    with empty_database.begin() as connection:
        as_of_version(connection, BEFORE)
        night = a_night(connection)
        for number, changed in enumerate(LAID, start=1):
            row = an_item(night, number, **changed)
            del row["client"]
            connection.execute(insert(work_items).values(row))
        connection.execute(text(_PAUSE), {"at": MORNING})
        connection.execute(text(_DECISION), {"at": MORNING, "night": night})
    migrate.upgrade(empty_database)
    with empty_database.begin() as connection:
        yield connection


_PAUSE = "INSERT INTO paused_queues (lane, work_group, because, by, at) VALUES ('pay', 'bank', 'audit', 'm', :at)"
_DECISION = """
    INSERT INTO decisions (at, night_id, debtor_id, work_group, lane, action, is_eligible, probability, explores,
        strategy, propensity_version, roll_rate_version)
    VALUES (:at, :night, 'D1', 'bank', 'pay', 'held', false, 1, false, 's/1', 'p/1', 'r/1')
"""


def test_every_item_keeps_its_client_and_gets_its_new_group(migrated):
    told = "SELECT client, work_group, state FROM work_items ORDER BY work_item_id"
    assert rows(migrated, told) == [
        ("bank", "bank/USD", "ready"),
        ("bank", "bank/USD/charged_off", "claimed"),
        ("", "EUR", "withdrawn"),
        ("shop", "shop/USD", "ready"),
    ]


def test_a_night_of_before_says_that_the_client_made_its_groups(migrated):
    assert rows(migrated, "SELECT grouped_by FROM nights") == [("client",)]


def test_a_pause_stays_that_of_its_client_and_the_log_as_it_was_written(migrated):
    assert rows(migrated, "SELECT lane, client FROM paused_queues") == [("pay", "bank")]
    assert rows(migrated, "SELECT work_group, client FROM decisions") == [("bank", None)]
