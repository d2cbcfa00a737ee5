"""The day in numbers: the columns that prices, places and fills compute with, and nothing a person would read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from arrears.policy.columns import NOBODY, Flags, Numbers, Rows
from arrears.queues.allocation.eligibility import Fit
from arrears.queues.allocation.problem import Rules, Team, Wanted
from arrears.queues.allocation.shifts import HOUR

MUST, DRAWN, ORDINARY, IDLE = range(4)
"""Tiers: what has to be worked, what was drawn for the random slice, what pays, what adds nothing."""


_PREMIUM = 10.0
"""How many times the day's level an item bids more that has to be worked."""


@dataclass(frozen=True)
class Day:
    """Items that somebody may take today, against collectors in the order of their groups.

    Attributes
    ----------
    capacity : (collectors, blocks) minutes.
    group : (collectors,) ascending.
    may : (classes, groups); window : (classes,) row of `cover`; cover : (windows, blocks) hours a class allows.
    next_hour : (blocks,) whether the following block begins when this one ends.
    lane : (classes,) quota of the class, or NOBODY; most, least : (quotas,) minutes.
    value, minutes, kind, owner, tier : (items,) money, expected minutes, class, collector or NOBODY, tier.
    bonus : share of its value that an item counts more with its owner; strict : with the owner or not at all.
    fairness : how far list values of equal collectors may lie apart.
    """

    capacity: Numbers
    group: Rows
    may: Flags
    window: Rows
    cover: Flags
    next_hour: Flags
    lane: Rows
    most: Numbers
    least: Numbers
    value: Numbers
    minutes: Numbers
    kind: Rows
    owner: Rows
    tier: Rows
    bonus: float
    strict: bool
    fairness: float

    @cached_property
    def level(self) -> float:
        """Money a minute at which all items that pay would fill the day, were everybody able to take everything."""
        bid = np.sort(np.where(self.tier < IDLE, self.value, 0.0) / self.minutes)[::-1]
        if not len(bid) or bid[0] <= 0:
            return 1e-9
        order = np.argsort(-self.value / self.minutes, kind="stable")
        enough = int(np.searchsorted(np.cumsum(self.minutes[order]), self.capacity.sum()))
        return float(max(bid[min(enough, len(bid) - 1)], bid[0] * 1e-6, 1e-9))

    @cached_property
    def extra(self) -> Numbers:
        """(items,) what an item bids beyond its value because it has to be worked, or was drawn.

        A price on working less of these than a plan does: the bound holds for any, and this one is rarely outbid. That
        such an item goes first does not hang on it.
        """
        return np.where(self.tier < ORDINARY, _PREMIUM * self.level * self.minutes, 0.0)


def lay_out(team: Team, wanted: Wanted, rules: Rules, given: Fit, tier: Rows) -> tuple[Day, Rows, Rows]:
    """The day of a problem, the rows of its items in `wanted`, and the rows of its collectors in `team`."""
    items = np.flatnonzero((given.class_of >= 0) & ((tier < IDLE) | rules.idle_fill))
    collectors = np.argsort(given.group, kind="stable")
    place = np.empty_like(collectors)
    place[collectors] = np.arange(len(collectors))
    ends, window = np.unique(np.stack([given.first, given.last], axis=1), axis=0, return_inverse=True)
    blocks = np.arange(len(team.starts))
    cover = (blocks >= ends[:, :1]) & (blocks <= ends[:, 1:])
    capacity = team.minutes[collectors]
    kind = given.class_of[items]
    owner = _owners(team, wanted, items, place)
    group = given.group[collectors]
    window = window.reshape(-1)
    owned = np.flatnonzero(owner >= 0)
    at_work = (capacity > 0).astype(np.int64) @ cover.T.astype(np.int64) > 0
    takes = given.may[kind[owned], group[owner[owned]]] & at_work[owner[owned], window[kind[owned]]]
    owner[owned[~takes]] = NOBODY
    total = float(capacity.sum())
    day = Day(
        capacity=capacity,
        group=group,
        may=given.may,
        window=window,
        cover=cover,
        next_hour=np.append(np.diff(team.starts) == HOUR, False)[: len(team.starts)],
        lane=given.lane,
        most=np.array([quota.maximum * total for quota in rules.quotas.values()]),
        least=np.array([quota.minimum * total for quota in rules.quotas.values()]),
        value=wanted.value[items],
        minutes=wanted.minutes[items],
        kind=kind,
        owner=owner,
        tier=tier[items],
        bonus=rules.owner_bonus,
        strict=rules.owner_strict,
        fairness=rules.fairness,
    )
    return day, items, collectors


def _owners(team: Team, wanted: Wanted, items: Rows, place: Rows) -> Rows:
    row = {one: int(place[at]) for at, one in enumerate(team.collector_id)}
    return np.array([row.get(one, NOBODY) for one in wanted.owner[items].tolist()], dtype=np.int64)
