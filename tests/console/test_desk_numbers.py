"""Numbers on the desk: what may be called first, what opens later, and what may not be used with every reason."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from arrears.policy.ways import ways_of
from arrears.queues.item import WorkItem
from serving.console.desk_numbers import numbers_of
from tests.policy.case import MOBILE, at, facts_of, judged

NOON = "2026-06-02 12:00"
POINTS: tuple[dict[str, Any], ...] = (
    {"point_id": "P1"},
    {"point_id": "P2", "value": "+15185550111", "line_type": "landline", "is_work": True},
    {"point_id": "P3", "value": "+15185550122", "shared": True},
    {"point_id": "P4", "kind": "email", "value": "someone@example.org", "line_type": None},
)
ROWS = {row["point_id"]: MOBILE | row for row in POINTS}


def item_of(judgement, **other) -> WorkItem:
    rows = np.arange(len(judgement.facts.accounts)).tolist()
    told: dict[str, Any] = dict.fromkeys(WorkItem.__dataclass_fields__) | {
        "accounts": judgement.facts.accounts.id.tolist(),
        "ways": [way.document() for way in ways_of(judgement, rows)],
        "debtor_id": "D1",
        "lane": "pay",
    }
    return WorkItem(**told | other)


@pytest.fixture(scope="module")
def judgement():
    return judged(facts_of(NOON, points=POINTS), "us_federal", "house")


@pytest.fixture(scope="module")
def numbers(judgement):
    return numbers_of(item_of(judgement), judgement, ROWS, at(NOON))


def test_numbers_that_may_be_called_come_first(numbers):
    assert (numbers[0].channel, numbers[0].value) == ("call", "+15185550100")
    assert [each.is_open for each in numbers] == sorted((each.is_open for each in numbers), reverse=True)


def test_a_number_is_open_until_its_hours_end(numbers):
    assert numbers[0].until == at("2026-06-02 21:00").astimezone(UTC)


def test_every_number_is_there_once_by_each_channel(numbers):
    places = [(each.channel, each.point_id) for each in numbers]
    assert len(places) == len(set(places))
    assert {("call", "P1"), ("call", "P2"), ("call", "P3"), ("email", "P4")} <= set(places)


def test_a_number_at_work_is_held_with_the_reason(numbers):
    (work,) = [each for each in numbers if (each.channel, each.point_id) == ("call", "P2")]
    assert not work.is_open
    assert work.about == "landline, at work"
    assert "RF-06" in {hold.rule for hold in work.holds}


def test_a_shared_number_says_what_must_be_heeded(numbers):
    (shared,) = [each for each in numbers if (each.channel, each.point_id) == ("call", "P3")]
    assert "LCM_ONLY" in shared.conditions


def test_what_opens_later_says_when():
    early = "2026-06-02 07:00"
    judgement = judged(facts_of(early, points=POINTS[:1]), "us_federal", by=np.datetime64("2026-06-02T23:00"))
    way = {
        "person": "D1",
        "part": "primary",
        "channel": "call",
        "point": "P1",
        "opens_at": "2026-06-02T12:00:00+00:00",
        "allowed_until": None,
        "conditions": [],
        "accounts": ["A1"],
    }
    (number, *_) = numbers_of(item_of(judgement, ways=[way]), judgement, ROWS, at(early))
    assert (number.is_open, number.opens_at) == (False, datetime(2026, 6, 2, 12, tzinfo=UTC))


def test_an_item_without_ways_still_shows_what_is_held(judgement):
    numbers = numbers_of(item_of(judgement, ways=[], made_by="inbound"), judgement, ROWS, at(NOON))
    assert all(each.holds for each in numbers)
