"""Work given out part by part, each with its own share of every collector's minutes, and one list of all of it each.

A test's arms are such parts. Were all items given out together, the arm whose items look dearer would take the other's
minutes, and the arms would differ by minutes instead of by what is tested. So each part gets its share of every
collector's minutes, and a list is mixed so that any stretch of it holds the parts in their shares.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np

from arrears.policy.columns import Numbers, Rows, Words
from arrears.queues.lot import Bound, Lot, Shares, drawn
from arrears.settings import Settings
from serving.night.allocate import Allocation, AtWork, Given, allocated
from serving.night.needs import Needs

PIECE = 20.0
"""Minutes that a part gets at a time at least: a few calls."""

_GOLDEN = 0.6180339887498949
"""Multiples of it, less their whole part, lie evenly however many there are."""

_NEXT_TO_NOTHING = 1e-12
"""Share of a part that has none: its items come last."""

_ADDED = ("placed", "minutes", "minutes_used", "must_missed", "drawn", "drawn_placed", "beyond")
_MONEY = ("value", "bonus", "bound")


@dataclass(frozen=True)
class Parts:
    """How items and minutes are divided.

    Attributes
    ----------
    of_item : (items,) the part of each, from 0.
    shares : (parts,) of the team's minutes; they sum to 1.
    of_collector : (collectors, parts) of each collector's minutes, where arms have staff of their own; each row sums to
        1. None: the shares of the team are everybody's.
    """

    of_item: Rows
    shares: Numbers
    of_collector: Numbers | None = None

    def only(self, rows: Rows) -> Parts:
        """The division of some of the items."""
        return replace(self, of_item=self.of_item[rows])

    def at(self, collector: int) -> Parts:
        """The division as it is for one collector."""
        return self if self.of_collector is None else Parts(self.of_item, self.of_collector[collector])


def whole(count: int) -> Parts:
    """Nothing is divided.

    Examples
    --------
    >>> whole(2).shares.tolist()
    [1.0]
    """
    return Parts(np.zeros(count, dtype=np.int64), np.ones(1))


def allocated_by_part(
    parts: Parts, given: Sequence[Given], places: Numbers, work: AtWork, settings: Settings, *, seed: int
) -> Allocation:
    """Give every part's items to collectors within its share of their minutes, and mix the lists.

    Parameters
    ----------
    given : by part, the items of that part in the order in which they stand among all.
    places : (items,) where each stands on a list without collectors.
    seed : of the order in which items of lots are worked.
    """
    if len(parts.shares) == 1:
        return allocated(given[0], places, work, settings, seed=seed)
    assigned, place = np.full(len(places), None, dtype=np.object_), places.copy()
    minutes, reports = np.zeros(len(places)), []
    of_collector = parts.shares if parts.of_collector is None else parts.of_collector
    shared = minutes_by_part(work.team.minutes, of_collector, seed=seed)
    for part, (own_minutes, items) in enumerate(zip(shared, given, strict=True)):
        rows = np.flatnonzero(parts.of_item == part)
        own = replace(work, team=replace(work.team, minutes=own_minutes))
        found = allocated(items, places[rows], own, settings, seed=seed)
        assigned[rows], place[rows], minutes[rows] = found.assigned_to, found.place, items.minutes
        reports.append(found.report)
    for collector, name in enumerate(work.team.collector_id):
        rows = np.flatnonzero(assigned == name)
        place[rows] = 1 + mixed(parts.at(collector).only(rows), place[rows], minutes[rows])  # lists begin with 1
    return Allocation(assigned, place, _together([each for each in reports if each is not None]))


def minutes_by_part(minutes: Numbers, shares: Numbers, *, seed: int) -> list[Numbers]:
    """Every part's minutes by collector and hour.

    Parameters
    ----------
    minutes : (collectors, hours) of the team.
    shares : (parts,) of everybody's minutes, or (collectors, parts) of each one's.
    seed : of the day; over collectors and days a small part comes in all hours alike.

    Notes
    -----
    A twentieth of an hour holds no call, so a small part gets its minutes in pieces of at least `PIECE`, every
    collector in other hours; the largest part gets what these leave.

    Examples
    --------
    >>> large, small = minutes_by_part(np.full((2, 4), 40.0), np.array([0.9, 0.1]), seed=0)
    >>> small.tolist()
    [[0.0, 0.0, 0.0, 16.0], [16.0, 0.0, 0.0, 0.0]]
    >>> bool((large + small == 40).all())
    True
    """
    of_collector = np.broadcast_to(shares, (len(minutes), shares.shape[-1]))
    found = [np.zeros_like(minutes) for _ in range(shares.shape[-1])]
    for collector, (hours, own) in enumerate(zip(minutes, of_collector, strict=True)):
        largest, left = int(np.argmax(own)), hours.copy()
        for part in np.argsort(own, kind="stable").tolist():
            if part != largest:
                pieces = _in_pieces(hours * own[part], left, (seed + 7 * part) % 1009 + collector)
                found[part][collector], left = pieces, left - pieces
        found[largest][collector] = left
    return found


def _in_pieces(own: Numbers, left: Numbers, seed: int) -> Numbers:
    """A part's minutes of one collector by hour, out of what the hours have left."""
    found = np.zeros_like(own)
    due, since = 0.0, PIECE * ((seed * _GOLDEN) % 1)
    works = np.flatnonzero(own > 0)
    for hour in works.tolist():
        due, since = due + float(own[hour]), since + float(own[hour])
        if since >= PIECE:
            piece = min(due, float(left[hour]))
            found[hour], due, since = piece, due - piece, since % PIECE
    late = works[np.lexsort((-works, found[works] == 0))]  # the last pieces, and then the last hours, hold the rest
    for hour in late.tolist():
        piece = min(due, float(left[hour] - found[hour]))
        found[hour], due = found[hour] + piece, due - piece
    return found


