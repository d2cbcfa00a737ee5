"""The record says what was found: the verdict's every answer, every number, and nothing that is not there."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from models.spec import ModelSpec
from training.evaluate import Interval
from training.record import card_text, record_json, record_text, verdict_text, write_record
from training.trained import Trained
from training.verdict import beats, calibrated, enough, verdict

DECIDED = verdict(
    [
        enough({"paid": 300, "unpaid": 49}),
        beats("log loss", "scorecard", Interval(-0.02, -0.03, -0.01)),
        calibrated(Interval(1.0, 0.9, 1.1), Interval(1.0, 0.95, 1.05)),
    ]
)
TRAINED = Trained(
    spec=ModelSpec("propensity", "Does it pay?", "binary", 30),
    features=("a",),
    parts=[],
    verdict=DECIDED,
    metrics={"test_auc": 0.81234},
    report={"best_baseline": "scorecard", "folds": [{"rows": 10}, {"rows": 20}], "left_out": {}},
    charts={"gains.svg": "<svg/>"},
    truth={"In truth": {"accounts": 5}},
)


def test_one_failed_check_refuses_and_is_the_reason():
    assert (DECIDED.word, DECIDED.because) == ("refuse", "The test holds 49 unpaid accounts; 50 are needed.")


def test_when_all_passed_all_carry_the_verdict():
    passed = verdict(DECIDED.checks[1:])
    assert passed.word == "promote"
    assert "beats the best baseline, scorecard: log loss -0.0200 (-0.0300 to -0.0100)" in passed.because


GOOD = Interval(1.0, 0.95, 1.05)
WITHIN_OR_NOT = [
    ((1.0, 0.75, 1.33), True),
    ((1.0, 0.74, 1.33), False),
    ((1.0, 0.75, 1.34), False),
    ((1.5, 1.2, 1.8), False),
]


@pytest.mark.parametrize(("interval", "passed"), WITHIN_OR_NOT)
def test_slope_and_level_pass_only_if_the_whole_interval_can_be_borne(interval, passed):
    assert calibrated(Interval(*interval), GOOD).passed is passed
    assert calibrated(GOOD, Interval(*interval)).passed is passed


@pytest.mark.parametrize(("interval", "passed"), [((1.28, 1.25, 1.3), True), ((1.28, 1.26, 1.3), False)])
def test_a_slope_surely_outside_its_range_fails_however_small_the_error(interval, passed):
    assert calibrated(Interval(*interval), GOOD).passed is passed


@pytest.mark.parametrize(("interval", "passed"), [((0.85, 0.8, 0.9), True), ((0.85, 0.8, 0.89), False)])
def test_a_level_surely_outside_its_range_fails_however_small_the_error(interval, passed):
    assert calibrated(GOOD, Interval(*interval)).passed is passed


def test_a_number_that_cannot_be_told_is_null_in_the_record():
    unknown = replace(TRAINED, metrics={"test_auc": float("nan")})
    assert json.loads(record_json(unknown, label="propensity/1"), parse_constant=str)["metrics"] == {"test_auc": None}


def test_the_verdict_is_told_question_by_question():
    told = verdict_text(TRAINED)
    assert told.startswith("# propensity: refuse")
    assert "- **enough to judge**: no." in told
    assert "- **beats baseline**: yes." in told


def test_the_card_begins_with_what_the_model_is_for():
    told = card_text(TRAINED)
    assert told.startswith("# propensity")
    assert "**Do not use it**" in told
    assert "| test auc | 0.8123 |" in told


def test_a_model_without_a_card_still_has_its_numbers():
    other = Trained(ModelSpec("other", "?", "binary", 30), (), [], DECIDED, {"test_auc": 0.7}, {})
    assert "| test auc | 0.7000 |" in card_text(other)


def test_the_record_lists_every_fold_and_what_happened_in_truth():
    told = record_text(TRAINED, label="propensity/3")
    assert told.startswith("# Validation record of propensity/3")
    assert "#### 2\n\n- rows: 20" in told
    assert "## In truth\n\n- accounts: 5" in told


def test_the_record_is_left_in_the_open_with_its_charts(tmp_path):
    file = write_record(tmp_path, TRAINED, label="propensity/3")
    assert "![gains](propensity-gains.svg)" in file.read_text()
    assert (tmp_path / "propensity-gains.svg").read_text() == "<svg/>"
    assert json.loads((tmp_path / "propensity.json").read_text())["model"] == "propensity/3"
