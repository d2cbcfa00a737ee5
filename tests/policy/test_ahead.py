"""A stretch judged ahead: a way opens when the last rule lets it and closes when the first one shuts it after that."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from arrears.policy.ahead import judge_ahead
from arrears.policy.limits import read_limits
from tests.policy.case import NEW_YORK, at, facts_of

TUESDAY = "2026-06-02"
PROFILES = ("us_federal", "us_states", "house", "b2b", "healthcare")
NOT_MORNINGS = {"preference_id": "W1", "debtor_id": "D1", "kind": "time", "allow": False, "starts_on": date(2026, 1, 1)}


def by_call(now: str, until: str = f"{TUESDAY} 23:59", **tables):
    """The way to call of a first-party account in Albany, judged from `now` ahead; None where it is held."""
    tables = {"accounts": [{"role": "first_party"}]} | tables
    end = np.datetime64(at(until).astimezone(UTC).replace(tzinfo=None), "us")
    told = judge_ahead(facts_of(now, limits_on=date(2026, 6, 2), **tables), read_limits(PROFILES), end)
    ways = [way for way in told.verdict(0).ways if way.channel == "call"]
    return clocks(ways[0]) if ways else None


def clocks(way):
    return tuple(moment and moment.astimezone(at(f"{TUESDAY} 00:00", NEW_YORK).tzinfo).strftime("%H:%M")
                 for moment in (way.opens_at, way.allowed_until))  # fmt: skip


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        ("00:00", ("08:00", "21:00")),
        ("07:59", ("08:00", "21:00")),
        ("08:00", (None, "21:00")),
        ("20:59", (None, "21:00")),
        ("21:00", None),
    ],
)
def test_a_way_has_the_hours_that_are_left_of_the_day(now, hours):
    assert by_call(f"{TUESDAY} {now}") == hours


@pytest.mark.parametrize(
    ("rules", "hours"),
    [
        (["08:00-12:00"], ("12:00", "21:00")),
        (["12:00-14:00"], ("08:00", "12:00")),
        (["08:00-12:00", "13:00-15:00"], ("12:00", "13:00")),
        (["08:00-15:00", "14:00-21:00"], None),
    ],
)
def test_the_debtors_own_hours_cut_into_the_days(rules, hours):
    wishes = [NOT_MORNINGS | {"preference_id": rule, "rule": rule} for rule in rules]
    assert by_call(f"{TUESDAY} 00:00", preferences=wishes) == hours


def test_a_stretch_that_ends_before_anything_opens_holds_with_the_reason():
    facts = facts_of(f"{TUESDAY} 06:00", accounts=[{"role": "first_party"}], limits_on=date(2026, 6, 2))
    told = judge_ahead(facts, read_limits(PROFILES), facts.at)
    (call,) = (each for each in told.by_channel(0) if each.channel == "call")
    assert (call.is_allowed, call.until) == (False, datetime(2026, 6, 2, 12, tzinfo=UTC))


def test_many_different_openings_are_taken_by_the_quarter_and_never_early():
    count = 60
    people = [{"debtor_id": f"D{number}"} for number in range(count)]
    accounts = [
        {"account_id": f"A{number}", "debtor_id": f"D{number}", "role": "first_party"} for number in range(count)
    ]
    points = [{"point_id": f"P{number}", "debtor_id": f"D{number}"} for number in range(count)]
    wishes = [
        NOT_MORNINGS | {"preference_id": f"W{number}", "debtor_id": f"D{number}", "rule": f"08:00-12:{number:02}"}
        for number in range(count)
    ]
    facts = facts_of(
        f"{TUESDAY} 00:00",
        debtors=people,
        accounts=accounts,
        points=points,
        preferences=wishes,
        limits_on=date(2026, 6, 2),
    )
    told = judge_ahead(facts, read_limits(PROFILES), facts.at + np.timedelta64(24, "h"))
    for number in range(count):
        (way,) = (way for way in told.verdict(number).ways if way.channel == "call")
        assert at(f"{TUESDAY} 12:{number:02}") <= way.opens_at <= at(f"{TUESDAY} 13:00")


def test_the_facts_of_the_judgement_stay_those_of_the_beginning():
    facts = facts_of(f"{TUESDAY} 00:00", accounts=[{"role": "first_party"}])
    told = judge_ahead(facts, read_limits(PROFILES), facts.at + np.timedelta64(24, "h"))
    assert told.facts is facts
