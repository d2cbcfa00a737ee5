"""The page Team and /v1/team: everybody's day, and an absence that hands a list over and back."""

import re
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import text

from arrears.queues import in_force


@pytest.fixture(scope="module")
def client(served):
    with served.client() as client:
        client.timeout = 120  # sharing out solves a day's plan
        client.headers["Accept"] = "text/html"
        yield client


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<main")[1]))


def ready(served, collector):
    sql = text("SELECT count(*) FROM work_items WHERE state = 'ready' AND assigned_to = :collector")
    with served.engine.connect() as connection:
        return connection.execute(sql, {"collector": collector}).scalar_one()


def test_everybody_of_the_team_has_a_row(client):
    page = words(client.get("/team").text)
    for number in range(1, 13):
        assert f"Collector {number} (synthetic)" in page
    assert "0 of 420" in page
    assert "no call in 28 days" in page


def test_programs_read_the_same_day(client):
    team = client.get("/v1/team", headers={"Accept": "application/json"}).json()
    assert (team["day"], team["rate_days"], len(team["collectors"])) == ("2005-10-03", 28, 12)
    one = team["collectors"][0]
    assert (one["collector"], one["minutes_today"], one["rate"], one["away"]) == ("C01", 420.0, None, None)


def test_an_absence_hands_todays_list_over_and_back(client, served):
    before, other = ready(served, "C02"), ready(served, "C03")
    assert before > 0
    form = {"collector": "C02", "from_on": "2005-10-03", "to_on": "2005-10-04", "substitute": "C03", "because": "ill"}
    answer = client.post("/team/absence", data=form)
    page = client.get(answer.headers["location"]).text
    assert f"{before} items went to Collector 3 (synthetic)." in words(page)
    assert "away until 4 Oct 2005" in words(page)
    assert (ready(served, "C02"), ready(served, "C03")) == (0, other + before)
    assert client.get("/v1/team").json()["collectors"][1]["minutes_today"] == 0
    again = client.post("/team/absence", data=form)
    assert (again.status_code, "stands already" in again.text) == (409, True)
    absence = re.search(r'name="absence_id" value="(\d+)"', page).group(1)
    back = client.post("/team/back", data={"absence_id": absence})
    assert "as before" in client.get(back.headers["location"]).text
    assert (ready(served, "C02"), ready(served, "C03")) == (before, other)
    assert "Nobody is away" in words(client.get("/team").text)


def test_the_page_tells_the_same_absence_to_programs(client):
    asked = {"from_on": "2005-11-01", "to_on": "2005-11-05", "because": "holidays"}
    act = client.post("/v1/collectors/C04/absence", json=asked).json()["act"]
    (absence,) = client.get("/v1/team").json()["absences"]
    assert (absence["collector"], absence["substitute"]) == ("C04", None)
    path = f"/v1/collectors/C04/absence/{absence['absence_id']}/end"
    assert client.post(path, json={"because": "no holidays"}).status_code == 200
    assert client.post(f"/v1/acts/{act}/undo").status_code == 409
    assert client.get("/v1/team").json()["absences"] == []


def test_lists_are_shared_out_anew_among_who_is_there(client, served):
    form = {"collector": "C06", "from_on": "2005-10-03", "to_on": "2005-10-03", "because": "ill"}
    away = client.post("/team/absence", data=form)
    answer = client.post("/team/allocation", data={"because": "C06 is ill"})
    assert "of the best plan for the rest of the day" in words(client.get(answer.headers["location"]).text)
    assert ready(served, "C06") == 0
    assert ready(served, "C07") > 0
    assert client.post("/team/allocation", data={"because": ""}).status_code == 422
    act = re.search(r"done=(\d+)", away.headers["location"]).group(1)
    assert client.post("/team/undo", data={"act": act}).status_code == 303
    assert client.post("/team/allocation", data={"because": "C06 came in after all"}).status_code == 303
    assert ready(served, "C06") > 0


def test_strategies_tells_formula_order_and_which_is_in_force(client):
    page = words(client.get("/strategies").text)
    assert "in force since the night of 30 Sep 2005" in page
    assert page.count("not in force") == 3
    assert "priority_minor largest first" in page
    assert "1.5 % of the list" in page


def test_strategies_tells_what_is_in_force_from_the_next_night_on(client, served):
    by: dict[str, Any] = {"at": datetime(2005, 10, 3, 4, tzinfo=UTC), "by": "Ines"}
    with served.engine.begin() as connection:
        in_force.promote(connection, "severity/1", because="it brings more", **by)
    promoted = words(client.get("/strategies").text)
    with served.engine.begin() as connection:
        in_force.roll_back(connection, because="only a try", **by)
    taken_back = words(client.get("/strategies").text)
    assert "severity version 1 in force from the next night on" in promoted
    assert "value at risk version 1 in force since the night of 30 Sep 2005, until the next night" in promoted
    assert promoted.count("not in force") == 2
    assert taken_back.count("not in force") == 3
    assert "next night" not in taken_back


@pytest.mark.browser
def test_a_strategy_of_the_next_night_is_told_on_a_phone(look, served):
    by: dict[str, Any] = {"at": datetime(2005, 10, 3, 4, tzinfo=UTC), "by": "Ines"}
    window = look(360)
    with served.engine.begin() as connection:
        in_force.promote(connection, "severity/1", because="it brings more", **by)
    window.open("/strategies")
    told, beyond = window.page.inner_text("main"), window.overflow()
    with served.engine.begin() as connection:
        in_force.roll_back(connection, because="only a try", **by)
    assert "until the next night" in told
    assert beyond <= 0


def test_strategies_says_that_nothing_is_known_of_what_a_call_adds(client):
    opened_by = monotonic() + 60  # a service that has just started says first that it opens the registry
    while "The registry is being opened" in (page := words(client.get("/strategies").text)) and monotonic() < opened_by:
        sleep(0.2)
    assert "Which ranking each segment is worked by" in page
    assert "No champion of uplift is registered. So every segment is worked by value at risk" in page