def drawn_by_part(
    parts: Parts, who: Words, minutes: Numbers, day: date, shares: Shares, *, capacity: float | None, bound: Bound
) -> Lot:
    """Draw the lots of every part within its share of the minutes; places are those among all items.

    Parameters
    ----------
    who, minutes : of the items, best first, as `lot.drawn` reads them.
    """
    if len(parts.shares) == 1:
        return drawn(who, minutes, day, shares, capacity=capacity, bound=bound)
    explores, chosen = np.zeros((2, len(who)), dtype=np.bool_)
    place, probability = np.zeros((2, len(who)))
    for part, share in enumerate(parts.shares.tolist()):
        rows = np.flatnonzero(parts.of_item == part)
        own = Bound(bound.must[rows], bound.duty[rows], bound.held_out[rows])
        minutes_of_part = None if capacity is None else capacity * share
        found = drawn(who[rows], minutes[rows], day, shares, capacity=minutes_of_part, bound=own)
        explores[rows], chosen[rows], probability[rows] = found.explores, found.chosen, found.probability
        if len(rows):
            place[rows] = np.interp(found.place, np.arange(1, len(rows) + 1), rows + 1.0)
    return Lot(explores=explores, place=place, probability=probability, chosen=chosen)


def mixed(parts: Parts, places: Numbers, minutes: Numbers) -> Numbers:
    """(items,) places from 0 on, so that minutes of each part come in its share, every part in its own order.

    Parameters
    ----------
    places : (items,) in the order of the own part; ties keep the order given.

    Examples
    --------
    >>> one_in_three = Parts(np.array([0, 0, 0, 0, 1, 1]), np.array([2 / 3, 1 / 3]))
    >>> mixed(one_in_three, np.array([1.0, 2, 3, 4, 1, 2]), np.full(6, 5.0)).tolist()
    [0.0, 2.0, 3.0, 5.0, 1.0, 4.0]
    """
    when = np.zeros(len(places))
    for part, share in enumerate(parts.shares.tolist()):
        rows = np.flatnonzero(parts.of_item == part)
        rows = rows[np.argsort(places[rows], kind="stable")]
        ends = np.cumsum(minutes[rows])
        when[rows] = (ends - minutes[rows] / 2) / max(share, _NEXT_TO_NOTHING)
    found = np.empty(len(places))
    found[np.lexsort((parts.of_item, when))] = np.arange(len(places), dtype=np.float64)
    return found


def part_of(given: Given, rows: Rows) -> Given:
    """Some of the items."""
    needs = Needs(**{each.name: getattr(given.needs, each.name)[rows] for each in fields(Needs)})
    told = {each.name: getattr(given, each.name)[rows] for each in fields(Given) if each.name not in ("needs", "unit")}
    return Given(needs=needs, unit=given.unit, **told)


def _together(reports: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """What the plans of all parts came to; money only of those that tell it in the first part's unit."""
    if not reports:
        return None
    first = reports[0]
    alike = [each for each in reports if each["unit"] == first["unit"]]
    money = {name: sum(each[name] for each in alike) for name in _MONEY}
    return {
        **first,
        **{name: sum(each[name] for each in reports) for name in _ADDED},
        **money,
        "gap": max(each["gap"] for each in alike),
        "widest_spread": max(each["widest_spread"] for each in reports),
        "groups": _groups(reports, alike),
        "blocks": _blocks(reports),
        "left_out": _summed(each["left_out"] for each in reports),
        "lanes": _summed(each["lanes"] for each in reports),
        "parts": len(reports),
    }


def _groups(reports: Sequence[Mapping[str, Any]], alike: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The skill groups, each once: the parts' groups of the same collectors are one."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for told in reports:
        for group in told["groups"]:
            key = tuple(group["collectors"])
            own = found.setdefault(key, {**group, "minutes": 0.0, "minutes_used": 0.0})
            own["minutes"] += group["minutes"]
            own["minutes_used"] += group["minutes_used"]
    for key, own in found.items():
        same = [group for told in alike for group in told["groups"] if tuple(group["collectors"]) == key]
        weights = [group["minutes"] for group in same]
        if sum(weights) > 0:
            own["hour_value"] = float(np.average([group["hour_value"] for group in same], weights=weights))
            blocks = np.array([group["hour_value_by_block"] for group in same])
            own["hour_value_by_block"] = np.average(blocks, axis=0, weights=weights).tolist()
    return list(found.values())


def _blocks(reports: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"starts_at": same[0]["starts_at"]}
        | {name: sum(each[name] for each in same) for name in ("available", "used", "needed")}
        for same in zip(*(each["blocks"] for each in reports), strict=True)
    ]


def _summed(told: Iterable[Mapping[str, Mapping[str, float]]]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for each in told:
        for key, numbers in each.items():
            own = found.setdefault(key, {})
            for name, value in numbers.items():
                own[name] = own.get(name, 0) + value
    return found
