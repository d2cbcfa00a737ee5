"""Who may do what: every address of the service and every role, asked of the real door."""

import re

import httpx
import pytest
from starlette.responses import Response
from starlette.routing import Route

from arrears.clock import SystemClock
from arrears.state.closed import ROLES
from serving.api.application import make_app
from serving.people import access
from serving.people.door import OPEN, Door
from serving.people.may_enter import HOMES, READING, TABLE, entry_of, may_enter, told_who_may
from serving.people.people import add_person
from tests.on_a_loop import on_a_loop

M, C, S, D, A = ROLES
"""manager, collector, strategist, scientist (of data), auditor"""

ISSUE = [
    # what the roles are for, said apart from the table that the service reads
    ("GET", "/", {M, S, A}),
    ("GET", "/desk", {M, C}),
    ("POST", "/desk/1/outcome", {M, C}),
    ("GET", "/queues", {M, S, D, A}),
    ("POST", "/queues/reassign", {M}),
    ("POST", "/queues/pay/pause", {M}),
    ("GET", "/queues/export.csv", {M, S, A}),
    ("GET", "/exports", {M, S, A}),
    ("POST", "/exports", {M}),
    ("GET", "/exports/7.csv", {M, S, A}),
    ("GET", "/debtors/D1", {M, C, S, D, A}),
    ("GET", "/find", {M, S, D, A}),
    ("GET", "/team", {M, S, A}),
    ("POST", "/team/absences", {M}),
    ("GET", "/portfolio", {M, S, D, A}),
    ("GET", "/models", {M, S, D, A}),
    ("GET", "/strategies", {M, S, D, A}),
    ("POST", "/strategies", {M, S}),
    ("POST", "/experiments", {M, S}),
    ("GET", "/conduct", {M, C, S, D, A}),
    ("POST", "/sign-out", {M, C, S, D, A}),
    ("GET", "/static/console.css", {M, C, S, D, A}),
    ("GET", "/metrics", {M, S, D, A}),
    ("POST", "/v1/score", {M, S, D}),
    ("GET", "/v1/queues", {M, S, D, A}),
    ("GET", "/v1/queues/pay/items", {M, S, D, A}),
    ("POST", "/v1/queues/pay/claim", {M, C}),
    ("POST", "/v1/queues/pay/pause", {M}),
    ("POST", "/v1/items/1/outcome", {M, C}),
    ("POST", "/v1/items/1/release", {M, C}),
    ("POST", "/v1/items/1/skip", {M, C}),
    ("POST", "/v1/items/1/snooze", {M, C}),
    ("POST", "/v1/items/1/extend", {M, C}),
    ("POST", "/v1/items/1/callback", {M, C}),
    ("POST", "/v1/items/1/move", {M}),
    ("POST", "/v1/items/1/unheard-of", {M}),
    ("POST", "/v1/items/reassign", {M}),
    ("POST", "/v1/items/put-off", {M}),
    ("POST", "/v1/acts/1/undo", {M}),
    ("GET", "/v1/team", {M, S, A}),
    ("POST", "/v1/lookup", {M, C}),
    ("GET", "/v1/desk", {M, C}),
    ("POST", "/v1/desk/break", {M, C}),
    ("POST", "/v1/events/payments", {M}),
    ("POST", "/v1/outcomes", {M}),
    ("GET", "/v1/accounts/A1", {M, S, D, A}),
    ("GET", "/v1/accounts/A1/why", {M, S, D, A}),
    ("GET", "/v1/accounts/A1/brief", {M, S, A}),
    ("GET", "/v1/collectors", {M, S, A}),
    ("POST", "/v1/collectors/C1/absences", {M}),
    ("GET", "/v1/exports", {M, S, A}),
    ("POST", "/v1/exports", {M}),
    ("GET", "/v1/decisions", {M, S, D, A}),
    ("GET", "/v1/models", {M, S, D, A}),
    ("GET", "/v1/audit", {M, A}),
    ("GET", "/schema.json", {M}),
    ("GET", "/nowhere", {M}),
    ("POST", "/portfolio", {M}),
]


def addresses() -> list[tuple[str, str]]:
    """Every method and address that the application answers, with 1 for each id."""
    found = set()
    for path, methods in _routes(make_app()):
        if path != "/{path:path}":
            found |= {(method, re.sub(r"{[^}]+}", "1", path)) for method in methods - {"HEAD"}}
    return sorted(found)


