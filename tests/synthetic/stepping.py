"""Worlds worked in memory, without files: what tests count of their days."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from arrears.synthetic.chance import Floats, Ints
from arrears.synthetic.contacting import CALL
from arrears.synthetic.paying import STANDINGS
from arrears.synthetic.policy import decide
from arrears.synthetic.reaching import LATE
from arrears.synthetic.setting import setting
from arrears.synthetic.world import Actions, Happened, World


def world_on(day: int, *, debtors: int, seed: int, name: str = "usual", days: int = 300) -> World:
    """A world that nobody was contacted in until the morning of `day`."""
    world = World.new(setting(debtors=debtors, days=days, seed=seed, name=name))
    for number in range(day):
        world.step(number, Actions.none())
    return world


def cash_by_group(world: World, actions: Actions, accounts: Ints, days: int) -> Floats:
    """What these accounts pay, by group, if the actions are done today and nobody is contacted after."""
    run, owned = world.copy(), world.setting.accounts
    counted = np.zeros(len(owned), np.bool_)
    counted[accounts] = True
    cash = np.zeros(owned.groups)
    for ahead in range(days):
        paid = run.step(run.day, actions if ahead == 0 else Actions.none()).payments
        real = counted[paid.account] & ~paid.returned
        np.add.at(cash, owned.group[paid.account[real]], paid.amount_minor[real])
    return cash


def with_other_luck(world: World, luck: int) -> World:
    """The same debtors on the same morning, whose coming days are drawn anew."""
    return World(replace(world.setting, seed=10_000 + luck), world.state.copy(), world.day)


@dataclass
class Tally:
    """What happened over many days, by product: moves between standings, dials, talks, promises."""

    world: World
    moves: Floats = field(default_factory=lambda: np.zeros((4, STANDINGS, STANDINGS)))
    dials: Floats = field(default_factory=lambda: np.zeros((4, 2)))
    talks: Floats = field(default_factory=lambda: np.zeros((4, 2)))
    promises: Floats = field(default_factory=lambda: np.zeros(4))
    kept: Floats = field(default_factory=lambda: np.zeros(4))
    _open: dict[int, tuple[int, int]] = field(default_factory=dict)

    def day(self) -> None:
        """Work one day under the old policy and count it."""
        before = self.world.state.cycles.copy()
        actions, _ = decide(self.world)
        happened = self.world.step(self.world.day, actions)
        product = self.world.setting.accounts.product
        ends = happened.ends.account
        np.add.at(self.moves, (product[ends], before[ends], happened.ends.cycles), 1)
        lead = happened.contacts.account
        call = actions.channel == CALL
        stage = (before[lead] >= LATE).astype(np.int64)
        np.add.at(self.dials, (product[lead][call], stage[call]), 1)
        right = call & happened.contacts.arrived
        np.add.at(self.talks, (product[lead][right], stage[right]), 1)
        self._follow_promises(happened)

    def _follow_promises(self, happened: Happened) -> None:
        made, paid, product = happened.promises, happened.payments, self.world.setting.accounts.product
        for account, due_on, amount in zip(made.account, made.due_on, made.amount_minor, strict=True):
            self._open[int(account)] = (int(due_on), int(amount))
            self.promises[product[account]] += 1
        for account, amount, returned in zip(paid.account, paid.amount_minor, paid.returned, strict=True):
            due_on, promised = self._open.pop(int(account), (-1, 0))
            # Three business days of grace are at least three days.
            if happened.day <= due_on + 3 and not returned and amount >= 0.95 * promised:
                self.kept[product[account]] += 1


def tally(world: World, *, until: int, counted_from: int = 0) -> Tally:
    """The world worked under its old policy, counted from a day on."""
    counting = Tally(world)
    while world.day < until:
        if world.day == counted_from:
            counting = Tally(world)
        counting.day()
    return counting
