"""Who calls in is opened with everybody of their item, and goes back to where and when they waited."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from arrears.experiments import enrolments, life
from arrears.experiments.design import read_design
from arrears.experiments.example import EXAMPLE
from arrears.queues.desk.claim import take
from arrears.queues.desk.history import opened as stands_of
from arrears.queues.desk.leases import expire, give_back, give_up
from arrears.queues.desk.look_up import Group, Opened, open_for_call, open_items
from arrears.queues.desk.outcome import following
from arrears.queues.next.outcome import Next
from tests.queues.desk.laid_out import MORNING, a_night, lay, row_of

LEASE = timedelta(minutes=15)
DAY = date(2026, 6, 1)
LATER = MORNING + timedelta(hours=4)


@pytest.fixture
def connection(database):
    with database.begin() as connection:
        yield connection


def opened(connection, night, debtor="D1"):
    return open_for_call(
        connection,
        debtor,
        Group("", "", "USD", False, ("A1",)),
        collector="anna",
        reason="calls back",
        night_id=night,
        day=DAY,
        at=MORNING,
        lease=LEASE,
    )


def test_what_waits_for_an_hour_waits_on_after_a_look_up(connection):
    night = a_night(connection)
    lay(connection, night, {"lane": "callback", "ready_at": LATER, "assigned_to": "ben", "team_from": LATER})
    waits = ("callback", LATER, LATER, "ready")
    for ends in (released, lapsed):
        back = row_of(connection, ends(connection, opened(connection, night).work_item_id))
        assert (back["lane"], back["ready_at"], back["team_from"], back["state"]) == waits


def test_what_was_due_meanwhile_is_ready_at_once(connection):
    night = a_night(connection)
    lay(connection, night, {"ready_at": MORNING + timedelta(minutes=5)})
    back = row_of(connection, lapsed(connection, opened(connection, night).work_item_id))
    assert (back["lane"], back["ready_at"]) == ("pay", MORNING + LEASE)


def test_nothing_moves_while_a_co_borrower_is_in_somebodys_hands(connection):
    night = a_night(connection)
    shared, own = lay(connection, night, {"people": ["D1", "D2"]}, {})
    (held,) = open_items(connection, "D2")
    take(connection, held, collector="ben", at=MORNING, lease=LEASE, judged=True)
    assert opened(connection, night) == Opened(None, held_by="ben", held_item=own)
    assert (row_of(connection, shared)["state"], row_of(connection, shared)["lane"]) == ("ready", "pay")
    give_up(connection, [own], at=MORNING)
    assert opened(connection, night).work_item_id is not None


@pytest.mark.parametrize(("lane", "follows"), [("callback", True), ("pay", False)])
def test_what_a_caller_on_no_list_agreed_is_kept(connection, lane, follows):
    item = opened(connection, a_night(connection), "D9").work_item_id
    stands = stands_of(connection, item, collector="anna", at=MORNING)
    then = Next(lane, LATER, "owner", "Calls back.", {}, team_from=LATER)
    told: dict[str, Any] = {"collector": "anna", "at": MORNING, "zone": "America/New_York", "is_try": False}
    changed = following(stands, then, **told, has_skill=bool)
    assert (changed is not None) == follows
    if follows:
        assert (changed["lane"], changed["ready_at"], changed["assigned_to"]) == ("callback", LATER, "anna")


@pytest.mark.parametrize("older_is_newer", [False, True])
def test_of_two_tests_that_drew_a_debtor_the_newest_draw_counts_for_nights_and_for_look_ups(connection, older_is_newer):
    first, second = a_night(connection), a_night(connection)
    told: dict[str, Any] = {"at": MORNING, "by": "strategist"}
    tests = [design("older"), design("newer")]
    for test, night in zip(tests, (second, first) if older_is_newer else (first, second), strict=True):
        number = life.plan(connection, test, evidence={}, **told)
        connection.execute(text("UPDATE experiments SET state = 'running' WHERE experiment_id = :id"), {"id": number})
        enrolments.enrol(connection, night, DAY, [enrolments.Enrolled(number, "D9", "champion", "D9", "", {})])
    label = "older/1" if older_is_newer else "newer/1"
    assert enrolments.standing(connection, ["older", "newer"], through=DAY) == {"D9": (label, "champion")}
    item = row_of(connection, opened(connection, second, "D9").work_item_id)
    assert (item["experiment"], item["arm"]) == (label, "champion")


def test_what_is_opened_for_a_caller_is_kept_from_the_staff_of_other_arms_when_it_comes_back(connection):
    night = a_night(connection)
    number = life.plan(connection, design("staffed"), evidence={}, at=MORNING, by="strategist")
    connection.execute(text("UPDATE experiments SET state = 'running' WHERE experiment_id = :id"), {"id": number})
    enrolments.enrol(connection, night, DAY, [enrolments.Enrolled(number, "D9", "champion", "D9", "", {})])
    of_arm = {"experiment": "staffed/1"}
    lay(
        connection,
        night,
        of_arm | {"arm": "champion", "kept_from": ["ben", "cleo"]},
        of_arm | {"arm": "challenger", "kept_from": ["anna"]},
    )
    for debtor, kept in (("D9", ["ben", "cleo"]), ("D8", [])):
        assert row_of(connection, opened(connection, night, debtor).work_item_id)["kept_from"] == kept


def design(name):
    return read_design(EXAMPLE.replace('name = "earlier_calls"', f'name = "{name}"'))


def released(connection, item):
    give_up(connection, [item], at=MORNING)
    return give_back(connection, [item], state="released", because="wrong", at=MORNING, by="anna")[item]


def lapsed(connection, item):
    return expire(connection, at=MORNING + LEASE)[item]
