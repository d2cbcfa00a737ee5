"""An arm whose version did not answer was not what the test compares: the reading says so, and nothing is concluded."""

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from arrears.errors import Refused
from arrears.experiments import acting, enrolments, history, records
from arrears.experiments.observed import Observed, Unanswered
from arrears.experiments.readout import readout
from arrears.experiments.unanswered import unanswered
from arrears.queues.strategy import strategy
from models.under_test import UnderTest
from serving.night.nightly import run_night
from tests.experiments.designs import changed
from tests.experiments.played import played
from tests.night.desk_book import AS_OF, DAY, MORNING, StandingClock, lake_of
from tests.night.model_arms import NO_LOTS, begun, book, registered, two_versions, versions_compared
from training.experiments.reading import read_test

NOW = datetime(2026, 7, 20, 8, tzinfo=UTC)
BY: dict[str, Any] = {"at": NOW, "by": "strategist"}
LATER = DAY + timedelta(days=1)
END = date(2026, 12, 31)
GUARDED = changed(enrolment={"debtors": 2200}, guardrails=[{"metric": "complaints", "margin": 0.06, "horizon_days": 7}])


def read(observed, *nights, as_of=END):
    told = Observed(observed.matured, observed.guarded, observed.assigned, tuple(nights))
    (found,) = readout(GUARDED, told, as_of=as_of).challengers
    return found


def silent(arm, on):
    return Unanswered(arm, on, 500, "It cannot be opened.")


@pytest.mark.parametrize(
    ("cash", "decision"), [(500.0, "promote"), (0.0, "no_difference"), (-1_500.0, "stop_for_harm")]
)
def test_nothing_but_harm_is_concluded_where_a_version_did_not_answer(cash, decision):
    observed = played(GUARDED, 1, cash={"challenger": cash})
    whole = read(observed)
    assert whole.verdict.decision == decision
    for arm in ("champion", "challenger"):
        found = read(observed, silent(arm, GUARDED.enrolment.starts))
        if decision == "stop_for_harm":
            assert found.verdict == whole.verdict
        else:
            assert (found.verdict.decision, found.decided_on) == ("continue", None)
            assert any(f"the arm {arm} did not answer" in reason for reason in found.verdict.reasons)


def test_what_was_decided_before_the_version_failed_stands_and_what_another_arm_lost_keeps_nobody_back():
    observed = played(GUARDED, 1, cash={"challenger": 500.0})
    whole = read(observed)
    assert read(observed, silent("challenger", whole.decided_on)).verdict.decision == "continue"
    assert read(observed, silent("challenger", whole.decided_on + timedelta(days=1))) == whole
    assert read(observed, silent("third", GUARDED.enrolment.starts)) == whole


def test_a_reading_keeps_one_line_an_arm_however_many_nights_there_were():
    nights = tuple(silent("challenger", GUARDED.enrolment.starts + timedelta(days=place)) for place in range(20))
    told = readout(GUARDED, Observed({}, unanswered=nights), as_of=nights[9].on).document()["unanswered"]
    assert json.loads(json.dumps(told)) == [
        {
            "arm": "challenger",
            "nights": 10,
            "first": str(nights[0].on),
            "last": str(nights[9].on),
            "debtors": 500,
            "because": "It cannot be opened.",
        }
    ]


@pytest.fixture
def fails(database, shared_folder, empty_mlflow, tmp_path):
    """A test whose challenger cannot be opened in its nights: a night, the same anew, the next, an older one again."""
    registry = two_versions(database, shared_folder, empty_mlflow, tmp_path)
    label = f"propensity/{registered(registry, tmp_path, 4)}"
    with database.begin() as connection:
        begun(connection, UnderTest(registry), versions_compared(challenger=label), **BY)
        test = records.find(connection, "newer_model")
    shutil.rmtree(registry.load(*label.split("/")).folder)
    lake = lake_of(tmp_path, book(), settings=NO_LOTS)
    for days in (0, 0, 1, 0):
        clock, day = StandingClock(MORNING + timedelta(days=days)), DAY + timedelta(days=days)
        as_of = AS_OF + timedelta(days=days)
        run_night(database, lake, registry, as_of, strategy("value_at_risk"), clock=clock, limits_on=DAY, served_on=day)
    return test, registry


def test_a_version_that_cannot_be_opened_is_told_by_reading_and_keeps_its_test_from_ending(fails, database, tmp_path):
    test, _ = fails
    with database.connect() as connection:
        nights = unanswered(connection, test)
        arms = {each.debtor_id: each.arm for each in enrolments.enrolled(connection, test.experiment_id)}
    of_arm = list(arms.values()).count("challenger")
    assert [(each.arm, each.on, each.debtors) for each in nights] == [
        ("challenger", DAY, of_arm),
        ("challenger", LATER, of_arm),
    ]
    assert "cannot be opened" in nights[0].because
    more = {"champion": 10, "challenger": 40}
    payments = [paid(name, more[arm] + int(name[1:]) % 7) for name, arm in arms.items()]
    (tmp_path / "later").mkdir()
    later = lake_of(
        tmp_path / "later", book() | {"payments": [*payments, paid("D1", 1, date(2026, 7, 20))]}, settings=NO_LOTS
    )
    found = read_test(database, later, test, at=NOW)
    assert (found.readout.challengers[0].verdict.decision, found.ended_by) == ("continue", None)
    assert found.readout.document()["unanswered"][0]["nights"] == len(nights)


def test_nobody_promotes_a_version_that_failed_after_the_rule_had_decided(fails, database):
    test, registry = fails
    told: dict[str, Any] = {"as_of": "2026-07-20", "mismatch": {"found": False}}
    told |= {"challengers": [{"arm": "challenger", "verdict": {"decision": "promote", "reasons": []}}]}
    told |= {"unanswered": [{"arm": "challenger", "nights": 2}]}
    with database.begin() as connection:
        history.note(connection, test.experiment_id, did="read", because="promote", evidence=told, **BY)
    with database.begin() as connection, pytest.raises(Refused, match="did not answer on some night"):
        acting.promote(connection, test, None, on=DAY, because="it won", registered=UnderTest(registry), **BY)


def paid(name, amount, day=DAY):
    told = {"payment_id": f"P-{name}-{day}", "line": 1, "account_id": f"A{name[1:]}", "paid_on": day, "amount": amount}
    return told | {"recorded_at": f"{day}T18:00:00+00:00"}
