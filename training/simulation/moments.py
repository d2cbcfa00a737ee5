"""The logged past as decision moments: who was called or left on a day, and how they stood when next somebody chose."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from arrears.settings import Settings
from arrears.synthetic.chance import Flags, Floats, Ints
from arrears.synthetic.contacting import CALL
from arrears.synthetic.policy import Decisions
from arrears.synthetic.setting import Setting
from arrears.synthetic.world import World
from training.sequential.episodes import UNTOLD, following
from training.simulation.holdout import Holdout
from training.simulation.morning import Morning, morning_of
from training.simulation.observed import Observed
from training.simulation.thinning import thinned

ENDS_AFTER = 21
"""Days after which a group that nobody could choose any more counts as settled: longer than a promise and its grace."""
_STREAM = 78


@dataclass(frozen=True, eq=False)
class Moments:
    """Moments of n group-days: those that teach, and those that come right after one that teaches.

    Attributes
    ----------
    mornings : the days' rows, one after the other, in the order of the columns.
    called : what was done. `chance` : with which the old policy called.
    kept_chance : with which a row that was kept was called: fewer of the many are kept.
    weight : how many moments of the book a row that teaches stands for.
    following, days : as of `training.sequential.episodes.Episodes`; `UNTOLD` where a row only follows another.
    """

    mornings: tuple[Morning, ...]
    called: Flags
    chance: Floats
    kept_chance: Floats
    weight: Floats
    following: Ints
    days: Floats

    @property
    def teaches(self) -> Flags:
        """(n,) rows of which is known what came next."""
        return np.asarray(self.following != UNTOLD)


def replayed(
    made: Setting, settings: Settings, *, warm: int, until: int, most_a_day: float = 1e6, holdout: float = 0.0
) -> Moments:
    """Live the past of a world again, and keep its moments.

    Parameters
    ----------
    warm : the first day that is kept. `until` : the morning on which it ends.
    most_a_day : rows that teach that a day may give, about.
    holdout : share of the late debtors who were worked by lot alone; they give no moments.
    """
    world, observed, held = World.new(made), Observed(made, settings), Holdout(made, holdout)
    keeper = _Keeper(made, most_a_day)
    while world.day < until:
        actions, decisions, _ = held.decide(world)
        if world.day >= warm and len(decisions.group):
            keeper.keep(observed, decisions)
        observed.see(world.step(world.day, actions))
    return keeper.moments(until - 1)


@dataclass(frozen=True, eq=False)
class _Day:
    group: Ints
    day: Ints
    called: Flags
    chance: Floats
    kept_chance: Floats
    weight: Floats
    teaches: Flags


class _Keeper:
    def __init__(self, made: Setting, most_a_day: float) -> None:
        self._random = np.random.default_rng([made.seed, _STREAM])
        self._awaited = np.zeros(made.accounts.groups, np.bool_)
        self._most = most_a_day
        self._mornings: list[Morning] = []
        self._days: list[_Day] = []

    def keep(self, observed: Observed, decisions: Decisions) -> None:
        """Keep the rows of a day that teach, and those that some earlier row waits for."""
        calls = np.flatnonzero(decisions.channel == CALL)
        calls = calls[np.argsort(decisions.group[calls], kind="stable")]
        group, called, chance = decisions.group[calls], decisions.chosen[calls], decisions.probability[calls]
        rows = thinned(called, chance, decisions.explored[calls], decisions.kept_with[calls])
        expected = float((chance * rows.of_called + (1 - chance) * rows.of_others).sum())
        share = min(1.0, self._most / max(1.0, expected)) * rows.share(called)
        teaches = self._random.random(len(calls)) < share
        kept = np.flatnonzero(teaches | self._awaited[group])
        morning = morning_of(observed, group[kept])
        kept = kept[np.isin(group[kept], morning.groups)]
        self._awaited[group[kept]] = teaches[kept]
        self._mornings.append(morning)
        self._days.append(
            _Day(
                group=group[kept],
                day=np.full(len(kept), morning.day),
                called=called[kept],
                chance=chance[kept],
                kept_chance=rows.chance[kept],
                weight=1 / (share * decisions.kept_with[calls])[kept],
                teaches=teaches[kept],
            )
        )

    def moments(self, last_day: int) -> Moments:
        whole = _Day(*(np.concatenate([getattr(day, each.name) for day in self._days]) for each in fields(_Day)))
        after, days = following(whole.group, whole.day, last_day=last_day, ends_after=ENDS_AFTER)
        return Moments(
            mornings=tuple(self._mornings),
            called=whole.called,
            chance=whole.chance,
            kept_chance=whole.kept_chance,
            weight=whole.weight,
            following=np.where(whole.teaches, after, UNTOLD),
            days=days,
        )
