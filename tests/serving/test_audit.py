"""The audit trail over HTTP: newest first, page by page, by what was done, by whom, to what and since when."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from arrears.clock import SystemClock
from arrears.state import audit_trail
from serving.people import access
from serving.people.people import add_person

DAY = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def client(served):
    with served.engine.begin() as connection:
        for hour in range(7):
            at = DAY + timedelta(hours=hour)
            audit_trail.note(
                connection, at=at, who="kim" if hour % 2 else "lee", did="queue.counted", subject=str(hour)
            )
    with served.client() as client:
        yield client


def asked(client, **wanted):
    answer = client.get("/v1/audit", params={"did": "queue.counted"} | wanted)
    assert answer.status_code == 200, answer.text
    return [line["subject"] for line in answer.json()["lines"]]


def test_the_newest_comes_first(client):
    assert asked(client) == ["6", "5", "4", "3", "2", "1", "0"]


def test_pages_join_without_gap_or_repetition(client):
    found, after = [], {}
    for _ in range(4):
        told = client.get("/v1/audit", params={"did": "queue.counted", "limit": 2} | after).json()
        found += [line["subject"] for line in told["lines"]]
        after = {"after": told["after"]}
    assert found == ["6", "5", "4", "3", "2", "1", "0"]
    assert told["after"] is None


def test_a_page_that_ends_with_the_trail_has_no_cursor(client):
    assert client.get("/v1/audit", params={"did": "queue.counted", "limit": 7}).json()["after"] is None


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"who": "kim"}, ["5", "3", "1"]),
        ({"subject": "3"}, ["3"]),
        ({"who": "kim", "subject": "2"}, []),
        ({"did": "queue.count"}, []),
        ({"since": (DAY + timedelta(hours=5)).isoformat()}, ["6", "5"]),
        ({"since": (DAY + timedelta(hours=5, microseconds=1)).isoformat()}, ["6"]),
    ],
)
def test_a_filter_keeps_what_says_exactly_this(client, wanted, expected):
    assert asked(client, **wanted) == expected


@pytest.mark.parametrize("wanted", [{"limit": 0}, {"after": "x"}, {"since": "2026-01-05T09:00:00"}])
def test_what_does_not_fit_is_told(client, wanted):
    assert client.get("/v1/audit", params=wanted).status_code == 422


def test_who_let_whom_in_is_told(served, client):
    now = SystemClock().now()
    add_person(served.engine, "mo", "auditor", who="kim", now=now)
    access.new_key(served.engine, now=now, person="mo", who="kim")
    lines = client.get("/v1/audit", params={"subject": "mo"}).json()["lines"]
    assert [(line["did"], line["who"]) for line in lines] == [("key.made", "kim"), ("person.added", "kim")]
    assert lines[1]["detail"] == {"role": "auditor", "collector_id": None}


def test_an_auditor_reads_it_and_a_collector_does_not(served):
    now = SystemClock().now()
    for name, role, collector_id, status in (("au", "auditor", None, 200), ("co", "collector", "C01", 403)):
        add_person(served.engine, name, role, collector_id=collector_id, who="test", now=now)
        key = access.new_key(served.engine, now=now, person=name)
        answer = httpx.get(f"{served.address}/v1/audit", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == status
