"""Who gets which item: one rule a test, with one item or one collector more or less at its edge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from arrears.errors import BadInput, WrongUse
from arrears.queues.allocation.problem import Quota, Rules, Team, Wanted
from arrears.queues.allocation.report import list_values, report
from arrears.queues.allocation.solve import Plan, solve
from tests.queues.allocating import NINE, a_day, hour, team, wanted
from tests.queues.allocation_checker import violations

EVENING = {"opens_at": hour(3), "closes_at": hour(4)}


def who(plan: Plan) -> list[int]:
    return plan.collector.tolist()


def solved(staff: Team, book: Wanted, **rules: Any) -> Plan:
    plan = solve(staff, book, Rules(**rules))
    assert violations(staff, book, Rules(**rules), plan) == []
    return plan


@pytest.mark.parametrize(
    ("asks", "may"),
    [
        ({"language": "es"}, {"languages": ["en", "es"]}),
        ({"region": "US-CA"}, {"licences": ["US-CA"]}),
        ({"region": "US-CA"}, {"licences": ["US"]}),
        ({"client": "bank"}, {"clients": ["bank"]}),
        ({"client": "bank"}, {"clients": []}),
        ({"product": "loan"}, {"products": ["loan", "card"]}),
        ({"territory": "north"}, {"territories": ["north"]}),
        ({"lane": "specialist"}, {"skills": ["specialist"]}),
        ({"balance": 5_001.0}, {"skills": ["high_balance"]}),
        ({"balance": 5_000.0}, {}),
    ],
)
def test_who_has_what_an_item_asks_for_gets_it(asks: dict[str, Any], may: dict[str, Any]) -> None:
    rules = {"lane_skills": {"specialist": "specialist"}, "high_balance": 5_000.0}
    assert who(solved(team({**may, "minutes": [60]}), wanted(asks), **rules)) == [0]


@pytest.mark.parametrize(
    ("asks", "may"),
    [
        ({"language": "es"}, {"languages": ["en"]}),
        ({"language": "es"}, {"languages": []}),
        ({"region": "US-CA"}, {"licences": ["US-NY"]}),
        ({"region": "US"}, {"licences": ["US-CA"]}),
        ({"client": "bank"}, {"clients": ["card"]}),
        ({"product": "loan"}, {"products": ["card"]}),
        ({"territory": "north"}, {"territories": ["south"]}),
        ({"lane": "specialist"}, {"skills": []}),
        ({"balance": 5_001.0}, {"skills": []}),
        ({"balance": np.nan}, {"skills": []}),
    ],
)
def test_who_lacks_what_an_item_asks_for_does_not(asks: dict[str, Any], may: dict[str, Any]) -> None:
    rules = {"lane_skills": {"specialist": "specialist"}, "high_balance": 5_000.0}
    plan = solved(team({**may, "minutes": [60]}), wanted(asks), **rules)
    assert plan.left_out.tolist() == ["no_eligible_collector"]


def test_an_item_is_worked_in_an_hour_that_its_debtor_allows() -> None:
    plan = solved(team({"minutes": [60, 60, 60, 60]}), wanted(EVENING))
    assert plan.block.tolist() == [3]


def test_an_hour_that_opens_at_half_past_is_not_used() -> None:
    plan = solved(team({"minutes": [60, 60]}), wanted({"opens_at": hour(0.5)}, {"closes_at": hour(1.5)}))
    assert plan.block.tolist() == [1, 0]


def test_nobody_at_the_only_allowed_hour_is_told_from_nobody_who_may() -> None:
    staff = team({"languages": ["en"], "minutes": [60, 60, 60, 0]})
    plan = solved(staff, wanted({**EVENING, "language": "en"}, {"language": "es"}))
    assert plan.left_out.tolist() == ["no_hours_overlap", "no_eligible_collector"]


def test_who_is_away_all_day_is_nobody_who_may() -> None:
    plan = solved(team({"languages": ["es"], "minutes": [0]}, {"minutes": [60]}), wanted({"language": "es"}))
    assert plan.left_out.tolist() == ["no_eligible_collector"]


def test_what_pays_most_a_minute_goes_before_what_pays_most() -> None:
    book = wanted({"value": 10.0, "minutes": 60.0}, *[{"value": 3.0, "minutes": 15.0}] * 4)
    plan = solved(team({"minutes": [60]}), book)
    assert who(plan) == [-1, 0, 0, 0, 0]
    assert plan.left_out[0] == "no_room"


def test_hours_that_others_need_are_left_to_them() -> None:
    book = wanted({**EVENING, "value": 1.0, "minutes": 60.0}, {"value": 9.0, "minutes": 60.0})
    plan = solved(team({"minutes": [60, 0, 0, 60]}), book)
    assert plan.block.tolist() == [3, 0]


def test_what_two_hours_have_left_takes_one_item_across_them() -> None:
    plan = solved(team({"minutes": [60, 60]}), wanted(*[{"minutes": 40.0}] * 3))
    assert sorted(plan.position.tolist()) == [1, 2, 3]
    assert plan.spill[plan.position == 2].tolist() == [20.0]


def test_no_item_reaches_into_an_hour_that_its_debtor_forbids() -> None:
    book = wanted(*[{"minutes": 40.0, "closes_at": hour(1)}] * 2, {"minutes": 40.0, "opens_at": hour(1)})
    plan = solved(team({"minutes": [60, 60]}), book)
    assert not plan.spill.any()
    assert (plan.collector >= 0).sum() == 2


def test_the_owner_gets_an_item_and_others_get_it_when_the_owner_is_full() -> None:
    staff = team({"minutes": [5]}, {"minutes": [60]})
    plan = solved(staff, wanted({"owner": "C1", "value": 9.0}, {"owner": "C1", "value": 8.0}), fairness=9.0)
    assert who(plan) == [0, 1]
    assert plan.bonus == pytest.approx(0.05 * 9.0)


def test_under_the_strict_rule_an_item_waits_for_its_owner() -> None:
    staff = team({"minutes": [5]}, {"minutes": [60]})
    book = wanted({"owner": "C1", "value": 9.0}, {"owner": "C1", "value": 8.0})
    assert who(solved(staff, book, owner_strict=True, fairness=9.0)) == [0, -1]


def test_under_the_strict_rule_an_item_of_an_absent_owner_goes_to_others() -> None:
    staff = team({"minutes": [0]}, {"minutes": [60]})
    assert who(solved(staff, wanted({"owner": "C1"}, {"owner": "gone"}), owner_strict=True)) == [1, 1]


def test_what_must_be_worked_goes_before_what_pays() -> None:
    book = wanted({"value": 500.0}, {"value": 400.0}, {"value": -1.0, "must": True})
    assert who(solved(team({"minutes": [10]}), book)) == [0, -1, 0]


def test_of_two_that_must_be_worked_the_better_is() -> None:
    book = wanted({"value": 1.0, "must": True}, {"value": 2.0, "must": True})
    plan = solved(team({"minutes": [5]}), book)
    assert who(plan) == [-1, 0]
    assert report(team({"minutes": [5]}), book, Rules(), plan).must_missed == 1


def test_a_lane_gets_no_more_than_its_maximum_and_says_so() -> None:
    book = wanted(*[{"lane": "pay", "value": 9.0}] * 12, *[{"lane": "promise"}] * 12)
    plan = solved(team({"minutes": [60]}), book, quotas={"pay": Quota(0, 0.5)})
    assert (plan.collector[:12] >= 0).sum() == 6
    assert (plan.left_out[:12] == "quota").sum() == 6
    assert (plan.left_out[12:] == "no_room").sum() == 6


def test_a_lane_gets_its_minimum_though_others_pay_more() -> None:
    book = wanted(*[{"lane": "pay", "value": 9.0}] * 12, *[{"lane": "promise"}] * 12)
    plan = solved(team({"minutes": [60]}), book, quotas={"promise": Quota(0.25, 1)})
    assert (plan.collector[12:] >= 0).sum() == 3


def test_a_lane_below_its_minimum_for_want_of_items_is_reported() -> None:
    staff, rules = team({"minutes": [60]}), Rules(quotas={"promise": Quota(0.25, 1)})
    book = wanted({"lane": "promise"}, *[{"lane": "pay"}] * 20)
    told = report(staff, book, rules, solve(staff, book, rules))
    assert (told.lanes["promise"].minutes, told.lanes["promise"].short) == (5.0, 10.0)


def test_what_adds_nothing_fills_idle_minutes_and_displaces_nobody() -> None:
    book = wanted({"value": 0.0}, {"value": -2.0}, {"value": 1.0})
    assert who(solved(team({"minutes": [10]}), book)) == [0, -1, 0]


def test_a_house_may_leave_minutes_idle() -> None:
    plan = solved(team({"minutes": [60]}), wanted({"value": 0.0}, {"value": 1.0}), idle_fill=False)
    assert plan.left_out.tolist() == ["adds_nothing", ""]


def test_lists_of_equal_collectors_are_worth_the_same_within_the_cap() -> None:
    staff, book = a_day(1_200, 10, blocks=8)
    plan = solved(staff, book, fairness=0.05)
    assert report(staff, book, Rules(), plan).widest_spread <= 0.05


def test_without_a_cap_they_are_not() -> None:
    staff, book = a_day(1_200, 10, blocks=8)
    assert report(staff, book, Rules(), solve(staff, book, Rules(fairness=9.0))).widest_spread > 0.05


def test_one_item_that_is_too_large_to_share_leaves_lists_as_close_as_they_come() -> None:
    staff, book = team({"minutes": [60]}, {"minutes": [60]}), wanted({"value": 100.0}, {"value": 1.0}, {"value": 1.0})
    plan = solved(staff, book)
    assert sorted(list_values(staff, book, plan).tolist()) == [2.0, 100.0]


def test_the_random_slice_gets_the_share_of_minutes_that_it_has_of_the_work() -> None:
    book = wanted(*[{"value": 1.0, "explores": True}] * 20, *[{"value": 9.0}] * 80)
    plan = solved(team({"minutes": [60, 60]}), book)
    assert plan.drawn.sum() == 4  # 20 % of 120 minutes, at five each
    assert (plan.collector[plan.drawn] >= 0).all()


def test_the_share_of_the_random_slice_can_be_set() -> None:
    book = wanted(*[{"value": 1.0, "explores": True}] * 20, *[{"value": 9.0}] * 80)
    assert solved(team({"minutes": [60, 60]}), book, explore_share=0.05).drawn.sum() == 1


def test_which_items_are_drawn_and_where_they_stand_hangs_on_the_seed_alone() -> None:
    staff = team({"minutes": [60] * 4})
    book = wanted(*[{"value": float(number), "explores": number % 2 == 0} for number in range(100)])
    first, again, other = (solved(staff, book, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.position, again.position)
    assert not np.array_equal(first.drawn, other.drawn)


def test_drawn_items_stand_anywhere_in_the_list() -> None:
    staff = team({"minutes": [60] * 4})
    book = wanted({"value": 0.5, "explores": True}, *[{"value": 2.0 + number} for number in range(60)])
    places = [int(solve(staff, book, Rules(explore_share=0.03, seed=seed)).position[0]) for seed in range(40)]
    assert min(places) <= 12
    assert max(places) > 36


def test_a_list_runs_hour_by_hour_and_then_by_value_a_minute() -> None:
    book = wanted({**EVENING, "value": 99.0}, {"closes_at": hour(1)}, {"value": 2.0, "closes_at": hour(1)})
    assert solved(team({"minutes": [60] * 4}), book).position.tolist() == [3, 2, 1]


def test_nobody_and_nothing_make_an_empty_plan() -> None:
    plan = solved(team(), wanted({"must": True}))
    assert (who(plan), plan.left_out.tolist(), plan.gap) == ([-1], ["no_eligible_collector"], 0.0)
    assert who(solved(team({"minutes": [60]}), wanted())) == []
    assert who(solved(team({"minutes": []}, blocks=0), wanted({}))) == [-1]


def test_a_report_adds_up() -> None:
    staff, book = a_day(900, 10, blocks=9)
    book = replace(book, explores=np.random.default_rng(1).random(900) < 0.02)
    plan = solve(staff, book)
    told = report(staff, book, Rules(), plan)
    assert told.placed + sum(each.items for each in told.left_out.values()) == 900
    assert told.minutes_used == pytest.approx(sum(each.used for each in told.blocks))
    assert told.minutes_used == pytest.approx(sum(each.minutes_used for each in told.groups))
    assert sum(each.needed for each in told.blocks) == pytest.approx(float(book.minutes.sum()))
    assert told.drawn == told.drawn_placed > 0
    assert len(told.groups) == 8
    assert told.blocks[0].starts_at == NINE.astype("M8[s]").item()


@pytest.mark.parametrize(("column", "number"), [("value", np.nan), ("minutes", 0.0), ("minutes", np.inf)])
def test_numbers_that_no_sum_can_use_are_refused_by_their_column(column: str, number: float) -> None:
    with pytest.raises(BadInput, match=f"1 entries of {column}"):
        wanted({}, {column: number})


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(WrongUse, match="2 rows, but lane has 1"):
        replace(wanted({}, {}), lane=np.array(["pay"]))
    with pytest.raises(WrongUse, match="1 rows, but skills has 0"):
        replace(team({"minutes": [60]}), skills=())


def test_minutes_that_do_not_match_the_hours_are_refused() -> None:
    with pytest.raises(WrongUse, match="1 collectors and 2 blocks"):
        replace(team({"minutes": [60]}), starts=NINE + np.arange(2))
    with pytest.raises(WrongUse, match="overlap"):
        replace(team({"minutes": [60, 60]}), starts=np.array([NINE, NINE]))


def test_a_quota_whose_minimum_lies_above_its_maximum_is_refused() -> None:
    with pytest.raises(WrongUse, match="0 <= minimum"):
        Quota(0.5, 0.4)
