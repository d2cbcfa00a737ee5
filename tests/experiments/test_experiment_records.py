"""Tests on record: what has started never changes, no debtor changes arm, the strategy in force is one move away."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from arrears.errors import Refused, WrongUse
from arrears.experiments import enrolments, history, kept_sums, life, records
from arrears.experiments.design import read_design
from arrears.experiments.example import EXAMPLE
from arrears.experiments.measure import measured
from arrears.experiments.moments import Column, total
from arrears.experiments.succession import successor
from arrears.queues import in_force
from arrears.queues.strategy import DEFAULT
from tests.experiments.smallest_night import smallest_night

NOW = datetime(2026, 5, 30, 8, tzinfo=UTC)
DESIGN = read_design(EXAMPLE)
SHARES = {"champion": 0.2, "challenger": 0.8}
OTHER = read_design(EXAMPLE.replace('"earlier_calls"', '"later_calls"'))
BY: dict[str, Any] = {"at": NOW, "by": "strategist"}


@pytest.fixture
def connection(database):
    with database.begin() as connection:
        yield connection


@pytest.fixture
def started(connection):
    life.plan(connection, DESIGN, evidence={}, **BY)
    life.start(connection, records.find(connection, DESIGN.name), because="spring is over", **BY)
    return records.find(connection, DESIGN.name)


def refused(connection, sql):
    with pytest.raises(IntegrityError) as found, connection.begin_nested():
        connection.execute(text(sql))
    return str(found.value.orig)


def test_a_planned_design_may_be_changed_and_a_started_one_may_not(connection):
    first = life.plan(connection, DESIGN, evidence={}, **BY)
    edited = read_design(EXAMPLE.replace("weeks = 8", "weeks = 9"))
    assert life.plan(connection, edited, evidence={}, **BY) == first
    assert records.find(connection, DESIGN.name).design == edited
    life.start(connection, records.find(connection, DESIGN.name), because="ready", **BY)
    with pytest.raises(Refused, match="it has started, and enrolment would change"):
        life.plan(connection, DESIGN, evidence={}, **BY)
    assert life.plan(connection, edited, evidence={}, **BY) == first, "the same text again changes nothing"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE experiments SET design = '{}'",
        "UPDATE experiments SET started_on = '2026-07-01'",
        "UPDATE experiments SET name = 'other'",
        "DELETE FROM experiments",
        "UPDATE experiments SET state = 'planned'",
    ],
)
def test_the_database_itself_keeps_a_started_design(connection, started, sql):
    assert refused(connection, sql)
    assert records.find(connection, DESIGN.name) == started


def test_an_ended_test_never_runs_again(connection, started):
    life.end(connection, started, ended_by="stopped", on=date(2026, 6, 9), because="a fault", evidence={}, **BY)
    ended = records.find(connection, DESIGN.name)
    assert (ended.state, ended.ended_by, ended.ended_on) == ("ended", "stopped", date(2026, 6, 9))
    assert records.running(connection) == []
    assert "does not move from ended to running" in refused(
        connection, "UPDATE experiments SET state = 'running', ended_by = NULL"
    )
    with pytest.raises(Refused, match="it is ended"):
        life.end(connection, ended, ended_by="harm", on=date(2026, 6, 9), because="again", evidence={}, **BY)
    with pytest.raises(Refused, match="it is ended"):
        life.start(connection, ended, because="again", **BY)


def test_ending_asks_for_a_reason(connection, started):
    with pytest.raises(WrongUse, match="no reason"):
        life.end(connection, started, ended_by="stopped", on=date(2026, 6, 9), because=" ", evidence={}, **BY)


def test_a_test_that_overlaps_one_that_runs_is_refused_with_the_days(connection, started):
    life.plan(connection, OTHER, evidence={}, **BY)
    with pytest.raises(Refused, match="earlier_calls/1 holds the same cohort for 91 days from 2026-06-01"):
        life.start(connection, records.find(connection, OTHER.name), because="ready", **BY)
    assert [each.label for each in records.running(connection)] == ["earlier_calls/1"]


def test_a_successor_starts_beside_the_version_that_it_follows(connection, started):
    follows = successor(DESIGN, shares=SHARES, starts=date(2026, 7, 1), weeks=8, debtors=30_000)
    life.plan(connection, follows, evidence={}, **BY)
    life.start(connection, records.find(connection, DESIGN.name, 2), because="more of it", **BY)
    assert [each.label for each in records.running(connection)] == ["earlier_calls/1", "earlier_calls/2"]


def test_a_successor_that_is_another_test_is_not_put_on_record(connection, started):
    follows = successor(DESIGN, shares=SHARES, starts=date(2026, 7, 1), weeks=8, debtors=30_000)
    with pytest.raises(Refused, match="salt would change"):
        life.plan(connection, follows.model_copy(update={"salt": "another lot"}), evidence={}, **BY)


def test_a_successor_of_nothing_on_record_is_refused(connection):
    follows = successor(DESIGN, shares=SHARES, starts=date(2026, 7, 1), weeks=8, debtors=30_000)
    with pytest.raises(Refused, match="version 1, which it follows, is not on record"):
        life.plan(connection, follows, evidence={}, **BY)


def test_a_debtor_keeps_the_arm_whatever_comes_after(connection, started):
    place = enrolments.Enrolled(
        started.experiment_id, "Zoë, 1", "challenger", "Zoë, 1", "", {"balance_before_minor": 5.0}
    )
    enrolments.enrol(connection, smallest_night(connection), date(2026, 6, 1), [place])
    standing = enrolments.standing(connection, [DESIGN.name], through=date(2026, 6, 1))
    assert standing == {"Zoë, 1": ("earlier_calls/1", "challenger")}
    for sql in ("UPDATE experiment_debtors SET arm = 'champion'", "DELETE FROM experiment_debtors"):
        assert "only grows" in refused(connection, sql)
    (kept,) = enrolments.enrolled(connection, started.experiment_id)
    assert (kept.enrolled_on, kept.covariates) == (date(2026, 6, 1), {"balance_before_minor": 5.0})


def test_before_the_night_that_brought_a_debtor_in_nobody_knows_the_arm(connection, started):
    place = enrolments.Enrolled(started.experiment_id, "D1", "champion", "D1", "", {})
    enrolments.enrol(connection, smallest_night(connection), date(2026, 6, 2), [place])
    assert enrolments.standing(connection, [DESIGN.name], through=date(2026, 6, 1)) == {}
    known = enrolments.standing(connection, [DESIGN.name], through=date(2026, 6, 2))
    assert known == {"D1": ("earlier_calls/1", "champion")}
    assert enrolments.standing(connection, ["another"], through=date(2026, 6, 2)) == {}


def test_measured_days_add_up_and_are_measured_once(connection, started):
    columns = [Column("net_cash_minor")]
    days = {
        date(2026, 6, day): measured(columns, ["champion", "challenger"], {"net_cash_minor": [day, 2 * day]})
        for day in (1, 2)
    }
    for day, moments in days.items():
        kept_sums.keep(connection, started.experiment_id, day, "primary", moments, on=date(2026, 7, 6), at=NOW)
    kept = kept_sums.by_day(connection, started.experiment_id, "primary")
    assert kept == days
    assert total(kept.values()) == total(days.values())
    again = measured(columns, ["champion"], {"net_cash_minor": [999]})
    kept_sums.keep(connection, started.experiment_id, date(2026, 6, 1), "primary", again, on=date(2026, 7, 6), at=NOW)
    assert kept_sums.by_day(connection, started.experiment_id, "primary") == days, "what is written stays"


def test_every_act_stays_on_record_with_its_evidence(connection, started):
    history.note(connection, started.experiment_id, did="read", because="a look", evidence={"z": 1.5}, **BY)
    found = history.acts(connection, started.experiment_id)
    assert [act.did for act in found] == ["planned", "started", "read"]
    assert found[-1].evidence == {"z": 1.5}
    assert "only grows" in refused(connection, "DELETE FROM experiment_acts")


def test_the_strategy_in_force_is_promoted_and_taken_back_in_one_step(connection):
    assert in_force.in_force(connection).name == DEFAULT
    in_force.promote(connection, "severity/1", because="simpler", **BY)
    assert in_force.in_force(connection).name == "severity"
    with pytest.raises(Refused, match="it is in force"):
        in_force.promote(connection, "severity", because="again", **BY)
    back = in_force.roll_back(connection, because="it brought less", **BY)
    assert (back.strategy, back.replaces) == ("value_at_risk/1", "severity/1")
    assert in_force.in_force(connection).name == DEFAULT
    with pytest.raises(Refused, match="taken back already"):
        in_force.roll_back(connection, because="again", **BY)


def test_each_promotion_is_taken_back_in_turn(connection):
    in_force.promote(connection, "severity/1", because="simpler", **BY)
    in_force.promote(connection, "propensity/1", because="likelier", **BY)
    for strategy in ("severity", DEFAULT):
        in_force.roll_back(connection, because="it brought less", **BY)
        assert in_force.in_force(connection).name == strategy


def test_every_move_stays_in_the_history(connection):
    in_force.promote(connection, "severity/1", because="simpler", **BY)
    in_force.roll_back(connection, because="it brought less", **BY)
    assert [move.because for move in in_force.moves(connection)] == ["it brought less", "simpler"]


@pytest.mark.parametrize("label", ["luck", "luck/1"])
def test_an_unknown_strategy_is_not_promoted(connection, label):
    with pytest.raises(WrongUse, match="no such strategy"):
        in_force.promote(connection, label, because="try", **BY)


def test_a_version_that_is_not_at_hand_is_not_promoted(connection):
    with pytest.raises(Refused, match="the version at hand is 1"):
        in_force.promote(connection, "severity/7", because="try", **BY)


def test_nothing_promoted_cannot_be_taken_back(connection):
    with pytest.raises(Refused, match="no promotion stands"):
        in_force.roll_back(connection, because="try", **BY)
