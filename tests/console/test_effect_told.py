"""What pages say of what a call adds: the champion's segments, and in sentences what gave an account's worth."""

from dataclasses import fields
from pathlib import Path

import pytest

from arrears.queues.item import JudgedAccount, Night, Term
from models.artifact import load, write
from models.registry import Loaded
from models.uplift import UPLIFT
from serving.console.effect_told import effect_of, worth_told

SEGMENT = {"client": "bank", "currency": "USD", "rows": 900, "debtors": 90, "effective_rows": 120.0, "boosters": []}
SEGMENTS = [
    SEGMENT
    | {"basis": "loss", "ranking": "uplift", "because": "Working by uplift adds $9.00."}
    | {"adds_minor": {"estimate": 900.0, "low": 400.0, "high": 1_400.0}},
    SEGMENT
    | {"basis": "fee", "ranking": "value_at_risk", "because": "value at risk stands: 12 debtors; 50 are needed."}
    | {"adds_minor": {"estimate": 5.0, "low": -9.0, "high": 19.0}},
]


@pytest.fixture
def champion(tmp_path: Path):
    told = {"trained_on": ["2026-06-15", "2026-07-08"]}
    folder = write(tmp_path / "model", UPLIFT, ("days_past_due",), (), selection={"segments": SEGMENTS}, training=told)
    return Loaded("uplift", "3", load(folder), folder)


def night(**uplift):
    base = dict.fromkeys(field.name for field in fields(Night)) | {"further_models": {"uplift": uplift}}
    return Night(**base)


def judged(p_roll=0.4):
    base = dict.fromkeys(field.name for field in fields(JudgedAccount))
    return JudgedAccount(**base | {"client": "bank", "currency": "USD", "p_roll": p_roll})


def terms(**values):
    return [Term(name, "", "", value) for name, value in values.items()]


BY_UPLIFT = terms(
    ranking=1.0,
    added_share=0.02,
    stake_minor=31_400.0,
    gross_minor=628.0,
    segment_low_minor=400.0,
    segment_high_minor=1400.0,
)
AT_RISK = terms(ranking=0.0, added_share=None, stake_minor=31_400.0, gross_minor=2_983.0)


def test_every_segment_is_told_with_its_ranking_and_why(champion):
    found = effect_of(champion)
    assert (found.label, str(found.trained_on[0]), found.horizon_days) == ("uplift/3", "2026-06-15", 30)
    proved, stands = found.segments
    assert (proved.said, proved.ranking, proved.is_proved) == ("bank, USD, before charge-off", "uplift", True)
    assert (proved.adds, proved.low, proved.high) == (900.0, 400.0, 1_400.0)
    assert (stands.ranking, stands.is_proved) == ("value at risk", False)
    assert stands.because == "Value at risk stands: 12 debtors; 50 are needed."


def test_a_segment_where_value_at_risk_stands_shows_no_amount_as_proved(champion):
    stands = effect_of(champion).segments[1]
    assert (stands.adds, stands.low, stands.high) == (None, None, None)


def test_without_a_champion_there_is_nothing_to_tell():
    assert effect_of(None) is None


def test_an_account_by_uplift_says_what_a_call_adds_and_how_surely(champion):
    assert worth_told(BY_UPLIFT, night(version="3", because=None), judged(), champion) == (
        "By uplift. A place on the day's list adds 2.0 % to the chance not to roll; the whole of it is worth 314 USD, "
        "so a call adds 6.28 USD before its cost. Working its segment in this order was proved to add 4.00 to 14 USD "
        "for each account worked, nineteen times in twenty."
    )


def test_where_no_bucket_follows_it_is_the_share_that_comes_in(champion):
    told = worth_told(BY_UPLIFT, night(version="3", because=None), judged(p_roll=None), champion)
    assert "adds 2.0 % to the share of what is owed that comes in" in told


def test_an_account_at_risk_says_why_its_segment_is(champion):
    told = worth_told(AT_RISK, night(version="3", because=None), judged(p_roll=None), champion)
    assert told == "By value at risk. Value at risk stands: 12 debtors; 50 are needed."


@pytest.mark.parametrize("is_open", [True, False])
def test_a_night_without_a_champion_says_so_whatever_serves_now(champion, is_open):
    asked = night(version=None, because="No champion of uplift is registered.")
    told = worth_told(AT_RISK, asked, judged(), champion if is_open else None)
    assert told.startswith("By value at risk. No champion of uplift is registered.")


def test_a_night_by_another_strategy_says_nothing_of_it():
    assert worth_told(terms(gross_minor=1.0), night(), judged(), None) is None
