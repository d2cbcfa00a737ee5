"""What looking ahead adds to one step: where calls tire debtors for long, and in the full world.

In the small world the best is computed and nothing is estimated. In the full one both strategies work the same worlds
with the same minutes; expected cash is the sum of the true effects of the calls made, each over the days that are left,
which the luck of few large debts moves less than the cash itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np
import pytest

from arrears.synthetic import World, effect_of, setting
from arrears.synthetic.contacting import CALL
from arrears.synthetic.world import Actions, Happened
from tests.benchmarks.sizes import sized
from tests.training import test_sequential_values as small
from tests.training.tiring_debtors import best_index, logged, one_step, worked
from training.sequential.fitted import fit_values
from training.simulation.gate import Gate
from training.simulation.learned import learn
from training.simulation.log import live
from training.simulation.measures import interval
from training.simulation.observed import Observed
from training.simulation.sequential_strategy import FAR, HOW, strategy_of
from training.simulation.simulate import CAPACITY, WARM_DAYS, settings_of_world
from training.simulation.strategies import INCREMENTAL, ORACLE, SEQUENTIAL, STRATEGIES, Bench, Oracle
from training.simulation.working import Floor, Worked, work

SEEDS = sized(range(1, 6), range(1, 3))
LASTING = {"fatigue": 1.0, "fatigue_fades": 0.95}
"""Four times the world's own fatigue, which fades a third as fast."""
SPARING = "sparing oracle"
DEBTORS, HISTORY, DAYS, MINUTES_PER_DAY = sized((20_000, 240, 60, 8 * 120.0), (2_000, 240, 10, 100.0))
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
        nobody = worked(-np.ones(len(small.UNIT)), capacity)[0]
        best, blind = (worked(index, capacity)[0] - nobody for index in (best_index(capacity)[0], one_step()))
        values = fit_values(logged(4_000, 40, seed=1), price=worked(one_step(), capacity)[1], how=small.HOW)
        found = worked(values.of_one_more(small.EVERY_STATE, small.NOTHING, small.UNIT), capacity)[0] - nobody
        record_property(
            f"tiring debtors, {capacity:.0f} calls a day",
            f"one step {blind / best:.3f} of the best, sequential {found / best:.3f}, lead {found / blind - 1:+.1%}",
        )
        assert found >= 0.97 * best
        assert capacity != 3.0 or found > 1.1 * blind


def test_in_the_full_world_one_step_leaves_little_to_look_ahead_for(record_property):
    found = {key: interval(values) for key, values in leads({}, SEEDS, HOW).items()}
    tell("usual", found, record_property)
    assert found[SEQUENTIAL, "expected"].mean > -0.03
    assert found[SPARING, "expected"].mean - found[ORACLE, "expected"].mean < 0.03


def test_where_fatigue_lasts_looking_ahead_adds_more_than_three_in_a_hundred(record_property):
    found = {key: interval(values) for key, values in leads(LASTING, (101, 102, 103), FAR).items()}
    tell("usual with lasting fatigue", found, record_property)
    assert found[SEQUENTIAL, "expected"].mean > 0.03
    assert found[SPARING, "expected"].mean - found[ORACLE, "expected"].mean > 0.03


def tell(world, found, record_property):
    for (strategy, measure), lead in found.items():
        record_property(
            f"{world}, {strategy} over {INCREMENTAL}, {measure} per minute",
            f"{lead.mean:+.1%} ({lead.low:+.1%} to {lead.high:+.1%})",
        )


def leads(reaching, seeds, how):
    """By strategy and measure, what each adds per minute over what one step adds, less 1, for every seed."""
    found = [per_minute(reaching, seed, how) for seed in seeds]
    names = [key for key in found[0] if key[0] != INCREMENTAL]
    return {key: [each[key] / each[INCREMENTAL, key[1]] - 1 for each in found] for key in names}


def per_minute(reaching, seed, how):
    """What each strategy adds per minute, by strategy and measure."""
    made = setting_of(reaching, seed)
    settings = settings_of_world(made.given)
    world, observed = World.new(made), Observed(made, settings)
    past = live(world, observed, warm=WARM_DAYS, until=HISTORY, progress=lambda: None)
    learned = learn(past, made.people.business, capacity=CAPACITY, seed=seed)
    makers = {name: STRATEGIES[name] for name in (INCREMENTAL, ORACLE)}
    makers |= {SPARING: Sparing, SEQUENTIAL: lambda bench: strategy_of(bench, how)}
    copies = {"nobody": Worked(measured(world), observed.copy(), None)}
    for name, make in makers.items():
        own = measured(world)
        bench = Bench(learned, own, settings.value.attempt_minutes, settings.value.talk_minutes)
        copies[name] = Worked(own, observed.copy(), make(bench))
    floor = Floor(Gate(made, settings), learned, settings.value, MINUTES_PER_DAY, DAYS, settings.promises.kept_share)
    work(list(copies.values()), floor, lambda: None)
    alone = copies.pop("nobody").tally.cash_minor
    told = {
        (name, "expected"): cast(Measured, each.world).truly_added / each.tally.minutes for name, each in copies.items()
    }
    return told | {
        (name, "cash"): (each.tally.cash_minor - alone) / each.tally.minutes for name, each in copies.items()
    }


def setting_of(reaching, seed):
    made = setting(debtors=DEBTORS, days=HISTORY + DAYS, seed=seed)
    given = made.given.model_copy(update={"reaching": made.given.reaching.model_copy(update=reaching)})
    return replace(made, given=given)


class Sparing:
    """The one-step oracle, with every debtor as if tired twice over: it leaves them time to rest."""

    def __init__(self, bench):
        self.one_step, self.world = Oracle(bench), bench.world

    def scores(self, planned):
        state, reaching, debtors = self.world.state, self.world.setting.given.reaching, planned.morning.debtors
        rested = (self.world.day - state.tried_on[debtors]).clip(0, 500)
        tired = state.tired[debtors] * reaching.fatigue_fades**rested
        return self.one_step.scores(planned) * np.exp(-reaching.fatigue * tired)


def measured(world):
    own = world.copy()
    return Measured(own.setting, own.state, own.day)
