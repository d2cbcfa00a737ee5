"""Every rule of an allocation, asked of a plan one item and one collector at a time, in plain Python."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from arrears.queues.allocation.problem import Rules, Team, Wanted
from arrears.queues.allocation.solve import Plan

ALLOWANCE = 1e-6


def violations(team: Team, wanted: Wanted, rules: Rules, plan: Plan) -> list[str]:
    """What a plan does that the rules forbid, and what it leaves undone that they ask; one sentence each."""
    asked = Asked(team, wanted, rules)
    return [
        *_wrong_places(asked, plan),
        *_overfull_hours(asked, plan),
        *_lanes_above_their_maximum(asked, plan),
        *_broken_lists(asked, plan),
        *_uneven_lists(asked, plan),
        *_passed_over(asked, plan),
        *_wrong_reasons(asked, plan),
    ]


class Asked:
    """The problem, with answers to the questions that every rule puts."""

    def __init__(self, team: Team, wanted: Wanted, rules: Rules) -> None:
        self.team, self.wanted, self.rules = team, wanted, rules
        self.items, self.collectors, self.blocks = range(len(wanted)), range(len(team)), range(len(team.starts))
        self.at_work = [any(team.minutes[who, block] > 0 for block in self.blocks) for who in self.collectors]
        self.known: dict[object, bool] = {}
        self.places_known: dict[object, list[tuple[int, int]]] = {}
        columns = (wanted.language, wanted.region, wanted.client, wanted.product, wanted.territory, wanted.lane)
        high = (wanted.balance <= rules.high_balance).tolist()
        self.kinds = list(zip(*(column.tolist() for column in columns), high, strict=True))
        self.hours = list(zip(wanted.opens_at.tolist(), wanted.closes_at.tolist(), strict=True))

    def may(self, item: int, who: int) -> bool:
        key = self.kinds[item], who
        if key not in self.known:
            self.known[key] = self._may(item, who)
        return self.known[key]

    def inside(self, item: int, block: int) -> bool:
        key = self.hours[item], block
        if key not in self.known:
            self.known[key] = self._inside(item, block)
        return self.known[key]

    def _may(self, item: int, who: int) -> bool:
        wanted, team, rules = self.wanted, self.team, self.rules
        skills = set()
        if str(wanted.lane[item]) in rules.lane_skills:
            skills.add(rules.lane_skills[str(wanted.lane[item])])
        if rules.high_balance < math.inf and not wanted.balance[item] <= rules.high_balance:
            skills.add(rules.high_balance_skill)
        region = str(wanted.region[item])
        return (
            str(wanted.language[item]) in team.languages[who] | {""}
            and (region == "" or region in team.licences[who] or region.partition("-")[0] in team.licences[who])
            and all(
                not given[who] or str(asked[item]) in given[who] | {""}
                for asked, given in (
                    (wanted.client, team.clients),
                    (wanted.product, team.products),
                    (wanted.territory, team.territories),
                )
            )
            and skills <= team.skills[who]
        )

    def works(self, who: int) -> bool:
        return self.at_work[who]

    def _inside(self, item: int, block: int) -> bool:
        """Whether the whole hour lies within the debtor's hours."""
        starts = self.team.starts[block].astype("M8[us]").item()
        opens, closes = self.wanted.opens_at[item].item(), self.wanted.closes_at[item].item()
        ends = (self.team.starts[block] + np.timedelta64(1, "h")).astype("M8[us]").item()
        return (opens is None or opens <= starts) and (closes is None or ends <= closes)

    def places(self, item: int) -> list[tuple[int, int]]:
        """Every collector and hour in which an item may be worked, owner's rule aside."""
        key = self.kinds[item], self.hours[item]
        if key not in self.places_known:
            self.places_known[key] = [
                (who, block)
                for who in self.collectors
                if self.may(item, who)
                for block in self.blocks
                if self.team.minutes[who, block] > 0 and self.inside(item, block)
            ]
        return self.places_known[key]

    def places_by_owner(self, item: int) -> list[tuple[int, int]]:
        """The same, where an owner who is at work and may take it keeps the others out."""
        places = self.places(item)
        if not self.rules.owner_strict:
            return places
        owned = [(who, block) for who, block in places if self.team.collector_id[who] == str(self.wanted.owner[item])]
        return owned or places

    def total_minutes(self) -> float:
        return float(sum(self.team.minutes[who, block] for who in self.collectors for block in self.blocks))


