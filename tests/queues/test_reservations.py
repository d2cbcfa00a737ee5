"""Two collectors and the last call of a week, on a real PostgreSQL."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from arrears.errors import BadInput, WrongUse
from arrears.policy.judge import judge
from arrears.policy.limits import read_limits
from arrears.policy.rules import frequency
from arrears.queues.ledger import LOOKS_BACK, record, trailing
from arrears.queues.reservations import one_at_a_time, release, reserve
from tests.policy.case import asking, at, facts_of
from tests.policy.counted import IN_NEW_YORK_CITY

NOW = at("2026-09-14 14:00")
LEASE: dict[str, Any] = {"at": NOW, "expires_at": NOW + timedelta(minutes=30), "channel": "call"}
JOINT = [
    {"account_id": "A1", "debtor_id": "D1", "role": "primary", "liable": True},
    {"account_id": "A1", "debtor_id": "D2", "role": "joint", "liable": True},
]


def called(engine, times, debtor="D1"):
    with engine.begin() as connection:
        for number in range(times):
            call = {
                "contact_id": f"{debtor}-{number}",
                "debtor_id": debtor,
                "account_id": "A1",
                "at": NOW - timedelta(days=1, hours=number),
                "channel": "call",
                "direction": "out",
                "disposition": "no_answer",
            }
            record(connection, call, recorded_at=NOW - timedelta(days=1))


def may_call(connection, debtor, profile, rules=frequency.RULES, without=None):
    rows = trailing(
        connection, since=NOW - LOOKS_BACK, at=NOW, debtors=["D1", "D2"], accounts=["A1"], without=without
    ).to_pylist()
    people = [IN_NEW_YORK_CITY, IN_NEW_YORK_CITY | {"debtor_id": "D2"}]
    points = [{}, {"point_id": "P2", "debtor_id": "D2"}]
    facts = facts_of(NOW, debtors=people, points=points, parties=JOINT, contacts=rows)
    judgement = judge(asking(facts, "call", person=debtor), read_limits((profile,)), rules=rules)
    return not judgement.held.any()


def claims(engine, debtors, profile, rules=frequency.RULES):
    """Everybody claims at once; who got a reservation."""
    got, ready = [], threading.Barrier(len(debtors))

    def claim(who, debtor):
        with engine.begin() as connection:
            ready.wait()
            one_at_a_time(connection, [debtor], ["A1"])
            if may_call(connection, debtor, profile, rules):
                got.append(reserve(connection, people=[debtor], accounts=["A1"], claimed_by=who, **LEASE))

    crowd = [threading.Thread(target=claim, args=(f"c{place}", debtor)) for place, debtor in enumerate(debtors)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    return got


@pytest.mark.parametrize(("made", "reserved"), [(7, 0), (6, 1), (5, 2)])
def test_collectors_together_never_hold_more_calls_than_the_week_has_left(database, made, reserved):
    called(database, made)
    the_count_alone = [rule for rule in frequency.RULES if rule.id == "RF-01"]
    assert len(claims(database, ["D1"] * 4, "us_federal", the_count_alone)) == reserved


def test_only_one_collector_at_a_time_may_have_the_conversation_of_the_week(database):
    assert len(claims(database, ["D1"] * 4, "us_federal")) == 1


@pytest.mark.parametrize(("made", "reserved"), [(3, 0), (2, 1)])
def test_collectors_of_two_debtors_share_what_a_city_allows_about_their_account(database, made, reserved):
    called(database, made)
    assert len(claims(database, ["D1", "D2"], "us_states")) == reserved


def test_whoever_decides_about_an_account_waits_for_whoever_does(database):
    done = threading.Event()
    with database.begin() as connection:
        one_at_a_time(connection, ["D1"], ["A1"])
        other = threading.Thread(target=_locks, args=(database, done))
        other.start()
        assert not done.wait(0.2)
    other.join()
    assert done.is_set()


def _locks(engine, done):
    with engine.begin() as connection:
        one_at_a_time(connection, ["D2"], ["A1"])
        done.set()


def test_a_lease_that_ends_gives_its_call_back(database):
    called(database, 6)
    [mine] = claims(database, ["D1", "D1"], "us_federal")
    with database.begin() as connection:
        assert not may_call(connection, "D1", "us_federal")
        assert may_call(connection, "D1", "us_federal", without=mine)
        release(connection, mine, at=NOW)
        assert may_call(connection, "D1", "us_federal")


def test_a_claim_that_is_rolled_back_reserves_nothing(database):
    called(database, 6)
    with database.connect() as connection:
        reserve(connection, people=["D1"], accounts=["A1"], claimed_by="ada", **LEASE)
        connection.rollback()
    assert len(claims(database, ["D1"], "us_federal")) == 1


@pytest.mark.parametrize(("made", "free"), [(6, False), (5, True)])
def test_a_reservation_for_two_people_counts_for_both(database, made, free):
    called(database, made, debtor="D2")
    with database.begin() as connection:
        reserve(connection, people=["D1", "D2"], accounts=["A1"], claimed_by="ada", **LEASE)
        the_count_alone = [rule for rule in frequency.RULES if rule.id == "RF-01"]
        assert may_call(connection, "D2", "us_federal", the_count_alone) is free


def test_a_transaction_that_cannot_see_what_others_reserved_is_refused(database):
    with (
        database.connect().execution_options(isolation_level="REPEATABLE READ") as connection,
        pytest.raises(WrongUse, match="repeatable read"),
    ):
        one_at_a_time(connection, ["D1"], ["A1"])


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"channel": "telegraph"}, BadInput),
        ({"accounts": []}, IntegrityError),
        ({"people": []}, IntegrityError),
        ({"expires_at": NOW}, IntegrityError),
    ],
)
def test_a_reservation_without_channel_account_or_end_is_refused(database, wrong, problem):
    asked = {"people": ["D1"], "accounts": ["A1"], "claimed_by": "ada"} | LEASE | wrong
    with pytest.raises(problem), database.begin() as connection:
        reserve(connection, **asked)
