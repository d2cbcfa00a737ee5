"""What a minute costs: prices of every collector's hours and of lane quotas, at which demand meets what there is.

The allocation's Lagrangian: each minute of a collector's hour has a price, each minute of a lane with a quota another.
At given prices every item goes where it keeps most, which bounds the best plan from above whatever the prices are. They
are found as a market finds them: classes of items spread over hours of about the same price, ever more strictly for the
cheapest, and an hour that more want than it has grows dearer. Demand of this form (constant elasticity of substitution)
has gross substitutes, for which such a search arrives (Arrow, Block and Hurwicz, Econometrica 27, 1959).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from arrears.policy.columns import Flags, Numbers, Rows
from arrears.queues.allocation.day import IDLE, Day

ROUNDS = 240
LOOSE, STRICT = 0.3, 0.001
"""How widely a class spreads over prices at the beginning and at the end of the search, as a share of a price."""

_NEVER = -np.inf
_STEEPEST = 3.0
_FASTER, _FASTEST = 1.1, 20.0
"""A price that keeps moving one way moves ever faster, so that gaps in what items bid are crossed."""

_LOWEST = 15.0
_LOOKS = 6
"""A bound is worked out once in so many rounds of the later half."""

_FARTHEST = 2.0
"""A lane's charge or grant ends at so many times the highest bid: a minimum that nothing can reach asks for no more."""


@dataclass(frozen=True)
class Prices:
    """Money a minute.

    Attributes
    ----------
    minute : (collectors, blocks) of a collector's hour.
    charge, grant : (quotas,) what a lane at its maximum pays more and one below its minimum is given.
    spread : how widely classes spread over prices when these were found.
    """

    minute: Numbers
    charge: Numbers
    grant: Numbers
    spread: float


class Demand(NamedTuple):
    """What items want at given prices.

    `keep` : (items,) money a minute that an item keeps at its best place; `with_owner` : its best place is its owner;
    `minutes` : (collectors, blocks) and `lanes` : (quotas,) minutes wanted.
    """

    keep: Numbers
    with_owner: Flags
    minutes: Numbers
    lanes: Numbers


class _Constants(NamedTuple):
    """What every round reads and none changes."""

    bid: Numbers
    bid_owner: Numbers
    owned: Rows
    window: Rows
    owner: Rows
    kind_lane: Rows
    heads: Rows
    closed: Numbers
    barred: Numbers
    by_window: Numbers
    log_capacity: Numbers


