"""A collector's window on debtors: whom they hold, whom they looked up today, and nobody else."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from arrears.queues.desk.item_events import note
from arrears.state.desk import leases
from serving.people.own_debtors import LOOKED_UP_FOR, refuse_others
from serving.people.sign_ins import Person
from serving.problems import Problem
from tests.queues.desk.laid_out import MORNING, a_night, lay

ANNA = Person("Anna Berg", "collector", "anna")
BEN = Person("Ben", "collector", "ben")
LEASE = timedelta(minutes=15)


@pytest.fixture
def connection(database):
    with database.begin() as connection:
        yield connection


def hold(connection, item, person, collector="anna", **more):
    row = {"work_item_id": item, "person": person, "collector": collector, "taken_at": MORNING}
    connection.execute(insert(leases), row | {"expires_at": MORNING + LEASE} | more)


def sees(connection, person, debtor_id, at=MORNING):
    try:
        refuse_others(connection, person, debtor_id, at)
    except Problem:
        return False
    return True


def test_whom_one_holds_one_sees_until_the_lease_is_over(connection):
    (item,) = lay(connection, a_night(connection), {"people": ["D1", "J1"]})
    hold(connection, item, "D1")
    assert sees(connection, ANNA, "D1", MORNING + LEASE - timedelta(microseconds=1))
    assert not sees(connection, ANNA, "D1", MORNING + LEASE)


def test_whom_one_gave_back_one_sees_no_more(connection):
    (item,) = lay(connection, a_night(connection), {"people": ["D1"]})
    hold(connection, item, "D1", ended_at=MORNING)
    assert not sees(connection, ANNA, "D1")


def test_nobody_sees_whom_another_holds(connection):
    (item,) = lay(connection, a_night(connection), {"people": ["D1"]})
    hold(connection, item, "D1")
    assert not sees(connection, BEN, "D1")


def test_nobody_sees_whom_nobody_holds(connection):
    lay(connection, a_night(connection), {"people": ["D1"], "assigned_to": "anna"})
    assert not sees(connection, ANNA, "D1")


def test_whom_one_looked_up_one_sees_for_the_day(connection):
    (item,) = lay(connection, a_night(connection), {"debtor_id": "D1", "lane": "inbound", "made_by": "inbound"})
    note(connection, [item], "claimed", at=MORNING, by="anna")
    assert sees(connection, ANNA, "D1", MORNING + LOOKED_UP_FOR - timedelta(microseconds=1))
    assert not sees(connection, ANNA, "D1", MORNING + LOOKED_UP_FOR)
    assert not sees(connection, BEN, "D1")


def test_what_one_claimed_from_a_queue_is_no_look_up(connection):
    (item,) = lay(connection, a_night(connection), {"debtor_id": "D1"})
    note(connection, [item], "claimed", at=MORNING, by="anna")
    assert not sees(connection, ANNA, "D1")


@pytest.mark.parametrize("role", ["manager", "strategist", "scientist", "auditor"])
def test_other_roles_are_the_doors_to_judge(connection, role):
    assert sees(connection, Person("somebody", role), "D1")
