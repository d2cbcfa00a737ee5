"""Tests of before plans could be withdrawn: each is as it was, and the plans among them may be withdrawn now."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from arrears.errors import Refused
from arrears.experiments import history, life, records
from arrears.state import migrate
from tests.experiments.designs import simple
from tests.state.before import as_of_version

BEFORE = "v0011"
NOW = datetime(2026, 5, 30, 8, tzinfo=UTC)
BY: dict[str, Any] = {"at": NOW, "by": "strategist"}
STANDING = {"planned": (None, None), "running": (date(2026, 6, 15), None), "ended": (date(2026, 6, 15), "stopped")}
_ROW = text("""
    INSERT INTO experiments (name, version, design, fingerprint, state, planned_at, planned_by, started_on, ended_by,
        arms_ended)
    VALUES (:name, 1, CAST(:design AS jsonb), 'as it was', :state, :at, 'strategist', :started_on, :ended_by,
        CASE WHEN :state = 'running' THEN jsonb_build_object('challenger', '2026-07-01') ELSE '{}' END)
    RETURNING experiment_id
""")
_ACT = text("""
    INSERT INTO experiment_acts (experiment_id, at, by, did, because, evidence)
    VALUES (:experiment, :at, 'strategist', 'planned', 'why', '{"weeks": 4}')
""")


@pytest.fixture
def upgraded(empty_database):
    """A database of the version before with a test of each state, brought to this version."""
    with empty_database.begin() as connection:
        as_of_version(connection, BEFORE)
        for state, (started_on, ended_by) in STANDING.items():
            row = {"name": state, "design": json.dumps(simple(name=state).document()), "state": state, "at": NOW}
            number = connection.execute(_ROW, row | {"started_on": started_on, "ended_by": ended_by}).scalar_one()
            connection.execute(_ACT, {"experiment": number, "at": NOW})
    migrate.upgrade(empty_database)
    with empty_database.begin() as connection:
        yield connection


@pytest.mark.parametrize("state", STANDING)
def test_every_test_of_before_stands_as_it_did(upgraded, state):
    test = records.find(upgraded, state, 1)
    assert (test.state, test.started_on, test.ended_by) == (state, *STANDING[state])
    assert test.arms_ended == ({"challenger": date(2026, 7, 1)} if state == "running" else {})
    assert [(act.did, act.evidence) for act in history.acts(upgraded, test.experiment_id)] == [
        ("planned", {"weeks": 4})
    ]


def test_a_plan_of_before_is_withdrawn_and_planned_anew(upgraded):
    plan = records.find(upgraded, "planned")
    life.withdraw(upgraded, plan, because="nobody wants it", **BY)
    assert records.find(upgraded, "planned") is None
    number = life.plan(upgraded, plan.design, evidence={}, **BY)
    assert number > plan.experiment_id
    assert records.find(upgraded, "planned").state == "planned"


@pytest.mark.parametrize("state", ["running", "ended"])
def test_what_had_started_before_is_not_withdrawn(upgraded, state):
    with pytest.raises(Refused, match=f"it is {state}"):
        life.withdraw(upgraded, records.find(upgraded, state), because="enough", **BY)
    with pytest.raises(IntegrityError, match=f"does not move from {state} to withdrawn"), upgraded.begin_nested():
        upgraded.execute(
            text("UPDATE experiments SET state = 'withdrawn', ended_by = NULL WHERE name = :name"), {"name": state}
        )


@pytest.mark.parametrize("state", STANDING)
def test_a_name_and_version_of_before_still_stands_once(upgraded, state):
    twice = text("""
        INSERT INTO experiments (name, version, design, fingerprint, state, planned_at, planned_by)
        SELECT name, version, design, fingerprint, 'planned', planned_at, planned_by FROM experiments
        WHERE name = :name
    """)
    with pytest.raises(IntegrityError, match="experiments_name_key"), upgraded.begin_nested():
        upgraded.execute(twice, {"name": state})
