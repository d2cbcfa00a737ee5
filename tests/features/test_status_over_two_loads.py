"""A statement's status through the lake: a later load that corrects only the balance leaves it as it was."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from arrears.lake import Lake
from arrears.loading import load
from features import snapshots
from features.delinquency import cycle_statuses, positions_plan
from tests.lake.small_source import NOON, Standing, small_book, write_csv

CYCLE = {"account_id": "A1", "cycle_end": "2026-03-15"}
FIRST = CYCLE | {"balance": "90.00", "days_past_due": "40", "recorded_at": "2026-03-16T00:00:00Z"}
CORRECTED = CYCLE | {"balance": "70.00", "days_past_due": "", "recorded_at": "2026-03-20T00:00:00Z"}


def loaded_twice(folder: Path) -> Lake:
    load(write_csv(folder / "1", small_book() | {"statements": [FIRST]}), folder / "lake", Standing())
    later = Standing(NOON + timedelta(days=1))
    load(write_csv(folder / "2", {"statements": [CORRECTED]}), folder / "lake", later)
    return Lake(folder / "lake")


def test_a_load_that_corrects_only_the_balance_leaves_the_bucket(tmp_path: Path):
    lake = loaded_twice(tmp_path)
    with lake.connect() as con:
        snapshots.on_days(con, lake.settings, [date(2026, 3, 19), date(2026, 3, 20)])
        rows = positions_plan(lake.present, lake.settings).run(con).to_pylist()
        months = cycle_statuses(lake.present, lake.settings).run(con).to_pylist()
    found = [(row["bucket"], row["balance_minor"]) for row in rows if row["account_id"] == "A1"]
    assert found == [("30-59", 9000), ("30-59", 7000)]
    assert [(row["bucket"], row["balance_minor"]) for row in months] == [("30-59", 7000)]


def test_the_same_corrections_again_are_no_news(tmp_path: Path):
    lake = loaded_twice(tmp_path)
    again = write_csv(tmp_path / "3", {"statements": [FIRST, CORRECTED]})
    assert load(again, lake.root, Standing(NOON + timedelta(days=2))).added == {"statements": 0}
