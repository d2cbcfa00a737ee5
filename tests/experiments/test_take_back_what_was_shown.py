"""Whoever takes a promotion back says which one, and another is never taken back in its place."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import text

from arrears.errors import Refused
from arrears.experiments import acting
from arrears.queues import in_force

BY: dict[str, Any] = {"at": datetime(2026, 7, 20, 8, tzinfo=UTC), "by": "strategist"}
SHOWN = ("propensity/1", "severity/1")


@pytest.fixture
def promoted_twice(database):
    with database.begin() as connection:
        for label in ("severity/1", "propensity/1"):
            in_force.promote(connection, label, because="it collects more", **BY)
    return database


def take_back(engine, shown):
    with engine.begin() as connection:
        return acting.roll_back(connection, because="odd", expected=shown, **BY)


@pytest.mark.parametrize("shown", [("severity/1", "value_at_risk/1"), ("propensity/1", "value_at_risk/1"), ("", "")])
def test_another_than_the_one_that_stands_is_refused_and_nothing_moves(promoted_twice, shown):
    with pytest.raises(Refused, match="what stands is propensity/1 instead of severity/1"):
        take_back(promoted_twice, shown)
    with promoted_twice.connect() as connection:
        assert len(in_force.moves(connection)) == 2


def test_the_one_that_was_shown_is_taken_back_once(promoted_twice):
    assert take_back(promoted_twice, SHOWN) == "severity/1"
    with pytest.raises(Refused, match="what stands is severity/1 instead of value_at_risk/1"):
        take_back(promoted_twice, SHOWN)


def test_of_two_at_once_one_is_refused(promoted_twice):
    with ThreadPoolExecutor(1) as other:
        with promoted_twice.begin() as connection:
            acting.roll_back(connection, because="odd", expected=SHOWN, **BY)
            second = other.submit(take_back, promoted_twice, SHOWN)
            wait_for_a_lock(promoted_twice)
        with pytest.raises(Refused, match="what stands is severity/1"):
            second.result(timeout=20)


def wait_for_a_lock(engine):
    waits = text("""
        SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()
    """)
    until = monotonic() + 20
    while monotonic() < until:
        with engine.connect() as connection:
            if connection.execute(waits).scalar_one():
                return
        sleep(0.02)
    raise AssertionError("the second never came to the lock")
