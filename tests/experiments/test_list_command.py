"""`arrears experiment list` tells of an arm that ended and of a test that takes nobody in any more."""

import json
import sys
from datetime import UTC, date, datetime
from typing import Any

import pytest

from arrears.experiments import life, narrowing, records
from commands.main import main
from tests.experiments.designs import changed, shared

BY: dict[str, Any] = {"at": datetime(2026, 7, 20, 8, tzinfo=UTC), "by": "strategist"}
ARMS = [
    arm | {"strategy": strategy}
    for arm, strategy in zip(shared(0.5, 0.25, 0.25), ("value_at_risk/1", "severity/1", "propensity/1"), strict=True)
]


@pytest.fixture
def listed(database, tmp_path, monkeypatch, capsys):
    """The command's answer, as a document or in words."""
    monkeypatch.setenv("ARREARS_ROOT", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["arrears", "experiment", "list", *words])
        with pytest.raises(SystemExit):
            main()
        return capsys.readouterr().out

    return run


def test_an_ended_arm_and_a_closed_test_are_told(database, listed):
    with database.begin() as connection:
        life.plan(connection, changed(arms=ARMS), evidence={}, **BY)
        test = records.find(connection, "earlier_calls")
        life.start(connection, test, because="ready", **BY)
        told: dict[str, Any] = {"on": date(2026, 7, 19), "because": "harm", "evidence": {}, **BY}
        narrowing.end_arm(connection, test, "challenger1", **told)
    (row,) = json.loads(listed("--json"))["tests"]
    assert (row["arms_ended"], row["closed_on"]) == ({"challenger1": "2026-07-19"}, None)
    assert "running, challenger1 ended" in listed()
    with database.begin() as connection:
        narrowing.close(connection, test, **told)
    assert "running, challenger1 ended, closed to newcomers" in listed()