def _routes(app):
    told = make_app().openapi()["paths"]
    yield from ((path, {method.upper() for method in methods}) for path, methods in told.items())
    pending = list(app.router.routes)
    while pending:
        route = pending.pop()
        below = getattr(route, "original_router", None)
        if below is not None:
            pending.extend(below.routes)
        elif isinstance(route, Route):
            yield route.path, route.methods


@pytest.fixture(scope="module")
def doors(module_database):
    """A client for each role, before the real door; behind it, whoever is let in gets 204."""

    async def behind(scope, receive, send):
        await Response(status_code=204)(scope, receive, send)

    class Deployment:
        engine = module_database

    door = Door(behind, lambda: Deployment, frozenset(), lambda problem: problem.response())
    now, clients = SystemClock().now(), {}
    for role in ROLES:
        collector_id = "C01" if role == C else None
        add_person(module_database, f"the {role}", role, collector_id=collector_id, who="test", now=now)
        key = access.new_key(module_database, now=now, person=f"the {role}")
        transport = httpx.ASGITransport(app=door)
        headers = {"Authorization": f"Bearer {key}"}
        clients[role] = httpx.AsyncClient(transport=transport, base_url="http://door", headers=headers)
    return clients


async def _let_in(clients, method, path):
    return {role: (await client.request(method, path)).status_code for role, client in clients.items()}


def asked(clients, method, path):
    return on_a_loop(_let_in, clients, method, path)


def test_the_application_is_seen_with_all_its_addresses():
    assert {("GET", "/"), ("POST", "/sign-out"), ("GET", "/v1/accounts/1/why"), ("GET", "/debtors/1")} <= set(
        addresses()
    )
    assert len(addresses()) > 15


@pytest.mark.parametrize(("method", "path"), addresses())
def test_every_address_has_an_entry_that_names_who_may(method, path):
    if path in OPEN:
        return
    assert entry_of(path) is not None, "enter it in serving.people.may_enter.TABLE"
    _, may_read, may_change = entry_of(path)
    assert may_read if method in READING else may_change, "its entry names nobody for this method"


@pytest.mark.parametrize(("method", "path", "expected"), ISSUE)
def test_the_door_lets_in_whom_the_role_is_for_and_turns_the_others_away(doors, method, path, expected):
    told = asked(doors, method, path)
    assert {role for role, status in told.items() if status == 204} == expected
    assert {status for role, status in told.items() if role not in expected} <= {303 if path == "/" else 403}


@pytest.mark.parametrize(("method", "path"), addresses())
def test_the_door_does_what_the_table_says(doors, method, path):
    if path in OPEN or path == "/":
        return
    told = asked(doors, method, path)
    assert told == {role: 204 if may_enter(method, path, role) else 403 for role in ROLES}


@pytest.mark.parametrize("entry", TABLE, ids=lambda entry: entry[0])
def test_a_manager_may_do_everything_and_a_change_is_nobodys_who_only_checks(entry):
    path, _, may_change = entry
    assert may_enter("GET", path, M)
    assert may_enter("POST", path, M)
    assert A not in may_change or path == "/sign-out"


def test_every_address_stands_once_in_the_table():
    assert len({path for path, _, _ in TABLE}) == len(TABLE)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_begins_at_a_page_of_its_own(doors, role):
    answer = on_a_loop(doors[role].get, "/")
    assert answer.headers.get("location", "/") == HOMES.get(role, "/")
    assert may_enter("GET", HOMES.get(role, "/"), role)


def test_a_refusal_says_who_may_and_as_what_one_came(doors):
    answer = on_a_loop(doors[C].get, "/v1/audit")
    told = answer.json()
    assert (answer.status_code, told["type"]) == (403, "urn:arrears:problem:not-allowed")
    assert told["detail"] == "This is for a manager or an auditor; you are signed in as a collector."


@pytest.mark.parametrize("path", ["//desk", "/DESK", "/queues/../desk", "/v1//queues", "/v1/items/reassign/outcome"])
def test_an_odd_address_opens_nothing_more(path):
    assert not may_enter("POST", path, C)


@pytest.mark.parametrize("path", ["/desk/", "/desk/a/b/c"])
def test_what_lies_below_an_address_is_entered_with_it(path):
    assert may_enter("POST", path, C)


def test_three_roles_are_told_with_commas():
    assert told_who_may("POST", "/v1/score") == "a manager, a strategist or a scientist"
