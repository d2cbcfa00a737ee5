"""A plan that nobody wants any more is withdrawn: one act, on record for good, that binds nothing afterwards."""

import json
import sys
from datetime import UTC, date, datetime
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from arrears.errors import Refused, WrongUse
from arrears.experiments import history, life, records
from arrears.experiments.succession import successor
from commands.main import main
from tests.experiments.designs import simple

BY: dict[str, Any] = {"at": datetime(2026, 5, 30, 8, tzinfo=UTC), "by": "strategist"}
LATER: dict[str, Any] = {"at": datetime(2026, 6, 1, 8, tzinfo=UTC), "by": "another"}
DESIGN = simple()
FOLLOWS = successor(DESIGN, shares={"champion": 0.2, "challenger": 0.8}, starts=date(2026, 7, 20), weeks=4, debtors=120)


@pytest.fixture
def connection(database):
    with database.begin() as connection:
        yield connection


@pytest.fixture
def planned(connection):
    life.plan(connection, DESIGN, evidence={"weeks": 4}, **BY)
    return records.find(connection, "simple")


@pytest.fixture
def withdrawn(connection, planned):
    life.withdraw(connection, planned, because="June is too short", **LATER)
    return records.of_id(connection, planned.experiment_id)


def started(connection, design=DESIGN):
    life.start(connection, records.find(connection, design.name, design.version), because="ready", **BY)
    return records.find(connection, design.name, design.version)


def refused(connection, sql):
    with pytest.raises(IntegrityError) as found, connection.begin_nested():
        connection.execute(text(sql))
    return str(found.value.orig)


def test_a_withdrawn_plan_stays_on_record_with_who_when_and_why(connection, withdrawn):
    assert (withdrawn.state, withdrawn.design, withdrawn.started_on) == ("withdrawn", DESIGN, None)
    plan, act = history.acts(connection, withdrawn.experiment_id)
    assert (plan.did, plan.evidence) == ("planned", {"weeks": 4})
    assert (act.did, act.by, act.at, act.because) == ("withdrawn", "another", LATER["at"], "June is too short")


def test_whoever_asks_for_tests_gets_no_withdrawn_plan_unless_they_say_so(connection, withdrawn):
    assert records.every(connection) == []
    assert records.find(connection, "simple") is None
    assert records.find(connection, "simple", 1) is None
    assert records.every(connection, even_withdrawn=True) == [withdrawn]
    assert records.find(connection, "simple", 1, even_withdrawn=True) == withdrawn


def test_the_same_name_and_version_is_planned_anew_and_is_what_is_found(connection, withdrawn):
    other = simple(enrolment={"weeks": 6})
    number = life.plan(connection, other, evidence={}, **LATER)
    assert number != withdrawn.experiment_id
    for even_withdrawn in (False, True):
        assert records.find(connection, "simple", 1, even_withdrawn=even_withdrawn).experiment_id == number
    assert records.of_id(connection, withdrawn.experiment_id).design == DESIGN, "the earlier text stays"
    assert [act.did for act in history.acts(connection, number)] == ["planned"]
    assert started(connection, other).design == other


def test_the_same_label_is_withdrawn_as_often_as_it_is_planned(connection, withdrawn):
    number = life.plan(connection, DESIGN, evidence={}, **LATER)
    life.withdraw(connection, records.find(connection, "simple"), because="again", **LATER)
    every = records.every(connection, even_withdrawn=True)
    assert [(each.experiment_id, each.state) for each in every] == [
        (number, "withdrawn"),
        (withdrawn.experiment_id, "withdrawn"),
    ]


def test_one_label_stands_once(connection, planned):
    sql = """INSERT INTO experiments (name, version, design, fingerprint, state, planned_at, planned_by)
        SELECT name, version, design, fingerprint, 'planned', planned_at, planned_by FROM experiments"""
    assert "experiments_name_key" in refused(connection, sql)


