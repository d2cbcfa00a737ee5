"""Every strategy in whole worlds of three kinds: ninety days, fifty collectors, five seeds. Printed and judged.

What is judged must hold whatever the luck: where calls do nothing no order beats another and nothing is taken for an
effect; in a world of all kinds of debtors, and in one that severity should win, the strategy by what a call adds is the
best of those that know no truth, or tied with the best. A tenth of the past's late debtors is a random holdout.
"""

from __future__ import annotations

import os
from functools import cache

import pytest

from arrears.settings import default_settings
from tests.benchmarks.sizes import sized
from training.simulation.measures import Interval, Row, interval, rows
from training.simulation.simulate import Plan, SeedRun, run
from training.simulation.strategies import INCREMENTAL, NOBODY, ORACLE, STRATEGIES
from training.simulation.told import markdown
from training.uplift.rankings import VALUE_AT_RISK

pytestmark = [pytest.mark.bench, pytest.mark.slow, pytest.mark.timeout(3 * 3600)]

SEEDS = sized((1, 2, 3, 4, 5), (1, 2))
DEBTORS, HISTORY, DAYS = sized((60_000, 301, 90), (2_000, 301, 7))
COLLECTORS, MINUTES = sized((50, 60.0), (2, 60.0))
"""With an hour of each a day, about one group past due in seven can be called."""
HOLDOUT = 0.1


def plan(world: str) -> Plan:
    return Plan(tuple(STRATEGIES), world, DEBTORS, SEEDS, HISTORY, DAYS, COLLECTORS, MINUTES, HOLDOUT)


@cache
def simulated(world: str) -> tuple[list[SeedRun], list[Row]]:
    runs = run(plan(world), _unwatched, processes=min(2, os.cpu_count() or 1))
    return runs, rows(plan(world), runs, minute_cost=default_settings().value.minute_cost)


@pytest.mark.parametrize("world", ["usual", "severity_wins", "no_effect"])
def test_the_value_of_a_call_is_the_best_order_or_tied_with_it(world: str, record_property) -> None:
    behind = behind_the_best(world, record_property)
    assert behind.low <= 0.0
    assert behind.mean <= 0.05 * abs(of_mean(world, INCREMENTAL))


def behind_the_best(world: str, record_property) -> Interval:
    """How far behind the best order that knows no truth, a minute."""
    runs, table = simulated(world)
    record_property(f"simulation_{world}", "\n" + markdown(table))
    best = next(row.strategy for row in table if row.strategy not in (NOBODY, ORACLE))
    behind = interval([of(run, best) - of(run, INCREMENTAL) for run in runs])
    record_property(f"simulation_{world}_best", f"{best}, ahead of {INCREMENTAL} by {behind.told(2)} a minute")
    return behind


def of_mean(world: str, strategy: str) -> float:
    """Cash beyond nobody a minute, in the mean of the seeds."""
    runs, _ = simulated(world)
    return sum(of(run, strategy) for run in runs) / len(runs)


def test_where_calls_do_nothing_no_order_brings_more_than_another() -> None:
    runs, table = simulated("no_effect")
    assert all(abs(row.added.mean) < 1.0 for row in table)
    assert {chosen for one in runs for chosen, _ in one.choices.values()} == {VALUE_AT_RISK}


def _unwatched(done: int) -> None:
    del done


def of(one: SeedRun, strategy: str) -> float:
    """Cash beyond nobody a minute, in major units."""
    tally = one.tallies[strategy]
    return (tally.cash_minor - one.tallies[NOBODY].cash_minor) / 100 / max(tally.minutes, 1.0)
