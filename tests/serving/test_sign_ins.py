"""What a process remembers of who is signed in: for how long, what it asks meanwhile, and what makes it forget."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import Engine, create_engine, event
from starlette.responses import PlainTextResponse

from arrears.clock import SystemClock
from serving.people import access
from serving.people.door import Door
from serving.people.people import add_person, disable_person
from serving.people.sign_ins import KEPT_FOR, SIGN_INS, Person, SignIns
from tests.on_a_loop import on_a_loop

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
JUST = timedelta(microseconds=1)
ANA = Person("ana", "collector", "C01")


@pytest.fixture
def elsewhere(database: Engine) -> Iterator[Engine]:
    """Another process's way to the same database."""
    engine = create_engine(database.url)
    yield engine
    engine.dispose()


@pytest.fixture
def asked(database: Engine) -> list[str]:
    """Every statement that this process sends."""
    told: list[str] = []
    event.listen(database, "before_cursor_execute", lambda *of: told.append(of[2]))
    return told


@pytest.fixture
def cookie(database: Engine) -> str:
    add_person(database, "ana", "collector", collector_id="C01", who="test", now=NOW)
    return opened(database, "ana")


def opened(engine: Engine, person: str) -> str:
    return access.sign_in(engine, access.new_link_token(engine, now=NOW, person=person), now=NOW)


def came_in(memory: SignIns, engine: Engine, secret: str, now: datetime) -> Person | None:
    """As the door asks."""
    return memory.remembered(secret, now) or memory.ask(engine, secret, now)


def test_somebody_is_remembered_until_the_time_is_over(database, cookie):
    memory = SignIns()
    assert memory.remembered(cookie, NOW) is None
    assert memory.ask(database, cookie, NOW) == ANA
    assert memory.remembered(cookie, NOW + KEPT_FOR - JUST) == ANA
    assert memory.remembered(cookie, NOW + KEPT_FOR) is None


def test_a_clock_set_back_keeps_nobody_longer(database, cookie):
    memory = SignIns()
    memory.ask(database, cookie, NOW)
    assert memory.remembered(cookie, NOW - KEPT_FOR) is None


def test_nobody_is_remembered_beyond_the_end_of_their_session(database, cookie):
    memory, end = SignIns(), NOW + access.SESSION_LASTS
    assert memory.ask(database, cookie, end - JUST) == ANA
    assert memory.remembered(cookie, end) is None
    assert memory.ask(database, cookie, end) is None


def test_whoever_is_disabled_elsewhere_is_turned_away_when_the_time_is_over(database, elsewhere, cookie):
    memory = SignIns()
    memory.ask(database, cookie, NOW)
    disable_person(elsewhere, "ana", who="test", now=NOW)
    assert came_in(memory, database, cookie, NOW + KEPT_FOR) is None


def test_whoever_signs_out_elsewhere_is_turned_away_when_the_time_is_over(database, elsewhere, cookie):
    memory = SignIns()
    memory.ask(database, cookie, NOW)
    access.sign_out(elsewhere, cookie, now=NOW)
    assert came_in(memory, database, cookie, NOW + KEPT_FOR) is None


def test_whoever_is_disabled_here_is_turned_away_at_once(database, cookie):
    SIGN_INS.ask(database, cookie, NOW)
    disable_person(database, "ana", who="test", now=NOW)
    assert came_in(SIGN_INS, database, cookie, NOW) is None


def test_whoever_signs_out_here_is_turned_away_at_once_and_the_others_are_not(database, cookie):
    other = opened(database, "ana")
    for secret in (cookie, other):
        SIGN_INS.ask(database, secret, NOW)
    access.sign_out(database, cookie, now=NOW)
    assert came_in(SIGN_INS, database, cookie, NOW) is None
    assert SIGN_INS.remembered(other, NOW) == ANA


def test_an_answer_that_was_on_its_way_while_somebody_was_disabled_is_not_kept(database, elsewhere, cookie):
    memory = SignIns()

    @event.listens_for(database, "after_cursor_execute")
    def disabled_meanwhile(*of):
        if "sessions" in of[2]:
            memory.forget_person("ana")

    assert memory.ask(database, cookie, NOW) == ANA
    assert memory.remembered(cookie, NOW) is None


def test_a_made_up_cookie_is_nobody_and_has_nobody_else_asked_about(database, cookie, asked):
    memory = SignIns()
    came_in(memory, database, cookie, NOW)
    assert came_in(memory, database, "made up", NOW + JUST) is None
    assert memory.remembered(cookie, NOW + KEPT_FOR - JUST) == ANA
    assert len(asked) == 2


def test_one_query_asks_about_everybody_who_was_seen(database, cookie, asked):
    memory, others = SignIns(), [opened(database, "ana") for _ in range(20)]
    for secret in (cookie, *others):
        came_in(memory, database, secret, NOW)
        came_in(memory, database, secret, NOW)
    asked.clear()
    later = NOW + KEPT_FOR
    assert [came_in(memory, database, secret, later) for secret in (cookie, *others)] == [ANA] * 21
    assert len(asked) == 1


def test_whoever_is_quiet_is_forgotten(database, cookie, asked):
    memory, quiet = SignIns(), opened(database, "ana")
    came_in(memory, database, quiet, NOW)
    for turn in range(3):
        came_in(memory, database, cookie, NOW + turn * KEPT_FOR)
    asked.clear()
    assert memory.remembered(quiet, NOW + 2 * KEPT_FOR) is None
    assert came_in(memory, database, quiet, NOW + 2 * KEPT_FOR) == ANA


def test_many_requests_of_one_person_at_once_ask_once(database, cookie, asked):
    memory = SignIns()
    with ThreadPoolExecutor(8) as many:
        found = list(many.map(lambda _: came_in(memory, database, cookie, NOW), range(40)))
    assert found == [ANA] * 40
    assert len(asked) == 1


def test_the_door_lets_in_whom_it_remembers_without_the_database(database, cookie):
    asked_for = []

    class Deployment:
        @property
        def engine(self):
            asked_for.append("engine")
            return database

    async def behind(scope, receive, send):
        await PlainTextResponse(scope["state"]["person"].name)(scope, receive, send)

    async def twice():
        door = Door(behind, Deployment, frozenset(), lambda problem: problem.response(), sign_ins=SignIns())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=door), base_url="http://door") as client:
            headers = {"Authorization": f"Bearer {access.new_key(database, now=SystemClock().now(), person='ana')}"}
            return [(await client.get("/conduct", headers=headers)).text for _ in range(2)]

    assert on_a_loop(twice) == ["ana", "ana"]
    assert asked_for == ["engine"]


def test_the_time_is_at_most_five_seconds():
    assert timedelta(0) < KEPT_FOR <= timedelta(seconds=5)