def test_a_withdrawn_plan_never_starts(connection, withdrawn):
    with pytest.raises(Refused, match="it is withdrawn"):
        life.start(connection, withdrawn, because="after all", **LATER)
    with pytest.raises(Refused, match="it is withdrawn"):
        life.withdraw(connection, withdrawn, because="again", **LATER)


def test_a_test_that_has_started_is_stopped_and_not_withdrawn(connection, planned):
    running = started(connection)
    with pytest.raises(Refused, match="it is running") as problem:
        life.withdraw(connection, running, because="enough", **LATER)
    assert "stop" in problem.value.do
    with pytest.raises(Refused, match="it is running"):
        life.withdraw(connection, planned, because="read before it started", **LATER)


@pytest.mark.parametrize("because", ["", " \t"])
def test_withdrawing_asks_for_a_reason(connection, planned, because):
    with pytest.raises(WrongUse, match="no reason"):
        life.withdraw(connection, planned, because=because, **LATER)
    assert records.find(connection, "simple") == planned


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE experiments SET state = 'planned'", "does not move from withdrawn to planned"),
        ("UPDATE experiments SET state = 'running'", "does not move from withdrawn to running"),
        ("UPDATE experiments SET state = 'ended', ended_by = 'stopped'", "does not move from withdrawn to ended"),
        ("UPDATE experiments SET design = '{}'", "a plan that was withdrawn is never changed, only planned anew"),
        ("DELETE FROM experiments", "a plan that was withdrawn stays on record"),
    ],
)
def test_the_database_itself_keeps_a_withdrawn_plan(connection, withdrawn, sql, said):
    assert said in refused(connection, sql)
    assert records.of_id(connection, withdrawn.experiment_id) == withdrawn


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE experiments SET design = '{}'", "a design that has started is never changed, only stopped"),
        ("DELETE FROM experiments", "a test that has started stays on record"),
    ],
)
def test_of_a_test_that_has_started_the_database_says_so(connection, planned, sql, said):
    started(connection)
    assert said in refused(connection, sql)


@pytest.mark.parametrize("end", [False, True])
def test_the_database_itself_withdraws_nothing_that_has_started(connection, planned, end):
    test = started(connection)
    if end:
        life.end(connection, test, ended_by="stopped", on=date(2026, 6, 20), because="a fault", evidence={}, **BY)
    told = refused(connection, "UPDATE experiments SET state = 'withdrawn', ended_by = NULL")
    assert f"does not move from {'ended' if end else 'running'} to withdrawn" in told


def test_a_plan_that_another_follows_is_withdrawn_after_that_one(connection, planned):
    life.plan(connection, FOLLOWS, evidence={}, **BY)
    with pytest.raises(Refused, match="simple/2 follows it, and is planned") as problem:
        life.withdraw(connection, planned, because="too short", **LATER)
    assert "arrears experiment withdraw simple/2" in problem.value.do
    life.withdraw(connection, records.find(connection, "simple", 2), because="too short", **LATER)
    life.withdraw(connection, planned, because="too short", **LATER)
    assert records.every(connection) == []


def test_a_withdrawn_plan_has_no_successor(connection, withdrawn):
    with pytest.raises(Refused, match="version 1, which it follows, is not on record"):
        life.plan(connection, FOLLOWS, evidence={}, **LATER)


def test_a_withdrawn_successor_leaves_the_version_before_as_the_newest(connection, planned):
    started(connection)
    life.plan(connection, FOLLOWS, evidence={}, **BY)
    life.withdraw(connection, records.find(connection, "simple", 2), because="too small", **LATER)
    assert records.find(connection, "simple").label == "simple/1"
    assert records.find(connection, "simple", even_withdrawn=True).label == "simple/1"


