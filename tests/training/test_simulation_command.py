"""`arrears simulate` as a person or a program runs it, on the smallest world that can teach anything."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SMALL = ("--debtors", 2500, "--history", 120, "--days", 8, "--collectors", 1, "--seeds", 1, "--processes", 1)


def arrears(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from commands.main import main; main()", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], Path]:
    """A world in which calls do nothing, worked by two strategies."""
    out = tmp_path_factory.mktemp("simulated")
    words = ("--strategies", "severity,incremental_value", "--world", "no_effect", "--holdout", 0.5)
    made = arrears("simulate", *SMALL, *words, "--out", out, "--json")
    assert made.returncode == 0, made.stderr
    assert made.stderr == ""
    return json.loads(made.stdout), out


def test_where_calls_do_nothing_every_strategy_only_costs_its_minutes(simulated: tuple[dict, Path]) -> None:
    told, _ = simulated
    rows = {row["strategy"]: row for row in told["strategies"]}
    assert set(rows) == {"nobody", "oracle", "severity", "incremental_value"}
    for name in ("oracle", "severity", "incremental_value"):
        assert rows[name]["calls"]["mean"] > 100
        assert rows[name]["added_per_minute"]["mean"] == pytest.approx(-told["minute_cost"])
    assert rows["nobody"]["calls"]["mean"] == 0


def test_the_selector_falls_back_where_nothing_is_proved(simulated: tuple[dict, Path]) -> None:
    told, _ = simulated
    (seed,) = told["seeds"]
    assert {segment: each["ranking"] for segment, each in seed["chosen"].items()} == {"everywhere": "value_at_risk"}
    assert seed["holdout_months"] > 200
    assert 0.02 < seed["capacity"] < 0.9


def test_result_table_and_chart_are_written(simulated: tuple[dict, Path]) -> None:
    told, out = simulated
    assert json.loads((out / "result.json").read_text(encoding="utf-8")) == told
    assert "| incremental_value |" in (out / "table.md").read_text(encoding="utf-8")
    assert (out / "chart.svg").read_text(encoding="utf-8").startswith("<svg")


def test_holding_out_most_debtors_is_wrong_use() -> None:
    refused = arrears("simulate", *SMALL, "--holdout", 0.6)
    assert refused.returncode == 2
    assert "0 to 0.5" in refused.stderr


def test_an_unknown_strategy_is_wrong_use() -> None:
    refused = arrears("simulate", "--strategies", "wishes")
    assert refused.returncode == 2
    assert "severity, balance" in refused.stderr
