"""Forecasts: totals that add up, losses that only grow, intervals around what is expected, the model's first month."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pytest

from arrears.buckets import Bucket
from arrears.errors import Refused
from arrears.roll_matrix import STATES
from arrears.roll_rates import RollRates
from training.forecast import Start, facts, forecast

CHARGED_OFF, LEFT = STATES.index(Bucket.CHARGED_OFF), STATES.index(Bucket.LEFT)


def month(moves: Mapping[tuple[int, int], float]) -> RollRates:
    accounts = np.zeros((len(STATES), len(STATES)))
    for cell, count in moves.items():
        accounts[cell] = count
    return RollRates(date(2026, 1, 31), date(2026, 2, 28), accounts, accounts * 100)


LADDER = {(0, 0): 950, (0, 1): 50, (1, 0): 60, (1, 2): 40, (2, 0): 30, (2, 3): 70, (3, 0): 20, (3, 4): 80} | {
    (rank, rank + 1): 100 for rank in range(4, 7)
}
MONTHS = [month(LADDER), month({cell: count * 1.2 for cell, count in LADDER.items()})]


def start(answer=None, rank=(0,) * 900 + (1,) * 60 + (3,) * 40):
    ranks = np.array(rank)
    return Start(ranks, np.full(len(ranks), 5_000), answer)


@pytest.mark.parametrize("by", ["count", "balance"])
def test_no_account_and_no_money_is_lost_on_the_way(by):
    for ahead in forecast(start(), MONTHS, 6, by=by):
        assert sum(band.expected for band in ahead.totals.values()) == pytest.approx(
            1000 * (1 if by == "count" else 5000)
        )


def test_the_first_markov_month_is_the_matrix_applied_once():
    (ahead,) = forecast(start(), MONTHS, 1, by="count")
    assert ahead.totals[Bucket.CURRENT].expected == pytest.approx(900 * 0.95 + 60 * 0.6 + 40 * 0.2, rel=0.03)


def test_expectations_lie_within_their_intervals():
    for ahead in forecast(start(), MONTHS, 6, by="count"):
        for band in ahead.totals.values():
            assert band.low <= band.expected + 1 <= band.high + 2


def test_losses_only_grow():
    lost = [ahead.lost.expected for ahead in forecast(start(), MONTHS, 12, by="count")]
    assert lost == sorted(lost)
    assert lost[-1] > 0


def test_what_was_lost_at_the_start_is_not_lost_again():
    aheads = forecast(start(rank=(7,) * 100), MONTHS, 3, by="count")
    assert [ahead.lost.expected for ahead in aheads] == pytest.approx([0, 0, 0])


def test_a_book_with_charge_offs_loses_at_charge_off():
    months = [month(LADDER | {(7, CHARGED_OFF): 30, (7, 7): 70})]
    (ahead,) = forecast(start(rank=(7,) * 1000), months, 1, by="count")
    assert ahead.lost.expected == pytest.approx(1000 * 30 / 120, rel=0.15)


def test_the_model_decides_the_first_month():
    answer = np.zeros((1000, 8))
    answer[:, 2] = 1
    (ahead,) = forecast(start(answer), MONTHS, 1, by="count")
    assert ahead.totals[Bucket.D30_59].expected == pytest.approx(1000)


def test_accounts_that_leave_take_the_models_chances_along():
    answer = np.zeros((1000, 8))
    answer[:, 0] = 1
    months = [month(LADDER | {(0, LEFT): 1000})]
    (ahead,) = forecast(start(answer, rank=(0,) * 1000), months, 1, by="count")
    assert ahead.totals[Bucket.LEFT].expected == pytest.approx(500, rel=0.02)
    assert ahead.totals[Bucket.CURRENT].expected == pytest.approx(500, rel=0.02)


def test_months_that_differ_widen_the_interval():
    calm = forecast(start(), [MONTHS[0]], 1, by="count")[0].totals[Bucket.D1_29]
    wild = forecast(start(), [month({(0, 0): 990, (0, 1): 10}), month({(0, 0): 900, (0, 1): 100})], 1, by="count")
    wide = wild[0].totals[Bucket.D1_29]
    assert wide.high - wide.low > 1.5 * (calm.high - calm.low)


def test_the_interval_covers_the_truth_it_was_drawn_from():
    random = np.random.default_rng(11)
    inside = 0
    for trial in range(40):
        truth = random.beta(40, 760)
        observed = [month({(0, 0): 2000 - bad, (0, 1): bad}) for bad in random.binomial(2000, truth, size=4).tolist()]
        (ahead,) = forecast(
            Start(np.zeros(1000, dtype=int), np.ones(1000, dtype=int)), observed, 1, by="count", seed=trial
        )
        band = ahead.totals[Bucket.D1_29]
        inside += band.low <= random.binomial(1000, truth) <= band.high
    assert inside >= 30


def test_the_same_seed_gives_the_same_forecast():
    one, two = (facts(forecast(start(), MONTHS, 3, by="balance", seed=4)) for _ in range(2))
    assert one == two


def test_without_a_settled_month_there_is_no_forecast():
    with pytest.raises(Refused, match="0 settled months"):
        forecast(start(), [], 3, by="count")


def test_a_book_that_owes_nothing_is_forecast_to_owe_nothing():
    nothing = Start(np.zeros(10, dtype=int), np.zeros(10, dtype=int))
    (ahead,) = forecast(nothing, MONTHS, 1, by="balance")
    assert ahead.totals[Bucket.CURRENT].expected == 0
