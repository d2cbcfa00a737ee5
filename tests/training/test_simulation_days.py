"""Days of a simulation keep the rules, the minutes and the lots."""

from __future__ import annotations

import numpy as np
import pytest

from arrears.synthetic import Actions, World, setting
from arrears.synthetic.contacting import lead_accounts
from arrears.synthetic.lifts import NO_DAY
from arrears.synthetic.talking import Talk
from training.simulation.gate import Asked, Gate
from training.simulation.hours import hour_table
from training.simulation.learned import Learned, learn
from training.simulation.log import Log, live
from training.simulation.observed import Observed
from training.simulation.simulate import settings_of_world
from training.simulation.strategies import STRATEGIES, Bench
from training.simulation.working import Floor, Worked, work

DEBTORS, HISTORY, DAYS = 2_500, 120, 8
MINUTES = 90.0


class Past:
    """A world with a logged past, on the morning after it."""

    def __init__(self) -> None:
        self.world = World.new(setting(debtors=DEBTORS, days=HISTORY + DAYS, seed=101))
        self.settings = settings_of_world(self.world.setting.given)
        self.observed = Observed(self.world.setting, self.settings)
        lived = live(self.world, self.observed, warm=40, until=HISTORY, progress=lambda: None)
        self.log: Log = lived.calls
        self.learned: Learned = learn(lived, self.world.setting.people.business, capacity=0.15, seed=1)
        self.gate = Gate(self.world.setting, self.settings)

    def floor(self) -> Floor:
        value, promises = self.settings.value, self.settings.promises
        return Floor(self.gate, self.learned, value, MINUTES, DAYS, promises.kept_share)

    def worked_by(self, name: str) -> Worked:
        own = self.world.copy()
        strategy = STRATEGIES[name](Bench(self.learned, own, 1.5, 6.0))
        return Worked(own, self.observed.copy(), strategy)


@pytest.fixture(scope="module")
def past() -> Past:
    return Past()


def test_the_probability_in_the_log_is_that_with_which_its_rows_were_called(past: Past) -> None:
    log = past.log
    for by_lot in (True, False):
        own = log.only(log.by_lot == by_lot)
        assert abs((own.called - own.probability).mean()) < 4 * np.sqrt(0.25 / len(own))
        assert 0.1 < own.probability.mean() < 0.9


def test_whoever_the_gate_holds_is_not_called(past: Past) -> None:
    worked = past.worked_by("severity")
    world, observed, talks = worked.world, worked.observed, []
    floor = past.floor()
    for _ in range(DAYS):
        before = observed.copy()
        one = Worked(world, observed, worked.strategy)
        work([one], Floor(floor.gate, floor.learned, floor.value, MINUTES, 1, floor.kept_share), lambda: None)
        today = observed.contacted.lately()
        called = np.flatnonzero((today.day == observed.day) & ~today.inbound)
        debtor = world.setting.accounts.debtor[today.account[called]]
        assert (before.blocks.ceased_on[debtor] == NO_DAY).all()
        assert not before.blocks.all_bad(debtor).any()
        talks.append(debtor)
    assert sum(len(each) for each in talks) > 100


def test_a_wish_not_to_be_called_holds_from_the_next_day_on(past: Past) -> None:
    world, observed = past.world.copy(), past.observed.copy()
    groups = observed.past_due_groups()
    accounts = lead_accounts(world.setting, world.state, groups)
    (before,) = past.gate.judge([Asked(observed, groups, accounts)])
    allowed = groups[before.allowed]
    while True:  # day after day everybody who may be called is, until somebody forbids it
        happened = world.step(world.day, Actions.calls(allowed, np.full(len(allowed), 12)))
        observed.see(happened)
        asked_not_to = np.unique(happened.contacts.actions.group[happened.contacts.ending == Talk.CEASE])
        if len(asked_not_to):
            break
    accounts = lead_accounts(world.setting, world.state, asked_not_to)
    (after,) = past.gate.judge([Asked(observed, asked_not_to, accounts)])
    assert not after.allowed.any()
    assert after.held_by["cease"] == len(asked_not_to)


def test_strategies_judged_together_are_judged_as_alone(past: Past) -> None:
    groups = past.observed.past_due_groups()
    accounts = lead_accounts(past.world.setting, past.world.state, groups)
    halves = [Asked(past.observed, groups[part::2], accounts[part::2]) for part in (0, 1)]
    together, alone = past.gate.judge([*halves, halves[0]]), [past.gate.judge([half])[0] for half in halves]
    for one, other in zip(together, [*alone, alone[0]], strict=True):
        np.testing.assert_array_equal(one.allowed, other.allowed)
        np.testing.assert_array_equal(one.opens[one.allowed], other.opens[one.allowed])
        np.testing.assert_array_equal(one.closes[one.allowed], other.closes[one.allowed])


def test_all_strategies_spend_the_same_minutes(past: Past) -> None:
    copies = [past.worked_by(name) for name in ("random", "propensity", "oracle")]
    work(copies, past.floor(), lambda: None)
    minutes = [one.tally.minutes for one in copies]
    assert max(minutes) - min(minutes) < 2 * 0.25 * MINUTES + 20
    assert min(minutes) > 4 * MINUTES


def test_the_hour_is_the_best_of_those_that_are_open() -> None:
    hour = np.repeat([10, 15, 18], 1000)
    table = hour_table(hour, np.zeros(3000, np.bool_), np.arange(3000) % 1000 < np.repeat([50, 150, 200], 1000))
    nobody = np.zeros(3, np.bool_)
    opens, closes = np.asarray([8.0, 8.0, 20.0]), np.asarray([19.0, 18.9, 21.0])
    assert table.best(nobody, opens, closes).tolist() == [18, 15, -1]
