"""Fixtures that every kind of test shares: a real PostgreSQL, a database of one's own in it, the demo's lake and night.

Owners of rooms keep their own fixtures beside their tests.
"""

from __future__ import annotations

import gc
import hashlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import fasteners
import psutil
import pytest
from hypothesis import settings
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from tests.demo_day import SCORING_DAY, DemoClock
from tests.desks import desks
from tests.scheduling import BySharedThings
from tests.served import served

if TYPE_CHECKING:
    from arrears.lake import Lake
    from models.registry import Registry

__all__ = ["desks", "served"]

settings.register_profile("arrears", deadline=None)  # how fast is for the benchmarks to say, on a machine of their own
settings.load_profile("arrears")

_numbers = itertools.count()


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> BySharedThings:
    """How the two workers divide the tests."""
    return BySharedThings(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without looking for garbage, and never look through what was collected again.

    Nearly a million things live to the end of the run; looking through them took a tenth of every test's time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the numbers that benchmarks reached, beside those they were to reach."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    reached = sorted({number for report in reports for number in getattr(report, "user_properties", ())})
    if reached:
        terminalreporter.section("numbers reached")
        for name, number in reached:
            terminalreporter.write_line(f"{name}: {number}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Address of an embedded PostgreSQL that all workers of all runs of this checkout share; the last one stops it."""
    from arrears.state import embedded

    checkout = hashlib.sha256(__file__.encode()).hexdigest()[:8]
    with embedded.start(Path(tempfile.gettempdir()) / f"arrears-tests-{os.geteuid()}-{checkout}") as server:
        engine = create_engine(server.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:  # what a crash would lose is thrown away after the test
            connection.execute(text("ALTER SYSTEM SET fsync = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
            _sweep(connection)
        engine.dispose()
        yield server.url


@pytest.fixture(scope="session")
def template(postgres: str) -> str:
    """Name of a database with every table, from which tests copy theirs; made once per version of the migrations."""
    from arrears.state import upgrade
    from arrears.state.migrate import newest

    steps = Path(__file__).parent.parent / "arrears" / "state" / "migrations" / "versions"
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(steps.glob("*.py")))).hexdigest()[:10]
    return _built_once(postgres, f"template_{newest()}_{digest}", upgrade)


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
    from arrears.clock import SystemClock
    from arrears.demo import write_demo
    from arrears.lake import Lake
    from arrears.loading import load

    root = shared_folder / "demo" / "lake"
    root.parent.mkdir(exist_ok=True)
    with fasteners.InterProcessLock(root.parent / "lock"):
        if not Lake(root).exists():
            load(write_demo(root.parent / "source"), root, SystemClock())
    return Lake(root)


@pytest.fixture(scope="session")
def empty_mlflow(shared_folder: Path) -> Path:
    """One MLflow store with its tables and nothing else: making them takes seconds, so tests copy the file."""
    from models.tracking import Tracking

    file = shared_folder / "empty-mlflow" / "mlflow.db"
    with fasteners.InterProcessLock(shared_folder / "empty-mlflow.lock"):
        if not file.exists():
            Tracking(f"sqlite:///{file}").experiment("nothing")
    return file


@pytest.fixture
def tracking_uri(empty_mlflow: Path, tmp_path: Path) -> str:
    """Address of an MLflow store of the test's own, where a deployment at `tmp_path` would have it."""
    (tmp_path / "mlruns").mkdir()
    shutil.copy(empty_mlflow, tmp_path / "mlruns" / "mlflow.db")
    return f"sqlite:///{tmp_path / 'mlruns' / 'mlflow.db'}"


@pytest.fixture(scope="session")
def no_registry(shared_folder: Path) -> Registry:
    """A registry in which nothing was ever registered."""
    from models.registry import Registry

    return Registry(f"sqlite:///{shared_folder / 'no-models' / 'mlflow.db'}")


@pytest.fixture(scope="session")
def night_template(postgres: str, template: str, shared_folder: Path, demo_lake: Lake, no_registry: Registry) -> str:
    """Name of a database with night 1: the demo on its scoring day, by value at risk, scored by rules."""
    from arrears.queues.strategy import strategy
    from serving.night.nightly import run_night

    def build(engine: Engine) -> None:
        run_night(engine, demo_lake, no_registry, SCORING_DAY, strategy("value_at_risk"), clock=DemoClock())

    run = hashlib.sha256(str(shared_folder).encode()).hexdigest()[:10]
    runner = os.getppid() if os.environ.get("PYTEST_XDIST_WORKER") else os.getpid()
    return _built_once(postgres, f"run{runner}_night_{run}", build, template)


@pytest.fixture(scope="module")
def night_database(postgres: str, night_template: str) -> Iterator[Engine]:
    """A database with night 1 on the demo, the module's own: what it changes nobody else sees."""
    yield from _fresh(postgres, night_template)


def _built_once(postgres: str, name: str, build: Callable[[Engine], object], template: str | None = None) -> str:
    """Make a template database unless another worker already has; `build` fills it.

    Nobody may be connected to a template while it is copied, so one worker builds under a lock and leaves.
    """
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(1)"))
        ready = text("SELECT 1 FROM pg_database WHERE datistemplate AND datname = :name")
        if connection.execute(ready, {"name": name}).first() is None:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
            connection.execute(text(f"CREATE DATABASE {name} {_copied(template)}"))
            engine = _engine(postgres, name)
            build(engine)
            engine.dispose()
            connection.execute(text(f"ALTER DATABASE {name} IS_TEMPLATE true"))
        connection.execute(text("SELECT pg_advisory_unlock(1)"))
    admin.dispose()
    return name


def _fresh(postgres: str, template: str | None) -> Iterator[Engine]:
    name = f"run{os.getpid()}_{next(_numbers)}"
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} {_copied(template)}"))
    engine = _engine(postgres, name)
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def _sweep(connection: Connection) -> None:
    """Drop what runs that are over, or were killed, left behind."""
    names = connection.execute(text("SELECT datname FROM pg_database WHERE datname LIKE 'run%'")).scalars().all()
    for name in names:
        if not psutil.pid_exists(int(name.removeprefix("run").split("_")[0])):
            with suppress(DBAPIError):  # another run sweeps, too
                connection.execute(text(f"ALTER DATABASE {name} IS_TEMPLATE false"))
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def _copied(template: str | None) -> str:
    return f"TEMPLATE {template} STRATEGY = FILE_COPY" if template else ""


def _engine(postgres: str, name: str) -> Engine:
    from arrears.state.server import own_database

    return create_engine(own_database(postgres, name), connect_args={"options": "-c timezone=UTC"})
