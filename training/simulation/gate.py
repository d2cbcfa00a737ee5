"""The conduct gate of a simulated morning: the real rules and limits, asked about a call to whoever might be called."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.policy.ahead import judge_through
from arrears.policy.columns import Instants
from arrears.policy.tightened import limits_of_house
from arrears.settings import Settings
from arrears.synthetic.chance import Flags, Floats, Ints
from arrears.synthetic.clocks import Clocks
from arrears.synthetic.setting import Setting
from training.simulation.book_facts import BookFacts
from training.simulation.morning_facts import morning_facts
from training.simulation.observed import Observed

_DAY_ENDS = 24.0


@dataclass(frozen=True)
class Judged:
    """What the rules say of a call today, for each of some groups.

    Attributes
    ----------
    allowed : no rule holds it.
    opens, closes : hours of the debtor's own day between which it may be made; read only where allowed.
    held_by : how many each reason holds; who is held for two counts under both.
    """

    allowed: Flags
    opens: Floats
    closes: Floats
    held_by: dict[str, int]


class Gate:
    """Judges who may be called on a day; one for all strategies of a world.

    Parameters
    ----------
    made : the world's setting. `settings` : the house's, with its zone, country and conduct.
    """

    def __init__(self, made: Setting, settings: Settings) -> None:
        self._made = made
        self._clocks = Clocks(made)
        self._limits = limits_of_house(settings.conduct)
        self._book = BookFacts(made, settings, self._clocks)

    def judge(self, observed: Observed, groups: Ints, accounts: Ints) -> Judged:
        """What the rules say of a call on the day after the last one seen.

        Parameters
        ----------
        groups : whom; each once. `accounts` : the account that leads each, about which the call would be.
        """
        day = observed.day + 1
        date = self._made.calendar.on(day)
        facts = morning_facts(self._book, observed, groups, accounts)
        midnights = facts.begins_somewhere(
            np.full(len(facts.people), np.datetime64(date)), np.arange(len(facts.people))
        )
        told = judge_through(facts.at_instant(midnights.min()), self._limits, date)
        place = self._made.people.place[self._made.accounts.debtor[accounts]]
        midnight = self._clocks.local(place, day, np.zeros(len(place), np.int64))
        return Judged(
            allowed=~told.held,
            opens=_hours(told.opens_at, midnight, 0.0),
            closes=_hours(told.allowed_until, midnight, _DAY_ENDS),
            held_by=told.counts(len(groups)),
        )


def _hours(instants: Instants, midnight: Ints, otherwise: float) -> Floats:
    hours = (instants - midnight.astype("M8[us]")) / np.timedelta64(1, "h")
    return np.where(np.isnat(instants), otherwise, hours)
