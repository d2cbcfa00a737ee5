"""The service as people meet it: the command's own process, on the demo's scoring day, small models its champions."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from sqlalchemy import Engine

from arrears.clock import SystemClock
from arrears.lake import Lake
from arrears.queues.strategy import strategy
from arrears.state.server import connect, own_database
from models.artifact import Part, write
from models.propensity import PROPENSITY
from models.registry import Registry
from models.roll_rate import ROLL_RATE, deeper_moves, edge_name
from models.spec import ModelSpec
from serving.night.nightly import run_night
from serving.people import access
from tests.demo_day import SCORING_DAY, DemoClock

FEATURES = ("days_past_due", "balance_minor", "paid_90d_minor", "limit_use_share")
EDGES = 3
_numbers = itertools.count()


@dataclass
class Served:
    """A running service."""

    address: str
    first_link: str
    process: subprocess.Popen[str]
    engine: Engine
    registry: Registry
    log: Path

    def new_link(self) -> str:
        """A link nobody has used."""
        return f"{self.address}/sign-in?token={access.new_link_token(self.engine, now=SystemClock().now())}"

    def client(self) -> httpx.Client:
        """A program that has a key."""
        key = access.new_key(self.engine, now=SystemClock().now())
        return httpx.Client(base_url=self.address, headers={"Authorization": f"Bearer {key}"}, timeout=30)


@contextmanager
def serving(engine: Engine, lake: Path, registry: Registry, folder: Path) -> Iterator[Served]:
    """Start `arrears serve` on a free port; the block's end asks it to stop and sees that it stops well."""
    running = start(engine, lake, registry, folder)
    try:
        yield running
    finally:
        running.process.send_signal(signal.SIGINT)
        code = running.process.wait(timeout=60)
        assert running.process.stdout is not None
        running.process.stdout.close()
    assert code == 0, running.log.read_text()


def start(engine: Engine, lake: Path, registry: Registry, folder: Path) -> Served:
    """Start `arrears serve` on a free port and wait until it listens; whoever starts it ends it."""
    log = folder / "serve.log"
    command = [str(Path(sys.executable).parent / "arrears"), "serve", "--port", "0", "--json"]
    with log.open("a") as told:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
            env=environment(engine, lake, registry, folder),
            cwd=folder,
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.wait()
        process.stdout.close()
    assert line, log.read_text()
    said = json.loads(line)
    return Served(said["address"], said["sign_in"], process, engine, registry, log)


def environment(engine: Engine, lake: Path, registry: Registry, folder: Path) -> dict[str, str]:
    """What tells a command which deployment it is for."""
    return os.environ | {
        "ARREARS_ROOT": str(folder),
        "ARREARS_LAKE": str(lake),
        "DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "MLFLOW_TRACKING_URI": registry.tracking.uri,
    }


def small_models(engine: Engine, folder: Path) -> Registry:
    """A registry whose champions answer quickly; what they say matters less than that they say it."""
    registry = Registry(f"sqlite:///{folder / 'mlflow.db'}", engine)
    random = np.random.default_rng(1)
    moves = deeper_moves(random.integers(0, 8, 4_000), random.integers(0, 8, 4_000), edges=EDGES)
    promote(registry, folder / "propensity", PROPENSITY, [Part("propensity", fitted(0))])
    chain = [Part(edge_name(rank), fitted(rank)) for rank in range(EDGES)]
    promote(registry, folder / "roll", ROLL_RATE, chain, moves=moves)
    return registry


def promote(
    registry: Registry,
    folder: Path,
    spec: ModelSpec,
    parts: list[Part],
    *,
    features: tuple[str, ...] = FEATURES,
    **sections: Any,
) -> str:
    """Register a small model with a chart and a record, and let it serve; its version."""
    client = registry.tracking.client
    run = client.create_run(registry.tracking.experiment(spec.name)).info.run_id
    made = write(folder, spec, features, parts, training={"trained_on": [SCORING_DAY.isoformat()]}, **sections)
    client.log_text(run, '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>', "charts/calibration.svg")
    check = {"name": "beats_baseline", "passed": True, "sentence": "It beats the scorecard."}
    record = {"question": spec.question, "verdict": {"word": "promote", "checks": [check]}}
    client.log_text(run, json.dumps(record), "validation.json")
    metrics = {"test_log_loss": 0.25, "test_scorecard_log_loss": 0.28}
    version = registry.register(made, run_id=run, verdict="promote", because="a test says so", metrics=metrics)
    registry.promote(spec.name, version, who="test", why="to serve")
    return version


def fitted(seed: int) -> object:
    """A few trees over features of the demo."""
    import lightgbm

    random = np.random.default_rng(seed)
    x = random.normal(size=(2_000, len(FEATURES))) * [60, 5e6, 1e6, 0.5]
    y = (x[:, 0] / 60 + random.normal(size=len(x)) > 0).astype(float)
    settings = {"objective": "binary", "verbosity": -1, "num_threads": 1, "num_leaves": 7}
    return lightgbm.train(settings, lightgbm.Dataset(x, y, feature_name=list(FEATURES)), 20)


@pytest.fixture(scope="session")
def served(postgres: str, demo_lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One running service for all tests of a folder, on the demo's scoring day."""
    folder = tmp_path_factory.mktemp("served")
    engine = connect(own_database(postgres, f"run{os.getpid()}_served{next(_numbers)}"))
    registry = small_models(engine, folder)
    run_night(engine, demo_lake, registry, SCORING_DAY, strategy("value_at_risk"), clock=DemoClock())
    with serving(engine, demo_lake.root, registry, folder) as running:
        yield running
    engine.dispose()
