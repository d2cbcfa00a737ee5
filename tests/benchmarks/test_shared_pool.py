"""What a shared list does to a test: an arm that only looks dearer wins minutes, and with them the test."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from arrears.queues.allocation.problem import Team
from arrears.queues.desk.team import Member
from arrears.settings import default_settings
from serving.night.allocate import AtWork, Given
from serving.night.by_part import Parts, allocated_by_part, part_of, whole
from serving.night.needs import Needs

ITEMS, COLLECTORS, NIGHTS = 1_200, 6, 20
MEMBER = Member("C")
LOOKS_DEARER = 1.3
"""Both arms order by the same true worth; the challenger's model tells all of its amounts so many times as large."""


def team():
    nobody = tuple(frozenset() for _ in range(COLLECTORS))
    starts = np.array([f"2026-06-15T{hour:02}:00" for hour in range(9, 17)], dtype="M8[us]")
    return AtWork(
        members=tuple(MEMBER for _ in range(COLLECTORS)),
        team=Team(
            collector_id=tuple(f"C{number}" for number in range(COLLECTORS)),
            languages=nobody,
            licences=nobody,
            clients=nobody,
            products=nobody,
            territories=nobody,
            skills=nobody,
            minutes=np.full((COLLECTORS, len(starts)), 45.0),
            starts=starts,
        ),
        away={},
    )


def items(worth, minutes):
    """Items that anybody may work at any hour, best first."""
    none, never = np.full(len(worth), ""), np.full(len(worth), np.datetime64("NaT", "us"))
    nothing = np.zeros(len(worth), dtype=np.bool_)
    needs = Needs(none, none, none, none, none, none, nothing)
    return Given(
        value=worth,
        minutes=minutes,
        client=none,
        lane=np.full(len(worth), "pay"),
        needs=needs,
        opens_at=never,
        closes_at=never,
        must=nothing,
        explores=nothing,
        kept=nothing,
        unit="USD",
    )


def difference(seed, *, split):
    """Log of the challenger's cash per assigned debtor over the champion's: of one night with the arms either way."""
    return np.mean([_difference(seed, split=split, other_way=other_way) for other_way in (False, True)])


def _difference(seed, *, split, other_way):
    random = np.random.default_rng(seed)
    adds, minutes = random.lognormal(5, 1.2, ITEMS), random.uniform(2, 6, ITEMS)
    arm: Any = random.integers(0, 2, ITEMS) ^ other_way
    told = adds * np.where(arm == 1, LOOKS_DEARER, 1.0)
    order = np.argsort(-told / minutes)
    adds, minutes, arm, told = (column[order] for column in (adds, minutes, arm, told))
    given, places = items(told, minutes), np.arange(1, ITEMS + 1, dtype=np.float64)
    shares = np.bincount(arm) / ITEMS
    parts = Parts(arm, shares) if split else whole(ITEMS)
    of_part = [part_of(given, np.flatnonzero(arm == part)) for part in range(2)] if split else [given]
    found = allocated_by_part(parts, of_part, places, team(), default_settings(), seed=date(2026, 6, 15).toordinal())
    worked = np.array([each is not None for each in found.assigned_to.tolist()])
    cash = [float((adds * worked)[arm == part].mean()) for part in range(2)]
    return np.log(cash[1] / cash[0])


def bias(*, split, nights):
    found = np.array([difference(seed, split=split) for seed in range(nights)])
    return float(found.mean()), float(1.96 * found.std(ddof=1) / np.sqrt(nights))


@pytest.mark.bench
def test_a_shared_list_lets_an_arm_win_that_is_no_better(record_property):
    shared, of_shared = bias(split=False, nights=NIGHTS)
    apart, of_apart = bias(split=True, nights=NIGHTS)
    record_property("equal arms, one looks 1.3 times as dear: shared list", f"{shared:+.1%} (± {of_shared:.1%})")
    record_property("equal arms, one looks 1.3 times as dear: split minutes", f"{apart:+.1%} (± {of_apart:.1%})")
    assert shared - of_shared > 0.05
    assert abs(apart) < 0.01
