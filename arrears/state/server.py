"""The way to PostgreSQL: the server that a deployment names, or one of our own, always with the tables up to date.

Everything above this file gets a SQLAlchemy `Engine` and does not know which of the two it talks to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from arrears.errors import ArrearsError, Refused
from arrears.places import Places
from arrears.state import embedded, pool
from arrears.state.migrate import is_current, upgrade

DATABASE = "arrears"
"""Name of our database in the embedded server."""


@contextmanager
def opened(places: Places) -> Iterator[Engine]:
    """An engine on the deployment's database for as long as the block lasts, its tables up to date.

    Without `places.database_url` the embedded server is started or joined, and left again at the end: the last user
    stops it.
    """
    with served(places) as url:
        engine = connect(url)
        try:
            yield engine
        finally:
            engine.dispose()


@contextmanager
def opened_where_made(places: Places, told: Callable[[str], None] = print) -> Iterator[Engine | None]:
    """An engine on the database as it stands, for those who only read; nothing is made, and no migration is run.

    None where the deployment names no database and has made none of its own, where the one it names does not answer, or
    where its tables are of an earlier Arrears.

    Parameters
    ----------
    told : is told in a sentence why a database that there is cannot be read.

    Raises
    ------
    Refused : a newer Arrears has brought the database to a revision that this one does not know.
    """
    if places.database_url is None and not embedded.is_made(places.state):
        yield None
        return
    with ExitStack() as left_at_the_end:
        engine, trouble = _as_it_stands(places, left_at_the_end)
        if trouble is not None:
            told(trouble)
        yield engine


def _as_it_stands(places: Places, left_at_the_end: ExitStack) -> tuple[Engine | None, str | None]:
    """An engine on the database, or None and why it cannot be read."""
    engine: Engine | None = None
    try:
        engine = _engine(left_at_the_end.enter_context(served(places)))
        left_at_the_end.callback(engine.dispose)
        if is_current(engine):
            return engine, None
    except Refused:
        raise
    except (ArrearsError, OperationalError):
        where = engine.url.render_as_string(hide_password=True) if engine else "the deployment's own server"
        return None, f"The database is not asked: no answer from {where}."
    return (
        None,
        "The database is not asked: its tables are of an earlier Arrears; the next night brings them up to date.",
    )


@contextmanager
def served(places: Places) -> Iterator[str]:
    """The address of a running database for as long as the block lasts; for those who hand it to other processes."""
    if places.database_url is not None:
        yield str(_spelled(places.database_url).render_as_string(hide_password=False))
        return
    with embedded.start(places.state) as server:
        yield own_database(server.url, DATABASE)


def connect(url: str) -> Engine:
    """An engine on a running database, its tables up to date.

    Raises
    ------
    ArrearsError : nobody answers at that address.
    Refused : a newer Arrears has brought the database to a revision that this one does not know.
    """
    engine = _engine(url)
    try:
        upgrade(engine)
    except Refused:
        engine.dispose()
        raise
    except OperationalError as problem:
        raise ArrearsError(
            asked="open the database",
            found=f"no answer from {engine.url.render_as_string(hide_password=True)}",
            do="Start that server or correct DATABASE_URL; without it Arrears runs one of its own.",
        ) from problem
    return engine


def _engine(url: str) -> Engine:
    engine = create_engine(
        _spelled(url),
        hide_parameters=True,  # an error's text must not hold a debtor's data
        pool_size=pool.KEPT,
        max_overflow=pool.BEYOND,
        connect_args={"options": "-c timezone=UTC"},
    )
    pool.ask_the_quiet(engine)
    return engine


def own_database(server_url: str, name: str) -> str:
    """The address of database `name` in a server, made if it does not exist yet."""
    url = _spelled(server_url).set(database="postgres")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            found = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}).first()
            if found is None:
                _keep_values_out_of_the_log(connection)
                with suppress(ProgrammingError, IntegrityError):  # another process was faster
                    connection.exec_driver_sql(f"CREATE DATABASE {connection.dialect.identifier_preparer.quote(name)}")
    finally:
        engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


def _keep_values_out_of_the_log(connection: Connection) -> None:
    """A failing statement is logged with its values by default."""
    connection.exec_driver_sql("ALTER SYSTEM SET log_min_error_statement = 'panic'")
    connection.exec_driver_sql("ALTER SYSTEM SET log_error_verbosity = 'terse'")
    connection.exec_driver_sql("SELECT pg_reload_conf()")


def _spelled(url: str) -> URL:
    """The address with the driver that we bring, whichever way it was written."""
    address = make_url(url.replace("postgres://", "postgresql://", 1))
    return address.set(drivername="postgresql+psycopg")
