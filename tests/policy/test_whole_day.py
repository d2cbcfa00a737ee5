"""A day judged ahead of time: what it leaves open is open whenever somebody asks again within its hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from arrears.policy.facts import Facts
from arrears.policy.judge import judge
from arrears.policy.limits import read_limits
from arrears.policy.verdict import Judgement
from serving.gate.may_we import judge_day
from tests.policy.case import CALL, TALK, asking, at, facts_of, held_by

LIMITS = read_limits(("us_federal", "us_states", "house"))
FEDERAL = read_limits(("us_federal",))
LICENSED = {"licence_id": "L1", "kind": "agency", "status": "active", "starts_on": date(2020, 1, 1)}
NOTICE = {"account_id": "A1", "notice_id": "N1", "kind": "validation", "channel": "letter", "sent_on": date(2026, 1, 5)}
WEST = {"region": "CA", "postal_code": "94110", "city": "San Francisco"}
EAST = {"debtor_id": "D2", "region": "NY", "postal_code": "12207", "city": "Albany"}
WESTERN_NUMBER = {"value": "+14155550100"}


def book(now: str = "2026-06-01 23:00", *, west: bool = False, **tables: list[dict[str, object]]) -> Facts:
    """One debtor with a number; in the west beside another one in the east, so that the book's day begins there."""
    there = {"debtors": [WEST, EAST], "points": [WESTERN_NUMBER]} if west else {}
    licences = [LICENSED | {"place": place} for place in ("US-NY", "US-CA")]
    usual: dict[str, Any] = {"licences": licences, "notices": [NOTICE]}
    return facts_of(now, **(usual | there | tables))


def calls_on(*days: int) -> list[dict[str, object]]:
    return [CALL | {"contact_id": f"C{day}", "at": at(f"2026-06-{day:02} 10:00")} for day in days]


def wish(rule: str, **more: object) -> dict[str, object]:
    wanted = {"preference_id": "W1", "debtor_id": "D1", "kind": "time", "rule": rule, "allow": False}
    return wanted | {"starts_on": date(2026, 1, 1)} | more


def on(facts: Facts, day: date, channel: str = "call") -> Judgement:
    return judge_day(asking(facts, channel), LIMITS, day)


def hours_of(judgement: Judgement) -> tuple[str, ...]:
    way = judgement.way(0)
    return tuple("" if each is None else f"{each:%Y-%m-%d %H:%M}" for each in (way.opens_at, way.allowed_until))


def test_a_hold_through_the_day_holds_it_whole_and_the_next_day_not_at_all():
    facts = book(contacts=calls_on(1, 2, 3, 4, 5, 6, 7))
    assert held_by(on(facts, date(2026, 6, 7)), "RF-01") == "2026-06-08 00:00"
    assert not on(facts, date(2026, 6, 8)).held[0]


def test_the_last_zone_of_a_book_does_not_open_what_a_hold_keeps_through_the_day_elsewhere():
    facts = book(west=True, contacts=calls_on(1, 2, 3, 4, 5, 6, 7))
    assert held_by(on(facts, date(2026, 6, 7)), "RF-01") == "2026-06-08 03:00"  # midnight in California


@pytest.mark.parametrize(
    ("told", "opens", "shuts"),
    [
        ("03:00-04:00", "2026-06-02 12:00", "2026-06-03 01:00"),
        ("06:00-08:00", "2026-06-02 12:00", "2026-06-03 01:00"),
        ("06:00-08:01", "2026-06-02 12:01", "2026-06-03 01:00"),
        ("15:00-17:00", "2026-06-02 12:00", "2026-06-02 19:00"),
    ],
)
def test_a_way_tells_the_hours_from_when_it_opens_to_when_it_first_closes(told, opens, shuts):
    judgement = on(book(preferences=[wish(told)]), date(2026, 6, 2))
    assert not judgement.held[0]
    assert hours_of(judgement) == (opens, shuts)


