"""A model's version comes into force by a test: by the written rule, through the gate, and back in one step."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from arrears.errors import BadInput, Refused, WrongUse
from arrears.experiments import acting, enrolments, history, records
from arrears.experiments.promoted import standing_promotion
from arrears.queues import in_force
from arrears.queues.strategy import strategy
from models.under_test import UnderTest
from serving.night.nightly import run_night
from tests.experiments.designs import compared, simple
from tests.night.desk_book import AS_OF, DAY, MORNING, StandingClock, lake_of
from tests.night.model_arms import NO_LOTS, begun, book, registered, two_versions, versions_compared
from training.experiments.reading import read_test

NOW = datetime(2026, 7, 20, 8, tzinfo=UTC)
BY: dict[str, Any] = {"at": NOW, "by": "strategist"}
ON = date(2026, 7, 20)


READ = {
    "as_of": "2026-07-20",
    "mismatch": {"found": False},
    "challengers": [{"arm": "challenger", "verdict": {"decision": "promote", "reasons": []}}],
}


@pytest.fixture
def registry(database, shared_folder, empty_mlflow, tmp_path):
    return two_versions(database, shared_folder, empty_mlflow, tmp_path)


@pytest.fixture
def models(registry):
    return UnderTest(registry)


@pytest.fixture
def won(database, models):
    """A test of version 2 against version 1 whose newest reading says promote."""
    with database.begin() as connection:
        begun(connection, models, **BY)
        test = records.find(connection, "newer_model")
        history.note(connection, test.experiment_id, did="read", because="promote", evidence=READ, **BY)
        return test


def paid(name, amount, day=DAY):
    told = {"payment_id": f"P-{name}-{day}", "line": 1, "account_id": f"A{name[1:]}", "paid_on": day, "amount": amount}
    return told | {"recorded_at": f"{day}T18:00:00+00:00"}


def promote(database, test, models, because="it collects more"):
    with database.begin() as connection:
        return acting.promote(connection, test, None, on=ON, because=because, registered=models, **BY)


def roll_back(database, models):
    with database.begin() as connection:
        return acting.roll_back(connection, because="the summer was odd", registered=models, **BY)


def standing(database):
    with database.connect() as connection:
        found = standing_promotion(connection)
    return found and (found.label, found.before)


def did(database, test):
    with database.connect() as connection:
        return [act.did for act in history.acts(connection, test.experiment_id)]


def test_a_version_that_won_becomes_champion_with_its_reading_and_is_taken_back_in_one_step(
    won, database, registry, models
):
    assert promote(database, won, models) == "propensity/2"
    assert registry.champion_version("propensity") == "2"
    move = registry.history("propensity")[-1]
    assert (move.who, move.why, move.state) == ("strategist", "it collects more", "moved")
    assert (move.evidence["experiment"], move.evidence["verdict"]) == ("newer_model/1", "promote")
    assert move.evidence["reading"]["challengers"][0]["verdict"]["decision"] == "promote"
    with database.connect() as connection:
        ended = records.find(connection, "newer_model")
        assert (ended.state, ended.ended_by) == ("ended", "promoted")
        assert in_force.moves(connection) == [], "no strategy has changed"
    assert roll_back(database, models) == "propensity/1"
    assert registry.champion_version("propensity") == "1"
    assert did(database, won)[-1] == "rolled_back"
    with pytest.raises(Refused, match="no promotion stands"):
        roll_back(database, models)


def test_from_the_night_to_the_alias(database, registry, models, tmp_path):
    with database.begin() as connection:
        begun(connection, models, **BY)
    lake = lake_of(tmp_path, book(), settings=NO_LOTS)
    night: dict[str, Any] = {"clock": StandingClock(MORNING), "limits_on": DAY, "served_on": DAY}
    run_night(database, lake, registry, AS_OF, strategy("value_at_risk"), **night)
    with database.connect() as connection:
        test = records.find(connection, "newer_model")
        arms = {each.debtor_id: each.arm for each in enrolments.enrolled(connection, test.experiment_id)}
    more = {"champion": 10, "challenger": 40}
    tables = book() | {"payments": [paid(name, more[arm] + int(name[1:]) % 7) for name, arm in arms.items()]}
    tables["payments"].append(paid("D1", 1, ON))
    found = read_test(database, lake_of(tmp_path, tables, settings=NO_LOTS), test, at=NOW)
    assert found.readout.challengers[0].verdict.decision == "promote"
    assert promote(database, test, models) == "propensity/2"
    assert registry.champion_version("propensity") == "2"
    assert registry.history("propensity")[-1].evidence["reading"] == found.readout.document()


def test_the_newest_promotion_is_taken_back_whether_a_strategys_or_a_models(won, database, registry, models):
    with database.begin() as connection:
        in_force.promote(connection, "severity/1", at=NOW - timedelta(days=1), by="strategist", because="older")
    promote(database, won, models)
    assert standing(database) == ("propensity/2", "propensity/1")
    assert roll_back(database, models) == "propensity/1"
    assert standing(database) == ("severity/1", "value_at_risk/1")
    assert roll_back(database, models) == "value_at_risk/1"
    assert standing(database) is None


def test_what_the_gate_refuses_moves_nothing_and_the_test_runs_on(won, database, registry, models):
    registry.tracking.client.set_model_version_tag("propensity", "2", "verdict", "refuse")
    with pytest.raises(Refused, match="its verdict is to refuse"):
        promote(database, won, models)
    assert registry.champion_version("propensity") == "1"
    with database.connect() as connection:
        assert records.find(connection, "newer_model").state == "running"


def test_a_process_that_dies_after_the_alias_moved_is_finished_by_the_next_attempt(won, database, registry, models):
    with database.connect() as connection:
        acting.promote(connection, won, None, on=ON, because="it collects more", registered=models, **BY)
        connection.rollback()  # where a process dies before it commits
    assert registry.champion_version("propensity") == "2"
    moves = len(registry.history("propensity"))
    with database.connect() as connection:
        assert records.find(connection, "newer_model").state == "running"
    assert promote(database, won, models) == "propensity/2"
    assert len(registry.history("propensity")) == moves, "the alias is not moved again"
    with database.connect() as connection:
        assert records.find(connection, "newer_model").ended_by == "promoted"


def died(database, test, models):
    """A promotion whose process dies after the alias has moved and before it commits."""
    with database.connect() as connection:
        acting.promote(connection, test, None, on=ON, because="it collects more", registered=models, **BY)
        connection.rollback()


def test_after_a_promotion_that_died_nothing_else_is_done_until_it_is_written_down(won, database, registry, models):
    died(database, won, models)
    with pytest.raises(Refused, match="propensity/2 serves by newer_model/1 already") as refused:
        stop(database, won, models)
    assert "Promote it once more" in refused.value.do
    with pytest.raises(Refused, match="propensity/2 serves by newer_model/1 already"):
        roll_back(database, models)
    assert promote(database, won, models) == "propensity/2"
    assert roll_back(database, models) == "propensity/1"


def test_a_night_writes_down_a_promotion_that_died(won, database, registry, models):
    died(database, won, models)
    harm = {"arm": "challenger", "verdict": {"decision": "stop_for_harm", "reasons": []}}
    with database.begin() as connection:
        told = {**READ, "challengers": [harm]}
        assert acting.keep_reading(connection, won, told, at=NOW, registered=models) == "promoted"
        ended = records.find(connection, "newer_model")
    assert (ended.state, ended.ended_by) == ("ended", "promoted")
    assert standing(database) == ("propensity/2", "propensity/1")
    assert roll_back(database, models) == "propensity/1"


def test_a_test_whose_challenger_serves_by_somebody_elses_act_is_stopped(won, database, registry, models):
    registry.promote("propensity", "2", who="scientist", why="by hand")
    stop(database, won, models)
    assert did(database, won)[-1] == "ended"


def stop(database, test, models):
    with database.begin() as connection:
        acting.stop(connection, test, on=ON, because="the summer is over", registered=models, **BY)


def test_a_roll_back_that_died_half_way_is_finished_by_the_next_attempt(won, database, registry, models):
    promote(database, won, models)
    with database.connect() as connection:
        acting.roll_back(connection, because="odd", registered=models, **BY)
        connection.rollback()
    assert registry.champion_version("propensity") == "1"
    assert roll_back(database, models) == "propensity/1"
    assert registry.champion_version("propensity") == "1"
    assert did(database, won)[-1] == "rolled_back"


def test_against_a_version_that_no_longer_serves_nothing_is_promoted_or_taken_back(
    won, database, registry, models, tmp_path
):
    third = registered(registry, tmp_path, 3)
    registry.promote("propensity", third, who="scientist", why="retrained")
    with pytest.raises(Refused, match="it was tested against propensity/1, and propensity/3 serves"):
        promote(database, won, models)
    registry.roll_back("propensity", who="scientist", why="too early")
    promote(database, won, models)
    registry.promote("propensity", third, who="scientist", why="retrained")
    with pytest.raises(Refused, match="no promotion stands"):
        roll_back(database, models)
    assert "rolled_back" not in did(database, won)
    registry.roll_back("propensity", who="scientist", why="the newer one was worse")
    assert roll_back(database, models) == "propensity/1", "it serves again, so it stands again"


@pytest.mark.parametrize("by_hand", ["rolled back", "retrained"])
def test_a_version_that_serves_no_longer_keeps_no_older_promotion_from_being_taken_back(
    won, database, registry, models, tmp_path, by_hand
):
    with database.begin() as connection:
        in_force.promote(connection, "severity/1", at=NOW - timedelta(days=1), by="strategist", because="older")
    promote(database, won, models)
    if by_hand == "retrained":
        registry.promote("propensity", registered(registry, tmp_path, 3), who="scientist", why="retrained")
    else:
        registry.roll_back("propensity", who="scientist", why="at once")
    serves = registry.champion_version("propensity")
    with database.connect() as connection:
        assert standing_promotion(connection, models).label == "severity/1"
    assert roll_back(database, models) == "value_at_risk/1"
    assert registry.champion_version("propensity") == serves


def test_without_a_registry_nothing_is_promoted(won, database):
    with pytest.raises(WrongUse, match="no registry of models is at hand"):
        promote(database, won, None)


@pytest.mark.parametrize(
    ("challenger", "told"),
    [
        ("propensity/9", "propensity/9 cannot be opened"),
        ("propensity/refused", "the verdict of propensity/3 is to refuse: a test says so"),
        ("propensity/unlawful", "propensity/3 may not serve: shoe_size is not in the catalog"),
    ],
)
def test_a_version_that_may_not_serve_starts_no_test(database, registry, models, tmp_path, challenger, told):
    if challenger == "propensity/refused":
        challenger = f"propensity/{registered(registry, tmp_path, 3, verdict='refuse')}"
    elif challenger == "propensity/unlawful":
        challenger = f"propensity/{registered(registry, tmp_path, 3, features=('days_past_due', 'shoe_size'))}"
    with database.begin() as connection, pytest.raises(Refused, match=told):
        begun(connection, models, versions_compared(challenger=challenger), **BY)


def test_a_champions_arm_that_does_not_serve_starts_no_test(database, registry, models):
    registry.promote("propensity", "2", who="scientist", why="retrained")
    with (
        database.begin() as connection,
        pytest.raises(Refused, match="champion is propensity/1, and propensity/2 serv"),
    ):
        begun(connection, models, **BY)


def test_versions_of_what_the_strategy_in_force_does_not_read_start_no_test(database, models):
    with (
        database.begin() as connection,
        pytest.raises(Refused, match="value_at_risk/1 is in force, and reads no uplift"),
    ):
        begun(connection, models, versions_compared("uplift/1", "uplift/2"), **BY)


@pytest.mark.parametrize(
    ("challenger", "told"),
    [
        ({"strategy": "severity/1"}, "1 of 2 arms are versions of a model"),
        ({"model": "roll_rate/2"}, "versions of propensity and roll_rate: one model"),
        ({"model": "promise/2"}, "nights do not rank by promise; they read propensity, roll_rate"),
        ({"model": "propensity/new"}, "propensity/new is no version of a model"),
    ],
)
def test_arms_that_cannot_be_compared_are_no_design(challenger, told):
    champion, other = compared("model", champion=("propensity/1", 0.5), challenger=("propensity/2", 0.5))
    simple(arms=[champion, other])
    with pytest.raises(BadInput, match=told):
        simple(arms=[champion, {name: other[name] for name in ("name", "role", "share")} | challenger])
