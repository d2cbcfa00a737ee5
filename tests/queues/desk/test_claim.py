"""Who gets what next: one's own list and hour first, then the team's; nobody twice, and nobody who may not."""

import threading
from datetime import timedelta

import pytest

from arrears.queues.desk.claim import NotTaken, candidates, take
from arrears.queues.desk.leases import expire, extend, give_up, held_by, lease_of
from arrears.queues.desk.team import Member
from tests.queues.desk.laid_out import MORNING, a_night, lay, row_of, rows

LEASE = timedelta(minutes=15)
TEN = timedelta(minutes=10)
ANNA, BEN = Member("anna"), Member("ben")


@pytest.fixture
def connection(database):
    with database.begin() as connection:
        yield connection


def items(engine, *laid):
    with engine.begin() as connection:
        return lay(connection, a_night(connection), *laid)


def claimed(connection, member=ANNA, *, at=MORNING, judged=False, lane=None):
    """The item that a member gets next; None where there is none."""
    for item in candidates(connection, member, at=at, lane=lane):
        taken = take(connection, item, collector=member.collector_id, at=at, lease=LEASE, judged=judged)
        if not isinstance(taken, NotTaken):
            return item.work_item_id
    return None


def offered(connection, member=ANNA, *, at=MORNING, **asked):
    return [item.work_item_id for item in candidates(connection, member, at=at, **asked)]


def test_a_claim_leaves_its_whole_trace(connection):
    (item,) = lay(connection, a_night(connection), {"people": ["D1", "J1"], "accounts": ["A1", "A2"]})
    assert claimed(connection) == item
    assert row_of(connection, item)["state"] == "claimed"
    ends = MORNING + LEASE
    held = rows(connection, "SELECT person, collector, taken_at, expires_at, ended_at FROM leases ORDER BY person")
    assert held == [("D1", "anna", MORNING, ends, None), ("J1", "anna", MORNING, ends, None)]
    reserved = rows(connection, "SELECT people, accounts, channel, claimed_by, expires_at FROM call_reservations")
    assert reserved == [(["D1", "J1"], ["A1", "A2"], "call", "anna", ends)]
    ((decision, *told),) = rows(connection, "SELECT decision_id, action, work_item_id, collector FROM decisions")
    assert told == ["served", item, "anna"]
    assert rows(connection, 'SELECT did, "by", detail FROM work_item_events') == [
        ("claimed", "anna", {"decision_id": decision})
    ]
    (lease,), overdue = held_by(connection, "anna", MORNING)
    assert not overdue
    assert (lease.work_item_id, lease.expires_at) == (item, ends)


def test_ones_own_list_comes_before_the_teams_and_a_managers_word_before_both(connection):
    night = a_night(connection)
    team, second, first, raised = lay(
        connection,
        night,
        {"place": 0},
        {"assigned_to": "anna", "place": 2.0},
        {"assigned_to": "anna", "place": 1.0},
        {"assigned_to": "anna", "place": 9.0, "raised": 1},
    )
    assert offered(connection) == [raised, first, second, team]
    assert offered(connection, BEN) == [team]


def test_a_callback_is_its_owners_for_ten_minutes_then_the_teams(connection):
    due = {"lane": "callback", "assigned_to": "ben", "team_from": MORNING + TEN}
    own, callback = lay(connection, a_night(connection), {"assigned_to": "anna"}, due)
    assert offered(connection, BEN) == [callback]
    assert offered(connection, at=MORNING + TEN - timedelta(seconds=1)) == [own]
    assert offered(connection, at=MORNING + TEN) == [callback, own]


def test_nothing_is_offered_before_its_hour(connection):
    (item,) = lay(connection, a_night(connection), {"ready_at": MORNING})
    assert offered(connection, at=MORNING - timedelta(seconds=1)) == []
    assert offered(connection, at=MORNING) == [item]


