"""What a manager does on the page Queues and over HTTP: forms, what they tell, Undo, keys, refusals."""

import re
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import text


@pytest.fixture(scope="module")
def client(served):
    with served.client() as client:
        client.headers["Accept"] = "text/html"
        yield client


@pytest.fixture(scope="module")
def items(served):
    """The last ready items of the whole list, which no other test looks at."""
    sql = "SELECT work_item_id FROM work_items WHERE state = 'ready' ORDER BY rank DESC LIMIT 4"
    with served.engine.connect() as connection:
        return list(connection.execute(text(sql)).scalars())


@contextmanager
def done(client, path, form):
    """A form that was sent, and is taken back at the end; the page that answered."""
    answer = client.post(path, data=form)
    assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)
    address = answer.headers["location"]
    act = re.search(r"done=(\d+)", address).group(1)
    try:
        yield client.get(address).text, act
    finally:
        undo = "/team/undo" if address.startswith("/team") else "/queues/undo"
        client.post(undo, data={"act": act})


def on_list(served, items):
    sql = text("SELECT coalesce(assigned_to, 'team') FROM work_items WHERE work_item_id = ANY (:items)")
    with served.engine.connect() as connection:
        return set(connection.execute(sql, {"items": items}).scalars())


def test_ticked_items_go_on_a_list_and_come_back(client, served, items):
    before = on_list(served, items)
    form = {"act": "reassign", "item": items, "to": "C05", "because": "she knows them"}
    with done(client, "/queues/act?bucket=1-29", form) as (page, act):
        assert "4 items are on the list of Collector 5 (synthetic) now." in page
        assert on_list(served, items) == {"C05"}
        assert f'name="act" value="{act}"' in page
        answer = client.post("/queues/undo?bucket=1-29", data={"act": act})
        assert answer.headers["location"].startswith("/queues?bucket=1-29&done=")
        assert "Undone. 4 items are as before." in client.get(answer.headers["location"]).text
        assert on_list(served, items) == before
        again = client.post("/queues/undo", data={"act": act})
        assert again.status_code == 409
        assert "undone before" in again.text


def test_all_that_match_move_without_being_ticked(client, served):
    form = {"act": "front", "scope": "all", "because": "the client asked"}
    with done(client, "/queues/act?bucket=180%2B", form) as (page, _):
        assert "at the front of the list now." in page
        first = client.get("/v1/team").json()
        with served.engine.connect() as connection:
            sql = "SELECT DISTINCT bucket FROM work_items WHERE raised = 1"
            assert list(connection.execute(text(sql)).scalars()) == ["180+"]
        assert first["day"] == "2005-10-03"
    with served.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM work_items WHERE raised <> 0")).scalar() == 0


def test_items_put_off_wait_and_say_until_when(client, items):
    form = {"act": "put_off", "item": items, "until": "2005-10-06", "because": "payday"}
    with done(client, "/queues/act", form) as (page, _):
        assert "4 items are put off to 6 Oct 2005." in page
        waiting = client.get("/queues?standing=waiting").text
        assert waiting.count("from 6 Oct 2005, 00:00") == 4


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"act": "reassign", "to": "C05", "because": "x"}, "none that is ticked"),
        ({"act": "reassign", "item": "ONE", "because": "x"}, "nobody to give them to"),
        ({"act": "reassign", "item": "ONE", "to": "C99", "because": "x"}, "none of that id"),
        ({"act": "reassign", "item": "ONE", "to": "C05"}, "a reason of 0 characters"),
        ({"act": "put_off", "item": "ONE", "because": "x"}, "no day"),
        ({"act": "put_off", "item": "ONE", "until": "2005-10-03", "because": "x"}, "where today is"),
        ({"act": "end", "scope": "all", "because": "x"}, "fits everything"),
    ],
)
def test_a_form_that_lacks_something_is_refused_in_words(client, served, items, form, told):
    before = on_list(served, items)
    if form.get("item") == "ONE":
        form = form | {"item": items[0]}
    answer = client.post("/queues/act", data=form)
    assert answer.status_code == 422
    assert told in answer.text
    assert on_list(served, items) == before


def test_a_paused_queue_says_so_on_both_pages(client):
    with done(client, "/queues/pause?lane=pay", {"because": "the dialer is down"}) as (page, _):
        assert "Nobody claims from Pay" in page
        assert "the dialer is down" in client.get("/").text
        answer = client.post("/queues/pause?lane=pay", data={"because": "again"})
        assert (answer.status_code, "paused already" in answer.text) == (409, True)
    assert "Nobody claims" not in client.get("/").text


def test_the_same_key_does_the_same_act_once(client, served, items):
    asked = {"items": items, "to": "C07", "because": "she knows them"}
    headers = {"Idempotency-Key": "acts-1", "Accept": "application/json"}
    first = client.post("/v1/items/reassign", json=asked, headers=headers)
    assert (first.status_code, first.json()["items"]) == (200, 4)
    assert client.post("/v1/items/reassign", json=asked, headers=headers).json() == first.json()
    other = client.post("/v1/items/reassign", json=asked | {"to": "C08"}, headers=headers)
    assert other.status_code == 409
    act = first.json()["act"]
    assert client.post(f"/v1/acts/{act}/undo").json()["items"] == 4
    assert on_list(served, items) != {"C07"}


def test_programs_move_put_off_and_pause_too(client, served, items):
    one = items[0]
    until = str(client_day(client) + timedelta(days=2))
    acts = [
        client.post(f"/v1/items/{one}/move", json={"raise": -2, "because": "not now"}),
        client.post("/v1/items/put-off", json={"filter": {"search": "D0000"}, "until": until, "because": "payday"}),
        client.post("/v1/queues/dispute/pause", json={"because": "training"}),
        client.post("/v1/queues/dispute/resume", json={"because": "done"}),
    ]
    assert [answer.status_code for answer in acts] == [200] * 4
    assert acts[0].json()["items"] == 1
    for answer in reversed(acts[:2]):
        assert client.post(f"/v1/acts/{answer.json()['act']}/undo").status_code == 200


def client_day(client):
    return date.fromisoformat(client.get("/v1/team").json()["day"])


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/v1/items/reassign", {"to": "C01", "because": "x"}),
        ("/v1/items/reassign", {"items": [1], "filter": {"lane": "pay"}, "to": "C01", "because": "x"}),
        ("/v1/items/reassign", {"items": [1], "to": "C01", "because": "  "}),
        ("/v1/items/1/move", {"raise": 10, "because": "x"}),
        ("/v1/items/put-off", {"items": [1], "because": "x"}),
        ("/v1/queues/nowhere/pause", {"because": "x"}),
        ("/v1/collectors/C99/absence", {"from_on": "2005-10-03", "to_on": "2005-10-03", "because": "x"}),
        ("/v1/acts/1/undo", {}),
    ],
)
def test_a_request_that_does_not_fit_changes_nothing(client, path, asked):
    answer = client.post(path, json=asked)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_decisions_are_read_newest_first_page_by_page(client):
    first = client.get("/v1/decisions?action=listed&limit=3").json()
    second = client.get(f"/v1/decisions?action=listed&limit=3&after={first['after']}").json()
    ids = [row["decision_id"] for row in first["decisions"] + second["decisions"]]
    assert len(ids) == 6
    assert ids == sorted(ids, reverse=True)
    assert {row["action"] for row in first["decisions"]} == {"listed"}
    assert all(0 < row["probability"] <= 1 for row in first["decisions"])
    assert client.get("/v1/decisions?debtor=nobody").json() == {"decisions": [], "after": None}
    assert client.get("/v1/decisions?action=guessed").status_code == 422
