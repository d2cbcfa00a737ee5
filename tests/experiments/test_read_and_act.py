"""A running test read on the lake's last day: harm ends it by itself, a proof lets a person promote, and take back."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from arrears.errors import Refused, WrongUse
from arrears.experiments import acting, enrolments, history, kept_sums, life, records
from arrears.queues.in_force import in_force
from arrears.queues.strategy import strategy
from serving.night.nightly import run_night
from tests.experiments.designs import simple
from tests.night.desk_book import AS_OF, DAY, MORNING, StandingClock, lake_of, people, statement
from training.experiments.daily import PRIMARY
from training.experiments.reading import read_all, read_test

NAMES = [f"D{number}" for number in range(1, 121)]
NOW = datetime(2026, 7, 20, 8, tzinfo=UTC)
BY: dict[str, Any] = {"at": NOW, "by": "strategist"}
DESIGN = simple(
    enrolment={"weeks": 3, "debtors": 130, "pay_cycle_days": 7},
    primary={"horizon_days": 5, "settlement_days": 2},
    covariates=[{"name": "balance_before_minor"}],
    guardrails=[{"metric": "complaints", "margin": 0.2, "horizon_days": 5}],
)


def book():
    tables = people(*NAMES)
    tables["statements"] = [statement(f"A{name[1:]}", balance=1000 + 7 * int(name[1:])) for name in NAMES]
    return tables


def paid(name, amount, day=DAY):
    told = {"payment_id": f"P-{name}", "line": 1, "account_id": f"A{name[1:]}", "paid_on": day, "amount": amount}
    return told | {"recorded_at": f"{day}T18:00:00+00:00"}


def complained(name):
    told = {"hold_id": f"H-{name}", "debtor_id": name, "kind": "complaint", "starts_on": DAY + timedelta(days=1)}
    return told | {"recorded_at": "2026-06-16T18:00:00+00:00"}


@pytest.fixture
def started(database, no_registry, tmp_path):
    """A test whose first night has brought everybody in; gives the arms."""
    with database.begin() as connection:
        life.plan(connection, DESIGN, evidence={}, **BY)
        life.start(connection, records.find(connection, "simple"), because="ready", **BY)
    lake = lake_of(tmp_path, book())
    chosen = strategy("value_at_risk")
    night: dict[str, Any] = {"clock": StandingClock(MORNING), "limits_on": DAY, "served_on": DAY}
    run_night(database, lake, no_registry, AS_OF, chosen, **night)
    with database.connect() as connection:
        test = records.find(connection, "simple")
        return {each.debtor_id: each.arm for each in enrolments.enrolled(connection, test.experiment_id)}


def lake_after(tmp_path, payments, holds=(), last=date(2026, 7, 20), *, without=()):
    """The book with what came in, known up to a day; somebody complained long before the test."""
    tables = book() | {"payments": [*payments, paid("D1", 1, last)], "holds": [LONG_AGO, *holds]}
    return lake_of(tmp_path, {name: rows for name, rows in tables.items() if name not in without})


LONG_AGO = complained("D2") | {
    "starts_on": DAY - timedelta(days=400),
    "ends_on": DAY - timedelta(days=390),
    "hold_id": "H-0",
    "recorded_at": "2025-05-16T18:00:00+00:00",
}


def amounts(arms, *, champion, challenger):
    of = {"champion": champion, "challenger": challenger}
    return [paid(name, of[arm] + int(name[1:]) % 7) for name, arm in arms.items() if name != "D1"]


def test_a_challenger_that_collects_more_is_promoted_by_a_person_and_taken_back(database, started, tmp_path):
    lake = lake_after(tmp_path, amounts(started, champion=10, challenger=40))
    with database.connect() as connection:
        test = records.find(connection, "simple")
    found = read_test(database, lake, test, at=NOW)
    (arm,) = found.readout.challengers
    assert (arm.verdict.decision, found.ended_by, found.days) == ("promote", None, 2)
    assert arm.looks[-1].found.effect == pytest.approx(30_00, rel=0.1)
    with database.begin() as connection:
        told = acting.promote(connection, test, None, on=date(2026, 7, 20), because="it collects more", **BY)
    assert told == "severity/1"
    with database.connect() as connection:
        assert in_force(connection).name == "severity"
        ended = records.find(connection, "simple")
        assert (ended.state, ended.ended_by) == ("ended", "promoted")
        acts = history.acts(connection, test.experiment_id)
        assert [act.did for act in acts] == ["planned", "started", "read", "ended"]
        assert acts[-1].evidence["challengers"][0]["verdict"]["decision"] == "promote"
    with database.begin() as connection:
        assert acting.roll_back(connection, because="the summer was odd", **BY) == "value_at_risk/1"
    with database.connect() as connection:
        assert in_force(connection).name == "value_at_risk"
        assert history.acts(connection, test.experiment_id)[-1].did == "rolled_back"


def test_a_challenger_that_collects_less_ends_its_test_by_itself(database, started, tmp_path):
    lake = lake_after(tmp_path, amounts(started, champion=40, challenger=10), last=date(2026, 6, 29))
    (found,) = read_all(database, lake, at=NOW)
    assert found.ended_by == "harm"
    with database.connect() as connection:
        ended = records.find(connection, "simple")
        assert (ended.state, ended.ended_by, ended.ended_on) == ("ended", "harm", date(2026, 6, 29))
        assert "collects less" in history.acts(connection, ended.experiment_id)[-1].because
    assert read_all(database, lake, at=NOW) == [], "what has ended is not read again"


def test_a_broken_guardrail_ends_a_test_before_its_first_look(database, started, tmp_path):
    holds = [complained(name) for name, arm in started.items() if arm == "challenger" and int(name[1:]) % 4]
    lake = lake_after(tmp_path, amounts(started, champion=10, challenger=40), holds, last=date(2026, 6, 21))
    (found,) = read_all(database, lake, at=NOW)
    (arm,) = found.readout.challengers
    assert (found.ended_by, arm.looks) == ("harm", ())
    assert arm.verdict.reasons == ("complaints is worse by more than its margin",)


def test_a_guardrail_that_the_book_does_not_tell_is_not_safe(database, started, tmp_path):
    lake = lake_after(tmp_path, amounts(started, champion=10, challenger=40), without={"holds"})
    with database.connect() as connection:
        test = records.find(connection, "simple")
    found = read_test(database, lake, test, at=NOW)
    (arm,) = found.readout.challengers
    assert (found.days, arm.guardrails) == (1, ()), "no complaint was seen, as none would be"
    assert (arm.verdict.decision, found.ended_by) == ("continue", None), "a winner waits for a person"
    assert any(reason.startswith("complaints is not read yet") for reason in arm.verdict.reasons)


def test_a_guardrail_is_read_of_all_its_days_once_the_book_tells_it(database, started, tmp_path):
    paid_in = amounts(started, champion=10, challenger=12)
    with database.connect() as connection:
        test = records.find(connection, "simple")
    for name, without, last in (("before", {"holds"}, date(2026, 6, 29)), ("since", (), date(2026, 7, 2))):
        (tmp_path / name).mkdir()
        lake = lake_after(tmp_path / name, paid_in, last=last, without=without)
        assert read_test(database, lake, test, at=NOW).days == 1
    with database.connect() as connection:
        counts = kept_sums.counts_from(connection, test.experiment_id, "complaints")
    assert counts == {DAY: date(2026, 7, 1)}, "not before it was told: looks of before stay what they were"


def test_nobody_promotes_what_the_rule_does_not(database, started, tmp_path):
    with database.connect() as connection:
        test = records.find(connection, "simple")
    with database.begin() as connection, pytest.raises(Refused, match="it was not read yet"):
        acting.promote(connection, test, None, on=DAY, because="I like it", **BY)
    found = read_test(database, lake_after(tmp_path, amounts(started, champion=10, challenger=10)), test, at=NOW)
    assert found.ended_by == "no_difference", "what is not worth having ends by itself"
    with database.begin() as connection, pytest.raises(Refused, match="the rule says no difference"):
        acting.promote(connection, test, None, on=DAY, because="I like it", **BY)
    with database.begin() as connection, pytest.raises(WrongUse, match="no challenger of that name"):
        acting.promote(connection, test, "other", on=DAY, because="I like it", **BY)
    with database.connect() as connection:
        assert records.find(connection, "simple").ended_by == "no_difference"
        assert history.acts(connection, test.experiment_id)[-1].by == acting.ITSELF
        assert in_force(connection).name == "value_at_risk"


def test_a_reading_is_written_once_and_measured_days_are_not_measured_again(database, started, tmp_path):
    lake = lake_after(tmp_path, amounts(started, champion=10, challenger=12), last=date(2026, 6, 28))
    with database.connect() as connection:
        test = records.find(connection, "simple")
    first, again = (read_test(database, lake, test, at=NOW) for _ in range(2))
    assert (first.days, again.days) == (2, 0)
    assert first.readout == again.readout
    with database.connect() as connection:
        assert [act.did for act in history.acts(connection, test.experiment_id)].count("read") == 1
        (moments,) = kept_sums.by_day(connection, test.experiment_id, PRIMARY).values()
    assert sum(moments.debtors().values()) == len(started)


def test_before_anybody_has_matured_nothing_is_measured(database, started, tmp_path):
    with database.connect() as connection:
        test = records.find(connection, "simple")
    found = read_test(database, lake_after(tmp_path, [], last=date(2026, 6, 19)), test, at=NOW)
    assert (found.days, found.readout.challengers[0].verdict.decision) == (0, "continue")