@pytest.mark.parametrize(
    ("asks", "can"),
    [
        ({"language": "es"}, {"languages": ("es",)}),
        ({"region": "US-NY"}, {"licences": ("US-NY",)}),
        ({"skill": "legal"}, {"skills": ("legal",)}),
        ({"client": "bank"}, {"clients": ("bank",)}),
        ({"product": "card"}, {"products": ("card",)}),
        ({"territory": "north"}, {"territories": ("north",)}),
    ],
)
def test_the_team_is_given_only_what_it_can_do(connection, asks, can):
    (item,) = lay(connection, a_night(connection), asks)
    limited = Member("ben", clients=("x",), products=("x",), territories=("x",))
    able = Member("anna", **can)
    assert (offered(connection, able), offered(connection, limited)) == ([item], [])
    asked = {"client": ""} | asks
    assert (able.may_take(**asked), limited.may_take(**asked)) == (True, False)


def test_what_an_item_does_not_ask_for_does_not_matter(connection):
    (item,) = lay(connection, a_night(connection), {})
    assert offered(connection, Member("ben", clients=("x",), products=("x",), territories=("x",))) == [item]


def test_the_teams_items_come_by_place_whatever_they_ask_for(connection):
    night = a_night(connection)
    laid = lay(connection, night, {"place": 3.0}, {"place": 1.0, "language": "es"}, {"place": 2.0, "skill": "legal"})
    assert offered(connection, Member("anna", languages=("es",), skills=("legal",))) == [laid[1], laid[2], laid[0]]


def test_who_gave_it_back_is_not_offered_it_again(connection):
    (item,) = lay(connection, a_night(connection), {"not_for": ["anna"]})
    assert (offered(connection), offered(connection, BEN)) == ([], [item])


@pytest.mark.parametrize("lane", ["pay", "callback"])
def test_whom_an_arm_keeps_it_from_is_offered_what_stands_on_their_own_list_alone(connection, lane):
    """A callback that somebody of another arm agreed on in a call that came in is theirs."""
    kept = {"kept_from": ["anna"], "lane": lane}
    teams, own = lay(connection, a_night(connection), kept, kept | {"assigned_to": "anna"})
    assert (offered(connection), offered(connection, BEN)) == ([own], [teams])


@pytest.mark.parametrize(("client", "left"), [(None, 0), ("bank", 1)])
def test_a_paused_queue_offers_nothing_of_any_work_group_of_its_client(connection, client, left):
    groups = ({"client": "bank", "work_group": f"bank/{currency}"} for currency in ("USD", "EUR"))
    *_, shop = lay(connection, a_night(connection), *groups, {"client": "shop"})
    connection.exec_driver_sql(
        "INSERT INTO paused_queues (lane, client, because, by, at) VALUES ('pay', %s, 'audit', 'm', %s)",
        (client, MORNING),
    )
    assert offered(connection) == [shop] * left
    assert offered(connection, lane="callback") == []


def test_one_lane_alone_can_be_asked_for(connection):
    pay, dispute = lay(connection, a_night(connection), {}, {"lane": "dispute"})
    assert offered(connection, lane="dispute") == [dispute]
    assert offered(connection) == [pay, dispute]


def test_a_persons_other_items_wait_while_somebody_holds_the_person(database):
    first, second, third = items(
        database, {"work_group": "bank"}, {"debtor_id": "D1", "work_group": "shop"}, {"people": ["D3", "D1"]}
    )
    with database.begin() as connection:
        assert claimed(connection) == first
        assert offered(connection, BEN) == []
        give_up(connection, [first], at=MORNING)
        assert offered(connection, BEN) == [second, third]


def test_a_person_whom_another_transaction_is_about_is_passed_over(database):
    busy, free = items(database, {}, {})
    with database.begin() as other, database.begin() as connection:
        other.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended('debtor:D1', 0))")
        assert offered(connection) == [free]
        other.rollback()
    with database.begin() as connection:
        assert offered(connection) == [busy, free]