def test_of_a_start_and_a_withdrawal_at_once_one_is_refused(database):
    with database.begin() as connection:
        life.plan(connection, DESIGN, evidence={}, **BY)
        test = records.find(connection, "simple")
    told = []

    def withdraw():
        try:
            with database.begin() as other:
                life.withdraw(other, test, because="too short", **LATER)
        except Refused as problem:
            told.append(problem.found)

    with database.begin() as connection:
        started(connection)
        second = Thread(target=withdraw)
        second.start()
        second.join(0.3)
        assert second.is_alive(), "it waits for the start"
    second.join()
    assert told == ["it is running"]
    with database.connect() as connection:
        assert records.find(connection, "simple").state == "running"


def test_a_plan_that_was_changed_since_it_was_read_is_not_started(connection, planned):
    life.plan(connection, simple(enrolment={"starts": "2026-06-22"}), evidence={}, **BY)
    with pytest.raises(Refused, match="its plan was changed while it was being started"):
        life.start(connection, planned, because="ready", **BY)
    assert records.find(connection, "simple").state == "planned"


def test_a_plan_that_was_changed_since_it_was_read_is_not_withdrawn(connection, planned):
    life.plan(connection, simple(enrolment={"starts": "2026-06-22"}), evidence={}, **BY)
    with pytest.raises(Refused, match="its plan was changed since it was seen"):
        life.withdraw(connection, planned, because="too short", **LATER)
    assert records.find(connection, "simple").state == "planned"
    now = records.find(connection, "simple")
    with pytest.raises(Refused, match="its plan was changed since it was seen"):
        life.withdraw(connection, now, because="too short", stood=planned.design.fingerprint, **LATER)
    life.withdraw(connection, now, because="too short", stood=now.design.fingerprint, **LATER)


@pytest.fixture
def run(database, tmp_path, monkeypatch, capsys):
    """A command about tests: its exit code, what it said, and what it complained of."""
    monkeypatch.setenv("ARREARS_ROOT", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))

    def answer(*words):
        monkeypatch.setattr(sys, "argv", ["arrears", "experiment", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return ended.value.code, told.out, told.err

    return answer


def test_the_command_withdraws_and_the_list_leaves_it_out(database, run):
    with database.begin() as connection:
        life.plan(connection, DESIGN, evidence={}, **BY)
    code, said, _ = run("withdraw", "simple", "--because", "June is too short", "--by", "zoe")
    assert (code, said.strip()) == (0, "simple/1 is withdrawn.")
    assert json.loads(run("list", "--json")[1])["tests"] == []
    (row,) = json.loads(run("list", "--withdrawn", "--json")[1])["tests"]
    assert (row["test"], row["state"]) == ("simple/1", "withdrawn")
    assert "withdrawn" in run("list", "--withdrawn")[1]
    with database.connect() as connection:
        (test,) = records.every(connection, even_withdrawn=True)
        assert history.deeds(connection, test.experiment_id)[-1].by == "zoe"


@pytest.mark.parametrize("verb", ["withdraw", "stop", "start"])
def test_what_is_withdrawn_is_told_so_by_its_name(database, run, verb):
    with database.begin() as connection:
        life.plan(connection, DESIGN, evidence={}, **BY)
        life.withdraw(connection, records.find(connection, "simple"), because="too short", **LATER)
    for name in ("simple", "simple/1"):
        code, _, complaint = run(verb, name, "--because", "again")
        assert code == 4
        assert "it is withdrawn" in " ".join(complaint.split())


def test_a_name_alone_means_the_version_that_was_not_withdrawn(database, run):
    with database.begin() as connection:
        life.plan(connection, DESIGN, evidence={}, **BY)
        started(connection)
        life.plan(connection, FOLLOWS, evidence={}, **BY)
        life.withdraw(connection, records.find(connection, "simple", 2), because="too small", **LATER)
    code, said, _ = run("successor", "simple", "--share", "challenger=0.3", "--json")
    assert code == 0
    assert json.loads(said)["test"] == "simple/2"
    code, _, complaint = run("successor", "simple/2", "--share", "challenger=0.3")
    assert code == 4
    assert "withdrawn" in complaint
