"""No plan breaks a rule: random days against a checker that asks every rule of every item and collector."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arrears.queues.allocation.problem import Quota, Rules
from arrears.queues.allocation.solve import solve
from tests.queues.allocating import NEVER, a_day, hour, team, wanted
from tests.queues.allocation_checker import violations

few = st.sampled_from
LANES = ("pay", "promise", "specialist")


@st.composite
def collectors(draw: Any) -> Any:
    blocks = draw(st.integers(1, 4))
    rows = [
        {
            "languages": draw(few([["en"], ["en", "es"]])),
            "licences": draw(few([["US"], ["US-NY"], ["US-NY", "US-CA"]])),
            "clients": draw(few([[], [], ["bank"]])),
            "skills": draw(few([[], [], ["specialist"], ["specialist", "high_balance"]])),
            "minutes": draw(few([[60, 60, 60, 60], [60, 30, 60, 60], [0, 20, 20, 0], [0, 0, 0, 0]]))[:blocks],
        }
        for _ in range(draw(st.integers(0, 4)))
    ]
    twice = [{**row} for row in rows if draw(st.booleans())]
    return team(*rows, *twice, blocks=blocks)


item = st.fixed_dictionaries(
    {
        "value": few([-3.0, 0.0, 1.0, 5.0, 8.0, 20.0, 100.0, 101.5]),
        "minutes": few([1.5, 4.0, 7.0, 7.3, 12.0, 30.0, 75.0]),
        "language": few(["en", "en", "es", "fr", ""]),
        "region": few(["US-NY", "US-CA", ""]),
        "client": few(["bank", "card", ""]),
        "lane": few(LANES),
        "balance": few([10.0, 9_000.0, np.nan]),
        "owner": few(["", "", "C1", "C2", "C9"]),
        "opens_at": few([NEVER, NEVER, hour(1), hour(1.5), hour(9)]),
        "closes_at": few([NEVER, NEVER, hour(2), hour(2.5), hour(-3)]),
        "must": few([False, False, False, True]),
        "explores": few([False, False, False, True]),
    }
)
house = st.builds(
    Rules,
    owner_strict=st.booleans(),
    high_balance=few([np.inf, 5_000.0]),
    lane_skills=few([{}, {"specialist": "specialist"}]),
    quotas=few([{}, {"pay": Quota(0, 0.5)}, {"promise": Quota(0.3, 0.6), "pay": Quota(0.1, 0.7)}]),
    fairness=few([0.05, 0.5]),
    explore_share=few([None, 0.2]),
    idle_fill=st.booleans(),
    seed=st.integers(0, 3),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(collectors(), st.lists(item, max_size=40), house)
def test_no_plan_breaks_a_rule(staff: Any, rows: list[dict[str, Any]], rules: Rules) -> None:
    book = wanted(*rows)
    plan = solve(staff, book, rules)
    assert violations(staff, book, rules, plan) == []
    assert plan.value + plan.bonus <= plan.bound + 1e-6 * (1 + abs(plan.bound))


def test_a_whole_team_breaks_no_rule() -> None:
    staff, book = a_day(1_500, 12, blocks=9)
    random = np.random.default_rng(3)
    book = replace(book, must=random.random(1_500) < 0.03, explores=random.random(1_500) < 0.02)
    rules = Rules(
        high_balance=5_000.0,
        lane_skills={"specialist": "specialist"},
        quotas={"promise": Quota(0.15, 0.25), "pay": Quota(0, 0.6)},
    )
    plan = solve(staff, book, rules)
    assert violations(staff, book, rules, plan) == []
    assert plan.drawn.any()
