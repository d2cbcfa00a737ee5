"""Values learned backward over a random log, against the best that there is: computed, in a world of fifteen states."""

from dataclasses import replace

import numpy as np
import pytest

from arrears.errors import BadInput, Refused
from tests.training.tiring_debtors import (
    DISCOUNT,
    KINDS,
    STATES,
    TIRED,
    best_index,
    features_of,
    logged,
    one_step,
    worked,
)
from training.sequential.caution import Caution
from training.sequential.episodes import UNTOLD
from training.sequential.fitted import Iteration, fit_values
from training.uplift.trees import Size

CALLS = 3.0
"""A day, for as many debtors as arrive in it: some have to wait."""
EVERY_STATE = features_of(np.arange(STATES))
NOTHING, UNIT = np.zeros((STATES, 2)), np.ones(STATES)
BEST, PRICE = best_index(CALLS)
HOW = Iteration(
    rounds=12,
    discount=DISCOUNT,
    level=Size(rounds=20, leaves=15, rate=0.25, least_rows=50),
    difference=Size(rounds=20, leaves=8, rate=0.25, least_rows=100, shrink=20.0),
)


def share_of_best(index):
    """Of what the best order adds to the cash that comes anyway."""
    nobody = worked(-np.ones(STATES), CALLS)[0]
    return (worked(index, CALLS)[0] - nobody) / (worked(BEST, CALLS)[0] - nobody)


@pytest.fixture(scope="module")
def by_lot():
    return logged(4_000, 40, seed=1)


@pytest.fixture(scope="module")
def learned(by_lot):
    return fit_values(by_lot, price=worked(one_step(), CALLS)[1], how=HOW)


def test_one_step_ahead_falls_short_of_what_is_best():
    assert share_of_best(one_step()) < 0.90


def test_a_random_log_teaches_nearly_all_that_is_best(learned):
    assert share_of_best(learned.of_one_more(EVERY_STATE, NOTHING, UNIT)) >= 0.97


def test_learned_again_at_the_price_of_the_list_that_was_worked_it_stays_so(by_lot, learned):
    price = worked(learned.of_one_more(EVERY_STATE, NOTHING, UNIT), CALLS)[1]
    again = fit_values(by_lot, price=price, how=HOW)
    assert share_of_best(again.of_one_more(EVERY_STATE, NOTHING, UNIT)) >= 0.97
    assert worked(again.of_one_more(EVERY_STATE, NOTHING, UNIT), CALLS)[1] == pytest.approx(PRICE, rel=0.25)


def test_a_one_step_model_with_what_it_does_not_see_learned_on_top_is_as_good(by_lot):
    adds = np.column_stack([np.zeros(STATES), one_step()])
    state = (by_lot.features @ [TIRED, 1]).astype(int)
    choices = replace(by_lot.choices, outcome=np.zeros(len(by_lot)))
    shaped = replace(by_lot, choices=choices, adds=adds[state])
    values = fit_values(shaped, price=worked(one_step(), CALLS)[1], how=HOW)
    assert share_of_best(values.of_one_more(EVERY_STATE, adds, UNIT)) >= 0.97
    # Tiring out the first kind costs later calls; the second kind hardly tires.
    later = values.changes_later(EVERY_STATE, UNIT).reshape(len(KINDS), TIRED)
    assert later[0, 1] < -5 < later[1, 1]


@pytest.mark.parametrize("sure", [0.0, 1.0])
def test_where_the_log_never_chose_nothing_is_claimed(sure):
    chance = np.where(np.arange(STATES) // TIRED == 0, sure, 0.25)
    values = fit_values(logged(1_500, 30, seed=2, chance=chance), price=30.0, how=HOW)
    seen = values.supported(EVERY_STATE).reshape(len(KINDS), TIRED)
    claimed = values.of_one_more(EVERY_STATE, NOTHING, UNIT).reshape(len(KINDS), TIRED)
    assert not seen[0].any()
    assert (claimed[0] == 0).all()
    assert seen[1].all()
    assert claimed[1, 0] > 10


def test_what_members_do_not_agree_on_is_not_claimed(by_lot):
    bold, shy = (
        fit_values(
            by_lot, price=30.0, how=Iteration(rounds=1, caution=Caution(deviations=far), difference=HOW.difference)
        )
        for far in (0.0, 3.0)
    )
    claims = [np.abs(each.changes_later(EVERY_STATE, UNIT)) for each in (bold, shy)]
    assert (claims[1] <= claims[0]).all()
    assert (claims[1] < claims[0]).any()


def test_a_log_that_hardly_ever_acted_is_refused():
    with pytest.raises(Refused, match="acted at"):
        fit_values(logged(200, 20, seed=3, chance=0.002), price=1.0)


@pytest.mark.parametrize("wrong", ["following", "below", "minutes", "weight", "at_stake", "days"])
def test_episodes_that_do_not_hold_together_are_refused(by_lot, wrong):
    rows = len(by_lot)
    columns = {
        "following": {"following": np.full(rows, rows)},
        "below": {"following": np.full(rows, UNTOLD - 1)},
        "days": {"days": np.ones(rows + 1)},
    }
    with pytest.raises(BadInput, match="learn from episodes"):
        replace(by_lot, **columns.get(wrong, {wrong: np.zeros(rows)}))


def test_what_the_last_row_of_a_log_would_have_led_to_is_not_guessed(by_lot):
    cut = replace(by_lot, following=np.full(len(by_lot), UNTOLD))
    with pytest.raises(Refused):
        fit_values(cut, price=1.0)
