"""A plan is withdrawn in the console and under /v1: one act with a reason, told on its page and in the audit trail."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from arrears.clock import SystemClock
from arrears.experiments import history, life, records
from serving.people import access
from serving.people.people import add_person
from tests.experiments.designs import simple

BY: dict[str, Any] = {"at": datetime(2005, 10, 3, 4, tzinfo=UTC), "by": "Ines"}
PROGRAM = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def client(served):
    with served.client() as client:
        client.timeout = 120
        client.headers.update({"Accept": "text/html"})
        yield client


@pytest.fixture
def planned(served, request):
    """A plan of the running test's own name."""
    name = request.node.name.split("[")[0][-50:]
    with served.engine.begin() as connection:
        life.plan(connection, simple(name=name), evidence={}, **BY)
        return records.find(connection, name)


def stands(served, test):
    with served.engine.connect() as connection:
        return records.of_id(connection, test.experiment_id)


def sent(planned, because):
    """What the form of a plan's page sends."""
    return {"because": because, "stood": planned.design.fingerprint}


def another_text(served, planned):
    """Somebody else changes the plan."""
    with served.engine.begin() as connection:
        other = simple(name=planned.design.name, enrolment={"starts": "2026-06-22"})
        life.plan(connection, other, evidence={}, **BY)
        return records.find(connection, planned.design.name)


def test_the_page_of_a_plan_withdraws_it(client, served, planned):
    here = f"/experiments/{planned.label}"
    assert f'action="{here}/withdraw#withdraw"' in client.get(here).text
    assert f'name="stood" value="{planned.design.fingerprint}"' in client.get(here).text
    answer = client.post(f"{here}/withdraw", data=sent(planned, "June is too short"), follow_redirects=True)
    assert answer.status_code == 200
    assert answer.url.query == b"done=withdrawn"
    assert "Withdrawn. It binds nothing" in answer.text
    assert "June is too short" in answer.text
    assert "/start" not in answer.text
    assert "/edit" not in answer.text
    assert stands(served, planned).state == "withdrawn"
    assert here not in client.get("/experiments").text, "the list leaves it out"
    assert client.get(f"{here}/report").status_code == 200
    with served.engine.connect() as connection:
        (row,) = connection.execute(
            text("SELECT did, subject, detail ->> 'because' AS because FROM audit WHERE subject = :label"),
            {"label": planned.label},
        )
    assert tuple(row) == ("experiment.withdrawn", planned.label, "June is too short")


def test_it_is_withdrawn_once_however_often_it_is_sent(client, served, planned):
    for _ in range(2):
        answer = client.post(f"/experiments/{planned.label}/withdraw", data=sent(planned, "twice"))
        assert answer.status_code == 303
    with served.engine.connect() as connection:
        did = [act.did for act in history.deeds(connection, planned.experiment_id)]
    assert did == ["planned", "withdrawn"]


def test_without_a_reason_it_stands_and_the_page_says_so(client, served, planned):
    answer = client.post(f"/experiments/{planned.label}/withdraw", data=sent(planned, " "))
    assert answer.status_code == 422
    assert "<b>Not withdrawn.</b> No reason. Say why." in answer.text
    assert stands(served, planned).state == "planned"


def test_a_withdrawn_plan_is_neither_changed_nor_started_nor_followed(client, served, planned):
    with served.engine.begin() as connection:
        life.withdraw(connection, planned, because="too short", **BY)
    here = f"/experiments/{planned.label}"
    for answer in (client.get(f"{here}/edit"), client.post(f"{here}/start", data={"because": "now"})):
        assert answer.status_code == 409
        assert "It is withdrawn: plan it anew." in answer.text
    assert client.get(f"/experiments/new?follows={planned.label}").status_code == 404
    assert stands(served, planned).state == "withdrawn"


def test_a_plan_that_was_changed_since_it_was_seen_stands_and_the_page_shows_it_as_it_is_now(client, served, planned):
    changed = another_text(served, planned)
    answer = client.post(f"/experiments/{planned.label}/withdraw", data=sent(planned, "June is too short"))
    assert answer.status_code == 409
    assert "<b>Not withdrawn.</b> Its plan was changed since it was seen." in answer.text
    assert f'name="stood" value="{changed.design.fingerprint}"' in answer.text
    assert stands(served, planned).state == "planned"
    again = client.post(f"/experiments/{planned.label}/withdraw", data=sent(changed, "June is too short"))
    assert again.status_code == 303
    assert stands(served, planned).state == "withdrawn"


def test_a_program_that_names_another_fingerprint_withdraws_nothing(client, served, planned):
    changed, where = another_text(served, planned), f"/v1/experiments/{planned.design.name}/withdraw"
    asked = {"because": "too short", "stood": planned.design.fingerprint}
    answer = client.post(where, json=asked, headers=PROGRAM)
    assert (answer.status_code, "was changed since it was seen" in answer.text) == (409, True)
    assert stands(served, planned).state == "planned"
    answer = client.post(where, json=asked | {"stood": changed.design.fingerprint}, headers=PROGRAM)
    assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn"), answer.text


def test_a_program_names_the_version_where_two_have_not_ended(client, served, planned):
    name = planned.design.name
    with served.engine.begin() as connection:
        life.plan(connection, simple(name=name, version=2, predecessor=1), evidence={}, **BY)
    where = f"/v1/experiments/{name}/withdraw"
    answer = client.post(where, json={"because": "too short"}, headers=PROGRAM)
    assert answer.status_code == 409
    assert f"{name}/1 (planned), {name}/2 (planned)" in answer.json()["detail"]
    assert "Name the version, too." in answer.json()["detail"]
    for version in (2, 1):
        asked = {"because": "too short"} | ({"version": 2} if version == 2 else {})
        assert client.post(where, json=asked, headers=PROGRAM).json()["version"] == version


def test_a_program_withdraws_a_plan(client, served, planned):
    where = f"/v1/experiments/{planned.design.name}/withdraw"
    assert client.post(where, json={"because": ""}, headers=PROGRAM).status_code == 422
    answer = client.post(where, json={"because": "too short"}, headers=PROGRAM)
    assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn"), answer.text
    again = client.post(where, json={"because": "too short"}, headers=PROGRAM)
    assert (again.status_code, "it is withdrawn" in again.text) == (409, True)
    missing = client.post("/v1/experiments/nobody/withdraw", json={"because": "too short"}, headers=PROGRAM)
    assert missing.status_code == 404
    ids = {
        asked: [
            each["experiment_id"]
            for each in client.get(f"/v1/experiments{asked}", headers=PROGRAM).json()["experiments"]
        ]
        for asked in ("", "?withdrawn=true")
    }
    assert planned.experiment_id not in ids[""]
    assert planned.experiment_id in ids["?withdrawn=true"]
    found = client.get(f"/v1/experiments/{planned.experiment_id}", headers=PROGRAM).json()
    assert (found["state"], found["acts"][-1]["did"]) == ("withdrawn", "withdrawn")


def test_who_may_not_plan_may_not_withdraw(client, served, planned):
    now = SystemClock().now()
    add_person(served.engine, "auditor of withdrawals", "auditor", who="test", now=now)
    key = access.new_key(served.engine, now=now, person="auditor of withdrawals")
    headers = PROGRAM | {"Authorization": f"Bearer {key}"}
    for where, told in (
        (f"/v1/experiments/{planned.design.name}/withdraw", {"json": {"because": "mine"}}),
        (f"/experiments/{planned.label}/withdraw", {"data": {"because": "mine"}}),
    ):
        assert client.post(where, headers=headers, **told).status_code == 403
    assert stands(served, planned).state == "planned"
