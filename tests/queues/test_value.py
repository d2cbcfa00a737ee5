"""The formula against sums done by hand."""

import numpy as np
import pytest

from arrears.queues.value import CHARGED_OFF_RANK, attempts_before, chance_of_contact, losses, terms
from tests.worths import LOSS, worth


def test_value_at_risk_is_the_formula_done_by_hand():
    found = terms(worth(), LOSS)
    # Two attempts of 10 % reach the debtor with 1 - 0.9 x 0.9 = 0.19; it takes 1.5 + 0.19 x 6 = 2.64 minutes at 0.60.
    # Rolled: all of it in 60-89, 0.40. Not: (0.3 x 0.01 + 0.2 x 0.20) / 0.5 = 0.086.
    # Gross: 1,000.00 x 0.5 x (0.40 - 0.086) x 0.19 = 29.83; cost 1.584; value 28.246; per minute 10.6992...
    expected = {
        "attempts": 2,
        "p_contact": 0.19,
        "expected_minutes": 2.64,
        "loss_if_rolled": 0.40,
        "loss_if_not": 0.086,
        "gross_minor": 2983.0,
        "cost_minor": 158.4,
        "value_minor": 2824.6,
        "priority_minor": 2824.6 / 2.64,
    }
    assert {name: found[name][0] for name in expected} == pytest.approx(expected)


@pytest.mark.parametrize(
    "case", [{"bucket_rank": 7}, {"bucket_rank": CHARGED_OFF_RANK}, {"is_agency": True}, {"p_roll": np.nan}]
)
def test_where_no_further_bucket_exists_the_fee_on_what_may_come_in_counts(case):
    found = terms(worth(**case), LOSS)
    assert found["gross_minor"][0] == pytest.approx(0.4 * 100_000 * 0.25)
    assert np.isnan([found[name][0] for name in ("exposure_minor", "p_roll", "loss_if_rolled", "days_to_roll")]).all()


def test_a_bucket_before_the_last_one_still_counts_loss():
    found = terms(worth(bucket_rank=6), LOSS)
    assert not np.isnan(found["exposure_minor"][0])
    assert np.isnan(found["amount_minor"][0])


def test_an_unknown_balance_counts_as_what_is_past_due():
    assert terms(worth(balance_minor=np.nan, past_due_minor=7_000.0), LOSS)["exposure_minor"][0] == 7_000


def test_more_at_stake_is_worth_more_and_the_minutes_stay():
    small, large = terms(worth(), LOSS), terms(worth(balance_minor=200_000.0), LOSS)
    assert large["value_minor"] > small["value_minor"]
    assert large["expected_minutes"] == small["expected_minutes"]


def test_a_side_without_any_chance_takes_the_nearest_bucket():
    certain = np.zeros((2, 8))
    certain[0, 0], certain[1, 3] = 1, 1
    rolled, stayed = losses(certain, np.array([2, 2]), LOSS)
    assert rolled.tolist() == [LOSS[3], LOSS[3]]
    assert stayed.tolist() == [LOSS[0], LOSS[2]]


def test_the_last_moment_still_has_one_attempt():
    assert attempts_before(np.array([0.0, 1.0, np.nan, -3.0]), np.full(4, 5.0)).tolist() == [1, 1, 1, 1]


def test_contact_is_certain_only_in_the_limit():
    assert chance_of_contact(np.array([1.0, 0.12]), np.array([1.0, 1e6])).tolist() == [1.0, 1.0]


def test_one_account_alone_is_worth_what_it_is_in_its_book():
    whole, alone = terms(worth(rows=5), LOSS), terms(worth(), LOSS)
    for name, column in whole.items():
        assert np.array_equal(column, np.repeat(alone[name], 5), equal_nan=True)
