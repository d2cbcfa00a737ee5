"""One world of each test run, made once: two thousand debtors, and the better part of a year; and the lake of it."""

from __future__ import annotations

import pytest

from arrears.clock import SystemClock
from arrears.lake import Lake
from arrears.loading import load
from arrears.synthetic import Made, make

DEBTORS, DAYS, SEED = 2_000, 260, 3


@pytest.fixture(scope="session")
def made_world(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("world")
    return make(folder / "book", folder / "truth", debtors=DEBTORS, days=DAYS, seed=SEED)


@pytest.fixture(scope="session")
def made_lake(made_world: Made, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("world-lake")
    load(made_world.source, folder, SystemClock())
    return Lake(folder)
