"""`arrears synthetic` as a person or a program runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def arrears(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from commands.main import main; main()", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_world_is_told_as_one_document_and_lies_where_it_says(tmp_path: Path) -> None:
    made = arrears("synthetic", "--debtors", 60, "--days", 40, "--seed", 2, "--out", tmp_path / "book", "--json")
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert told["debtors"] == told["rows"]["debtors"] == 60
    assert (tmp_path / "book" / "payments.parquet").exists()
    assert Path(told["truth"]) == tmp_path / "book-truth"
    assert (tmp_path / "book-truth" / "effects.parquet").exists()
    assert made.stderr == ""


def test_an_unknown_world_is_wrong_use(tmp_path: Path) -> None:
    refused = arrears("synthetic", "--world", "sunny", "--out", tmp_path / "book")
    assert refused.returncode == 2
    assert "usual, severity_wins, no_effect" in refused.stderr
    assert not (tmp_path / "book").exists()