@pytest.mark.parametrize(
    "news",
    [
        "INSERT INTO contact_ledger (contact_id, debtor_id, at, channel, direction, disposition, recorded_at, source)"
        " VALUES ('c', 'D1', %(later)s, 'call', 'out', 'no_answer', %(later)s, 'desk')",
        "INSERT INTO source_events (source_table, row_key, row, digest, account_id, recorded_at, origin, posted_by)"
        " VALUES ('payments', 'p', '{}', 'd', 'A1', %(later)s, 'api', 'x')",
        "INSERT INTO call_reservations (people, accounts, channel, claimed_by, reserved_at, expires_at)"
        " VALUES ('{X}', '{A1}', 'call', 'x', %(later)s, %(later)s + interval '1 hour')",
    ],
)
def test_an_item_with_news_is_taken_only_where_the_rules_were_asked(connection, news):
    (item,) = lay(connection, a_night(connection), {})
    connection.exec_driver_sql(news, {"later": MORNING + TEN})
    at = MORNING + TEN
    (found,) = candidates(connection, ANNA, at=at)
    assert take(connection, found, collector="anna", at=at, lease=LEASE, judged=False) == NotTaken(False, True)
    assert rows(connection, "SELECT count(*) FROM leases") == [(0,)]
    assert claimed(connection, at=at, judged=True) == item


def test_a_lease_that_ran_out_gives_the_item_back(connection):
    (item,) = lay(connection, a_night(connection), {"people": ["D1", "J1"]})
    claimed(connection)
    assert expire(connection, at=MORNING + LEASE - timedelta(seconds=1)) == {}
    back = expire(connection, at=MORNING + LEASE)
    assert list(back) == [item]
    assert expire(connection, at=MORNING + LEASE) == {}
    states = rows(connection, "SELECT state, made_by FROM work_items ORDER BY work_item_id")
    assert states == [("expired", "night"), ("ready", "return")]
    assert rows(connection, "SELECT count(*) FROM call_reservations WHERE ended_at IS NULL") == [(0,)]
    assert lease_of(connection, item) is None
    assert claimed(connection, BEN, at=MORNING + LEASE) == back[item]


def test_an_overdue_lease_is_ended_before_its_person_is_taken(connection):
    first, second = lay(connection, a_night(connection), {}, {"debtor_id": "D1", "work_group": "shop"})
    claimed(connection)
    late = MORNING + LEASE
    (found,) = candidates(connection, BEN, at=late)
    assert found.work_item_id == second
    assert take(connection, found, collector="ben", at=late, lease=LEASE, judged=True) == NotTaken(True, False)
    assert list(expire(connection, at=late, people=found.people)) == [first]
    assert not isinstance(take(connection, found, collector="ben", at=late, lease=LEASE, judged=True), NotTaken)


def test_a_lease_is_lengthened_with_its_reservation_while_it_runs(connection):
    (item,) = lay(connection, a_night(connection), {})
    claimed(connection)
    at = MORNING + TEN
    assert extend(connection, item, collector="anna", at=at, until=at + LEASE)
    assert not extend(connection, item, collector="ben", at=at, until=at + LEASE)
    ends = rows(connection, "SELECT l.expires_at, r.expires_at FROM leases l, call_reservations r")
    assert ends == [(at + LEASE, at + LEASE)]
    assert expire(connection, at=MORNING + LEASE) == {}
    assert not extend(connection, item, collector="anna", at=at + LEASE, until=at + 2 * LEASE)


def test_many_who_claim_at_once_get_each_item_once_and_no_person_twice(database):
    laid = [{"debtor_id": f"D{number % 30}", "work_group": f"G{number // 30}"} for number in range(60)]
    ids = items(database, *laid)
    got, ready = [], threading.Barrier(8)

    def work(name):
        ready.wait()
        while True:
            with database.begin() as connection:
                item = claimed(connection, Member(name))
            if item is None:
                return
            got.append(item)

    threads = [threading.Thread(target=work, args=[f"C{number}"]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 30  # a person's second item waits for the first
    assert set(got) <= set(ids)
    with database.connect() as connection:
        assert rows(connection, "SELECT count(*), count(DISTINCT person) FROM leases") == [(30, 30)]
        assert rows(connection, "SELECT count(*) FROM decisions WHERE action = 'served'") == [(30,)]
