"""What looking ahead adds to one step: where calls tire debtors for long, and in the full world.

In the small world the best is computed and nothing is estimated. In the full one both strategies work the same worlds
with the same minutes; expected cash is the sum of the true effects of the calls made, each over the days that are left,
which the luck of few large debts moves less than the cash itself.
"""

from __future__ import annotations

import numpy as np
import pytest

from arrears.synthetic import World, effect_of, setting
from arrears.synthetic.contacting import CALL
from arrears.synthetic.world import Actions, Happened
from tests.training.test_sequential_values import EVERY_STATE, HOW, NOTHING, UNIT
from tests.training.tiring_debtors import best_index, logged, one_step, worked
from training.sequential.fitted import fit_values
from training.simulation.gate import Gate
from training.simulation.learned import learn
from training.simulation.log import live
from training.simulation.measures import interval
from training.simulation.observed import Observed
from training.simulation.simulate import CAPACITY, WARM_DAYS, settings_of_world
from training.simulation.strategies import INCREMENTAL, ORACLE, SEQUENTIAL, STRATEGIES, Bench
from training.simulation.working import Floor, Worked, work

SEEDS = range(1, 6)
DEBTORS, HISTORY, DAYS, MINUTES_PER_DAY = 20_000, 240, 60, 8 * 120.0
pytestmark = [pytest.mark.bench, pytest.mark.slow, pytest.mark.timeout(7200)]


class Measured(World):
    """A world that adds up what the calls made in it truly add."""

    truly_added = 0.0

    def step(self, day: int, actions: Actions) -> Happened:
        called = np.flatnonzero(actions.channel == CALL)
        if len(called):
            left = HISTORY + DAYS - day
            effect = effect_of(self, actions.group[called], hours=actions.hour[called], horizon_days=max(30, left))
            self.truly_added += float(effect.effect_minor.sum())
        return super().step(day, actions)


def test_where_calls_tire_for_long_looking_ahead_adds_a_seventh(record_property):
    for capacity in (2.0, 3.0, 4.0):
        nobody = worked(-np.ones(len(UNIT)), capacity)[0]
        best, blind = (worked(index, capacity)[0] - nobody for index in (best_index(capacity)[0], one_step()))
        values = fit_values(logged(4_000, 40, seed=1), price=worked(one_step(), capacity)[1], how=HOW)
        found = worked(values.of_one_more(EVERY_STATE, NOTHING, UNIT), capacity)[0] - nobody
        record_property(
            f"tiring debtors, {capacity:.0f} calls a day",
            f"one step {blind / best:.3f} of the best, sequential {found / best:.3f}, lead {found / blind - 1:+.1%}",
        )
        assert found >= 0.97 * best
        assert capacity != 3.0 or found > 1.1 * blind


@pytest.mark.parametrize("name", ["usual"])
def test_in_the_full_world_one_step_leaves_little_to_look_ahead_for(name, record_property):
    leads = [lead(name, seed) for seed in SEEDS]
    for strategy in (SEQUENTIAL, ORACLE):
        for measure in ("expected", "cash"):
            found = interval([each[strategy, measure] for each in leads])
            record_property(
                f"{name}, {strategy} over incremental_value, {measure} per minute, {len(SEEDS)} seeds",
                f"{found.mean:+.1%} ({found.low:+.1%} to {found.high:+.1%})",
            )
    assert interval([each[SEQUENTIAL, "expected"] for each in leads]).mean > -0.03


def lead(name, seed):
    """What each strategy adds per minute over what one step adds, less 1, by strategy and measure."""
    made = setting(debtors=DEBTORS, days=HISTORY + DAYS, seed=seed, name=name)
    settings = settings_of_world(made.given)
    world, observed = World.new(made), Observed(made, settings)
    log = live(world, observed, warm=WARM_DAYS, until=HISTORY, progress=lambda: None)
    learned = learn(log, made.people.business[log.debtor], capacity=CAPACITY, seed=seed)
    copies = {"nobody": Worked(measured(world), observed.copy(), None)}
    for strategy in (INCREMENTAL, SEQUENTIAL, ORACLE):
        own = measured(world)
        bench = Bench(learned, own, settings.value.attempt_minutes, settings.value.talk_minutes)
        copies[strategy] = Worked(own, observed.copy(), STRATEGIES[strategy](bench))
    floor = Floor(Gate(made, settings), learned, settings.value, MINUTES_PER_DAY, DAYS, settings.promises.kept_share)
    work(list(copies.values()), floor, lambda: None)
    alone = copies["nobody"].tally.cash_minor
    found = {}
    for strategy in (INCREMENTAL, SEQUENTIAL, ORACLE):
        tally, own = copies[strategy].tally, copies[strategy].world
        found[strategy, "expected"] = own.truly_added / tally.minutes
        found[strategy, "cash"] = (tally.cash_minor - alone) / tally.minutes
    return {key: value / found[INCREMENTAL, key[1]] - 1 for key, value in found.items()}


def measured(world):
    own = world.copy()
    return Measured(own.setting, own.state, own.day)
