"""The conduct gate of a simulated morning: the real rules and limits, asked about a call to whoever might be called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from arrears.policy.ahead import judge_through
from arrears.policy.columns import Instants
from arrears.policy.tightened import limits_of_house
from arrears.policy.verdict import NO_WAY, Judgement
from arrears.settings import Settings
from arrears.synthetic.chance import Flags, Floats, Ints
from arrears.synthetic.clocks import Clocks
from arrears.synthetic.setting import Setting
from training.simulation.book_facts import BookFacts
from training.simulation.joined_facts import joined
from training.simulation.morning_facts import morning_facts
from training.simulation.observed import Observed

_DAY_ENDS = 24.0


@dataclass(frozen=True)
class Judged:
    """What the rules say of a call today, for each of some groups.

    Attributes
    ----------
    allowed : no rule holds it, and a number is known that may be the debtor's.
    opens, closes : hours of the debtor's own day between which it may be made; read only where allowed.
    held_by : how many each reason holds; who is held for two counts under both.
    """

    allowed: Flags
    opens: Floats
    closes: Floats
    held_by: dict[str, int]


@dataclass(frozen=True)
class Asked:
    """Whom a strategy would call on the morning after the last day seen.

    Attributes
    ----------
    groups : each once. `accounts` : the account that leads each, about which the call would be.
    """

    observed: Observed
    groups: Ints
    accounts: Ints


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

    def judge(self, asked: Sequence[Asked]) -> list[Judged]:
        """What the rules say of calls on the day after the last one seen, which must be the same for all.

        Parameters
        ----------
        asked : one for each strategy that has somebody to ask about.
        """
        date = self._made.calendar.on(asked[0].observed.day + 1)
        facts = joined([morning_facts(self._book, one.observed, one.groups, one.accounts) for one in asked])
        midnights = facts.begins_somewhere(
            np.full(len(facts.people), np.datetime64(date)), np.arange(len(facts.people))
        )
        told = judge_through(facts.at_instant(midnights.min()), self._limits, date)
        ends = np.cumsum([len(one.groups) for one in asked])
        return [self._judged(told, one, int(end)) for one, end in zip(asked, ends, strict=True)]

    def _judged(self, told: Judgement, asked: Asked, end: int) -> Judged:
        own = slice(end - len(asked.groups), end)
        place = self._made.people.place[self._made.accounts.debtor[asked.accounts]]
        midnight = self._clocks.local(place, asked.observed.day + 1, np.zeros(len(place), np.int64))
        bad = asked.observed.blocks.all_bad(self._made.accounts.debtor[asked.accounts])
        return Judged(
            allowed=~(told.held[own] | bad),
            opens=_hours(told.opens_at[own], midnight, 0.0),
            closes=_hours(told.allowed_until[own], midnight, _DAY_ENDS),
            held_by=_held_by(told, own) | {NO_WAY: int(bad.sum())},
        )


def _held_by(told: Judgement, own: slice) -> dict[str, int]:
    found: dict[str, Flags] = {}
    for reason in told.reasons:
        flags = found.setdefault(reason.rule.code, np.zeros(len(told.held), np.bool_))
        flags[reason.asks] = True
    counts = {code: int((flags[own] & told.held[own]).sum()) for code, flags in found.items()}
    return {code: count for code, count in counts.items() if count}


def _hours(instants: Instants, midnight: Ints, otherwise: float) -> Floats:
    hours = (instants - midnight.astype("M8[us]")) / np.timedelta64(1, "h")
    return np.where(np.isnat(instants), otherwise, hours)
