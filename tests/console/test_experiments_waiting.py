"""A test whose looks are over, and that nothing has decided, waits for a person: list and page say so, and why."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from arrears.experiments import acting, life, records
from arrears.experiments.looks import planned_looks
from arrears.experiments.readout import readout
from serving.console import experiments
from serving.console.frame import filled
from serving.deployment import Deployment
from serving.people.sign_ins import Person
from serving.present import Present
from tests.experiments.designs import simple
from tests.experiments.played import played

BY: dict[str, Any] = {"at": datetime(2026, 6, 1, 8, tzinfo=UTC), "by": "Ines"}
FRAME = {"room": "", "rooms": [], "may_find": False, "clock": {"day": "", "time": ""}, "notices": [], "now": BY["at"]}
INES = Person("Ines", "manager")
FEW = simple(enrolment={"weeks": 4, "debtors": 28})
MANY = simple(enrolment={"weeks": 4, "debtors": 28 * 200})
LAST = planned_looks(FEW)[-1].on
ONE_DAY = timedelta(days=1)
WAITS = "Nothing is decided: it waits for a person"


@pytest.fixture
def shown(database, tmp_path):
    """What the list and the page say of a test that was read once, in words."""
    deployment = Deployment(
        places=None, engine=database, registry=None, champions=None, present=Present(tmp_path, database)
    )

    def say(design, as_of, **gains):
        with database.begin() as connection:
            life.plan(connection, design, evidence={}, **BY)
            life.start(connection, records.find(connection, "simple"), because="ready", **BY)
            observed = replace(played(design, 3, **gains), whole_through=as_of - ONE_DAY)
            found = readout(design, observed, as_of=as_of)
            acting.keep_reading(connection, records.find(connection, "simple"), found.document(), at=BY["at"])
        listed = filled("experiments.html", {**FRAME, **experiments.every(deployment, INES, None)})
        page = filled("experiment.html", {**FRAME, **experiments.one(deployment, INES, "simple", 1)})
        return words(listed), words(page)

    return say


def words(page):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<main")[1])))


def test_too_few_debtors_at_the_last_look_wait_for_a_person(shown):
    listed, page = shown(FEW, LAST + ONE_DAY, per_day=1)
    assert WAITS in listed
    assert "waits for somebody to act" in listed
    assert WAITS in page
    assert "too few debtors have matured in each arm for the last look." in page
    assert "Every planned look is over, and none is left to decide: find out why, stop the test" in page
    assert "Next look none every look is over" in page
    assert "Keep it running" not in page


def test_before_the_day_of_the_last_look_is_over_the_test_goes_on(shown):
    listed, page = shown(FEW, LAST, per_day=1)
    assert "Keep it running" in listed
    assert "waits for" not in listed
    assert WAITS not in page
    assert "it is the last" in page


def test_arms_that_do_not_hold_their_shares_at_the_last_look_wait_for_a_person(shown):
    listed, page = shown(MANY, LAST + ONE_DAY, per_day=200, served=0.7)
    assert "waits for somebody to act" in listed
    assert WAITS in page
    assert "the arms do not hold their shares: find out why before anything is believed." in page


def test_looks_that_are_past_and_were_not_taken_are_not_to_come(shown):
    third = planned_looks(FEW)[2].on
    _, page = shown(FEW, third + ONE_DAY, per_day=1)
    assert f"Next look {LAST:%-d %b %Y} it is the last" in page
    assert f" to come {LAST:%-d %b %Y}" in page
    assert f" to come {third:%-d %b %Y}" not in page
