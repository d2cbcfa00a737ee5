"""The manager's numbers of a day, each against a day made by hand."""

from datetime import date, datetime, timedelta

import pytest

from arrears.lake import Lake
from arrears.queues.supervise.feed import feed
from arrears.queues.supervise.lanes import lanes, pauses
from arrears.queues.supervise.progress import on_lists, team_total, tries, worked
from arrears.queues.supervise.promised import broken, falling_due
from arrears.queues.supervise.right_party import Stratum, Tries
from arrears.queues.supervise.untouched import by_days_since, penetration, rolling
from tests.queues.supervise.made_day import (
    TEN,
    TODAY,
    ZONE,
    account,
    contact,
    event,
    item,
    lease,
    night,
    outcome,
    step,
)

IN_THREE = TODAY + timedelta(days=3)


def ago(days: float) -> datetime:
    return TEN - timedelta(days=days)


@pytest.fixture
def connection(database):
    with database.begin() as opened:
        yield opened


@pytest.fixture
def tonight(connection):
    return night(connection)


@pytest.mark.parametrize(
    ("rolls_on", "touched", "counted"),
    [
        (TODAY, None, 1),
        (IN_THREE, None, 1),
        (IN_THREE + timedelta(days=1), None, 0),
        (TODAY - timedelta(days=1), None, 0),
        (TODAY, ago(2), 0),
        (TODAY, ago(41), 0),
        (TODAY, ago(42), 1),
    ],
)
def test_money_that_rolls_soon_counts_if_nobody_called_in_this_delinquency(
    connection, tonight, rolls_on, touched, counted
):
    item(connection, tonight, "D1", rolls_on=rolls_on, days_past_due=40)
    if touched:
        contact(connection, "K1", at=touched, debtor_id="D1")
    found = rolling(connection, today=TODAY, by=IN_THREE, zone=ZONE)
    assert [(row.currency, row.items, row.stop_roll_minor) for row in found] == [("USD", 1, 2_500)] * counted


def test_a_call_about_the_account_touches_its_debtor(connection, tonight):
    item(connection, tonight, "D1", rolls_on=TODAY)
    contact(connection, "K1", at=ago(1), account_id="D1-1")
    assert rolling(connection, today=TODAY, by=IN_THREE, zone=ZONE) == []


def test_accounts_lie_in_the_band_of_their_last_contact(connection, tonight):
    for number, days in enumerate([0, 1, 3, 4, 14, 15, 35, 36]):
        account(connection, tonight, f"D{number}-1", verdict="held" if number == 1 else "allowed")
        contact(connection, f"K{number}", at=ago(days), debtor_id=f"D{number}")
        contact(connection, f"L{number}", at=ago(days + 3), debtor_id=f"D{number}")
    account(connection, tonight, "D8-1")
    account(connection, tonight, "D9-1", bucket="1-29")
    contact(connection, "K9", at=ago(2), account_id="D9-1")
    found = by_days_since(connection, tonight, today=TODAY, zone=ZONE)
    assert [(line.bucket, line.accounts, line.total) for line in found] == [
        ("1-29", (0, 1, 0, 0, 0, 0), 1),
        ("30-59", (1, 2, 1, 1, 2, 2), 9),
    ]


def test_penetration_counts_debtors_and_intensity_their_tries(connection, tonight):
    ids = [item(connection, tonight, f"D{number}") for number in range(4)]
    for at in (TEN, TEN + timedelta(hours=1)):
        outcome(connection, ids[0], "C1", at=at)
    outcome(connection, ids[1], "C2")
    outcome(connection, ids[2], "C2", at=ago(1))
    found = penetration(connection, tonight, today=TODAY, zone=ZONE)
    assert (found.eligible, found.worked, found.tries) == (4, 2, 3)
    assert (found.share, found.intensity) == (0.5, 1.5)


def test_without_a_list_nothing_is_penetrated(connection, tonight):
    found = penetration(connection, tonight, today=TODAY, zone=ZONE)
    assert (found.share, found.intensity) == (0, 0)


def test_lanes_tell_what_is_ready_waits_and_is_held(connection, tonight):
    item(connection, tonight, "D1")
    item(connection, tonight, "D2", judged_at=ago(2), value_minor=500.0)
    item(connection, tonight, "D3", ready_at=TEN + timedelta(hours=1))
    item(connection, tonight, "D4", state="claimed")
    item(connection, tonight, "D5", state="worked")
    item(connection, tonight, "D6", lane="callback", currency="EUR")
    pay, callback = sorted(lanes(connection, TEN), key=lambda lane: lane.lane, reverse=True)
    assert (pay.lane, pay.ready, pay.waiting, pay.claimed) == ("pay", 2, 1, 1)
    assert (pay.value_minor, pay.minutes, pay.judged_at) == (1_500.0, 12.0, ago(2))
    assert (callback.lane, callback.currency, callback.ready) == ("callback", "EUR", 1)
    assert pauses(connection) == []


