"""All of a world that is fixed before its first day: who owes what, what they are like, and what will befall them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from arrears.synthetic.accounts import Accounts, accounts
from arrears.synthetic.calendar import AHEAD, Calendar
from arrears.synthetic.chance import Flags, Floats, Ints
from arrears.synthetic.moods import Moods, moods
from arrears.synthetic.parameters import Parameters, parameters_of
from arrears.synthetic.paying import PayTables, pay_tables
from arrears.synthetic.people import NEVER, People, people
from arrears.synthetic.reaching import Numbers, hour_shares, numbers, reach_levels
from arrears.synthetic.shocks import Shocks, shocks


@dataclass(frozen=True)
class Setting:
    """What a world was made of; the same arguments make the same setting.

    Attributes
    ----------
    name, debtors, days, seed, drift : as asked for. `days` is how long the history is; a world runs on after it.
    drift_day : the first day on which things are otherwise; a day that never comes without drift.
    """

    name: str
    debtors: int
    days: int
    seed: int
    drift: bool
    drift_day: int
    given: Parameters
    people: People
    accounts: Accounts
    numbers: Numbers
    shocks: Shocks
    moods: Moods
    calendar: Calendar

    @cached_property
    def tables(self) -> PayTables:
        """What the parameters say of payments."""
        return pay_tables(self.given)

    @cached_property
    def reach_levels(self) -> Floats:
        """The level of the chance to reach the right party, by product and stage."""
        return reach_levels(self.given)

    @cached_property
    def hour_shares(self) -> Floats:
        """The chance to answer at each hour, by kind of debtor."""
        return hour_shares(self.given)

    @cached_property
    def own_size(self) -> Floats:
        """(accounts,) what the hazard of an average debtor is multiplied by."""
        return np.asarray(np.exp(self.given.paying.willing * self.people.willing[self.accounts.debtor]))

    @cached_property
    def ending_on(self) -> tuple[Ints, ...]:
        """The accounts whose cycles end on each day of the month; none on the 0th and after the 28th."""
        return tuple(np.flatnonzero(self.accounts.cycle_day == day) for day in range(32))

    @cached_property
    def payday(self) -> Ints:
        """(accounts,) the payday pattern of each account's debtor."""
        return self.people.payday[self.accounts.debtor]

    def shocked(self, accounts: Ints, day: int | Ints) -> Flags:
        """True for accounts whose household has lost its income on the day."""
        return self.shocks.active(self._household[accounts], day)

    def stopped(self, accounts: Ints, day: int | Ints) -> Flags:
        """True for accounts whose debtor pays nothing any more on the day."""
        return np.asarray(self._stopped_on[accounts] <= day)

    @cached_property
    def _household(self) -> Ints:
        return self.people.household[self.accounts.debtor]

    @cached_property
    def _stopped_on(self) -> Ints:
        return self.people.stopped_on[self.accounts.debtor]

    def drifted(self, day: int, share: float) -> float:
        """The share from the drift's day on, 1 before."""
        return share if day >= self.drift_day else 1.0


def setting(*, debtors: int, days: int, seed: int, name: str = "usual", drift: bool = False) -> Setting:
    """The setting of a world.

    Raises
    ------
    WrongUse : no world has that name.

    Examples
    --------
    >>> len(setting(debtors=100, days=30, seed=1).people)
    100
    """
    given = parameters_of(name)
    drift_day = int(given.drift_share * days) if drift else NEVER
    owing = people(debtors, days + AHEAD, seed, given.people)
    households = int(owing.household[-1]) + 1
    return Setting(
        name=name,
        debtors=debtors,
        days=days,
        seed=seed,
        drift=drift,
        drift_day=drift_day,
        given=given,
        people=owing,
        accounts=accounts(owing, days, drift_day, seed, given),
        numbers=numbers(debtors, seed, given),
        shocks=shocks(households, days + AHEAD, drift_day, seed, given.shocks, given.drift.shocks),
        moods=moods(debtors, days + AHEAD, seed, given.moods),
        calendar=Calendar(given.starts_on, days, given.season),
    )
