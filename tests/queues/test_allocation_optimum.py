"""How close plans come to the best there is: against a linear program that HiGHS solves, on days of several shapes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from arrears.queues.allocation.problem import Quota, Rules
from arrears.queues.allocation.solve import solve
from tests.queues.allocating import a_day
from tests.queues.allocation_optimum import optimum

SPECIALISTS = {"specialist": "specialist"}
DAYS = {
    "more work than hours": (1_000, Rules()),
    "more hours than work": (300, Rules()),
    "work and hours about even": (700, Rules()),
    "every rule about people": (1_000, Rules(high_balance=3_000.0, lane_skills=SPECIALISTS)),
    "only with the owner": (1_000, Rules(owner_strict=True)),
    "a lane at its maximum": (1_000, Rules(quotas={"pay": Quota(0, 0.5)})),
    "a lane at its minimum": (1_000, Rules(quotas={"promise": Quota(0.15, 1)})),
}


@pytest.mark.parametrize("name", DAYS)
def test_the_bound_is_the_optimum_within_a_thousandth_and_the_plan_comes_near(name: str) -> None:
    items, rules = DAYS[name]
    staff, book = a_day(items, 8, blocks=9)
    best = optimum(staff, book, rules).value
    plan = solve(staff, book, rules)
    assert best * (1 - 1e-9) <= plan.bound <= best * 1.001
    assert plan.value + plan.bonus >= best * 0.995


def test_the_value_of_one_more_hour_is_what_the_optimum_gains_by_it() -> None:
    staff, book = a_day(800, 8, blocks=9, owned=0.0)
    plan, best = solve(staff, book), optimum(staff, book, Rules()).value
    little = 0.02 * float(plan.hour_value.max())
    for collector, block in ((0, 2), (3, 7), (7, 4)):
        more = staff.minutes.copy()
        more[collector, block] += 60.0
        gained = optimum(replace(staff, minutes=more), book, Rules()).value - best
        assert plan.hour_value[plan.group[collector], block] == pytest.approx(gained, rel=0.1, abs=little)


def test_an_hour_in_which_nobody_works_has_a_value_too() -> None:
    staff, book = a_day(800, 8, blocks=9, owned=0.0)
    nobody = staff.minutes.copy()
    nobody[:, 8] = 0.0
    staff = replace(staff, minutes=nobody)
    plan, best = solve(staff, book), optimum(staff, book, Rules()).value
    more = nobody.copy()
    more[5, 8] = 60.0
    gained = optimum(replace(staff, minutes=more), book, Rules()).value - best
    assert plan.hour_value[plan.group[5], 8] == pytest.approx(gained, rel=0.1)


def test_what_has_to_be_worked_costs_no_more_than_the_bound_says() -> None:
    staff, book = a_day(1_000, 8, blocks=9)
    book = replace(book, must=np.random.default_rng(1).random(1_000) < 0.05)
    plan = solve(staff, book)
    assert plan.value + plan.bonus <= plan.bound <= optimum(staff, book, Rules()).value * 1.001
    assert plan.gap < 0.01