def test_a_collectors_day_is_what_they_did(connection, tonight):
    first, second, third = (item(connection, tonight, f"D{number}") for number in (1, 2, 3))
    account(connection, tonight, "D1-1")
    for number, minutes in ((first, 6), (second, 4)):
        step(connection, number, "claimed", "C1")
        lease(connection, number, f"D{number}", "C1", minutes=minutes, at=TEN + timedelta(minutes=10 * number))
    lease(connection, first, "D1-other", "C1", minutes=6, at=TEN + timedelta(minutes=10 * first))
    outcome(connection, first, "C1", right_party=True, disposition="promise")
    outcome(connection, second, "C1")
    outcome(connection, second, "C1", at=ago(1))
    step(connection, third, "skipped", "C2")
    step(connection, third, "reassigned", "manager")
    event(
        connection, "promises", "P1", {"promise_id": "P1", "account_id": "D1-1", "due_on": "2026-06-09", "amount": "30"}
    )
    event(
        connection, "promises", "P1", {"promise_id": "P1", "account_id": "D1-1", "due_on": "2026-06-09", "amount": "25"}
    )
    found = worked(connection, TODAY, zone=ZONE, now=TEN + timedelta(hours=8))
    one = found["C1"]
    assert sorted(found) == ["C1", "C2"]
    assert (one.served, one.outcomes, one.right_party, one.promises, one.skips) == (2, 2, 1, 1, 0)
    assert (one.minutes, one.promised_minor) == (10, {"USD": 2_500})
    assert found["C2"].skips == 1
    assert team_total(list(found.values())).outcomes == 2


def test_an_item_in_hand_counts_up_to_now(connection, tonight):
    step(connection, (first := item(connection, tonight, "D1")), "claimed", "C1")
    lease(connection, first, "D1", "C1", minutes=6)
    connection.exec_driver_sql("UPDATE leases SET ended_at = NULL")
    minutes = [
        worked(connection, TODAY, zone=ZONE, now=TEN + timedelta(minutes=after))["C1"].minutes for after in (2, 15, 40)
    ]
    assert minutes == [2, 15, 15]


def test_lists_tell_value_and_minutes_of_everybody_and_the_pool(connection, tonight):
    item(connection, tonight, "D1", assigned_to="C1")
    item(connection, tonight, "D2", assigned_to="C1", ready_at=TEN + timedelta(days=1))
    item(connection, tonight, "D3")
    own, pool = on_lists(connection, TEN)
    assert (own.collector, own.ready, own.waiting, own.value_minor, own.minutes) == ("C1", 1, 1, 2_000, 12)
    assert (pool.collector, pool.ready) == (None, 1)


def test_tries_are_calls_of_four_weeks_by_lane_bucket_and_hour(connection, tonight):
    one = item(connection, tonight, "D1")
    outcome(connection, one, "C1", right_party=True)
    outcome(connection, one, "C1", at=TEN + timedelta(minutes=30))
    outcome(connection, one, "C1", at=ago(27))
    outcome(connection, one, "C1", at=ago(28))
    outcome(connection, one, "C1", lane="inbound", right_party=True)
    outcome(connection, one, "C1", channel="sms")
    assert tries(connection, TODAY, zone=ZONE) == [Tries("C1", Stratum("pay", "30-59", 10), 3, 1)]


def test_promises_that_came_in_today_fall_due_with_the_others(connection, tonight, tmp_path):
    account(connection, tonight, "D1-1")
    account(connection, tonight, "D2-1", debtor_id="D2", currency="EUR")
    row = {"promise_id": "P1", "account_id": "D1-1", "made_on": "2026-06-01", "due_on": "2026-06-03", "amount": "12.50"}
    event(connection, "promises", "P1", row)
    event(connection, "promises", "P2", row | {"promise_id": "P2", "due_on": "2026-06-04"})
    event(connection, "promises", "P3", row | {"promise_id": "P3"})
    event(connection, "promises", "P3", row | {"promise_id": "P3", "cancelled_on": "2026-06-02"})
    event(
        connection,
        "promises",
        "P4",
        {**row, "promise_id": "P4", "account_id": None, "debtor_id": "D2", "due_on": "2026-06-02"},
    )
    found = falling_due(connection, Lake(tmp_path), TODAY)
    told = [(due.day, due.currency, due.promises, due.amount_minor) for due in found]
    assert told == [(TODAY, "EUR", 1, 1_250), (date(2026, 6, 3), "USD", 1, 1_250)]


def test_broken_promises_are_what_lies_open_in_their_lane(connection, tonight):
    item(connection, tonight, "D1", lane="promise")
    item(connection, tonight, "D2", lane="promise", ready_at=TEN + timedelta(days=1))
    item(connection, tonight, "D3", lane="promise", state="worked")
    (found,) = broken(connection, TEN)
    assert (found.currency, found.items, found.later, found.balance_minor) == ("USD", 2, 1, 100_000)


def test_the_feed_tells_what_is_fresh_and_what_has_not_settled(connection, tonight, tmp_path):
    before = feed(connection, Lake(tmp_path))
    assert (before.loaded_at, before.event_at, before.fresh) == (None, None, 0)
    event(connection, "payments", "P1\n1", {"payment_id": "P1"}, at=ago(0.5))
    event(connection, "payments", "P2\n1", {"payment_id": "P2"})
    after = feed(connection, Lake(tmp_path))
    assert after.event_at == TEN + timedelta(microseconds=1)
    assert (after.fresh, after.unsettled, after.oldest_unsettled_at) == (2, 2, ago(0.5))