def _placed(plan: Plan) -> list[int]:
    return [item for item in range(len(plan.collector)) if plan.collector[item] >= 0]


def _wrong_places(asked: Asked, plan: Plan) -> Iterator[str]:
    for item in _placed(plan):
        who, block = int(plan.collector[item]), int(plan.block[item])
        if not asked.may(item, who):
            yield f"item {item} is with collector {who}, who may not take it"
        if not asked.inside(item, block):
            yield f"item {item} is in hour {block}, outside the debtor's hours"
        if (who, block) not in asked.places_by_owner(item):
            yield f"item {item} is with collector {who} in hour {block}, though only its owner may take it"
        if plan.spill[item] and not (
            block + 1 in asked.blocks
            and asked.inside(item, block + 1)
            and asked.team.starts[block + 1] - asked.team.starts[block] == np.timedelta64(1, "h")
            and 0 < plan.spill[item] < asked.wanted.minutes[item]
        ):
            yield f"item {item} reaches into an hour that it may not use"


def _overfull_hours(asked: Asked, plan: Plan) -> Iterator[str]:
    used: dict[tuple[int, int], float] = defaultdict(float)
    reaching: dict[tuple[int, int], int] = defaultdict(int)
    for item in _placed(plan):
        place = int(plan.collector[item]), int(plan.block[item])
        used[place] += asked.wanted.minutes[item] - plan.spill[item]
        if plan.spill[item]:
            used[place[0], place[1] + 1] += plan.spill[item]
            reaching[place] += 1
    for (who, block), minutes in used.items():
        if minutes > asked.team.minutes[who, block] + ALLOWANCE:
            yield f"collector {who} has {minutes} minutes in hour {block}"
    for place, count in reaching.items():
        if count > 1:
            yield f"{count} items reach out of {place}"


def _lanes_above_their_maximum(asked: Asked, plan: Plan) -> Iterator[str]:
    for lane, quota in asked.rules.quotas.items():
        minutes = sum(asked.wanted.minutes[item] for item in _placed(plan) if asked.wanted.lane[item] == lane)
        if minutes > quota.maximum * asked.total_minutes() + ALLOWANCE:
            yield f"lane {lane} has {minutes} minutes"


def _broken_lists(asked: Asked, plan: Plan) -> Iterator[str]:
    lists: dict[int, list[int]] = defaultdict(list)
    for item in asked.items:
        if plan.collector[item] >= 0:
            lists[int(plan.collector[item])].append(item)
        elif plan.block[item] != -1 or plan.position[item] != 0 or plan.spill[item] or plan.left_out[item] == "":
            yield f"item {item} lies nowhere and has a place"
    for who, items in lists.items():
        yield from _broken_list(asked, plan, who, items)


def _broken_list(asked: Asked, plan: Plan, who: int, items: list[int]) -> Iterator[str]:
    ordered = sorted(items, key=lambda item: int(plan.position[item]))
    if [int(plan.position[item]) for item in ordered] != list(range(1, len(items) + 1)):
        yield f"the list of collector {who} does not count from 1"
    for one, two in pairwise(ordered):
        if plan.block[one] > plan.block[two]:
            yield f"item {two} comes after item {one} of a later hour"
        elif plan.block[one] == plan.block[two] and plan.spill[one]:
            yield f"item {one} reaches into the next hour and is not the last of its own"
    plain = [item for item in ordered if not plan.drawn[item] and not plan.spill[item]]
    for one, two in pairwise(plain):
        worth = [asked.wanted.value[item] / asked.wanted.minutes[item] for item in (one, two)]
        if plan.block[one] == plan.block[two] and worth[0] < worth[1]:
            yield f"item {two} is worth more a minute than item {one} before it"


