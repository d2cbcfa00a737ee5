"""A house that tests break: an own database server, a small book in Albany, and a service to be killed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
from sqlalchemy import Engine, text

from arrears.clock import SystemClock
from arrears.lake import Lake
from arrears.loading import load
from arrears.queues.strategy import strategy
from arrears.state import embedded
from arrears.state.server import connect, own_database
from models.registry import Registry
from serving.night.nightly import run_night
from serving.people import access
from serving.people.people import add_person
from tests.night.desk_book import AS_OF, MORNING, StandingClock, lake_of, people
from tests.served import Served, environment, start

PORTFOLIO = '[portfolio]\nzone = "America/New_York"\ncountry = "US"\n'


@dataclass
class House:
    """A deployment whose every part can be broken.

    Attributes
    ----------
    state : the folder of its own database server.
    keys : of collectors, by their id.
    """

    folder: Path
    lake: Lake
    registry: Registry
    state: Path
    server: embedded.Embedded
    engine: Engine
    keys: dict[str, str] = field(default_factory=dict)
    service: Served | None = None

    def start(self) -> None:
        """Start the service."""
        self.service = start(self.engine, self.lake.root, self.registry, self.folder)

    def kill(self) -> None:
        """End the service without a word: kill -9."""
        assert self.service is not None
        assert self.service.process.stdout is not None
        self.service.process.kill()
        self.service.process.wait(timeout=30)
        self.service.process.stdout.close()
        self.service = None

    def stop_database(self) -> None:
        """Stop PostgreSQL under everybody who uses it."""
        self.server.close()

    def start_database(self) -> None:
        """Start it again, where it was."""
        self.server = embedded.start(self.state)

    def stands(self, moment: datetime) -> None:
        """Move the portfolio's clock, as a load does."""
        source = self.folder / f"stands-{moment.timestamp():.0f}"
        source.mkdir()
        (source / "debtors.csv").write_text(f"debtor_id,kind\nS{moment.timestamp():.0f},person\n")
        (source / "portfolio.toml").write_text(PORTFOLIO + stands_at(moment))
        load(source, self.lake.root, SystemClock())

    def client(self, collector_id: str) -> httpx.Client:
        """A collector's program."""
        assert self.service is not None
        key = self.keys.get(collector_id) or self._key(collector_id)
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.Client(base_url=self.service.address, headers=headers, timeout=60)

    def rows(self, sql: str, **values: object) -> list[Any]:
        """What the database holds."""
        with self.engine.connect() as connection:
            return list(connection.execute(text(sql), values))

    def command(self, *words: str, engine: Engine | None = None) -> subprocess.Popen[str]:
        """An `arrears` command that runs beside the test."""
        return subprocess.Popen(
            [str(Path(sys.executable).parent / "arrears"), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(engine or self.engine, self.lake.root, self.registry, self.folder),
            cwd=self.folder,
        )

    def _key(self, collector_id: str) -> str:
        now = SystemClock().now()
        add_person(self.engine, collector_id, "collector", collector_id=collector_id, who="test", now=now)
        self.keys[collector_id] = access.new_key(self.engine, now=now, person=collector_id)
        return self.keys[collector_id]


@contextmanager
def house(folder: Path, registry: Registry, *, debtors: int) -> Iterator[House]:
    """A house at half past nine in Albany on a Monday, whose night is built and whose service runs."""
    named = (f"D{n:03d}" for n in range(1, debtors + 1))
    lake = lake_of(folder, people(*named), settings=stands_at(MORNING))
    state = folder / "state"
    server = embedded.start(state)
    engine = connect(own_database(server.url, "house"))
    built = House(folder, lake, registry, state, server, engine)
    try:
        run_night(engine, Lake(lake.root), registry, AS_OF, strategy("severity"), clock=StandingClock())
        built.start()
        yield built
    finally:
        if built.service is not None:
            built.kill()
        engine.dispose()
        built.server.close()
        data = embedded.data_folder(state)
        shutil.rmtree(data.parent if os.geteuid() == 0 else data)  # as root it lies outside the test's folder


def stands_at(moment: datetime) -> str:
    """Where the portfolio's clock stands, as its settings say it."""
    return f'stands_at = "{moment.isoformat()}"\n'


def until(happens: Any, *, seconds: float = 20.0) -> Any:
    """Ask until the answer is true, and give it back."""
    ends = monotonic() + seconds
    while not (answer := happens()):
        assert monotonic() < ends, "it did not happen in time"
        sleep(0.05)
    return answer
