"""From a team, its items and the rules to a plan: prices, then places, then whatever single exchanges still gain."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from arrears.policy.columns import NOBODY, Flags, Numbers, Rows, Words
from arrears.queues.allocation.admitting import admit
from arrears.queues.allocation.board import TINY, Board
from arrears.queues.allocation.day import DRAWN, IDLE, MUST, ORDINARY, Day, lay_out
from arrears.queues.allocation.eligibility import Fit, fit
from arrears.queues.allocation.fairness import even_out
from arrears.queues.allocation.filling import fill, straddle
from arrears.queues.allocation.hours import hour_values
from arrears.queues.allocation.ordering import positions, scatter
from arrears.queues.allocation.owners import bring_home
from arrears.queues.allocation.placing import place, place_idle
from arrears.queues.allocation.prices import Prices, bound, cheapest, settle
from arrears.queues.allocation.problem import Rules, Team, Wanted

NO_ELIGIBLE_COLLECTOR = "no_eligible_collector"
NO_HOURS_OVERLAP = "no_hours_overlap"
NO_ROOM = "no_room"
QUOTA = "quota"
ADDS_NOTHING = "adds_nothing"

_REFILLS = (1.02, 1.02, 1.02, 1.01, 1.0)
"""Rounds of moving items to cheaper hours and filling what they leave, each at a share of the hour's price."""


_EVENINGS = 5
"""Exchanges between equals may make room for what must be worked, and that may make lists uneven: so often at most."""


@dataclass(frozen=True)
class Plan:
    """Who works which item, when, and in which order.

    Attributes
    ----------
    collector, block : (items,) row of the team and hour block in which the item begins, NOBODY where it is left out.
    position : (items,) place in the collector's list, from 1; 0 where left out.
    spill : (items,) minutes of the item that reach into the next block; at most one item of each block has some.
    left_out : (items,) why nobody has it: `no_eligible_collector`, `no_hours_overlap`, `no_room`, `quota`,
        `adds_nothing`; "" where somebody has.
    drawn : (items,) whether the random slice's own room was given to it by lot.
    waits_for : (items,) row of the owner for whom an item that is left out waits, where owners are strict; else NOBODY.
    group : (collectors,) skill group of each.
    price : (collectors, blocks) what a minute of each hour is worth to the plan.
    hour_value : (groups, blocks) what one more hour of a collector of the group would add to it.
    value, bonus : money of what is placed; what owner continuity counts on top of it.
    bound : no plan that works as much of what must be worked, was drawn or has a minimum has more `value` and `bonus`.
    """

    collector: Rows
    block: Rows
    position: Rows
    spill: Numbers
    left_out: Words
    drawn: Flags
    waits_for: Rows
    group: Rows
    price: Numbers
    hour_value: Numbers
    value: float
    bonus: float
    bound: float

    @property
    def gap(self) -> float:
        """Share of the bound that the plan does not reach; the best plan is somewhere between."""
        return (self.bound - self.value - self.bonus) / self.bound if self.bound > 0 else 0.0


def solve(team: Team, wanted: Wanted, rules: Rules | None = None) -> Plan:
    """Give the day's items to collectors so that the value of what is worked is as large as the rules allow.

    Parameters
    ----------
    team : collectors with their minutes by hour block.
    wanted : the items; those that policy holds are not among them.
    rules : by default no quota, an owner's bonus of 5 % and lists of equals within 5 %.

    Returns
    -------
    Plan. The same problem gives the same plan, to the last position.

    Notes
    -----
    A block's minutes are a sum of expected minutes: an item is worked inside one block, or begins in one and ends in
    the collector's next. Debtors' hours count by whole blocks: an hour that opens at half past is not used.

    Every minute gets a price (`prices`), which also bounds all plans from above. Items then go where the prices admit
    them, and exchanges by ones and twos fill what whole items leave of an hour. What must be worked goes before what
    was drawn for the random slice, that before lanes' minima, those before value, and what adds nothing comes last.

    Examples
    --------
    Two items of five minutes, and room for one:

    >>> words, anyone = np.array(["", ""]), (frozenset[str](),)
    >>> team = Team(("C1",), anyone, anyone, anyone, anyone, anyone, anyone, np.array([[5.0]]),
    ...     np.array(["2026-06-02T13"], "M8[h]"))
    >>> any_time, never = np.array(["NaT", "NaT"], "M8[us]"), np.array([False, False])
    >>> wanted = Wanted(np.array([2.0, 3.0]), np.array([5.0, 5.0]), *[words] * 6, np.array([1.0, 1.0]), words,
    ...     any_time, any_time, never, never)
    >>> plan = solve(team, wanted)
    >>> plan.collector.tolist(), plan.left_out.tolist(), plan.value
    ([-1, 0], ['no_room', ''], 3.0)
    """
    rules = rules or Rules()
    random = np.random.default_rng(rules.seed)
    given = fit(team, wanted, rules)
    tier = _tiers(wanted, rules, given, float(team.minutes.sum()), random)
    day, items, collectors = lay_out(team, wanted, rules, given, tier)
    prices = settle(day) if len(items) else _no_prices(day)
    board = _filled(day, prices) if len(items) else Board(day)
    drawn = day.tier == DRAWN
    scatter(board, np.flatnonzero(drawn & (board.cell >= 0)), random)
    for _ in range(_EVENINGS):
        even_out(board)
        if not admit(board):
            break
    position = positions(board, drawn, random)
    return _plan(wanted, given, board, prices, items, collectors, position, tier)


