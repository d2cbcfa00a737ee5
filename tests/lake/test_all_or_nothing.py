"""A load is whole or not at all: after bad input, a repetition, a crash or a race the lake is as it was."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from arrears.errors import Refused
from arrears.intake.report import BadInputFound
from arrears.lake import Lake
from arrears.loading import load
from tests.lake.small_source import Standing, bytes_of, due, payment, rows_of, small_book, write_csv

DUES = "SELECT count(*), sum(amount_minor)::BIGINT FROM dues"
KILLED_BEFORE_THE_RENAME = """
import os, signal, sys
from pathlib import Path
from arrears.intake import write
from arrears.loading import load
from tests.lake.small_source import Standing

write.write_manifest = lambda root, manifest: os.kill(os.getpid(), signal.SIGKILL)
load(Path(sys.argv[1]), Path(sys.argv[2]), Standing())
"""


@pytest.fixture
def loaded(tmp_path: Path, lake_root: Path) -> Path:
    load(write_csv(tmp_path / "first", small_book()), lake_root, Standing())
    return lake_root


def test_bad_input_leaves_the_lake_byte_for_byte_as_it_was(tmp_path: Path, loaded: Path):
    before = bytes_of(loaded)
    bad = {"dues": [due("U3", "A1", "1.00"), due("U4", "A9", "1.00")]}
    with pytest.raises(BadInputFound):
        load(write_csv(tmp_path / "bad", bad), loaded, Standing())
    assert bytes_of(loaded) == before


def test_bad_input_makes_no_lake(tmp_path: Path, lake_root: Path):
    with pytest.raises(BadInputFound):
        load(write_csv(tmp_path / "bad", {"dues": [due("U4", "A9", "1.00")]}), lake_root, Standing())
    assert not lake_root.exists()


def test_the_same_files_again_change_nothing(tmp_path: Path, loaded: Path):
    before = bytes_of(loaded)
    assert load(tmp_path / "first", loaded, Standing()).already_loaded
    assert bytes_of(loaded) == before


def test_the_same_rows_in_other_files_change_nothing(tmp_path: Path, loaded: Path):
    before = bytes_of(loaded)
    book = {"dues": list(reversed(small_book()["dues"]))}
    assert load(write_csv(tmp_path / "again", book), loaded, Standing()).already_loaded
    assert bytes_of(loaded) == before


def test_an_older_file_again_does_not_undo_a_newer_one(tmp_path: Path, loaded: Path):
    load(write_csv(tmp_path / "second", {"dues": [due("U1", "A1", "90.00")]}), loaded, Standing())
    assert load(tmp_path / "first", loaded, Standing()).already_loaded


def test_a_load_killed_before_its_rename_leaves_the_old_lake(tmp_path: Path, loaded: Path):
    before = Lake(loaded).fingerprint
    more = write_csv(tmp_path / "more", {"dues": [due("U1", "A1", "90.00"), due("U3", "A1", "7.00")]})
    killed = subprocess.run([sys.executable, "-c", KILLED_BEFORE_THE_RENAME, more, loaded], check=False, env=os.environ)
    assert killed.returncode == -signal.SIGKILL
    assert Lake(loaded).fingerprint == before
    assert rows_of(loaded, DUES) == [(2, 15000)]


def test_a_load_after_a_killed_one_is_whole(tmp_path: Path, loaded: Path):
    more = write_csv(tmp_path / "more", {"dues": [due("U1", "A1", "90.00"), due("U3", "A1", "7.00")]})
    subprocess.run([sys.executable, "-c", KILLED_BEFORE_THE_RENAME, more, loaded], check=False, env=os.environ)
    load(more, loaded, Standing())
    assert rows_of(loaded, DUES) == [(4, 24700)]


def test_a_failure_while_writing_leaves_no_file(tmp_path: Path, loaded: Path, monkeypatch: pytest.MonkeyPatch):
    before = bytes_of(loaded)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("arrears.intake.write.write_settings", full)
    with pytest.raises(OSError, match="No space"):
        load(write_csv(tmp_path / "more", {"dues": [due("U3", "A1", "7.00")]}), loaded, Standing())
    assert bytes_of(loaded) == before


def test_two_loads_at_once_are_one_too_many(tmp_path: Path, loaded: Path):
    more = write_csv(tmp_path / "more", {"dues": [due("U3", "A1", "7.00")]})
    with (loaded / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Refused, match="another load is writing"):
            load(more, loaded, Standing())


def test_a_reader_of_the_state_before_a_correction_still_reads_it(tmp_path: Path, loaded: Path):
    reader = Lake(loaded)
    load(write_csv(tmp_path / "more", {"dues": [due("U1", "A1", "90.00")]}), loaded, Standing())
    with reader.connect() as con:
        assert con.execute(DUES).fetchall() == [(2, 15000)]


def test_files_of_an_older_state_stay_for_replays(tmp_path: Path, loaded: Path):
    before = Lake(loaded)
    load(write_csv(tmp_path / "2", {"dues": [due("U1", "A1", "90.00")]}), loaded, Standing())
    load(write_csv(tmp_path / "3", {"payments": [payment("P9", "A1", "1.00")]}), loaded, Standing())
    assert [path for path in before.manifest.paths if not (loaded / path).exists()] == []


def test_what_a_load_that_was_cut_short_left_behind_is_cleared_away(tmp_path: Path, loaded: Path):
    debris = loaded / "dues" / "load=0002-cut-short" / "rows.parquet"
    debris.parent.mkdir()
    debris.write_bytes(b"half a file")
    load(write_csv(tmp_path / "2", {"payments": [payment("P9", "A1", "1.00")]}), loaded, Standing())
    assert not debris.parent.exists()


def test_the_same_source_makes_the_same_lake(tmp_path: Path, loaded: Path):
    load(tmp_path / "first", tmp_path / "other", Standing())
    assert Lake(tmp_path / "other").fingerprint == Lake(loaded).fingerprint


def test_a_load_changes_the_fingerprint(tmp_path: Path, loaded: Path):
    before = Lake(loaded).fingerprint
    load(write_csv(tmp_path / "more", {"dues": [due("U3", "A1", "7.00")]}), loaded, Standing())
    assert Lake(loaded).fingerprint != before
