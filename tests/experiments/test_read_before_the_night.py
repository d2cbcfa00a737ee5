"""The command reads the tests before it builds the night: what has ended is not worked for one more day."""

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from arrears.experiments import acting, records
from commands import night as night_command
from tests.experiments.test_read_and_act import amounts, lake_after, started
from tests.night.desk_book import AS_OF, DAY

LAST = date(2026, 6, 29)
BY: dict[str, Any] = {"at": datetime(2026, 6, 29, 8, tzinfo=UTC), "by": "strategist"}
__all__ = ["started"]


@pytest.fixture
def night(database, empty_mlflow, tmp_path, monkeypatch):
    """Runs the command over a lake; what it tells."""
    shutil.copy(empty_mlflow, tmp_path / "mlflow.db")

    def run(lake, as_of=LAST):
        places = {"DATABASE_URL": database.url.render_as_string(hide_password=False), "ARREARS_LAKE": str(lake.root)}
        places |= {"MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path / 'mlflow.db'}", "ARREARS_ROOT": str(tmp_path)}
        for name, value in places.items():
            monkeypatch.setenv(name, value)
        found = CliRunner().invoke(night_command.app, ["--as-of", str(as_of), "--json"])
        assert found.exit_code == 0, found.output
        return json.loads(found.stdout)

    return run


def rows(database, sql):
    with database.connect() as connection:
        return connection.execute(text(sql)).all()


def test_the_night_after_harm_was_found_works_nobody_by_the_test(database, started, night, tmp_path):
    told = night(lake_after(tmp_path, amounts(started, champion=40, challenger=10), last=LAST))
    assert [(each["test"], each["ended_by"]) for each in told["tests"]] == [("simple/1", "harm")]
    assert told["arms"] == []
    labels = f"SELECT DISTINCT experiment FROM work_items WHERE night_id = {told['night_id']}"
    assert (None,) in (found := rows(database, labels))
    assert ("simple/1",) not in found
    ((ended_on,),) = rows(database, "SELECT ended_on FROM experiments")
    assert ended_on == LAST
    assert date.fromisoformat(told["served_on"]) >= ended_on
    assert rows(database, "SELECT max(enrolled_on) FROM experiment_debtors") == [(DAY,)]


def test_a_night_of_an_older_day_reads_nothing(database, started, night, tmp_path):
    lake = lake_after(tmp_path, amounts(started, champion=40, challenger=10), last=LAST)
    with database.begin() as connection:
        connection.execute(text("UPDATE nights SET as_of = :later"), {"later": LAST})
    told = night(lake, AS_OF)
    assert (told["kept_back_by"] is not None, told["tests"]) == (True, [])
    assert rows(database, "SELECT state FROM experiments") == [("running",)]


def reading_of(decision, on):
    said = {"arm": "challenger", "verdict": {"decision": decision, "reasons": []}}
    return {"as_of": on.isoformat(), "mismatch": {"found": False}, "challengers": [said]}


@pytest.mark.parametrize("act", ["read", "stop", "close"])
@pytest.mark.parametrize("days", [-1, 0, 1])
def test_a_test_ends_or_closes_on_the_first_day_that_no_night_worked_by_it(database, started, act, days):
    on = DAY + timedelta(days=days)
    with database.begin() as connection:
        test = records.find(connection, "simple")
        if act == "stop":
            acting.stop(connection, test, on=on, because="a fault", **BY)
        else:
            decision = "stop_for_harm" if act == "read" else "promote"
            acting.keep_reading(connection, test, reading_of(decision, on), at=BY["at"])
        test = records.find(connection, "simple")
    assert (test.closed_on if act == "close" else test.ended_on) == DAY + timedelta(days=1)
    assert rows(database, "SELECT count(*) FROM experiment_debtors WHERE enrolled_on > DATE '2026-06-15'") == [(0,)]
