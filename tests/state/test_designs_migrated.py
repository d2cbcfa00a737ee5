"""A design that an earlier version took is read for good, whatever later versions ask of new ones."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from arrears.errors import BadInput
from arrears.experiments import life, records
from arrears.experiments.design import design_of, read_design
from arrears.experiments.example import EXAMPLE
from arrears.state import migrate
from tests.state.before import as_of_version

BEFORE = "v0007"
NOW = datetime(2026, 5, 30, 8, tzinfo=UTC)
BY: dict[str, Any] = {"at": NOW, "by": "strategist"}
MIXED = [
    {"name": "champion", "role": "champion", "share": 0.5, "strategy": "value_at_risk/1", "model": None},
    {"name": "challenger", "role": "challenger", "share": 0.5, "strategy": None, "model": "propensity/2"},
]
TAKEN_BEFORE: dict[str, dict[str, Any]] = {
    "long_words": {"sentence": "why " * 300},
    "surer_than_sure": {"stop": {"alpha": 1e-5, "guardrail_alpha": 1e-6, "power": 0.99999}},
    "next_to_nothing": {"primary": {"smallest_effect_minor": 0.0005}},
    "huge": {"primary": {"smallest_effect_minor": 1e17, "cap_minor": 10**17}, "enrolment": {"debtors": 2 * 10**9}},
    "mixed": {"arms": MIXED},
    "wide": {"cohort": {"balance_from_minor": -(10**17), "clients": ["", "C" * 201]}},
    "group_of_nobody": {"guardrails": [{"metric": "fairness_gap", "margin": 0.2, "horizon_days": 14}]},
    "long_ago": {"enrolment": {"starts": "1066-10-14"}},
}


def document_of(name):
    """A design as that version wrote it: it knew no staff of an arm's own and no protected groups."""
    told = read_design(EXAMPLE).document() | {"name": name}
    del told["staff"], told["between_collectors"]
    for rail in told["guardrails"]:
        del rail["protected"]
    for part, value in TAKEN_BEFORE[name].items():
        told[part] = told[part] | value if isinstance(value, dict) else value
    return told


@pytest.fixture
def upgraded(empty_database):
    """A database of the version before with planned and running tests, brought to this version."""
    with empty_database.begin() as connection:
        as_of_version(connection, BEFORE)
        for name in TAKEN_BEFORE:
            row = {"name": name, "design": json.dumps(document_of(name)), "at": NOW}
            for version, state in ((1, "running"), (2, "planned")):
                connection.execute(text(_ROW), row | {"version": version, "state": state})
    migrate.upgrade(empty_database)
    with empty_database.begin() as connection:
        yield connection


_ROW = """
    INSERT INTO experiments (name, version, design, fingerprint, state, planned_at, planned_by, started_on)
    VALUES (:name, :version, CAST(:design AS jsonb) || jsonb_build_object('version', CAST(:version AS int)),
        'as it was', :state, :at, 'strategist', CASE WHEN :state = 'running' THEN date '2026-06-01' END)
"""


def test_every_test_of_before_is_listed_found_and_run(upgraded):
    assert {each.label for each in records.running(upgraded)} == {f"{name}/1" for name in TAKEN_BEFORE}
    assert len(records.every(upgraded)) == 2 * len(TAKEN_BEFORE)
    for name in TAKEN_BEFORE:
        assert records.find(upgraded, name, 1).started_on == date(2026, 6, 1)


@pytest.mark.parametrize("name", TAKEN_BEFORE)
def test_what_was_taken_before_is_refused_of_a_new_design(name):
    with pytest.raises(BadInput):
        design_of(document_of(name))


@pytest.mark.parametrize("name", TAKEN_BEFORE)
def test_what_was_planned_before_is_neither_started_nor_planned_again(upgraded, name):
    test = records.find(upgraded, name, 2)
    with pytest.raises(BadInput, match=f"{name}/2"):
        life.start(upgraded, test, because="it waited long enough", **BY)
    with pytest.raises(BadInput, match=f"{name}/2"):
        life.plan(upgraded, test.design, evidence={}, **BY)


def test_a_plan_of_before_is_mended_by_planning_it_again(upgraded):
    mended = read_design(EXAMPLE.replace('"earlier_calls"', '"long_words"').replace("version = 1", "version = 2"))
    life.plan(upgraded, mended, evidence={}, **BY)
    assert records.find(upgraded, "long_words", 2).design == mended


def test_what_runs_since_before_can_be_ended(upgraded):
    for test in records.running(upgraded):
        life.end(upgraded, test, ended_by="stopped", on=date(2026, 6, 9), because="old", evidence={}, **BY)
    assert records.running(upgraded) == []
