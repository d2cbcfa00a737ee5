"""Corrections: each version of a row is known until the next, whatever the order and the load in which they come."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.intake.report import BadInputFound
from arrears.lake import Lake
from arrears.loading import load
from tests.lake.small_source import NOON, Row, Standing, due, only, rows_of, small_book, write_csv

START = datetime(2025, 3, 1, tzinfo=UTC)
Version = tuple[str, int, str, bool]
"""Key, hours after the start, content, removal."""


def hold(version: Version) -> Row:
    key, hours, content, deleted = version
    return {
        "hold_id": key,
        "debtor_id": "D1",
        "kind": "cease",
        "starts_on": "2025-03-01",
        "contact_name": content,
        "recorded_at": (START + timedelta(hours=hours)).isoformat(),
        "deleted": str(deleted).lower(),
    }


def oracle(versions: Sequence[Version]) -> set[tuple[str, datetime, str, bool, datetime | None]]:
    """Every version with the moment of the next one, found by looking at all of them."""
    known = set()
    for key, hours, content, deleted in set(versions):
        later = [other for name, other, *_ in versions if name == key and other > hours]
        until = START + timedelta(hours=min(later)) if later else None
        known.add((key, START + timedelta(hours=hours), content, deleted, until))
    return known


def in_lake(root: Path) -> list[tuple[str, datetime, str, bool, datetime | None]]:
    seconds = "hold_id, epoch(recorded_at), contact_name, deleted, epoch(known_until)"
    rows = rows_of(root, f"SELECT {seconds} FROM holds")
    return [(key, moment(at), content, gone, moment(until)) for key, at, content, gone, until in rows]


def moment(seconds: float | None) -> datetime:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None


def versions() -> st.SearchStrategy[list[Version]]:
    keys, hours, contents = st.sampled_from(["H1", "H2", "H3"]), st.integers(0, 12), st.sampled_from(["x", "y"])
    version = st.tuples(keys, hours, contents, st.booleans())
    return st.lists(version, min_size=1, max_size=12, unique_by=lambda each: each[:2])


@settings(max_examples=12, deadline=None)
@given(versions=versions(), loads=st.lists(st.integers(0, 2), min_size=12, max_size=12), repeats=st.booleans())
def test_known_until_is_the_next_version_in_whatever_order_they_come(versions, loads, repeats):
    with tempfile.TemporaryDirectory() as name:
        folder, told = Path(name), []
        for at in range(3):
            part = [version for version, of in zip(versions, loads, strict=False) if of == at]
            rows = [*part, *(told if repeats else [])]
            told += part
            tables = {"holds": [hold(version) for version in rows]} if rows else {}
            if tables or at == 0:
                load(
                    write_csv(folder / str(at), (small_book() if at == 0 else {}) | tables), folder / "lake", Standing()
                )
        assert sorted(in_lake(folder / "lake"), key=str) == sorted(oracle(versions), key=str)


def load_holds(folder: Path, root: Path, *versions: Version, first: bool = False) -> None:
    book = small_book() if first else {}
    load(write_csv(folder, book | {"holds": [hold(version) for version in versions]}), root, Standing())


def test_a_file_without_changed_rows_is_left_alone(tmp_path: Path, lake_root: Path):
    load_holds(tmp_path / "1", lake_root, ("H1", 1, "x", False), first=True)
    load_holds(tmp_path / "2", lake_root, ("H2", 1, "x", False))
    before = {file.path for file in Lake(lake_root).manifest.tables["holds"].files}
    load_holds(tmp_path / "3", lake_root, ("H2", 2, "y", False))
    after = {file.path for file in Lake(lake_root).manifest.tables["holds"].files}
    assert len(before & after) == 1


def test_a_row_of_a_known_moment_with_other_words_is_an_error(tmp_path: Path, lake_root: Path):
    load_holds(tmp_path / "1", lake_root, ("H1", 1, "x", False), first=True)
    with pytest.raises(BadInputFound) as caught:
        load_holds(tmp_path / "2", lake_root, ("H1", 1, "y", False))
    assert only(caught.value.report, "duplicate_key").keys == ("H1",)


def test_a_row_of_a_known_moment_with_the_same_words_is_no_news(tmp_path: Path, lake_root: Path):
    load_holds(tmp_path / "1", lake_root, ("H1", 1, "x", False), first=True)
    load_holds(tmp_path / "2", lake_root, ("H1", 1, "x", False), ("H1", 2, "y", False))
    assert len(in_lake(lake_root)) == 2


def test_a_table_that_first_came_without_rows_takes_some_later(tmp_path: Path, lake_root: Path):
    load(write_csv(tmp_path / "1", small_book()), lake_root, Standing())
    none = tmp_path / "2"
    none.mkdir()
    (none / "holds.csv").write_text("hold_id,debtor_id,kind,starts_on,contact_name,recorded_at,deleted\n")
    load(none, lake_root, Standing())
    load_holds(tmp_path / "3", lake_root, ("H1", 1, "x", False))
    assert len(in_lake(lake_root)) == 1


def test_a_whole_export_without_moments_adds_only_what_changed(tmp_path: Path, lake_root: Path):
    load(write_csv(tmp_path / "1", small_book()), lake_root, Standing())
    book = small_book()
    book["dues"] = [due("U1", "A1", "100.00"), due("U2", "A2", "51.00")]
    report = load(write_csv(tmp_path / "2", book), lake_root, Standing(NOON + timedelta(days=1)))
    assert report.added == {"debtors": 0, "accounts": 0, "dues": 1, "payments": 0}
    amounts = "SELECT amount_minor, known_until::VARCHAR FROM dues WHERE due_id = 'U2' ORDER BY recorded_at"
    assert rows_of(lake_root, amounts) == [(5000, "2026-04-01 12:00:00+00"), (5100, None)]
