"""`arrears check`, `load` and `describe` as a person or a program runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from arrears.lake import Lake
from tests.lake.small_source import bytes_of, due, small_book, write_csv


def arrears(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from commands.main import main; main()", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def said(*words: object) -> dict[str, Any]:
    answer = arrears(*words, "--json")
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "bad", small_book() | {"dues": [due("U1", "A9", "1.234")]})


def test_a_sound_source_is_loaded_and_described(tmp_path: Path, lake_root: Path):
    source = write_csv(tmp_path / "source", small_book())
    assert said("load", source, "--lake", lake_root)["added"]["dues"] == 2
    described = said("describe", "--lake", lake_root)
    assert described["tables"]["dues"]["rows"] == 2
    assert sum(row["accounts"] for row in described["aging"]) == 2


def test_loading_again_changes_nothing_and_says_so(tmp_path: Path, lake_root: Path):
    source = write_csv(tmp_path / "source", small_book())
    arrears("load", source, "--lake", lake_root)
    before = bytes_of(lake_root)
    assert "nothing was changed" in arrears("load", source, "--lake", lake_root).stdout
    assert bytes_of(lake_root) == before


@pytest.mark.parametrize("command", ["check", "load"])
def test_bad_input_leaves_with_code_3_and_every_error_on_stderr(bad: Path, lake_root: Path, command: str):
    answer = arrears(command, bad, "--lake", lake_root)
    assert answer.returncode == 3
    assert answer.stderr.startswith(f"asked: {command} bad\nfound: 2 kinds of error")
    assert "dues.account_id: orphan in 1 row (U1)" in answer.stderr
    assert "dues.amount: too_many_decimals in 1 row (U1)" in answer.stderr
    assert not lake_root.exists()


@pytest.mark.parametrize("command", ["check", "load"])
def test_bad_input_is_one_json_document_on_stdout(bad: Path, lake_root: Path, command: str):
    answer = arrears(command, bad, "--lake", lake_root, "--json")
    document = json.loads(answer.stdout)
    assert document["ok"] is False
    assert {problem["rule"] for problem in document["problems"]} >= {"orphan", "too_many_decimals"}


def test_a_check_loads_nothing(tmp_path: Path, lake_root: Path):
    assert said("check", write_csv(tmp_path / "source", small_book()), "--lake", lake_root)["ok"]
    assert not lake_root.exists()


def test_a_source_that_does_not_exist_leaves_with_code_2(lake_root: Path):
    answer = arrears("load", "no-such-folder", "--lake", lake_root)
    assert (answer.returncode, answer.stdout) == (2, "")


def test_an_empty_lake_is_described_by_what_to_do(lake_root: Path):
    answer = arrears("describe", "--lake", lake_root)
    assert answer.returncode == 2
    assert "do: Run: arrears load demo" in answer.stderr


def test_in_a_pipe_nothing_but_the_report_is_printed(tmp_path: Path, lake_root: Path):
    answer = arrears("load", write_csv(tmp_path / "source", small_book()), "--lake", lake_root)
    assert answer.stderr == ""
    assert "Loaded source as 0001-" in answer.stdout


def test_the_demo_ages_as_published(demo_lake: Lake):
    described = said("describe", "--lake", demo_lake.root)
    accounts = [(row["bucket"], row["accounts"], row["owing"]) for row in described["aging"]]
    assert accounts[:3] == [("CURRENT", 23182, 22273), ("1-29", 3688, 1999), ("30-59", 2667, 2667)]
    late = [row for row in described["aging"] if row["bucket"] != "CURRENT"]
    assert (sum(row["accounts"] for row in late), sum(row["owing"] for row in late)) == (6818, 5129)
