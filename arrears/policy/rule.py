"""What a rule is: a sentence that is true or false of every row, the instant until which it holds, and what it needs.

A rule never looks at a score. It sees columns, so a million accounts at night and one at its claim run the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from arrears.policy.columns import NEVER, Flags, Instants
from arrears.policy.facts import Facts

Level = Literal["account", "person", "party", "point", "ask"]
"""Which table's rows a rule speaks of; its finding counts for every ask that points at the row."""

Values = Mapping[str, Any]
"""What a rule's limits say where it is asked, by name."""

PAY = "pay"
CONTACT_LANES = frozenset(
    {PAY, "callback", "promise", "dispute", "skip_trace", "hardship", "inbound", "attorney", "estate", "specialist"}
)
"""Lanes in which people are contacted."""

LANE_GATES = frozenset({"legal_review", "placement_review", "furnish"})
"""Lanes in which an account is acted on without a word to its debtor: suit, sale or placement, a bureau's file."""


@dataclass(frozen=True)
class Found:
    """What a rule found on the rows of its level.

    Attributes
    ----------
    holds : which rows it holds.
    until : the first instant at which it alone would allow again; NaT where only a fact can end it. Read only where
        `holds`.
    allowed_until : where it allows, the first instant at which it will not any more; NaT: no end. None: nowhere.
    missing : rows for which a fact it needs is not known. Law holds them; a policy does as its limit says.
    conditions : rows that may be acted on only under the rule's condition.
    """

    holds: Flags
    until: Instants
    allowed_until: Instants | None = None
    missing: Flags | None = None
    conditions: Flags | None = None


@dataclass(frozen=True)
class Rule:
    """One reason not to act.

    Attributes
    ----------
    id : its number in the register, as `RF-01`; limits are kept under it.
    code : a stable word, as queues and pages keep it.
    sentence : as a collector may say it.
    level : whose rows `find` speaks of.
    find : the column function; it gets the facts and the values of one scope.
    channels : the channels it judges; empty: all.
    lanes : the lanes it judges.
    spares : purposes that it never holds.
    needs : tables or columns without which it cannot judge, as `points.checked_on`.
    cures : which table a user would load to give it what it needs.
    condition : the word for acting under it, as `NO_OVERSHADOW`.
    limit : the name of its own limit, where that is not its code and several rules share a number.
    always : it needs no limit: what is true of the account itself, in every country.
    """

    id: str
    code: str
    sentence: str
    level: Level
    find: Callable[[Facts, Values], Found]
    channels: frozenset[str] = frozenset()
    lanes: frozenset[str] = CONTACT_LANES
    spares: frozenset[str] = frozenset()
    needs: tuple[str, ...] = ()
    cures: str = ""
    condition: str | None = None
    always: bool = False
    limit: str = ""

    @property
    def own_limit(self) -> str:
        """The name of the limit that is its own, where several rules share a number."""
        return self.limit or self.code


def open_ended(holds: Flags) -> Found:
    """Held until a fact changes."""
    return Found(holds, np.full(len(holds), NEVER))


def nothing(count: int) -> Found:
    """Nobody is held."""
    return open_ended(np.zeros(count, dtype=np.bool_))
