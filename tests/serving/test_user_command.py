"""`arrears user`: people are added, let in, listed and shut out; each failure has its code and tells what to do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from arrears.clock import SystemClock
from arrears.state.closed import ROLES
from commands.user import Role
from serving.people import access
from serving.people.people import add_person, everybody
from serving.people.sign_ins import who_is

ARREARS = str(Path(sys.executable).parent / "arrears")


@pytest.fixture
def user(database, demo_lake):
    """Types `arrears user` and what follows."""
    environment = os.environ | {
        "ARREARS_LAKE": str(demo_lake.root),
        "DATABASE_URL": database.url.render_as_string(hide_password=False),
    }

    def typed(*words):
        return subprocess.run(
            [ARREARS, "user", *words], capture_output=True, text=True, env=environment, timeout=120, check=False
        )

    return typed


def known(database):
    return [
        (each["person"], each["role"], each["collector_id"]) for each in everybody(database, now=SystemClock().now())
    ]


def failed(told):
    return told.returncode, [line.split(":")[0] for line in told.stderr.splitlines()]


def test_a_collector_of_the_lake_is_added(database, user):
    told = user("add", "ana", "--role", "collector", "--collector", "C01", "--json")
    assert json.loads(told.stdout) == {"person": "ana", "role": "collector", "collector_id": "C01"}
    assert known(database) == [("ana", "collector", "C01")]


def test_a_collector_whom_the_lake_does_not_know_is_bad_input(database, user):
    assert failed(user("add", "ana", "--role", "collector", "--collector", "C99")) == (3, ["asked", "found", "do"])
    assert known(database) == []


def test_a_name_in_use_is_refused(user):
    user("add", "ana", "--role", "auditor")
    assert failed(user("add", "ana", "--role", "auditor")) == (4, ["asked", "found", "do"])


def test_a_collector_without_a_row_of_the_lake_is_wrong_use(user):
    assert failed(user("add", "ana", "--role", "collector")) == (2, ["asked", "found", "do"])


def test_an_unknown_role_is_wrong_use_and_the_five_are_named(user):
    told = user("add", "ana", "--role", "boss")
    assert told.returncode == 2
    assert all(role in told.stderr for role in ROLES)


def test_the_roles_are_those_of_the_database():
    assert tuple(Role) == ROLES


def test_a_link_signs_its_person_in_at_the_port_that_was_said(database, user):
    add_person(database, "ana", "auditor", who="test", now=SystemClock().now())
    link = user("token", "ana", "--port", "4000").stdout.strip()
    address, token = link.split("/sign-in?token=")
    assert address == "http://127.0.0.1:4000"
    cookie = access.sign_in(database, token, now=SystemClock().now())
    assert who_is(database, cookie, now=SystemClock().now()).name == "ana"


def test_a_key_is_its_persons(database, user):
    add_person(database, "ana", "auditor", who="test", now=SystemClock().now())
    key = json.loads(user("token", "ana", "--key", "--json").stdout)["key"]
    assert who_is(database, key, now=SystemClock().now()).role == "auditor"


def test_whoever_is_shut_out_is_listed_as_such(database, user):
    now = SystemClock().now()
    add_person(database, "ana", "auditor", who="test", now=now)
    access.new_key(database, now=now, person="ana")
    assert json.loads(user("disable", "ana", "--json").stdout) == {"person": "ana", "sessions_ended": 1}
    (told,) = json.loads(user("list", "--json").stdout)["people"]
    assert told["disabled_at"] is not None
    assert failed(user("token", "ana"))[0] == 4


def test_a_stranger_is_wrong_use(user):
    assert failed(user("disable", "nobody")) == (2, ["asked", "found", "do"])
    assert failed(user("token", "nobody")) == (2, ["asked", "found", "do"])


def test_a_list_of_nobody_says_who_the_manager_is(user):
    assert "whoever starts the service is its manager" in user("list").stdout
