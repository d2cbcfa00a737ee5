"""`arrears synthetic` as a person or a program runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from arrears.synthetic.small_world import small_world


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


@pytest.mark.parametrize(("name", "log"), [("small", "random"), ("small_targeted", "targeted")])
def test_a_small_world_is_a_log_debtors_to_rank_and_the_truth_of_both(name: str, log: Any, tmp_path: Path) -> None:
    made = arrears("synthetic", "--world", name, "--debtors", 400, "--seed", 3, "--out", tmp_path / "book", "--json")
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert told["rows"] == told["truth_rows"] == {"log": 400, "judged": 200}
    world, (truth, _) = small_world(3, log=log, logged=400, judged=200)
    logged, hidden = (pq.read_table(tmp_path / folder / "log.parquet") for folder in ("book", "book-truth"))
    np.testing.assert_array_equal(logged["x3"], world.logged.features[:, 3])
    np.testing.assert_array_equal(logged["chosen_with_probability"], world.logged.probability)
    np.testing.assert_array_equal(logged["called"], world.logged.treated)
    np.testing.assert_array_equal(hidden["paid_with"], truth.paid_with)
    assert not set(hidden.column_names) - {"debtor_id"} & set(logged.column_names)
    assert "paid" not in pq.read_schema(tmp_path / "book" / "judged.parquet").names


def test_a_small_world_has_no_days(tmp_path: Path) -> None:
    refused = arrears("synthetic", "--world", "small", "--days", 90, "--out", tmp_path / "book")
    assert refused.returncode == 2
    assert "without days" in refused.stderr
    assert not (tmp_path / "book").exists()
