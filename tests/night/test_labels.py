"""Every item of a debtor in a running test names its arm and what ranked it, whatever made it; afterwards none does."""

from datetime import UTC, datetime, timedelta

import pytest

from arrears.events.check import check
from arrears.events.keep import keep
from arrears.experiments import records
from arrears.experiments.design import read_design
from arrears.queues.strategy import strategy
from serving.desk.look_up import look_up
from serving.events.settle import settle
from serving.live import Live
from serving.night.nightly import run_night
from tests.night.any_book import AS_OF, DAY, loaded
from tests.night.desk_book import StandingClock
from tests.serving.desk_day import ANNA, MONDAY, book, desk_on

DESIGN = """
name = "simple"
sentence = "Rank by severity, and see whether more is paid."
salt = "June"

[[arms]]
name = "champion"
role = "champion"
share = 0.5
strategy = "value_at_risk/1"

[[arms]]
name = "challenger"
role = "challenger"
share = 0.5
strategy = "severity/1"

[cohort]
currency = "USD"
buckets = ["1-29", "30-59", "60-89"]

[enrolment]
starts = 2026-06-15
weeks = 4
debtors = 40

[primary]
metric = "net_cash"
horizon_days = 30
settlement_days = 5
smallest_effect_minor = 100.0
"""
BY = {"at": datetime(2026, 6, 12, 20, tzinfo=UTC), "by": "strategist"}
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


@pytest.fixture
def tested(database, no_registry, tmp_path):
    """A desk whose night worked a test; D1 and D2 were held. Gives it with everybody's arm."""
    with database.begin() as connection:
        records.plan(connection, read_design(DESIGN), evidence={}, **BY)
        records.start(connection, records.find(connection, "simple"), because="ready", **BY)
    lake = loaded(tmp_path, "TW", book(DEBTORS, holds=[hold("D1"), hold("D2")]))
    night(database, lake, no_registry)
    live = Live()
    with database.connect() as connection:
        test = records.find(connection, "simple")
        arms = {each.debtor_id: each.arm for each in records.enrolled(connection, test.experiment_id)}
    yield desk_on(lake, database, live=live), arms
    live.close()


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
        records.end(connection, test, ended_by="stopped", on=DAY, because="enough", evidence={}, **BY)


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


def test_who_is_not_past_due_any_more_and_calls_in_is_still_of_their_arm(tested, database, no_registry, tmp_path):
    _, arms = tested
    rows = book(DEBTORS)
    rows["statements"][2] |= {"balance": 0, "past_due": 0, "days_past_due": 0, "minimum_due": 0}
    lake = loaded(tmp_path, "TW", rows)
    night(database, lake, no_registry, MONDAY + timedelta(minutes=1))
    desk = desk_on(lake, database)
    assert look_up(desk.deployment, ANNA, account_id="A3", reason="called in").claimed is not None
    assert desk.rows(LABELS, who="D3") == [ranked_by(arms["D3"])]


@pytest.mark.parametrize("is_over", [False, True])
def test_an_item_that_is_carried_over_says_what_the_new_night_says(tested, database, no_registry, tmp_path, is_over):
    desk, arms = tested
    waits = [next(name for name in arms if arms[name] == arm and name > "D2") for arm in ("champion", "challenger")]
    for who in waits:
        put_off(desk, who)
    if is_over:
        end(database)
    held = loaded(tmp_path, "TW", book(DEBTORS, holds=[hold(waits[0]), hold(waits[1])]))
    night(database, held, no_registry, MONDAY + timedelta(minutes=1))
    for who in waits:
        assert desk.rows(LABELS, who=who) == [(None, None, "value_at_risk") if is_over else ranked_by(arms[who])]


def test_after_the_end_an_items_maker_names_no_test(tested, database, no_registry):
    desk, _ = tested
    end(database)
    night(database, desk.deployment.lake, no_registry, MONDAY + timedelta(minutes=1))
    assert look_up(desk.deployment, ANNA, account_id="A1", reason="called in").claimed is not None
    assert desk.rows(LABELS, who="D1") == [(None, None, "value_at_risk")]
    assert not desk.rows("SELECT FROM work_items WHERE state = 'ready' AND experiment IS NOT NULL")


def test_accounts_of_a_night_tell_the_arm_that_worked_them_out(tested):
    desk, arms = tested
    found = desk.rows("SELECT debtor_id, experiment, arm FROM night_accounts")
    assert {who: arm for who, _, arm in found} == arms
    assert {test for _, test, _ in found} == {"simple/1"}
