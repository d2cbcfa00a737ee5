"""A world's source is one that a house could have sent: it loads whole, twice alike, and tells nothing of the truth."""

from __future__ import annotations

import logging
from pathlib import Path

import duckdb
import pytest

from arrears.clock import SystemClock
from arrears.errors import WrongUse
from arrears.intake.report import Report
from arrears.loading import load
from arrears.synthetic import Made, make
from arrears.tables import TABLES

HIDDEN = {"willing", "warmth", "answering", "prickly", "chosen_with_probability", "call_effect"}


@pytest.fixture(scope="module")
def report(made_world: Made, tmp_path_factory: pytest.TempPathFactory) -> Report:
    return load(made_world.source, tmp_path_factory.mktemp("lake"), SystemClock())


def test_every_row_is_accepted(report: Report) -> None:
    assert report.errors == ()
    assert report.rows["payments"] > 1000


def test_only_what_was_planted_is_warned_of(report: Report) -> None:
    assert {warning.rule for warning in report.warnings} == {"late_arrival", "assumed_moment"}


def test_a_load_meets_no_truth(made_world: Made) -> None:
    assert not made_world.truth.is_relative_to(made_world.source)
    names = {file.stem for file in made_world.source.glob("*.parquet")}
    assert names <= set(TABLES)
    con = duckdb.connect()
    for file in made_world.source.glob("*.parquet"):
        columns = {name for name, *_ in con.execute(f"DESCRIBE FROM '{file}'").fetchall()}
        assert columns & HIDDEN == set()


def test_the_same_seed_makes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        make(tmp_path / name, tmp_path / f"{name}-truth", debtors=150, days=60, seed=5)
    for kind in ("", "-truth"):
        first, second = (
            {f.name: f.read_bytes() for f in (tmp_path / f"{one}{kind}").iterdir()} for one in ("one", "two")
        )
        assert first == second


def test_another_seed_makes_another_world(tmp_path: Path) -> None:
    for seed in (5, 6):
        make(tmp_path / str(seed), tmp_path / f"{seed}-truth", debtors=150, days=60, seed=seed)
    first, second = (tmp_path / f"{seed}/payments.parquet" for seed in (5, 6))
    assert first.read_bytes() != second.read_bytes()


def test_payments_are_recorded_late_and_taken_back(made_world: Made) -> None:
    con = duckdb.connect()
    late, back, recorded_before = con.execute(
        "SELECT count(*) FILTER (recorded_at::DATE > paid_on + 6), count(reverses),"
        " count(*) FILTER (recorded_at::DATE < paid_on)"
        f" FROM '{made_world.source}/payments.parquet'"
    ).fetchall()[0]
    assert late > 10
    assert back > 50
    assert recorded_before == 0


def test_nothing_was_recorded_after_the_last_day(made_world: Made) -> None:
    con = duckdb.connect()
    last = made_world.setting.calendar.on(made_world.setting.days)
    for file in made_world.source.glob("*.parquet"):
        columns = {name for name, *_ in con.execute(f"DESCRIBE FROM '{file}'").fetchall()}
        if "recorded_at" in columns:
            newest = con.execute(
                f"SELECT max(recorded_at AT TIME ZONE 'America/New_York')::DATE FROM '{file}'"
            ).fetchone()
            assert newest is not None
            assert newest[0] is None or newest[0] < last, file.name


def test_no_canary_leaves_in_a_log_or_an_error(
    made_world: Made, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    canaries = (made_world.truth / "canaries.txt").read_text(encoding="utf-8").split()
    points = f"{made_world.source}/points.parquet"
    con = duckdb.connect()
    assert con.execute(f"SELECT count(*) FROM '{points}' WHERE value LIKE '%.canary%'").fetchall()[0][0] > 100
    for table in ("debtors", "accounts", "statements"):
        (tmp_path / f"{table}.parquet").symlink_to(made_world.source / f"{table}.parquet")
    # An address that is no word of the closed list must not be repeated by the error that refuses it.
    con.execute(f"COPY (SELECT * REPLACE (value AS kind) FROM '{points}') TO '{tmp_path}/points.parquet'")
    with caplog.at_level(logging.DEBUG), pytest.raises(Exception, match="points") as refused:
        load(tmp_path, tmp_path / "lake", SystemClock())
    told = f"{caplog.text} {refused.value}".lower()
    assert not any(name.lower() in told for name in canaries if "canary" in name.lower())


def test_a_small_or_endless_world_is_refused(tmp_path: Path) -> None:
    for debtors, days in ((19, 60), (100, 34), (100, 1096)):
        with pytest.raises(WrongUse, match="too few"):
            make(tmp_path / "book", tmp_path / "truth", debtors=debtors, days=days, seed=1)


def test_the_truth_may_not_lie_in_the_source(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="truth would lie in the source"):
        make(tmp_path / "book", tmp_path / "book" / "truth", debtors=100, days=60, seed=1)


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "mine.txt").write_text("kept")
    with pytest.raises(WrongUse, match="not empty"):
        make(tmp_path / "book", tmp_path / "truth", debtors=100, days=60, seed=1)
