"""Slice, holdout and edge are one lot: every item keeps its exact chance to be on the list, and replays draw alike."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.queues.lot import HARDLY, Bound, Shares, drawn
from arrears.settings import default_settings, recorded_settings

DAY = date(2026, 6, 15)
MANY = np.array([f"D{number:05d}" for number in range(20_000)])
FIVE = np.full(len(MANY), 5.0)
SLICE = Shares(slice_=0.015)
NOBODY = np.zeros(0, dtype=bool)


def one_day(count, shares, reached, day=DAY, **bound):
    return drawn(MANY[:count], FIVE[:count], day, shares, capacity=5.0 * reached, bound=Bound(**bound))


def some(count, *places):
    found = np.zeros(count, dtype=bool)
    found[list(places)] = True
    return found


# --- the slice -----------------------------------------------------------------------------------------------------


def test_of_twenty_thousand_debtors_the_share_is_drawn():
    assert one_day(20_000, SLICE, 1_000).explores.mean() == pytest.approx(0.015, abs=0.003)


def test_the_same_day_draws_the_same_and_another_day_others():
    first, again = (drawn(MANY, FIVE, DAY, SLICE) for _ in range(2))
    other = drawn(MANY, FIVE, DAY + timedelta(days=1), SLICE)
    assert np.array_equal(first.explores, again.explores)
    assert np.array_equal(first.place, again.place)
    both = (first.explores & other.explores).sum()
    assert both < 20, "independent draws share about four"


def test_who_is_drawn_does_not_depend_on_the_rank():
    backwards = drawn(MANY[::-1], FIVE, DAY, SLICE)
    assert np.array_equal(drawn(MANY, FIVE, DAY, SLICE).explores, backwards.explores[::-1])


def test_drawn_items_stand_anywhere_and_the_others_at_their_ranks():
    lot = drawn(MANY, FIVE, DAY, Shares(slice_=0.05))
    assert np.array_equal(lot.place[~lot.explores], np.arange(1, len(MANY) + 1)[~lot.explores])
    quarters = np.bincount((lot.place[lot.explores] / len(MANY) * 4).astype(int).clip(0, 3))
    assert quarters.min() > 0.2 * quarters.sum()


def test_who_is_not_drawn_is_worked_by_rank_and_who_is_by_place():
    lot = one_day(20_000, Shares(slice_=0.05), 2_000)
    ranks = np.arange(1, len(MANY) + 1)
    assert np.array_equal(lot.chosen[~lot.explores], ranks[~lot.explores] <= 2_000)
    assert lot.chosen[lot.explores].mean() == pytest.approx(0.1, abs=0.04)


def test_without_a_team_everybody_is_worked():
    lot = drawn(MANY[:9], FIVE[:9], DAY, Shares(0.02, 0.5), bound=Bound(held_out=some(9, 3)))
    assert lot.probability.tolist() == [1.0] * 9
    assert lot.chosen.all()


def test_nobody_to_work_is_no_error():
    assert len(drawn(MANY[:0], FIVE[:0], DAY, Shares(0.02, 0.5)).explores) == 0


def test_a_night_that_knew_of_no_holdout_and_no_edge_left_nothing_to_them():
    old = recorded_settings({"desk": {"random_slice_share": 0.03}}, where="night 1").desk
    assert (old.random_slice_share, old.holdout_share, old.edge_share) == (0.03, 0.0, 0.0)
    new = recorded_settings(default_settings().model_dump(mode="json"), where="night 2").desk
    assert (new.holdout_share, new.holdout_days, new.edge_share) == (0.01, 90, 0.1)


# --- the edge ------------------------------------------------------------------------------------------------------


def test_around_the_last_place_that_is_reached_the_chance_falls_by_equal_steps():
    lot = one_day(10, Shares(edge=0.8), 5)
    assert (
        lot.probability.round(6).tolist()
        == [1 - HARDLY, 1 - HARDLY, 1 - HARDLY, 0.875, 0.625, 0.375, 0.125] + [HARDLY] * 3
    )
    assert lot.explores.tolist() == [False] * 3 + [True] * 4 + [False] * 3
    assert lot.place.tolist() == list(range(1, 11)), "only its chance is left to a lot, not its place"


@pytest.mark.parametrize(("edge", "width"), [(0.0, 0), (0.1, 100), (0.5, 500), (1.0, 1_000)])
def test_the_edge_is_as_wide_as_its_share_of_what_is_reached(edge, width):
    lot = one_day(4_000, Shares(edge=edge), 1_000)
    assert lot.explores.sum() == width
    assert np.flatnonzero(lot.explores).tolist() == list(range(1_000 - width // 2, 1_000 + width // 2))


def test_an_edge_that_would_reach_beyond_the_last_item_is_narrower():
    lot = one_day(1_010, Shares(edge=1.0), 1_000)
    assert np.flatnonzero(lot.explores).tolist() == list(range(990, 1_010))


def test_without_an_edge_the_cut_is_hard():
    lot = one_day(10, Shares(), 5)
    assert lot.probability.tolist() == [1 - HARDLY] * 5 + [HARDLY] * 5
    assert lot.chosen.tolist() == [True] * 5 + [False] * 5
    assert not lot.explores.any()


# --- the holdout ---------------------------------------------------------------------------------------------------


def test_whoever_is_held_out_has_the_same_chance_wherever_the_order_puts_them():
    lot = one_day(100, Shares(0.1, 0.2), 30, held_out=some(100, 0, 50, 99))
    assert lot.probability[[0, 50, 99]].tolist() == [0.3] * 3
    assert lot.explores[[0, 50, 99]].all()
    assert (lot.place[[0, 50, 99]] != [1, 51, 100]).all()


def test_a_holdout_takes_the_minutes_of_no_one_else():
    """Nine of a thousand are held out: of the others as many are reached as their part of the minutes."""
    lot = one_day(1_000, Shares(), 300, held_out=some(1_000, *range(9)))
    assert lot.probability[9:].sum() == pytest.approx(300 * 991 / 1_000, abs=0.01)
    assert lot.probability.sum() == pytest.approx(300, abs=0.01)


def test_a_duty_of_whoever_is_held_out_is_worked_by_rank():
    held = some(10, 0, 9)
    lot = one_day(10, Shares(0.5, 0.5), 5, held_out=held, duty=held)
    assert lot.probability[[0, 9]].tolist() == [1.0, HARDLY]
    assert not lot.explores[[0, 9]].any()


def test_what_must_be_worked_is_sure_and_its_minutes_are_the_others_no_longer():
    lot = one_day(10, Shares(0.5, 0.5), 5, must=some(10, 8, 9), held_out=some(10, 9))
    assert lot.probability[[8, 9]].tolist() == [1.0, 1.0]
    assert lot.chosen[[8, 9]].all()
    assert not lot.explores[[8, 9]].any()
    assert lot.probability[:8].sum() == pytest.approx(3)


# --- all of them ---------------------------------------------------------------------------------------------------


@st.composite
def any_night(draw):
    count = draw(st.integers(1, 60))
    flags = st.lists(st.booleans(), min_size=count, max_size=count).map(lambda told: np.array(told, dtype=bool))
    shares = Shares(draw(st.floats(0, 0.5)), draw(st.floats(0, 1)))
    few = st.just(np.zeros(count, dtype=bool)) | flags
    return count, shares, draw(st.integers(0, 70)), {name: draw(few) for name in ("must", "duty", "held_out")}


def chances_by_hand(count, shares, reached, must, duty, held_out):
    """The same chances, item by item, the line around the edge added up in small steps."""
    left, places, over = max(reached - int(must.sum()), 0), [], {}
    rank = 0
    for item in range(count):
        if must[item]:
            over[item] = 1.0
            continue
        is_reached = rank < left or rank == 0
        rank += 1
        if duty[item]:
            over[item] = 1.0 if is_reached else HARDLY
        else:
            places.append((item, is_reached))
    slots = sum(is_reached for _, is_reached in places)
    evenly = slots / len(places) if places else 0.0
    ruled = [item for item, _ in places if not held_out[item]]
    most = evenly * len(ruled)
    width = min(shares.edge * most, 2 * most, 2 * (len(ruled) - most))
    steps = 400
    for item, _ in places:
        if held_out[item]:
            over[item] = evenly
            continue
        at = [ruled.index(item) + (step + 0.5) / steps for step in range(steps)]
        line = [min(max((most - x) / width + 0.5, 0), 1) if width > 1e-12 else float(x < most) for x in at]
        over[item] = (1 - shares.slice_) * sum(line) / steps + shares.slice_ * evenly
    return np.array([over[item] for item in range(count)]), slots


@given(any_night())
@settings(max_examples=150, deadline=None)
def test_the_chances_are_those_worked_out_by_hand_and_add_up_to_what_the_minutes_reach(night):
    count, shares, reached, bound = night
    lot = one_day(count, shares, reached, **bound)
    by_hand, slots = chances_by_hand(count, shares, reached, **bound)
    assert lot.probability == pytest.approx(by_hand, abs=0.004)
    free = ~bound["must"] & ~bound["duty"]
    assert lot.probability[free].sum() == pytest.approx(slots, abs=1e-4)
    assert ((lot.probability > 0) & (lot.probability <= 1)).all()
    ruled = lot.probability[free & ~bound["held_out"]]
    assert (np.diff(ruled) <= 1e-12).all(), "never less for the better"
    sure = (lot.probability <= HARDLY) | (lot.probability >= 1 - HARDLY)
    assert np.array_equal(lot.chosen[sure & ~lot.explores], lot.probability[sure & ~lot.explores] > 0.5)


@pytest.mark.parametrize("edge", [0.0, 0.4])
@pytest.mark.parametrize("held", [(), (3, 20, 50, 119)])
def test_over_many_days_everybody_is_worked_as_often_as_was_said(edge, held):
    """Two thousand days of 120 items: how often each was chosen lies as near its chance as luck allows."""
    count, days, shares = 120, 2_000, Shares(0.1, edge)
    bound = {"held_out": some(count, *held), "duty": some(count, 7, 70), "must": some(count, 90)}
    said = one_day(count, shares, 40, **bound).probability
    worked = sum(
        one_day(count, shares, 40, DAY + timedelta(days=ahead), **bound).chosen.astype(float) for ahead in range(days)
    )
    spread = np.sqrt(days * said * (1 - said))
    apart = (worked - days * said)[spread > 1] / spread[spread > 1]
    assert np.abs(apart).max() < 4.5
    assert (apart**2).mean() == pytest.approx(1, abs=0.5)
    assert worked.sum() / days == pytest.approx(said.sum(), abs=0.3)


def test_a_wider_edge_moves_nobody_whom_it_does_not_reach():
    narrow, wide = (one_day(4_000, Shares(0.02, edge), 1_000) for edge in (0.1, 0.3))
    far = ~wide.explores | (wide.place != np.arange(1, 4_001))
    assert np.array_equal(narrow.chosen[far], wide.chosen[far])


@pytest.mark.parametrize("edge", [0.1, 0.5])
def test_where_worth_falls_evenly_with_the_rank_an_edge_costs_a_twentyfourth_of_its_width_squared(edge):
    """Over the hard cut, in units of what one rank is worth more than the next; at a tenth it is next to nothing."""
    worth = np.arange(4_000, 0, -1, dtype=float)
    hard, soft = ((one_day(4_000, Shares(edge=each), 1_000).probability * worth).sum() for each in (0.0, edge))
    assert hard - soft == pytest.approx((edge * 1_000) ** 2 / 24, rel=0.01)
    assert (hard - soft) / hard < edge**2 / 80