def test_a_day_whose_every_hour_is_closed_by_one_rule_or_another_is_held():
    judgement = on(book(preferences=[wish("08:00-21:00")]), date(2026, 6, 2))
    assert judgement.held[0]
    assert not judgement.verdict(0).ways
    assert judgement.verdict(0).holds


@pytest.mark.parametrize("west", [False, True])
@pytest.mark.parametrize(("starts", "held"), [(date(2026, 6, 2), True), (date(2026, 6, 3), False)])
def test_a_hold_that_begins_on_the_day_holds_it_wherever_the_day_begins_later(west, starts, held):
    hold = {"hold_id": "H1", "account_id": "A1", "kind": "attorney", "starts_on": starts}
    judgement = on(book(west=west, holds=[hold]), date(2026, 6, 2))
    assert bool(judgement.held[0]) is held


def test_a_hold_that_ends_the_day_before_leaves_the_day_open_in_the_west():
    hold = {"hold_id": "H1", "account_id": "A1", "kind": "attorney", "starts_on": date(2026, 1, 1)}
    judgement = on(book(west=True, holds=[hold | {"ends_on": date(2026, 6, 1)}]), date(2026, 6, 2))
    assert hours_of(judgement) == ("2026-06-02 15:00", "2026-06-03 04:00")


def test_a_consent_that_ends_the_day_before_opens_no_call_in_the_west():
    consent = {"consent_id": "K1", "debtor_id": "D1", "kind": "call_window", "given_on": date(2026, 6, 1)}
    talk = TALK | {"contact_id": "C1", "at": at("2026-06-02 14:00"), "consented": False}
    facts = book(west=True, consents=[consent], contacts=[talk])
    assert not on(facts, date(2026, 6, 7)).held[0]
    assert held_by(on(facts, date(2026, 6, 8)), "RF-02") == "2026-06-09 03:00"


FACTS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "often called": {"contacts": calls_on(1, 2, 3)},
    "talked with": {"contacts": [TALK | {"contact_id": "C1", "at": at("2026-05-27 21:30")}]},
    "a wish for the afternoon": {"preferences": [wish("13:00-15:00")]},
    "a wish for the morning": {"preferences": [wish("00:00-09:30")]},
    "a wish from that day on": {"preferences": [wish("12:00-14:00", starts_on=date(2026, 6, 3))]},
    "a number at the other coast": {"points": [{"value": "+12125550100"}]},
    "a licence's last day": {"licences": [LICENSED | {"place": "US-CA", "ends_on": date(2026, 6, 3)}]},
    "a licence's day after": {"licences": [LICENSED | {"place": "US-CA", "ends_on": date(2026, 6, 2)}]},
}


@pytest.mark.parametrize("told", FACTS)
@pytest.mark.parametrize("limits", [LIMITS, FEDERAL])
def test_whatever_a_night_leaves_open_is_open_when_somebody_asks_within_its_hours(told, limits):
    facts = book(west=True, **FACTS[told])
    facts = facts.asking(facts.asks.where(facts.asks.person == 0))
    night = judge_day(facts, limits, date(2026, 6, 3))
    begins = at("2026-06-03 00:00", "America/Los_Angeles")
    for step in range(48):
        now = begins + timedelta(minutes=30 * step)
        again = judge(replace(facts, at=np.datetime64(int(now.timestamp()) * 1_000_000, "us")), limits)
        for ask in range(len(facts.asks)):
            if _is_open(night, ask, now):
                assert not again.held[ask], (told, now, again.holds_of(np.array([ask])))
            elif night.held[ask]:
                assert again.held[ask], (told, now)


def _is_open(night: Judgement, ask: int, now: datetime) -> bool:
    way = night.way(ask)
    begun = way.opens_at is None or way.opens_at <= now
    return not night.held[ask] and begun and (way.allowed_until is None or now < way.allowed_until)
