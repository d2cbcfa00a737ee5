"""What breaks on a working day: double posts, a killed service, a stopped database; nothing is lost or doubled."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from arrears.state.server import connect, own_database
from serving.problems import MEDIA_TYPE
from tests.night.desk_book import MORNING
from tests.serving.fault_house import house, until

COLLECTORS = tuple(f"C{n:02d}" for n in range(1, 21))
GONE = "C92"
NOBODY = {"disposition": "no_answer"}
CLAIM = "/v1/queues/next/claim"
HELD = "SELECT collector, work_item_id, person FROM leases WHERE ended_at IS NULL ORDER BY collector"
TWICE = "SELECT work_item_id FROM outcomes GROUP BY work_item_id HAVING count(*) > 1"


@pytest.fixture(scope="module")
def broken(tmp_path_factory, no_registry):
    """One house for all faults, in the order in which they stand here."""
    with house(tmp_path_factory.mktemp("house"), no_registry, debtors=200) as built:
        yield built


def test_the_same_outcome_posted_ten_times_at_once_is_one_outcome(broken):
    with broken.client("C91") as client, ThreadPoolExecutor(10) as pool:
        item = client.post(CLAIM).json()["work_item_id"]
        gate = threading.Barrier(10)

        def post(_):
            gate.wait()
            return client.post(f"/v1/items/{item}/outcome", json=NOBODY, headers={"Idempotency-Key": "ten"})

        answers = list(pool.map(post, range(10)))
    assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers]
    assert len({answer.text for answer in answers}) == 1
    told = answers[0].json()["contact_id"]
    for table in ("outcomes", "contact_ledger"):
        assert broken.rows(f"SELECT contact_id FROM {table}") == [(told,)]
    assert broken.rows("SELECT row_key FROM source_events WHERE source_table = 'contacts'") == [(told,)]
    assert len(broken.rows("SELECT 1 FROM work_items WHERE follows = :item", item=item)) == 1


class Shift(threading.Thread):
    """A collector who claims and posts until nobody answers any more."""

    def __init__(self, house, collector_id, acknowledged):
        super().__init__(name=collector_id)
        self.client, self.acknowledged = house.client(collector_id), acknowledged
        self.served, self.in_flight = [], None

    def run(self):
        with self.client as client:
            try:
                while True:
                    item = client.post(CLAIM).json()["work_item_id"]
                    self.served.append(item)
                    self.in_flight = item
                    self.acknowledged.append(record(client, item).json()["contact_id"])
                    self.in_flight = None
            except httpx.TransportError:
                return


def record(client, item):
    return client.post(f"/v1/items/{item}/outcome", json=NOBODY, headers={"Idempotency-Key": f"shift-{item}"})


def test_a_service_killed_amid_twenty_collectors_loses_nothing_that_it_acknowledged(broken):
    before = {contact for (contact,) in broken.rows("SELECT contact_id FROM outcomes")}
    with broken.client(GONE) as client:
        client.post(CLAIM)
    acknowledged = []
    shifts = [Shift(broken, each, acknowledged) for each in COLLECTORS]
    for shift in shifts:
        shift.start()
    until(lambda: len(acknowledged) >= 60)
    broken.kill()
    for shift in shifts:
        shift.join(timeout=30)
    served = [item for shift in shifts for item in shift.served]
    assert len(set(served)) == len(served)
    left = {collector: item for collector, item, _ in broken.rows(HELD)}
    assert GONE in left
    broken.start()
    # Whoever was about to post does it again with the same key; whoever held an item is given it again.
    for shift in shifts:
        with broken.client(shift.name) as client:
            if shift.name in left:
                assert client.post(CLAIM).json()["work_item_id"] == left[shift.name]
            if shift.in_flight is not None:
                answer = record(client, shift.in_flight)
                assert answer.status_code == 200, answer.text
                acknowledged.append(answer.json()["contact_id"])
    assert len(set(acknowledged)) == len(acknowledged)
    kept = [contact for (contact,) in broken.rows("SELECT contact_id FROM outcomes")]
    assert set(acknowledged) <= set(kept) - before
    assert broken.rows(TWICE) == []
    for table in ("outcomes", "contact_ledger"):
        assert sorted(broken.rows(f"SELECT contact_id FROM {table}")) == sorted((each,) for each in kept)


def test_whoever_never_came_back_loses_the_item_when_its_lease_is_over(broken):
    ((item, debtor),) = [(item, debtor) for who, item, debtor in broken.rows(HELD) if who == GONE]
    broken.stands(MORNING + timedelta(minutes=16))
    until(lambda: not broken.rows(HELD))  # the sweep of the next second
    (successor,) = broken.rows("SELECT state, debtor_id FROM work_items WHERE follows = :item", item=item)
    assert successor == ("ready", debtor)


def test_a_stopped_database_is_told_and_once_it_is_back_the_work_goes_on(broken):
    with broken.client("C93") as client:
        item = client.post(CLAIM).json()["work_item_id"]
        kept = broken.rows("SELECT contact_id FROM outcomes")
        broken.engine.dispose()
        broken.stop_database()
        for answer in (record(client, item), client.post(CLAIM), client.get(f"/v1/items/{item}")):
            assert answer.status_code in (500, 503), answer.text
            assert answer.headers["content-type"] == MEDIA_TYPE
            assert answer.json()["status"] == answer.status_code
        broken.start_database()
        stored = until(lambda: (answer := record(client, item)).status_code == 200 and answer)
        assert client.post(CLAIM).json()["work_item_id"] != item
    assert set(broken.rows("SELECT contact_id FROM outcomes")) == {*kept, (stored.json()["contact_id"],)}
    assert broken.rows(TWICE) == []


def test_two_nights_at_once_serve_one_after_the_other(broken):
    engine = connect(own_database(broken.server.url, "two_nights"))
    words = ("night", "--as-of", "2026-06-12", "--json")
    both = [broken.command(*words, engine=engine) for _ in range(2)]
    told = [night.communicate(timeout=120)[0] for night in both]
    assert [night.returncode for night in both] == [0, 0], told
    with engine.connect() as connection:
        states = connection.execute(text("SELECT state FROM nights ORDER BY night_id")).scalars().all()
        assert states == ["superseded", "served"]
        twice = "SELECT 1 FROM work_items WHERE state IN ('ready', 'claimed') GROUP BY debtor_id, work_group"
        assert len(connection.execute(text(twice)).all()) == 200
        open_ = "SELECT night_id, count(*) FROM work_items WHERE state IN ('ready', 'claimed') GROUP BY night_id"
        assert connection.execute(text(open_)).all() == [(2, 200)]
    engine.dispose()
