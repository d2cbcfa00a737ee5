"""How good a plan is, and what would make it better: for the manager who has to staff the hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from arrears.policy.columns import Flags, Numbers
from arrears.queues.allocation.eligibility import windows
from arrears.queues.allocation.fairness import sets_of_equals, spread
from arrears.queues.allocation.problem import Rules, Team, Wanted
from arrears.queues.allocation.solve import Plan


@dataclass(frozen=True)
class GroupHours:
    """One skill group: who is in it, minutes it has and uses, and money one more hour would add.

    `hour_value` is the mean over the hours that the group works, by their minutes; `hour_value_by_block` tells every
    hour of the day, also those in which nobody of the group works.
    """

    group: int
    collectors: tuple[str, ...]
    minutes: float
    minutes_used: float
    hour_value: float
    hour_value_by_block: tuple[float, ...]


@dataclass(frozen=True)
class BlockMinutes:
    """One hour of the day: minutes the team has, minutes in use, and minutes that items need.

    An item's minutes are needed in equal parts in all hours of the day that its debtor allows.
    """

    starts_at: datetime
    available: float
    used: float
    needed: float


@dataclass(frozen=True)
class LeftOut:
    """What lies nowhere for one reason."""

    items: int
    minutes: float
    value: float


@dataclass(frozen=True)
class LaneMinutes:
    """One lane with a quota: its minutes, and how many it is short of its minimum."""

    minutes: float
    minimum: float
    maximum: float
    short: float


@dataclass(frozen=True)
class Report:
    """A plan in numbers.

    `value`, `bonus`, `bound`, `gap` are the plan's; `must_missed` counts items that had to be worked and lie nowhere;
    `drawn` and `drawn_placed` count the random slice; `widest_spread` is the largest spread of list values between
    equals.
    """

    value: float
    bonus: float
    bound: float
    gap: float
    placed: int
    minutes: float
    minutes_used: float
    groups: tuple[GroupHours, ...]
    blocks: tuple[BlockMinutes, ...]
    left_out: Mapping[str, LeftOut]
    lanes: Mapping[str, LaneMinutes]
    must_missed: int
    drawn: int
    drawn_placed: int
    widest_spread: float


def report(team: Team, wanted: Wanted, rules: Rules, plan: Plan) -> Report:
    """Sum up a plan.

    Examples
    --------
    `report(team, wanted, rules, plan).blocks[7].needed` tells how many minutes of work the eighth hour could use.
    """
    placed = plan.collector >= 0
    used = minutes_used(team, wanted, plan)
    return Report(
        value=plan.value,
        bonus=plan.bonus,
        bound=plan.bound,
        gap=plan.gap,
        placed=int(placed.sum()),
        minutes=float(team.minutes.sum()),
        minutes_used=float(used.sum()),
        groups=_groups(team, plan, used),
        blocks=_blocks(team, wanted, used),
        left_out={
            str(reason): _left_out(wanted, plan.left_out == reason) for reason in np.unique(plan.left_out) if reason
        },
        lanes={lane: _lane(team, wanted, rules, lane, placed) for lane in rules.quotas},
        must_missed=int((wanted.must & ~placed).sum()),
        drawn=int(plan.drawn.sum()),
        drawn_placed=int((plan.drawn & placed).sum()),
        widest_spread=max(
            (spread(list_values(team, wanted, plan)[rows]) for rows in sets_of_equals(plan.group, team.minutes)),
            default=0.0,
        ),
    )


def minutes_used(team: Team, wanted: Wanted, plan: Plan) -> Numbers:
    """(collectors, blocks) minutes that items take, with what reaches from one block into the next."""
    used = np.zeros(team.minutes.shape)
    placed = np.flatnonzero(plan.collector >= 0)
    spill = plan.spill[placed]
    np.add.at(used, (plan.collector[placed], plan.block[placed]), wanted.minutes[placed] - spill)
    reaching = placed[spill > 0]
    np.add.at(used, (plan.collector[reaching], plan.block[reaching] + 1), plan.spill[reaching])
    return used


def list_values(team: Team, wanted: Wanted, plan: Plan) -> Numbers:
    """(collectors,) money on each list; an item that adds nothing counts as nothing."""
    placed = plan.collector >= 0
    values = np.zeros(len(team))
    np.add.at(values, plan.collector[placed], np.maximum(wanted.value[placed], 0.0))
    return values


def _groups(team: Team, plan: Plan, used: Numbers) -> tuple[GroupHours, ...]:
    found = []
    for group in np.unique(plan.group).tolist():
        mine = np.flatnonzero(plan.group == group)
        worked = team.minutes[mine].sum(axis=0)
        total = float(worked.sum())
        values = plan.hour_value[group]
        found.append(
            GroupHours(
                group=group,
                collectors=tuple(team.collector_id[row] for row in mine),
                minutes=total,
                minutes_used=float(used[mine].sum()),
                hour_value=float((values * worked).sum() / total) if total else 0.0,
                hour_value_by_block=tuple(values.tolist()),
            )
        )
    return tuple(found)


def _blocks(team: Team, wanted: Wanted, used: Numbers) -> tuple[BlockMinutes, ...]:
    first, last = windows(wanted.opens_at, wanted.closes_at, team.starts)
    some = first <= last
    each = wanted.minutes[some] / (last[some] - first[some] + 1)
    change = np.zeros(len(team.starts) + 1)
    np.add.at(change, first[some], each)
    np.add.at(change, last[some] + 1, -each)
    needed = np.cumsum(change)[:-1]
    return tuple(
        BlockMinutes(starts_at, *(float(column[at]) for column in (team.minutes.sum(axis=0), used.sum(axis=0), needed)))
        for at, starts_at in enumerate(team.starts.astype("M8[s]").tolist())
    )


def _left_out(wanted: Wanted, rows: Flags) -> LeftOut:
    return LeftOut(int(rows.sum()), float(wanted.minutes[rows].sum()), float(wanted.value[rows].sum()))


def _lane(team: Team, wanted: Wanted, rules: Rules, lane: str, placed: Flags) -> LaneMinutes:
    quota, total = rules.quotas[lane], float(team.minutes.sum())
    minutes = float(wanted.minutes[placed & (wanted.lane == lane)].sum())
    least = quota.minimum * total
    return LaneMinutes(minutes, least, quota.maximum * total, max(least - minutes, 0.0))
