"""Connections that were lost while nobody used them are replaced before they are; busy ones are not asked."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from arrears.state import pool
from arrears.state.server import connect


@pytest.fixture
def engine(database: Engine) -> Iterator[Engine]:
    made = create_engine(database.url)
    yield made
    made.dispose()


def use(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(text("SELECT pg_backend_pid()")).scalar_one()


def lose(database: Engine, *backends: int) -> None:
    """As a restart of the server would."""
    with database.connect() as connection:
        for backend in backends:
            connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend})


def test_a_quiet_connection_that_was_lost_is_replaced(database, engine):
    pool.ask_the_quiet(engine, after=0)
    before = use(engine)
    lose(database, before)
    assert use(engine) != before


def test_one_lost_connection_has_all_of_them_opened_anew(database, engine):
    pool.ask_the_quiet(engine, after=0)
    with engine.connect() as one, engine.connect() as other:
        before = [each.execute(text("SELECT pg_backend_pid()")).scalar_one() for each in (one, other)]
    lose(database, *before)
    with engine.connect() as one, engine.connect() as other:
        after = [each.execute(text("SELECT pg_backend_pid()")).scalar_one() for each in (one, other)]
    assert not set(before) & set(after)


def test_a_connection_used_a_moment_ago_is_not_asked(database, engine):
    pool.ask_the_quiet(engine, after=60)
    lose(database, use(engine))
    with pytest.raises(OperationalError):
        use(engine)
    assert use(engine)


def test_asking_leaves_no_transaction_open(database, engine):
    pool.ask_the_quiet(engine, after=0)
    use(engine)
    with engine.connect() as connection:
        assert not connection.connection.dbapi_connection.autocommit
        state = text("SELECT state FROM pg_stat_activity WHERE pid = :pid")
        backend = connection.connection.dbapi_connection.info.backend_pid
        with database.connect() as watching:
            assert watching.execute(state, {"pid": backend}).scalar_one() == "idle"


def test_the_deployments_engine_asks_and_has_a_connection_for_every_thread(database):
    engine = connect(database.url.render_as_string(hide_password=False))
    pool: Any = engine.pool
    try:
        assert pool.size() + pool._max_overflow >= 40
        assert len(list(engine.pool.dispatch.checkout)) == 1
    finally:
        engine.dispose()
