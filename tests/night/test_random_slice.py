"""A small slice is drawn by lot and worked in random order; every item keeps its chance to be on the day's list."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from arrears.queues.random_slice import drawn

DAY = date(2026, 6, 15)
MANY = np.array([f"D{number:05d}" for number in range(20_000)])
FIVE = np.full(len(MANY), 5.0)


def test_of_twenty_thousand_debtors_the_share_is_drawn():
    share = drawn(MANY, FIVE, DAY, share=0.015, capacity=5_000.0).explores.mean()
    assert share == pytest.approx(0.015, abs=0.003)


def test_the_same_day_draws_the_same_and_another_day_others():
    first, again = (drawn(MANY, FIVE, DAY, share=0.015) for _ in range(2))
    other = drawn(MANY, FIVE, DAY + timedelta(days=1), share=0.015)
    assert np.array_equal(first.explores, again.explores)
    assert np.array_equal(first.place, again.place)
    both = (first.explores & other.explores).sum()
    assert both < 20, "independent draws share about four"


def test_who_is_drawn_does_not_depend_on_the_rank():
    backwards = drawn(MANY[::-1], FIVE, DAY, share=0.015)
    assert np.array_equal(drawn(MANY, FIVE, DAY, share=0.015).explores, backwards.explores[::-1])


def test_drawn_items_stand_anywhere_and_the_others_at_their_ranks():
    lot = drawn(MANY, FIVE, DAY, share=0.05)
    assert np.array_equal(lot.place[~lot.explores], np.arange(1, len(MANY) + 1)[~lot.explores])
    quarters = np.bincount((lot.place[lot.explores] / len(MANY) * 4).astype(int).clip(0, 3))
    assert quarters.min() > 0.2 * quarters.sum()


def test_the_probability_is_the_share_of_days_on_which_an_item_is_worked():
    """Over many days the items that the minutes reach, drawn ones at their random places, bear the formula out."""
    some, days, reached = MANY[:200], 600, 50
    worked = np.zeros(len(some))
    for ahead in range(days):
        lot = drawn(some, FIVE[:200], DAY + timedelta(days=ahead), share=0.1, capacity=5.0 * reached)
        worked += lot.chosen
    lot = drawn(some, FIVE[:200], DAY, share=0.1, capacity=5.0 * reached)
    assert lot.probability[[0, 49, 50, 199]].round(4).tolist() == [0.925, 0.925, 0.025, 0.025]
    assert np.abs(worked[:50] / days - 0.925).mean() < 0.02
    assert np.abs(worked[50:] / days - 0.025).mean() < 0.02


@given(
    st.integers(1, 40),
    st.floats(0, 0.1),
    st.one_of(st.none(), st.floats(0, 500)),
)
def test_no_item_is_ever_without_a_chance(count, share, capacity):
    lot = drawn(MANY[:count], FIVE[:count], DAY, share=share, capacity=capacity)
    assert (lot.probability > 0).all()
    assert (lot.probability <= 1).all()
    assert (np.diff(lot.probability) <= 0).all(), "never less for the better"


def test_without_a_team_everybody_is_worked():
    lot = drawn(MANY[:9], FIVE[:9], DAY, share=0.02)
    assert lot.probability.tolist() == [1.0] * 9
    assert lot.chosen.all()


def test_who_is_not_drawn_is_worked_by_rank_and_who_is_by_place():
    lot = drawn(MANY, FIVE, DAY, share=0.05, capacity=5.0 * 2_000)
    ranks = np.arange(1, len(MANY) + 1)
    assert np.array_equal(lot.chosen[~lot.explores], ranks[~lot.explores] <= 2_000)
    assert lot.chosen[lot.explores].mean() == pytest.approx(0.1, abs=0.04)


def test_nobody_to_work_is_no_error():
    assert len(drawn(MANY[:0], FIVE[:0], DAY, share=0.02).explores) == 0


def test_the_demos_night_draws_its_share_and_logs_it(night_database):
    sql = """
        SELECT count(*) FILTER (WHERE explores), count(*), min(probability) > 0, max(probability) < 1,
            bool_and(d.explores = i.explores AND d.probability = i.chosen_with_probability AND d.rank = i.rank)
        FROM decisions d JOIN work_items i USING (work_item_id, explores) WHERE d.action = 'listed'
    """
    with night_database.connect() as connection:
        drawn_, listed, above, below, same = connection.execute(text(sql)).one()
        held = connection.execute(text("SELECT count(*) FROM decisions WHERE action = 'held'")).scalar_one()
    assert (listed, held) == (5_129, 1_689)
    assert 45 <= drawn_ <= 110, "1.5 % of 5,129 are 77"
    assert above
    assert below
    assert same
