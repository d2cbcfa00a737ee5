"""What a question costs the connection that it is asked on."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from arrears.queues.desk.statement import run
from arrears.state.reading import reading

ASKED = "SELECT %(number)s::int + 1"
KEPT = text("SELECT count(*) FROM pg_prepared_statements")


@pytest.fixture
def one_connection(database):
    """The pool gives back the connection that was returned last, so all of a test happens on one."""
    for _ in range(8):  # the driver prepares what it runs often
        with database.begin() as connection:
            run(connection, ASKED, {"number": 1})
    return database


def test_a_question_leaves_prepared_what_the_desk_runs_often(one_connection):
    with reading(one_connection) as connection:
        run(connection, ASKED, {"number": 2})
    with reading(one_connection) as connection:
        assert connection.execute(KEPT).scalar_one() > 0


def test_a_transaction_that_is_rolled_back_forgets_it(one_connection):
    with one_connection.connect() as connection:
        run(connection, ASKED, {"number": 2})
    with reading(one_connection) as connection:
        assert connection.execute(KEPT).scalar_one() == 0


def test_a_question_sees_what_another_connection_committed_since_it_began(one_connection):
    with reading(one_connection) as connection:
        before = connection.execute(text("SELECT count(*) FROM people WHERE person = 'nadia'")).scalar_one()
        with one_connection.begin() as other:
            other.execute(text("INSERT INTO people (person, role, added_at) VALUES ('nadia', 'manager', '2026-06-01')"))
        after = connection.execute(text("SELECT count(*) FROM people WHERE person = 'nadia'")).scalar_one()
    assert (before, after) == (0, 1)
