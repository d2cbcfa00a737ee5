"""What an allocation is given: the team and its minutes, the items that are wanted, the rules that bind both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from arrears.errors import BadInput, WrongUse
from arrears.policy.columns import Flags, Numbers, Words
from arrears.policy.zonetime import Instants

Terms = tuple[frozenset[str], ...]
"""One set of words a collector: what they speak, are licensed for, may work for, can do."""


@dataclass(frozen=True)
class Team:
    """The collectors of one day, one entry each in every column.

    Attributes
    ----------
    collector_id : who they are.
    languages : what they speak.
    licences : regions they are licensed for, as `US-CA`; `US` alone covers every region of the country.
    clients, products, territories : what they may work for; an empty set means all.
    skills : what else they can do.
    minutes : (collectors, blocks) working minutes in each hour block, as `shifts.minutes_by_block` makes them.
    starts : (blocks,) when each block of one hour begins, ascending instants in UTC.
    """

    collector_id: tuple[str, ...]
    languages: Terms
    licences: Terms
    clients: Terms
    products: Terms
    territories: Terms
    skills: Terms
    minutes: Numbers
    starts: Instants

    def __post_init__(self) -> None:
        count = len(self.collector_id)
        columns = ("languages", "licences", "clients", "products", "territories", "skills", "minutes")
        _same_length("team", count, {name: len(getattr(self, name)) for name in columns})
        if self.minutes.shape != (count, len(self.starts)):
            raise WrongUse(
                asked="allocate a day",
                found=f"minutes of shape {self.minutes.shape} for {count} collectors and {len(self.starts)} blocks",
                do="Give one row a collector and one column an hour block.",
            )
        if not np.all(np.diff(self.starts) >= np.timedelta64(1, "h")):
            raise WrongUse(
                asked="allocate a day",
                found="hour blocks that overlap or do not ascend",
                do="Give the beginning of each hour once, in order.",
            )
        _known("team", "minutes", ~(self.minutes >= 0))

    def __len__(self) -> int:
        return len(self.collector_id)


@dataclass(frozen=True)
class Wanted:
    """The work items of one day, one entry each in every column.

    Attributes
    ----------
    value : money that working the item adds or saves, of one currency or made comparable; may be negative.
    minutes : a collector's expected minutes, above zero.
    language, region, client, product, territory : what the item asks of a collector, "" where it asks nothing.
    lane : the purpose it is worked for.
    balance : money owed, for the high-balance rule; NaN where unknown, which the rule reads as high.
    owner : `collector_id` of the one who had it before, "" where nobody did.
    opens_at, closes_at : the debtor's allowed hours on this day, NaT where there is no bound.
    must : has to be worked today, as a client's coverage demands.
    explores : belongs to the random slice, whose room does not depend on value.
    """

    value: Numbers
    minutes: Numbers
    language: Words
    region: Words
    client: Words
    product: Words
    territory: Words
    lane: Words
    balance: Numbers
    owner: Words
    opens_at: Instants
    closes_at: Instants
    must: Flags
    explores: Flags

    def __post_init__(self) -> None:
        _same_length("work items", len(self), {name: len(getattr(self, name)) for name in self.__dataclass_fields__})
        _known("work items", "value", ~np.isfinite(self.value))
        _known("work items", "minutes", ~(np.isfinite(self.minutes) & (self.minutes > 0)))

    def __len__(self) -> int:
        return len(self.value)


@dataclass(frozen=True)
class Quota:
    """How large a share of the team's minutes a lane has at least and at most."""

    minimum: float = 0.0
    maximum: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.minimum <= self.maximum <= 1:
            raise WrongUse(
                asked="a quota for a lane",
                found=f"minimum {self.minimum}, maximum {self.maximum}",
                do="Give shares with 0 <= minimum <= maximum <= 1.",
            )


@dataclass(frozen=True)
class Rules:
    """What a house has decided about sharing out work.

    Attributes
    ----------
    owner_bonus : how much more an item counts with its owner, as a share of its value.
    owner_strict : an item whose owner is at work and may take it goes to the owner or waits.
    high_balance, high_balance_skill : items that owe more go only to collectors with the skill.
    lane_skills : the skill that a lane asks for, by lane.
    quotas : by lane. The maximum always holds; the minimum as far as there are items and hours for it.
    fairness : how far the list values of equal collectors may lie apart: highest less lowest, over their mean.
    explore_share : share of the team's minutes that is kept for the random slice; None: the share that the slice has of
        all wanted minutes, so that an item of it is as likely to be worked as items are on average.
    idle_fill : items that add nothing fill minutes that would be idle, after everything else.
    seed : of the order in which the random slice is drawn and worked.
    """

    owner_bonus: float = 0.05
    owner_strict: bool = False
    high_balance: float = np.inf
    high_balance_skill: str = "high_balance"
    lane_skills: Mapping[str, str] = field(default_factory=dict)
    quotas: Mapping[str, Quota] = field(default_factory=dict)
    fairness: float = 0.05
    explore_share: float | None = None
    idle_fill: bool = True
    seed: int = 0


def _same_length(what: str, count: int, lengths: Mapping[str, int]) -> None:
    other = {name: length for name, length in lengths.items() if length != count}
    if other:
        raise WrongUse(
            asked="allocate a day",
            found=f"{what}: {count} rows, but {', '.join(f'{name} has {length}' for name, length in other.items())}",
            do="Give every column one entry a row.",
        )


def _known(what: str, column: str, wrong: Flags) -> None:
    if wrong.any():
        raise BadInput(
            asked="allocate a day",
            found=f"{what}: {int(wrong.sum())} entries of {column} that no sum can use",
            do="Give finite numbers: minutes of items above 0, minutes of collectors from 0.",
        )