def settle(day: Day, rounds: int = ROUNDS) -> Prices:
    """Prices at which about as many minutes are wanted as there are; of those met, the ones with the lowest bound."""
    const = _constants(day)
    level = day.level
    prices = Prices(np.full(day.capacity.shape, level), np.zeros(len(day.most)), np.zeros(len(day.most)), LOOSE)
    best, lowest = prices, np.inf
    logs, pace, before = np.log(prices.minute), np.ones(day.capacity.shape), np.zeros(day.capacity.shape)
    for number in range(rounds):
        spread = LOOSE * (STRICT / LOOSE) ** (number / max(rounds - 1, 1))
        prices = Prices(np.exp(logs), prices.charge, prices.grant, spread)
        wanted = _demand(day, const, prices)
        if (number >= rounds // 2 and number % _LOOKS == 0) or number >= rounds - 4:
            for candidate in (prices, _without_idle(day, prices, wanted)):
                if (found := bound(day, candidate)) < lowest:
                    best, lowest = candidate, found
        pull = np.clip(_log_ratio(wanted.minutes, day.capacity), -_STEEPEST, _STEEPEST)
        pace = np.where(pull * before > 0, np.minimum(pace * _FASTER, _FASTEST), 1.0)
        logs, before = np.maximum(logs + spread * pace * pull, np.log(level) - _LOWEST), pull
        prices = _quota_prices(day, prices, wanted.lanes, level, float(const.bid.max()))
    return best


def demand(day: Day, prices: Prices) -> Demand:
    """What every item wants at these prices."""
    return _demand(day, _constants(day), prices)


def bound(day: Day, prices: Prices, attained: Numbers | None = None) -> float:
    """No plan is worth more: all minutes at their prices, and what items keep at the cheapest place each may go to.

    Parameters
    ----------
    attained : (quotas,) minutes of each lane in a plan; the bound is then one on plans that serve minima as well as it.
    """
    if not len(day.value):
        return 0.0
    owned, window = day.owner >= 0, day.window[day.kind]
    price, with_owner = cheapest(day, prices.minute)
    bids = day.value + day.extra
    keep = bids - price[day.kind] * day.minutes
    if day.strict:
        keep[owned] = _NEVER
    own = with_owner[window[owned], day.owner[owned]] * day.minutes[owned]
    keep[owned] = np.maximum(keep[owned], bids[owned] + day.bonus * np.maximum(day.value[owned], 0.0) - own)
    lanes = day.lane[day.kind]
    if len(day.most):
        keep -= np.where(lanes >= 0, (prices.charge - prices.grant)[lanes], 0.0) * day.minutes
    least = day.least if attained is None else np.minimum(day.least, attained)
    spent = float(
        np.sum(day.capacity * prices.minute) + np.sum(day.most * prices.charge) - np.sum(least * prices.grant)
    )
    return spent + float(np.sum(np.maximum(keep, 0.0)[day.tier < IDLE]))


def cheapest(day: Day, minute: Numbers) -> tuple[Numbers, Numbers]:
    """(classes,) the cheapest minute each class may go to, and (windows, collectors) the cheapest of each collector."""
    price = np.where(day.capacity > 0, minute, np.inf)
    collector = np.where(day.cover[:, None, :], price, np.inf).min(axis=2)
    heads = np.searchsorted(day.group, np.arange(day.may.shape[1]))
    group = np.minimum.reduceat(collector, heads, axis=1)
    return np.where(day.may, group[day.window], np.inf).min(axis=1), collector


def place_weights(day: Day, prices: Prices, spread: float) -> Numbers:
    """(collectors, blocks) logarithm of how much a class prefers each hour, but for the room that is left in it."""
    with np.errstate(divide="ignore"):
        floor = max(float(prices.minute.max(initial=0.0)), 1e-12) * 1e-6
        return np.where(day.capacity > 0, -np.log(np.maximum(prices.minute, floor)) / spread, _NEVER)


def _constants(day: Day) -> _Constants:
    owned = np.flatnonzero(day.owner >= 0)
    bid = (day.value + day.extra) / day.minutes
    bid[day.tier == IDLE] = _NEVER
    heads = np.searchsorted(day.group, np.arange(day.may.shape[1]))
    by_window = np.zeros((len(day.cover), len(day.window)))
    by_window[day.window, np.arange(len(day.window))] = 1.0
    with np.errstate(divide="ignore"):
        return _Constants(
            bid=bid,
            bid_owner=bid[owned] + day.bonus * np.maximum(day.value[owned], 0.0) / day.minutes[owned],
            owned=owned,
            window=day.window[day.kind[owned]],
            owner=day.owner[owned],
            kind_lane=day.lane[day.kind],
            heads=heads,
            closed=np.where(day.cover, 0.0, _NEVER)[:, None, :],
            barred=np.where(day.may, 0.0, _NEVER),
            by_window=by_window,
            log_capacity=np.log(day.capacity),
        )


def _demand(day: Day, const: _Constants, prices: Prices) -> Demand:
    """Three levels of one choice: block of a collector, collector of a group, group that may take a class."""
    minute, spread = prices.minute, prices.spread
    weight = (const.log_capacity - np.log(np.maximum(minute, 1e-300)) / spread)[None] + const.closed
    collector, share = _pooled(weight, 2)
    paid = (share * minute).sum(axis=2)
    top = np.maximum.reduceat(collector, const.heads, axis=1)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        group = top + np.log(np.add.reduceat(np.exp(collector - top[:, day.group]), const.heads, axis=1))
    within = np.exp(collector - np.where(np.isfinite(group), group, 0.0)[:, day.group])
    paid_group = np.add.reduceat(within * paid, const.heads, axis=1)
    _, between = _pooled(group[day.window] + const.barred, 1)
    price = (between * paid_group[day.window]).sum(axis=1)
    lanes = np.zeros(len(day.lane))
    if len(day.most):
        lanes = np.where(day.lane >= 0, (prices.charge - prices.grant)[day.lane], 0.0)
    keep = const.bid - (price + lanes)[day.kind]
    if day.strict:
        keep[const.owned] = _NEVER
    keep_owner = const.bid_owner - paid[const.window, const.owner]
    keep_owner -= lanes[day.kind[const.owned]]
    with_owner = np.zeros(len(keep), dtype=bool)
    with_owner[const.owned] = keep_owner > keep[const.owned]
    keep[const.owned] = np.maximum(keep[const.owned], keep_owner)
    taken = day.minutes * (keep > 0)
    classes = np.bincount(day.kind, weights=taken * ~with_owner, minlength=len(day.window))
    mine = (taken * with_owner)[const.owned]
    shape = (len(day.cover), len(day.capacity))
    owners = np.bincount(const.window * shape[1] + const.owner, weights=mine, minlength=shape[0] * shape[1])
    spread_out = (const.by_window @ (classes[:, None] * between))[:, day.group] * within + owners.reshape(shape)
    in_lane = const.kind_lane >= 0
    in_lanes = np.zeros(len(day.most))
    np.add.at(in_lanes, const.kind_lane[in_lane], taken[in_lane])
    return Demand(
        keep=keep,
        with_owner=with_owner,
        minutes=(spread_out[:, :, None] * share).sum(axis=0),
        lanes=in_lanes,
    )


def _pooled(weight: Numbers, axis: int) -> tuple[Numbers, Numbers]:
    """Logarithm of the summed weights along an axis, and each one's share of the sum (0 where nothing is open)."""
    top = weight.max(axis=axis, keepdims=True)
    parts = np.exp(weight - np.where(np.isfinite(top), top, 0.0))
    total = parts.sum(axis=axis, keepdims=True)
    with np.errstate(divide="ignore"):
        pooled = np.where(total > 0, top + np.log(total), _NEVER)
    return pooled.squeeze(axis), np.divide(parts, total, out=np.zeros_like(parts), where=total > 0)


def _without_idle(day: Day, prices: Prices, wanted: Demand) -> Prices:
    """The same prices, but an hour that nobody fills is worth nothing."""
    return replace(prices, minute=np.where(wanted.minutes < 0.97 * day.capacity, 0.0, prices.minute))


def _quota_prices(day: Day, prices: Prices, lanes: Numbers, level: float, highest: float) -> Prices:
    if not len(day.most):
        return prices
    over = np.clip(_log_ratio(lanes, day.most), -_STEEPEST, _STEEPEST)
    short = np.clip(-_log_ratio(lanes, day.least), -_STEEPEST, _STEEPEST) * (day.least > 0)
    step = prices.spread
    return replace(
        prices,
        charge=np.clip(prices.charge + step * (prices.charge + level) * over, 0.0, _FARTHEST * max(highest, level)),
        grant=np.clip(prices.grant + step * (prices.grant + level) * short, 0.0, _FARTHEST * max(highest, level)),
    )


def _log_ratio(wanted: Numbers, given: Numbers) -> Numbers:
    """Logarithm of wanted over given, 0 where neither is."""
    tiny = 1e-9
    return np.asarray(np.log((wanted + tiny) / (given + tiny)))
