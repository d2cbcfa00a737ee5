"""Every item of a debtor in a running test names its arm and what ranked it, whatever made it; afterwards none does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from arrears.events.check import check
from arrears.events.keep import keep
from arrears.experiments import enrolments, life, records
from arrears.queues.strategy import strategy
from serving.desk.look_up import look_up
from serving.events.settle import settle
from serving.live import Live
from serving.night.nightly import run_night
from tests.experiments.designs import simple
from tests.night.any_book import AS_OF, DAY, loaded
from tests.night.desk_book import StandingClock
from tests.serving.desk_day import ANNA, MONDAY, as_remembered, book, desk_on, remember

DESIGN = simple(cohort={"buckets": ["1-29", "30-59", "60-89"]}, enrolment={"debtors": 40})
BY: dict[str, Any] = {"at": datetime(2026, 6, 12, 20, tzinfo=UTC), "by": "strategist"}
DEBTORS = 12
LABELS = (
    "SELECT experiment, arm, strategy_name FROM work_items WHERE debtor_id = :who AND state IN ('ready', 'claimed')"
)


def hold(who, **own):
    told = {"hold_id": f"H-{who}", "debtor_id": who, "kind": "disaster", "starts_on": "2026-06-10"}
    return told | {"ends_on": "2026-07-30"} | own


def night(engine, lake, no_registry, at=MONDAY):
    strategy_ = strategy("value_at_risk")
    run_night(engine, lake, no_registry, AS_OF, strategy_, clock=StandingClock(at), limits_on=DAY, served_on=DAY)


@pytest.fixture(scope="module")
def worked(module_database, no_registry, tmp_path_factory):
    """A night that worked a test, while D1 and D2 were held."""
    lake, live = worked_night(module_database, no_registry, tmp_path_factory.mktemp("labels")), Live()
    remember(module_database)
    yield lake, live
    live.close()


@pytest.fixture
def tested(worked, module_database):
    """A desk after that night, and everybody's arm."""
    lake, live = worked
    as_remembered(module_database)
    return desk_on(lake, module_database, live=live), arms_of(module_database)


def worked_night(engine, no_registry, folder):
    with engine.begin() as connection:
        life.plan(connection, DESIGN, evidence={}, **BY)
        life.start(connection, records.find(connection, "simple"), because="ready", **BY)
    lake = loaded(folder, "TW", book(DEBTORS, holds=[hold("D1"), hold("D2")]))
    night(engine, lake, no_registry)
    return lake


def arms_of(engine):
    with engine.connect() as connection:
        test = records.find(connection, "simple")
        return {each.debtor_id: each.arm for each in enrolments.enrolled(connection, test.experiment_id)}


def ranked_by(arm):
    """What an item of an arm says."""
    return ("simple/1", arm, {"champion": "value_at_risk", "challenger": "severity"}[arm])


def put_off(desk, who):
    """The debtor's item waits until next week."""
    sql = "UPDATE work_items SET made_by = 'return', ready_at = :to WHERE debtor_id = :who AND state = 'ready'"
    desk.run(sql, who=who, to=MONDAY + timedelta(days=7))


def end(database):
    with database.begin() as connection:
        test = records.find(connection, "simple")
        life.end(connection, test, ended_by="stopped", on=DAY, because="enough", evidence={}, **BY)


def test_the_book_holds_both_arms_and_those_who_were_held_are_in_it(tested):
    _, arms = tested
    assert len(arms) == DEBTORS
    assert set(arms.values()) == {"champion", "challenger"}


def test_an_item_that_an_event_makes_names_arm_and_strategy(tested):
    desk, arms = tested
    for who in ("D1", "D2"):
        lifted = hold(who, ends_on="2026-06-14")
        with desk.deployment.engine.begin() as connection:
            told = check(connection, desk.deployment.lake, "holds", [lifted], now=desk.now)
            assert told.faults == []
            keep(connection, [new for _, new in told.news], by="test", origin="api")
        settle(desk.deployment, [who])
        assert desk.rows(LABELS, who=who) == [ranked_by(arms[who])]
        logged = "SELECT experiment, arm FROM decisions WHERE debtor_id = :who AND action = 'listed'"
        assert desk.rows(logged, who=who) == [("simple/1", arms[who])]


def test_an_item_that_a_look_up_makes_names_arm_and_strategy(tested):
    desk, arms = tested
    for account, who in (("A1", "D1"), ("A2", "D2")):
        assert look_up(desk.deployment, ANNA, account_id=account, reason="called in").claimed is not None
        assert desk.rows(LABELS, who=who) == [ranked_by(arms[who])]
        desk.run("UPDATE leases SET ended_at = :now", now=desk.now)


def test_an_item_that_a_look_up_makes_has_all_from_its_account(tested):
    desk, _ = tested
    desk.run("UPDATE night_accounts SET scored_by = 'models', propensity = 0.25 WHERE account_id = 'A1'")
    try:
        found = look_up(desk.deployment, ANNA, account_id="A1", reason="called in").claimed
    finally:
        desk.run("UPDATE night_accounts SET scored_by = 'rules' WHERE account_id = 'A1'")
    assert desk.rows("SELECT DISTINCT scored_by FROM nights") == [("rules",)]
    assert (found.item.scored_by, found.item.propensity) == ("models", 0.25)


def test_who_is_held_out_now_is_in_no_arm_though_the_account_that_is_spoken_of_is_not_past_due(tested):
    desk, arms = tested
    told = "UPDATE night_accounts SET account_id = :to, experiment = :test, arm = :arm WHERE account_id = :was"
    desk.run(told, was="A1", to="another", test=None, arm=None)
    try:
        assert look_up(desk.deployment, ANNA, account_id="A1", reason="called in").claimed is not None
    finally:
        desk.run(told, was="another", to="A1", test="simple/1", arm=arms["D1"])
    assert desk.rows(LABELS, who="D1") == [(None, None, "value_at_risk")]


@pytest.mark.parametrize("is_over", [False, True])
def test_items_of_a_later_night_say_what_it_says_carried_over_or_opened_for_a_call(
    database, no_registry, tmp_path, is_over
):
    worked_night(database, no_registry, tmp_path)
    arms = arms_of(database)
    waits = [next(name for name in arms if arms[name] == arm and name > "D3") for arm in ("champion", "challenger")]
    rows = book(DEBTORS, holds=[hold("D1"), *map(hold, waits)])
    rows["statements"][2] |= {"balance": 0, "past_due": 0, "days_past_due": 0, "minimum_due": 0}
    desk = desk_on(loaded(tmp_path, "TW", rows), database)
    for who in waits:
        put_off(desk, who)
    if is_over:
        end(database)
    night(database, desk.deployment.lake, no_registry, MONDAY + timedelta(minutes=1))
    called = {"A1": "D1", "A3": "D3"}  # one is held, the other not past due any more
    for account in called:
        assert look_up(desk.deployment, ANNA, account_id=account, reason="called in").claimed is not None
        desk.run("UPDATE leases SET ended_at = :now", now=desk.now)
    for who in (*waits, *called.values()):
        assert desk.rows(LABELS, who=who) == [(None, None, "value_at_risk") if is_over else ranked_by(arms[who])], who


def test_accounts_of_a_night_tell_the_arm_that_worked_them_out(tested):
    desk, arms = tested
    found = desk.rows("SELECT debtor_id, experiment, arm FROM night_accounts")
    assert {who: arm for who, _, arm in found} == arms
    assert {test for _, test, _ in found} == {"simple/1"}
