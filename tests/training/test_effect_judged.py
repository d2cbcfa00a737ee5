"""What is said of a threshold: the effect in words, every doubt that its checks found, and refusals."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from arrears.errors import Refused, WrongUse
from training.effect.checks import holm
from training.effect.judge import judge
from training.effect.picture import picture
from training.effect.rows import Rows
from training.effect.threshold import Threshold, read_threshold
from training.effect.words import doubts, reach, sentence


def rows(count=3000, *, seed=0, effect=15_000.0, operator=">=", spread=20_000.0):
    """Balances about 5,000.00 and cash about 300.00, with more where the threshold holds."""
    random = np.random.default_rng(seed)
    value = np.round(random.uniform(200_000, 800_000, count))
    threshold = Threshold("balance_minor", operator, 500_000.0, "USD")
    cash = 30_000 + value / 50 + effect * threshold.holds(value) + random.normal(0, spread, count)
    covariates = {"paid_count_365d": random.poisson(3, count).astype(float), "balance_minor": value}
    return Rows(threshold, value, cash, None, np.arange(count), covariates, "USD", date(2026, 5, 8), None)


def test_an_effect_is_told_with_its_interval_in_the_currency():
    found = judge(rows())
    said = sentence(found)
    assert said.startswith("At the threshold accounts with balance of $5,000.00 or more brought in $1")
    assert " more an account than those just on the other side (95 % interval +$" in said
    assert "within $" in reach(found)
    assert doubts(found) == []


@pytest.mark.parametrize("operator", [">=", "<="])
def test_the_effect_is_of_the_side_that_the_rule_names(operator):
    found = judge(rows(operator=operator))
    assert found.jump.low < 15_000 < found.jump.high


def test_where_there_is_none_the_sentence_says_how_large_one_may_still_be():
    found = judge(rows(effect=0.0))
    assert sentence(found).startswith("No effect on the cash of accounts with balance of $5,000.00 or more can be told")
    assert found.detectable_minor == pytest.approx(2.80 * found.jump.error, rel=0.01)


def test_accounts_that_gather_on_one_side_are_the_first_doubt():
    plain = rows()
    value = plain.value.copy()
    stepped = (value < 500_000) & (value > 470_000)
    value[stepped] = 1_000_000 - value[stepped]
    assert doubts(judge(replace(plain, value=value)))[0].startswith("Accounts gather on the treated side of the cut")


def test_a_feature_that_jumps_too_is_named():
    plain = rows()
    paid = plain.covariates["paid_count_365d"] + 2 * plain.threshold.holds(plain.value)
    found = judge(replace(plain, covariates={"paid_count_365d": paid}))
    assert [each.name for each in found.covariates if each.p < 0.05] == ["paid_count_365d"]
    assert any("paid_count_365d jumps at the cut, too" in doubt for doubt in doubts(found))


def test_the_number_itself_is_no_check():
    assert [each.name for each in judge(rows()).covariates] == ["paid_count_365d"]


def test_cash_that_jumps_at_another_value_is_a_doubt():
    plain = rows()
    cash = plain.cash + 30_000 * (plain.value >= np.median(plain.value[plain.value < 500_000]))
    found = judge(replace(plain, cash=cash))
    assert any(doubt.startswith("The cash jumps where there is no threshold") for doubt in doubts(found))


def test_whole_days_say_that_no_account_can_contradict_the_line():
    random = np.random.default_rng(0)
    days = random.integers(1, 60, 3000).astype(float)
    cash = 30_000 - 100 * days + 5_000 * (days >= 30) + random.normal(0, 10_000, 3000)
    threshold = Threshold("days_past_due", ">=", 30.0)
    found = judge(replace(rows(), threshold=threshold, value=days, cash=cash, covariates={}))
    assert any(doubt.startswith("Days past due takes few values") for doubt in doubts(found))


def fuzzy_rows(low, high, count=6000):
    plain = rows(count, effect=0.0)
    random = np.random.default_rng(1)
    worked = (random.random(count) < np.where(plain.threshold.holds(plain.value), high, low)).astype(float)
    return replace(plain, worked=worked, cash=plain.cash + 15_000 * worked)


def test_of_a_threshold_that_moved_a_chance_the_effect_is_per_account_worked():
    found = judge(fuzzy_rows(0.2, 0.8))
    assert found.jump.low < 15_000 < found.jump.high
    assert sentence(found).startswith("Working one of the accounts with balance of $5,000.00 or more brought in $1")


def test_a_threshold_that_moved_nobody_tells_nothing_of_working():
    with pytest.raises(Refused, match="no jump in the share that was worked"):
        judge(fuzzy_rows(0.5, 0.5))


def test_a_hundred_accounts_a_side_are_asked_for():
    plain = rows()
    few = np.flatnonzero(plain.threshold.holds(plain.value))[:99]
    kept = np.concatenate([np.flatnonzero(~plain.threshold.holds(plain.value)), few])
    with pytest.raises(Refused, match="99 accounts of 99 different values on the treated side"):
        judge(only(plain, kept))


@pytest.mark.parametrize("count", [10, 11])
def test_more_than_ten_values_a_side_are_asked_for(count):
    random = np.random.default_rng(0)
    value = np.concatenate([random.uniform(0, 30, 1500), 30.0 + random.integers(0, count, 1500)])
    cash = random.normal(1000, 100, 3000)
    few = replace(rows(), threshold=Threshold("days_past_due", ">=", 30.0), value=value, cash=cash, covariates={})
    if count > 10:
        assert judge(few).jump.rows_above > 0
    else:
        with pytest.raises(Refused, match="of 10 different values on the treated side"):
            judge(few)


def test_a_side_on_which_everybody_paid_the_same_is_refused():
    plain = rows()
    with pytest.raises(Refused, match="everybody paid the same"):
        judge(replace(plain, cash=np.where(plain.threshold.holds(plain.value), plain.cash, 0.0)))


def test_holm_allows_for_how_many_were_looked_at():
    assert holm([0.04, 0.5, 0.001]) == pytest.approx([0.08, 0.5, 0.003])


def test_the_picture_shows_bins_and_lines_and_no_account():
    drawn = picture(judge(rows()))
    assert drawn.startswith("<svg")
    assert all(words in drawn for words in ("Cash an account, USD", "Balance", "On the treated side"))
    assert drawn.count('aria-roledescription="circle"') == 30


def test_an_amount_with_more_decimals_than_its_currency_is_no_threshold():
    with pytest.raises(WrongUse, match="more than 2 decimals in an amount of USD"):
        read_threshold("balance>=5000.001").of("balance_minor", "USD")


def only(plain, kept):
    covariates = {name: column[kept] for name, column in plain.covariates.items()}
    return replace(
        plain, value=plain.value[kept], cash=plain.cash[kept], clusters=np.arange(len(kept)), covariates=covariates
    )
