"""Items of other lanes at a claim: papers and searches reach nobody, and a reminder stays a message."""

from datetime import date, timedelta
from typing import Any

import pytest

from arrears.queues.desk.team import Member
from arrears.queues.ledger import record
from arrears.queues.strategy import strategy
from serving.desk.working import claim
from serving.night.nightly import run_night
from tests.night.desk_book import AS_OF, DAY, MORNING, StandingClock, lake_of, people, phone
from tests.serving.desk_day import desk_on

ANYBODY = Member("C1", languages=None, licences=None, skills=None)


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    tables = people("D1", "D2", "D3")
    tables["debtors"][0] |= {"postal_code": None, "city": None}
    tables["points"][0] = phone("D1", status="bad")
    cease = {"hold_id": "H", "debtor_id": "D2", "kind": "cease", "form": "written", "starts_on": AS_OF}
    promise = {"promise_id": "P", "account_id": "A3", "made_on": date(2026, 5, 20), "due_on": DAY, "amount": 50}
    talk: dict[str, Any] = {"contact_id": "C", "account_id": "A3", "at": "2026-05-20T15:00:00+00:00", "channel": "call"}
    talk |= {"direction": "out", "disposition": "promise", "connect": "answered", "conversation": True}
    return lake_of(
        tmp_path_factory.mktemp("claims"), tables | {"holds": [cease], "promises": [promise], "contacts": [talk]}
    )


@pytest.fixture
def deployment(database, no_registry, lake):
    run_night(database, lake, no_registry, AS_OF, strategy("severity"), clock=StandingClock())
    return desk_on(lake, database, at=MORNING).deployment


@pytest.fixture(params=["nothing new", "news"])
def with_or_without_news(request, deployment):
    """Either the night's verdict still stands, or a letter was sent since and the rules are asked again."""
    if request.param == "news":
        letter = {
            "channel": "letter",
            "direction": "out",
            "disposition": "delivered",
            "at": MORNING - timedelta(hours=1),
        }
        with deployment.engine.begin() as connection:
            for who in ("D1", "D2", "D3"):
                told = letter | {"contact_id": f"L{who}", "debtor_id": who, "account_id": f"A{who[1:]}"}
                record(connection, told, recorded_at=MORNING - timedelta(minutes=1))
    return deployment


@pytest.mark.parametrize(("lane", "debtor"), [("skip_trace", "D1"), ("legal_review", "D2")])
def test_papers_and_searches_are_served_without_a_way(with_or_without_news, lane, debtor):
    found = claim(with_or_without_news, ANYBODY, queue=lane)
    assert (found.item.debtor_id, found.item.lane, found.ways) == (debtor, lane, [])


def test_a_reminder_stays_a_message_when_the_rules_are_asked_again(with_or_without_news):
    found = claim(with_or_without_news, ANYBODY, queue="promise")
    assert found.item.debtor_id == "D3"
    assert {way["channel"] for way in found.ways} == {"letter"}
