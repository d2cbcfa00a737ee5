"""The console as each role meets it: the navigation names their rooms, a refusal is a page that says for whom it is."""

import re
import time

import httpx
import pytest

from arrears.clock import SystemClock
from serving.people import access
from serving.people.people import add_person, disable_person
from serving.people.sign_ins import KEPT_FOR

HTML = {"Accept": "text/html"}
NAMED = {
    "manager": [
        "Today",
        "Queues",
        "Desk",
        "Team",
        "Portfolio",
        "Strategies",
        "Experiments",
        "Models",
        "Conduct",
        "Exports",
    ],
    "collector": ["Desk", "Conduct"],
    "strategist": ["Today", "Queues", "Team", "Portfolio", "Strategies", "Experiments", "Models", "Conduct", "Exports"],
    "scientist": ["Queues", "Portfolio", "Strategies", "Experiments", "Models", "Conduct"],
    "auditor": ["Today", "Queues", "Team", "Portfolio", "Strategies", "Experiments", "Models", "Conduct", "Exports"],
}


@pytest.fixture(scope="module")
def browsers(served):
    """A browser for each role, signed in by a link."""
    found = {}
    for number, role in enumerate(NAMED):
        now, name = SystemClock().now(), f"{role} of rooms"
        collector_id = f"C{number + 10}" if role == "collector" else None
        add_person(served.engine, name, role, collector_id=collector_id, who="test", now=now)
        token = access.new_link_token(served.engine, now=now, person=name)
        found[role] = httpx.Client(base_url=served.address, headers=HTML, timeout=30)
        found[role].get("/sign-in", params={"token": token})
    yield found
    for browser in found.values():
        browser.close()


def rooms(text):
    (listed,) = re.findall(r'<ul class="rooms">(.*?)</ul>', text, re.DOTALL)
    return re.findall(r">([^<>]+)</a>", listed)


@pytest.mark.parametrize("role", NAMED)
def test_the_navigation_names_the_rooms_of_the_role(browsers, role):
    named = rooms(browsers[role].get("/conduct").text)
    assert [name for name in named if name in NAMED["manager"]] == NAMED[role]


@pytest.mark.parametrize("role", NAMED)
def test_every_room_that_is_named_opens(browsers, role):
    page = browsers[role].get("/conduct").text
    (listed,) = re.findall(r'<ul class="rooms">(.*?)</ul>', page, re.DOTALL)
    told = {path: browsers[role].get(path).status_code for path in re.findall(r'href="([^"]+)"', listed)}
    assert set(told.values()) == {200}


def test_a_refusal_is_a_page_with_the_rooms_that_are_open(browsers):
    answer = browsers["collector"].get("/queues")
    assert answer.status_code == 403
    assert (
        "This is for a manager, a strategist, a scientist or an auditor; you are signed in as a collector."
        in answer.text
    )
    assert "Conduct" in rooms(answer.text)
    assert 'action="/find"' not in answer.text


def test_a_form_that_is_for_others_is_refused(browsers):
    own = str(browsers["auditor"].base_url).rstrip("/")
    answer = browsers["auditor"].post("/queues/reassign", headers={"Origin": own})
    assert answer.status_code == 403
    assert "This is for a manager;" in answer.text


@pytest.mark.parametrize(("role", "home"), [("collector", "/desk"), ("scientist", "/models"), ("auditor", None)])
def test_who_may_not_see_today_begins_elsewhere(browsers, role, home):
    answer = browsers[role].get("/")
    assert (answer.status_code, answer.headers.get("location")) == ((303, home) if home else (200, None))


def test_a_collector_sees_no_debtor_whom_they_do_not_work(browsers):
    answer = browsers["collector"].get("/debtors/D00014")
    assert answer.status_code == 403
    assert "D00014" not in answer.text
    assert browsers["scientist"].get("/debtors/D00014").status_code == 200


def test_whoever_is_disabled_elsewhere_is_out_of_the_running_service_within_five_seconds(served):
    now = SystemClock().now()
    add_person(served.engine, "leaver", "auditor", who="test", now=now)
    key = access.new_key(served.engine, now=now, person="leaver")
    with httpx.Client(base_url=served.address, headers={"Authorization": f"Bearer {key}"}) as leaver:
        assert leaver.get("/v1/audit").status_code == 200
        disable_person(served.engine, "leaver", who="test", now=SystemClock().now())
        time.sleep(KEPT_FOR.total_seconds())
        assert leaver.get("/v1/audit").status_code == 401
