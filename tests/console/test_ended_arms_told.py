"""A test one of whose arms ended, or that takes nobody in any more, says so on its page and in the list."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import get_args

import pytest

from arrears.experiments.records import Experiment
from arrears.state.closed import EXPERIMENT_ACTS
from serving.api.experiments_payloads import ExperimentAct, summary_of
from serving.console.experiments import DID
from serving.console.experiments_told import verdict_words, verdicts
from tests.experiments.designs import changed, shared

DAY = date(2026, 6, 28)
RUNNING = Experiment(
    experiment_id=1,
    design=changed(arms=shared(0.5, 0.25, 0.25)),
    state="running",
    planned_at=datetime(2026, 5, 30, tzinfo=UTC),
    planned_by="M",
    started_on=date(2026, 6, 1),
    ended_on=None,
    ended_by=None,
)


def reading(*decisions):
    said = [{"decision": decision, "reasons": ["it was read"]} for decision in decisions]
    return {"challengers": [{"arm": f"challenger{n}", "verdict": each} for n, each in enumerate(said, start=1)]}


def test_an_arm_that_ended_is_told_beside_one_that_goes_on():
    test = replace(RUNNING, arms_ended={"challenger1": DAY})
    first, second = verdicts(test, reading("stop_for_harm", "continue"), [])
    assert (first.arm, first.words, first.chip) == ("challenger1", "This arm ended by itself: it did harm", "bad")
    assert (second.arm, second.words) == ("challenger2", "Keep it running")
    assert verdict_words(test, ["stop_for_harm", "continue"])[0] == (
        "An arm ended by itself: it did harm; Keep it running"
    )


def test_programs_are_told_the_day_on_which_an_arm_ended_and_newcomers_were_turned_away():
    told = summary_of(replace(RUNNING, arms_ended={"challenger1": DAY}, closed_on=DAY), {})
    assert [arm.ended_on for arm in told["arms"]] == [None, DAY, None]
    assert told["closed_on"] == DAY


def test_every_act_has_its_words_for_people_and_for_programs():
    assert set(DID) == set(EXPERIMENT_ACTS)
    assert set(get_args(ExperimentAct.model_fields["did"].annotation)) == set(EXPERIMENT_ACTS)


@pytest.mark.parametrize(("closed_on", "last"), [(DAY, "Nobody new comes in"), (None, "Promote it")])
def test_a_test_that_waits_for_a_person_says_that_nobody_new_comes_in(closed_on, last):
    test = replace(RUNNING, closed_on=closed_on)
    assert verdicts(test, reading("no_difference", "promote"), [])[-1].words == last