def _tiers(wanted: Wanted, rules: Rules, given: Fit, minutes: float, random: np.random.Generator) -> Rows:
    """Which tier each item is of; the random slice's room goes to its items by lot."""
    tier = np.where(wanted.value > 0, ORDINARY, IDLE)
    able = given.class_of >= 0
    slice_ = np.flatnonzero(wanted.explores & able & ~wanted.must)
    if len(slice_):
        all_minutes, its_minutes = float(wanted.minutes[able].sum()), float(wanted.minutes[slice_].sum())
        share = its_minutes / all_minutes if rules.explore_share is None else rules.explore_share
        lot = random.permutation(slice_)
        tier[lot[np.cumsum(wanted.minutes[lot]) <= share * minutes + TINY]] = DRAWN
    tier[wanted.must] = MUST
    return tier


def _filled(day: Day, prices: Prices) -> Board:
    board = place(day, prices)
    admit(board)
    for refill in _REFILLS:
        fill(board, prices, refill=refill)
        bring_home(board)
        fill(board, prices)
    admit(board)
    straddle(board, prices)
    place_idle(board)
    return board


def _no_prices(day: Day) -> Prices:
    return Prices(np.zeros(day.capacity.shape), np.zeros(len(day.most)), np.zeros(len(day.most)), 1.0)


def _plan(
    wanted: Wanted,
    given: Fit,
    board: Board,
    prices: Prices,
    items: Rows,
    collectors: Rows,
    position: Rows,
    tier: Rows,
) -> Plan:
    day, count = board.day, len(tier)
    cell = _over(count, items, board.cell, NOBODY)
    placed = np.flatnonzero(board.cell >= 0)
    with_owner = day.owner[placed] == board.cell[placed] // board.blocks
    waits = _over(count, items, np.where(day.strict & (board.cell < 0), day.owner, NOBODY), NOBODY)
    bid = float(day.extra[placed].sum())
    in_money = replace(prices, minute=_in_money(board, prices.minute))
    price = np.empty_like(prices.minute)
    price[collectors] = in_money.minute
    blocks = max(board.blocks, 1)
    counted = placed[(day.tier[placed] < IDLE) & (day.lane[day.kind[placed]] >= 0)]
    attained = np.zeros(len(day.most))
    np.add.at(attained, day.lane[day.kind[counted]], day.minutes[counted])
    return Plan(
        collector=np.where(cell >= 0, collectors[cell // blocks] if len(collectors) else NOBODY, NOBODY),
        block=np.where(cell >= 0, cell % blocks, NOBODY),
        position=_over(count, items, position, 0),
        spill=_over(count, items, board.spill, 0.0),
        left_out=_reasons(given, board, prices, items),
        drawn=(tier == DRAWN),
        waits_for=np.where(waits >= 0, collectors[waits] if len(collectors) else NOBODY, NOBODY),
        group=given.group,
        price=price,
        hour_value=hour_values(wanted, given, day, items, in_money),
        value=float(day.value[placed].sum()),
        bonus=float((day.bonus * np.maximum(day.value[placed], 0.0) * with_owner).sum()),
        bound=bound(day, prices, attained) - bid,
    )


def _over(count: int, rows: Rows, found: np.ndarray, otherwise: float) -> np.ndarray:
    whole = np.full(count, otherwise, dtype=found.dtype)
    whole[rows] = found
    return whole


def _in_money(board: Board, minute: Numbers) -> Numbers:
    """Prices of hours; where only what must be worked fills one, its price holds a premium that nobody pays."""
    day = board.day
    ordinary = np.zeros(minute.size, dtype=bool)
    ordinary[board.cell[(board.cell >= 0) & (day.tier >= ORDINARY)]] = True
    premium = float(np.max(day.extra / day.minutes, initial=0.0))
    return np.where(ordinary.reshape(minute.shape) | (minute < premium), minute, minute - premium)


def _reasons(given: Fit, board: Board, prices: Prices, items: Rows) -> Words:
    day = board.day
    why = np.where(given.anybody, NO_HOURS_OVERLAP, NO_ELIGIBLE_COLLECTOR)
    why[given.class_of >= 0] = ADDS_NOTHING
    lane = day.lane[day.kind]
    ours = np.full(len(items), NO_ROOM, dtype=why.dtype)
    if len(day.most) and len(items):
        at_most = (lane >= 0) & (board.lanes[lane] + day.minutes > day.most[lane] + TINY)
        pays = (day.value + day.extra) > cheapest(day, prices.minute)[0][day.kind] * day.minutes
        ours[at_most & pays] = QUOTA
    ours[board.cell >= 0] = ""
    why[items] = ours
    return why
