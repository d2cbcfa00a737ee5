"""A connection to the built-in portfolio's lake, and a place for a lake of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from arrears.lake import Lake


@pytest.fixture
def demo(demo_lake: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    with demo_lake.connect() as con:
        yield con


@pytest.fixture
def lake_root(tmp_path: Path) -> Path:
    return tmp_path / "lake"
