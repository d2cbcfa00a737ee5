"""A night whose arms are versions of a model: each arm scored, explained and ranked by its own, and replayed so."""

import math
import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from arrears.experiments import enrolments, records
from arrears.queues import in_force, store
from arrears.queues.strategy import strategy
from commands.night import summary
from models.artifact import Part
from models.contact import CONTACT
from models.roll_rate import ROLL_RATE, deeper_moves, edge_name
from models.spec import ModelSpec
from models.under_test import UnderTest
from models.uplift import UPLIFT
from serving.night.nightly import build_by_champions, run_night
from serving.night.replay import replay
from serving.scores import standing
from serving.scores.why import why
from tests.night.desk_book import AS_OF, DAY, MORNING, StandingClock, lake_of
from tests.night.model_arms import (
    FEATURES,
    NAMES,
    NO_LOTS,
    begun,
    book,
    fitted,
    registered,
    two_versions,
    versions_compared,
)

NOW = datetime(2026, 6, 12, 20, tzinfo=UTC)
BY: dict[str, Any] = {"at": NOW, "by": "strategist"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def registry(module_database, shared_folder, empty_mlflow, folder):
    return two_versions(module_database, shared_folder, empty_mlflow, folder)


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    return lake_of(tmp_path_factory.mktemp("model_arms"), book(), settings=NO_LOTS)


@pytest.fixture(scope="module")
def night(module_database, lake, registry):
    with module_database.begin() as connection:
        begun(connection, UnderTest(registry), **BY)
    return run(module_database, lake, registry)


BY_VALUE = strategy("value_at_risk")


def run(database, lake, registry, days=0, by=BY_VALUE):
    clock, day = StandingClock(MORNING + timedelta(days=days)), DAY + timedelta(days=days)
    return run_night(database, lake, registry, AS_OF, by, clock=clock, limits_on=DAY, served_on=day, replace=True)


def arms_of(database):
    with database.connect() as connection:
        (test,) = records.every(connection)
        return {each.debtor_id: each.arm for each in enrolments.enrolled(connection, test.experiment_id)}


def said_by(registry, night, version):
    """What a version of propensity says of every account of the night, by account."""
    artifact, told = registry.load("propensity", version).artifact, night.built.book
    x = told.x[:, [told.names.index(name) for name in FEATURES]]
    return dict(zip(told.account_id.tolist(), artifact.predict(x).tolist(), strict=True))


def test_every_account_of_an_arm_is_scored_by_the_arms_version_and_everybody_else_by_the_champion(
    night, module_database, registry
):
    arms = arms_of(module_database)
    assert set(arms) == set(NAMES) - {"D1"}
    assert min(list(arms.values()).count(arm) for arm in ("champion", "challenger")) > 15
    by = {arm: said_by(registry, night, version) for arm, version in (("champion", "1"), ("challenger", "2"))}
    with module_database.connect() as connection:
        rows = store.late_accounts(connection, night.night_id, "30-59") + store.accounts_of(
            connection, night.night_id, "D1"
        )
    assert len(rows) == len(NAMES)
    for row in rows:
        arm = arms.get(row.debtor_id)
        assert row.propensity == by[arm or "champion"][row.account_id]
        assert row.arm_model == {"champion": "propensity/1", "challenger": "propensity/2", None: None}[arm]
        assert row.reasons["propensity"]["answer"] == pytest.approx(row.propensity)
        total = row.reasons["propensity"]["base"] + sum(row.reasons["propensity"]["contributions"].values())
        assert math.isclose(total, row.reasons["propensity"]["margin"], abs_tol=2e-5)
    assert any(row.verdict == "held" and row.arm_model for row in rows), "held accounts of an arm, too"


def test_items_are_ranked_by_their_arms_version_and_name_it(night, module_database):
    arms = arms_of(module_database)
    with module_database.connect() as connection:
        rows = store.items(connection, night.night_id, limit=500).rows
    assert len(rows) == len(NAMES)
    for row in rows:
        arm = arms.get(row.debtor_id)
        assert row.propensity_version == ("2" if arm == "challenger" else "1")
        assert (row.arm, row.strategy_name) == (arm, "value_at_risk"), "all arms follow the strategy in force"
        assert row.scored_by == "rules", "nothing but rules says who rolls in this deployment"
    for arm in ("champion", "challenger"):
        priority = [row.priority for row in rows if row.arm == arm]
        assert priority == sorted(priority, reverse=True)


def test_the_covariate_from_before_the_test_is_the_champions_in_both_arms(night, module_database, registry):
    said = said_by(registry, night, "1")
    with module_database.connect() as connection:
        (test,) = records.every(connection)
        rows = enrolments.enrolled(connection, test.experiment_id)
    assert {each.debtor_id: each.covariates["champion_score"] for each in rows} == {
        each.debtor_id: said[f"A{each.debtor_id[1:]}"] for each in rows
    }


def test_the_night_tells_its_arms_versions_and_comes_out_identical_whatever_is_promoted_since(
    night, module_database, lake, registry
):
    with module_database.connect() as connection:
        told = store.night(connection, night.night_id)
    assert [(part.get("model"), part.get("model_because")) for part in told.experiments] == [
        (None, None),
        ("propensity/1", None),
        ("propensity/2", None),
    ]
    assert (told.propensity_version, told.model_of("newer_model/1", "challenger")) == ("1", "propensity/2")
    registry.promote("propensity", "2", who="test", why="impatience")
    try:
        assert replay(module_database, lake.root, registry, night.night_id).difference is None
    finally:
        registry.roll_back("propensity", who="test", why="patience")


def test_decisions_and_look_ups_name_the_version_of_the_arm(night, module_database):
    arms = arms_of(module_database)
    sql = "SELECT debtor_id, propensity_version FROM decisions WHERE night_id = :night AND experiment IS NOT NULL"
    with module_database.connect() as connection:
        logged = {row.debtor_id: row.propensity_version for row in connection.execute(text(sql), {"night": 1})}
        challenger = next(name for name, arm in arms.items() if arm == "challenger" and name != "D2")
        (stood,) = standing.from_night(connection, store.night(connection, 1), [f"A{challenger[1:]}"])
        told = why(connection, f"A{challenger[1:]}")
    versions = {name: "propensity/2" if arm == "challenger" else "propensity/1" for name, arm in arms.items()}
    assert logged == {name: version for name, version in versions.items() if name in logged}
    assert len(logged) >= len(arms) - 1
    assert stood.otherwise_by == {"propensity": "propensity/2", "roll": "roll_rate/rules-1"}
    assert (told.account.arm_model, told.item.propensity_version) == ("propensity/2", "2")


def test_while_the_alias_moves_the_arms_keep_their_versions(night, module_database, lake, registry):
    registry.promote("propensity", "2", who="test", why="impatience")
    try:
        later = run(module_database, lake, registry, days=1)
    finally:
        registry.roll_back("propensity", who="test", why="patience")
    with module_database.connect() as connection:
        rows = store.items(connection, later.night_id, limit=500).rows
    assert {(row.arm, row.propensity_version) for row in rows} == {("champion", "1"), ("challenger", "2"), (None, "2")}


def small_version(registry, folder, name, seed):
    """A small version of a model other than propensity; the first becomes champion."""
    random = np.random.default_rng(seed)
    if name == "roll_rate":
        parts = [Part(edge_name(rank), fitted(seed + rank)) for rank in range(3)]
        moves = deeper_moves(random.integers(0, 8, 4_000), random.integers(0, 8, 4_000), edges=3)
        version = registered(registry, folder, seed, spec=ROLL_RATE, parts=parts, moves=moves)
    elif name == "contact":
        version = registered(registry, folder, seed, spec=CONTACT)
    else:
        segment: dict[str, Any] = {
            "name": "one",
            "client": "bank",
            "currency": "USD",
            "basis": "loss",
            "ranking": "response",
        }
        segment |= {"boosters": ["paid"], "scale": 1_000.0, "because": "a test says so"}
        segment |= {"adds_minor": {"estimate": 900.0, "low": 400.0, "high": 1_400.0}}
        parts = [Part("paid", fitted(seed), facts={"scale": 1.0})]
        version = registered(registry, folder, seed, spec=UPLIFT, parts=parts, selection={"segments": [segment]})
    if version == "1":
        registry.promote(name, "1", who="test", why="to serve")
    return version


@pytest.mark.parametrize("name", ["roll_rate", "contact", "uplift"])
def test_an_arm_of_any_model_is_worked_as_if_its_version_were_champion_and_nobody_else_is(
    name, database, lake, shared_folder, empty_mlflow, tmp_path
):
    registry = two_versions(database, shared_folder, empty_mlflow, tmp_path)
    by = strategy("incremental_value" if name == "uplift" else "value_at_risk")
    with database.begin() as connection:
        if name == "uplift":
            told: dict[str, Any] = {"at": NOW, "by": "strategist", "because": "it reads what a call adds"}
            in_force.promote(connection, f"{by.name}/{by.version}", **told)
    for seed in (41, 51):
        small_version(registry, tmp_path, name, seed)
    alone = {}
    for version in ("2", "1"):
        registry.promote(name, version, who="test", why="to see it alone")
        alone[version] = build_by_champions(lake, registry, AS_OF, by, limits_on=DAY)
    with database.begin() as connection:
        begun(connection, UnderTest(registry), versions_compared(f"{name}/1", f"{name}/2"), **BY)
    night = run(database, lake, registry, by=by)
    arms, built = arms_of(database), night.built
    is_challenger = np.array([arms.get(debtor) == "challenger" for debtor in built.book.debtor_id.tolist()])
    assert 15 < is_challenger.sum() < len(NAMES) - 15
    differ = set()
    for version, mine in (("1", ~is_challenger), ("2", is_challenger)):
        for term, column in built.terms.items():
            assert np.array_equal(column[mine], alone[version].terms[term][mine], equal_nan=True), term
            if not np.array_equal(alone["1"].terms[term][mine], alone["2"].terms[term][mine], equal_nan=True):
                differ.add(term)
        for row in np.flatnonzero(mine).tolist():
            for question, told in alone[version].scores.reasons[row].items():
                found = built.scores.reasons[row][question]
                assert found["contributions"] == pytest.approx(told["contributions"], abs=1e-6)
                assert (found["answer"], said_in(found)) == (told["answer"], said_in(told))
    assert "priority_minor" in differ, "the two versions do put debtors in another order"
    with database.connect() as connection:
        (judged,) = store.accounts_of(connection, night.night_id, built.book.debtor_id[is_challenger][0])
    assert judged.arm_model == f"{name}/2"
    assert replay(database, lake.root, registry, night.night_id).difference is None


def said_in(told):
    return [reason["sentence"] for reason in told["reasons"]]


def broken(registry, folder):
    """A version that opens and cannot score: it answers with a chain's buckets where one chance is asked for."""
    spec = ModelSpec("propensity", "Into which bucket?", "chain", 30)
    moves = {"buckets": [str(place) for place in range(8)], "shares": np.full((9, 4), 0.5).tolist()}
    parts = [Part(edge_name(rank), fitted(rank)) for rank in range(3)]
    return registered(registry, folder, 31, spec=spec, parts=parts, moves=moves)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("gone", "cannot be opened"),
        ("broken", "could not score the book"),
        ("no_number", "could not score the book"),
        ("lacking", "features that the book has not"),
    ],
)
def test_a_version_that_fails_leaves_its_arm_to_the_champion_and_the_night_says_so(
    fault, told, database, lake, shared_folder, empty_mlflow, tmp_path
):
    registry = two_versions(database, shared_folder, empty_mlflow, tmp_path)
    if fault == "broken":
        label = f"propensity/{broken(registry, tmp_path)}"
    elif fault == "no_number":
        parts = [Part("propensity", fitted(5), calibration={"method": "platt", "parameters": [math.nan, 0.0]})]
        label = f"propensity/{registered(registry, tmp_path, 5, parts=parts)}"
    else:
        features = ("days_past_due", "rpc_count_90d") if fault == "lacking" else FEATURES
        label = f"propensity/{registered(registry, tmp_path, 4, features=features)}"
    with database.begin() as connection:
        begun(connection, UnderTest(registry), versions_compared(challenger=label), **BY)
    if fault == "gone":
        shutil.rmtree(registry.load(*label.split("/")).folder)
    found = run(database, lake, registry)
    with database.connect() as connection:
        recorded = store.night(connection, found.night_id)
        rows = store.items(connection, found.night_id, limit=500).rows
    because = recorded.experiments[2]["model_because"]
    assert [each["model_because"] for each in summary(found.built, night_id=1)["arms_failed"]] == [because]
    assert (recorded.experiments[2]["model"], told in because) == (label, True)
    assert {(row.arm, row.propensity_version) for row in rows} == {("champion", "1"), ("challenger", "1"), (None, "1")}
    said = said_by(registry, found, "1")
    assert {row.lead_account_id: row.propensity for row in rows} == {
        row.lead_account_id: said[row.lead_account_id] for row in rows
    }
    assert replay(database, lake.root, registry, found.night_id).difference is None
