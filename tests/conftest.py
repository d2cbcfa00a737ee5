"""Fixtures that every kind of test shares: a real PostgreSQL, a database of one's own in it, the demo's lake.

Owners of rooms keep their own fixtures beside their tests.
"""

import hashlib
import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import fasteners
import pytest
from sqlalchemy import Engine, create_engine, text

from arrears.clock import SystemClock
from arrears.demo import write_demo
from arrears.lake import Lake
from arrears.loading import load
from arrears.state import embedded
from arrears.state.migrate import newest, upgrade
from arrears.state.server import own_database

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Address of an embedded PostgreSQL that all workers of all runs of this checkout share; the last one stops it."""
    checkout = hashlib.sha256(__file__.encode()).hexdigest()[:8]
    with embedded.start(Path(tempfile.gettempdir()) / f"arrears-tests-{os.geteuid()}-{checkout}") as server:
        engine = create_engine(server.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:  # what a crash would lose is thrown away after the test
            connection.execute(text("ALTER SYSTEM SET fsync = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()
        yield server.url


@pytest.fixture(scope="session")
def template(postgres: str) -> str:
    """Name of a database with every table, from which tests copy theirs; made once per version of the migrations."""
    steps = Path(__file__).parent.parent / "arrears" / "state" / "migrations" / "versions"
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(steps.glob("*.py")))).hexdigest()[:10]
    name = f"template_{newest()}_{digest}"
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with (
        admin.connect() as connection
    ):  # nobody may be connected to a template while it is copied, so one worker builds
        connection.execute(text("SELECT pg_advisory_lock(1)"))
        ready = text("SELECT 1 FROM pg_database WHERE datistemplate AND datname = :name")
        if connection.execute(ready, {"name": name}).first() is None:
            engine = create_engine(own_database(postgres, name))
            upgrade(engine)
            engine.dispose()
            connection.execute(text(f"ALTER DATABASE {name} IS_TEMPLATE true"))
        connection.execute(text("SELECT pg_advisory_unlock(1)"))
    admin.dispose()
    return name


def _fresh(postgres: str, template: str | None) -> Iterator[Engine]:
    name = f"t{os.getpid()}_{next(_numbers)}"
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    copied = f"TEMPLATE {template}" if template else ""
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} {copied} STRATEGY = FILE_COPY"))
    engine = create_engine(own_database(postgres, name), connect_args={"options": "-c timezone=UTC"})
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def database(postgres: str, template: str) -> Iterator[Engine]:
    """A database of the test's own, with every table and no row."""
    yield from _fresh(postgres, template)


@pytest.fixture(scope="module")
def module_database(postgres: str, template: str) -> Iterator[Engine]:
    """A database that the tests of one module share."""
    yield from _fresh(postgres, template)


@pytest.fixture
def empty_database(postgres: str) -> Iterator[Engine]:
    """A database without any table."""
    yield from _fresh(postgres, None)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own


@pytest.fixture(scope="session")
def demo_lake(shared_folder: Path) -> Lake:
    """The built-in portfolio, loaded once a run. Nobody may write to it: copy its folder first."""
    root = shared_folder / "demo" / "lake"
    root.parent.mkdir(exist_ok=True)
    with fasteners.InterProcessLock(root.parent / "lock"):
        if not Lake(root).exists():
            load(write_demo(root.parent / "source"), root, SystemClock())
    return Lake(root)