def _uneven_lists(asked: Asked, plan: Plan) -> Iterator[str]:
    """Lists of equals that are too far apart although an exchange between the highest and the lowest would help."""
    seen: dict[object, list[int]] = defaultdict(list)
    for who in filter(asked.works, asked.collectors):
        seen[int(plan.group[who]), tuple(asked.team.minutes[who].round(6))].append(who)
    for equals in seen.values():
        worth = {who: sum(max(asked.wanted.value[item], 0.0) for item in _list(plan, who)) for who in equals}
        mean = sum(worth.values()) / len(worth)
        high, low = max(worth, key=lambda who: worth[who]), min(worth, key=lambda who: worth[who])
        apart = worth[high] - worth[low]
        if (
            mean > 0
            and apart > asked.rules.fairness * mean * (1 + ALLOWANCE)
            and _could_be_closer(asked, plan, high, low, apart)
        ):
            yield f"the lists of collectors {high} and {low} are {apart} apart"


def _could_be_closer(asked: Asked, plan: Plan, high: int, low: int, apart: float) -> bool:
    used: dict[tuple[int, int], float] = defaultdict(float)
    for item in _list(plan, high) + _list(plan, low):
        used[int(plan.collector[item]), int(plan.block[item])] += asked.wanted.minutes[item] - plan.spill[item]
        used[int(plan.collector[item]), int(plan.block[item]) + 1] += plan.spill[item]

    def room(who: int, block: int) -> float:
        return float(asked.team.minutes[who, block] - used[who, block] + ALLOWANCE / 10)

    def stays(item: int) -> bool:
        return bool(plan.spill[item] or plan.drawn[item])

    for one in _list(plan, high):
        gives, home = max(float(asked.wanted.value[one]), 0.0), int(plan.block[one])
        need = float(asked.wanted.minutes[one])
        places = asked.places_by_owner(one)
        if stays(one):
            continue
        if ALLOWANCE * apart < gives < apart * (1 - ALLOWANCE) and any(
            who == low and room(low, block) - ALLOWANCE >= need for who, block in places
        ):
            return True
        for two in _list(plan, low):
            shift = gives - max(float(asked.wanted.value[two]), 0.0)
            there, back = int(plan.block[two]), float(asked.wanted.minutes[two])
            if (
                ALLOWANCE * apart < shift < apart * (1 - ALLOWANCE)
                and not stays(two)
                and (low, there) in places
                and (high, home) in asked.places_by_owner(two)
                and room(low, there) + back - ALLOWANCE >= need
                and room(high, home) + need - ALLOWANCE >= back
            ):
                return True
    return False


def _list(plan: Plan, who: int) -> list[int]:
    return [item for item in _placed(plan) if plan.collector[item] == who]


def _passed_over(asked: Asked, plan: Plan) -> Iterator[str]:
    """Items that must be worked and were left out where others could have gone for them."""
    kept: dict[tuple[int, int], float] = defaultdict(float)
    for item in _placed(plan):
        if asked.wanted.must[item] or plan.spill[item]:
            who, block = int(plan.collector[item]), int(plan.block[item])
            kept[who, block] += float(asked.wanted.minutes[item] - plan.spill[item])
            kept[who, block + 1] += float(plan.spill[item])
    for item in asked.items:
        # A lane's maximum may have kept it out.
        if (
            asked.wanted.must[item]
            and plan.collector[item] < 0
            and str(asked.wanted.lane[item]) not in asked.rules.quotas
        ):
            need = float(asked.wanted.minutes[item])
            for who, block in asked.places_by_owner(item):
                if kept[who, block] + need <= asked.team.minutes[who, block] - ALLOWANCE:
                    yield f"item {item} must be worked, and collector {who} could make room in hour {block}"


def _wrong_reasons(asked: Asked, plan: Plan) -> Iterator[str]:
    for item in asked.items:
        reason, out = str(plan.left_out[item]), plan.collector[item] < 0
        someone = not out or any(asked.may(item, who) and asked.works(who) for who in asked.collectors)
        somewhere = bool(asked.places(item))
        fits = {
            "": not out,
            "no_eligible_collector": out and not someone,
            "no_hours_overlap": out and someone and not somewhere,
            "no_room": out and somewhere,
            "quota": out and somewhere and str(asked.wanted.lane[item]) in asked.rules.quotas,
            "adds_nothing": out and somewhere and asked.wanted.value[item] <= 0 and not asked.rules.idle_fill,
        }
        if not fits[reason]:
            yield f"item {item} is told {reason!r}"
