"""One process at a time reads a test, and holds nothing in the database while it asks the book."""

import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from arrears.experiments import enrolments, kept_sums, life, records
from arrears.lake import Lake
from tests.experiments.smallest_night import smallest_night
from tests.experiments.test_read_and_act import BY, DESIGN, LONG_AGO, NAMES, NOW, book, paid
from tests.night.desk_book import DAY, lake_of
from training.experiments.reading import read_all, read_test

HELD = "SELECT pg_advisory_lock(7204139, CAST(:test AS int))"
IN_HAND = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND xact_start IS NOT NULL
        AND pid <> pg_backend_pid()
"""


class Watched(Lake):
    """A lake that notes, whenever it is asked, how many transactions are open meanwhile."""

    engine: Any
    seen: list[int]

    def connect(self, *args, **kwargs):
        with self.engine.connect() as connection:
            self.seen.append(connection.execute(text(IN_HAND)).scalar_one())
        return super().connect(*args, **kwargs)


@pytest.fixture
def test(database):
    with database.begin() as connection:
        life.plan(connection, DESIGN, evidence={}, **BY)
        life.start(connection, records.find(connection, "simple"), because="ready", **BY)
        found = records.find(connection, "simple")
        arms = ["champion", "challenger"]
        who = [
            enrolments.Enrolled(found.experiment_id, name, arms[place % 2], name, "", {"balance_before_minor": 1.0})
            for place, name in enumerate(NAMES)
        ]
        enrolments.enrol(connection, smallest_night(connection), DAY, who)
        return found


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    payments = [paid("D1", 10), paid("D2", 30), paid("D3", 1, date(2026, 6, 28))]
    return lake_of(tmp_path_factory.mktemp("alone"), book() | {"payments": payments, "holds": [LONG_AGO]})


def test_nothing_is_held_while_the_book_is_asked(database, test, lake):
    watched = Watched(lake.root)
    watched.engine, watched.seen = database, []
    found = read_test(database, watched, test, at=NOW)
    assert found.days == 2
    assert len(watched.seen) >= 2
    assert set(watched.seen) == {0}


def test_a_night_leaves_a_test_to_whoever_reads_it_and_a_person_waits_for_them(database, test, lake):
    with database.connect() as other:
        other.execute(text(HELD), {"test": test.experiment_id})
        assert read_all(database, lake, at=NOW) == []
        found = []
        reader = threading.Thread(target=lambda: found.append(read_test(database, lake, test, at=NOW)))
        reader.start()
        reader.join(timeout=1)
        assert reader.is_alive()
        with database.connect() as connection:
            assert kept_sums.measured_days(connection, test, "primary") == []
        other.execute(text("SELECT pg_advisory_unlock_all()"))
        reader.join(timeout=60)
    assert found[0].days == 2
    (again,) = read_all(database, lake, at=datetime(2026, 7, 21, 8, tzinfo=UTC))
    assert again.days == 0
