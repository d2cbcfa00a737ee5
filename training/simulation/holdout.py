"""A random holdout of the old house: debtors drawn by lot and worked in random order for a whole episode of lateness.

Whom a rule calls every day, a lot on one day tells little about: tomorrow the rule calls again. A debtor of the holdout
is nobody's but the lot's: month by month it draws how often the debtor is called, often or seldom, and so every call.
"""

from __future__ import annotations

import numpy as np

from arrears.errors import WrongUse
from arrears.synthetic.chance import Flags, Floats, Ints, Stream, uniform
from arrears.synthetic.contacting import CALL, Actions
from arrears.synthetic.lifts import NO_DAY
from arrears.synthetic.policy import Decisions, call_hours, callable_groups, decide, late_groups
from arrears.synthetic.setting import Setting
from arrears.synthetic.world import World

MONTH_DAYS = 30
"""For so long a debtor is called with one chance."""
RELEASED_AFTER = 90
"""Days after which, once the month is over, the lot draws anew who is held out, of those who are still late."""
SELDOM, OFTEN = 0.1, 0.9
"""The chance to be called on a day on which the house may; nobody is left alone."""
OFTEN_SHARE = 0.5


MOST_SHARE = 0.5


def refuse_share(share: float) -> None:
    """Say no to a holdout that would leave the rule less than half.

    Raises
    ------
    WrongUse : the share is not in 0 to 0.5.
    """
    if not 0.0 <= share <= MOST_SHARE:
        raise WrongUse(
            asked=f"hold out {share} of the late debtors",
            found=f"a share outside 0 to {MOST_SHARE}",
            do="Give a small share, such as 0.05; 0 holds out nobody.",
        )


class Holdout:
    """Who is held out, and how each of them is worked.

    Parameters
    ----------
    made : the world's setting. `share` : of the debtors who are late, 0-0.5.

    Raises
    ------
    WrongUse : as `refuse_share`.
    """

    def __init__(self, made: Setting, share: float) -> None:
        refuse_share(share)
        people = len(made.people)
        self._made, self._share = made, share
        self._drawn_on = np.full(people, NO_DAY)
        self._held = np.zeros(people, np.bool_)
        self._month_until = np.full(people, NO_DAY)
        self._often = np.zeros(people, np.bool_)

    def decide(self, world: World) -> tuple[Actions, Decisions, Ints]:
        """What the house does on the world's day; to be asked once a day.

        Returns
        -------
        tuple : all actions; the choices of the old policy about everybody else; and the groups whose month begins.
        """
        actions, decisions = decide(world)
        self._draw(world)
        if not self._held.any():
            return actions, decisions, np.zeros(0, np.int64)
        free = callable_groups(world)
        free = free[self.holds(free)]
        begun = self._begin(free, world.day)
        called = free[uniform(self._made.seed, Stream.CALLED, free, world.day) < self.chance(free)]
        calls = Actions.calls(called, call_hours(self._made, called, world.day))
        own = self.holds(actions.group) & (actions.channel == CALL)
        theirs = self.holds(decisions.group) & (decisions.channel == CALL)
        return _together(calls, actions, ~own), _only(decisions, ~theirs), begun

    def holds(self, groups: Ints) -> Flags:
        """(n,) those whose debtors are held out."""
        return np.asarray(self._held[self._made.accounts.group_debtor[groups]])

    def often(self, groups: Ints) -> Flags:
        """(n,) those whose debtors are called often in their month."""
        return np.asarray(self._often[self._made.accounts.group_debtor[groups]])

    def chance(self, groups: Ints) -> Floats:
        """(n,) with which each is called on a day of its month on which it may be."""
        return np.where(self.often(groups), OFTEN, SELDOM)

    def _draw(self, world: World) -> None:
        made, day = self._made, world.day
        late = np.zeros(len(made.people), np.bool_)
        late[made.accounts.group_debtor[late_groups(world)]] = True
        self._held &= late
        self._drawn_on[~late] = self._month_until[~late] = NO_DAY
        over = (self._drawn_on == NO_DAY) | (self._drawn_on <= day - RELEASED_AFTER)
        drawn = np.flatnonzero(late & over & (self._month_until <= day))
        self._drawn_on[drawn] = day
        self._held[drawn] = uniform(made.seed, Stream.HELD_OUT, drawn, day) < self._share

    def _begin(self, free: Ints, day: int) -> Ints:
        """Begin the months of those who may be called and are in none."""
        debtor = self._made.accounts.group_debtor[free]
        begins = self._month_until[debtor] <= day
        who = np.unique(debtor[begins])
        self._often[who] = uniform(self._made.seed, Stream.INTENSITY, who, day) < OFTEN_SHARE
        self._month_until[who] = day + MONTH_DAYS
        return np.asarray(free[begins])


def _together(calls: Actions, others: Actions, kept: Flags) -> Actions:
    return Actions(
        *(
            np.concatenate([getattr(calls, name), getattr(others, name)[kept]])
            for name in ("group", "channel", "hour", "number")
        )
    )


def _only(decisions: Decisions, rows: Flags) -> Decisions:
    return Decisions(
        decisions.group[rows],
        decisions.channel[rows],
        decisions.hour[rows],
        decisions.chosen[rows],
        decisions.probability[rows],
        decisions.explored[rows],
        decisions.kept_with[rows],
    )
