"""Debtors whom calls tire, few enough in kind that the best way to call them is computed and not estimated.

A debtor is of a kind, more or less tired, and stays some days unless they pay. A call may make them pay, the less the
more tired they are; it tires them; days without calls rest them. New debtors come every day, and calls are scarce.
Masses instead of single debtors make every figure exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from training.policy_value.choices import Choices
from training.sequential.episodes import Episodes, following

TIRED = 5
DISCOUNT = 0.97


@dataclass(frozen=True)
class Kind:
    amount: float
    reach: float  # chance that a call to a rested debtor makes them pay
    tires: float  # how far the log of it falls with each recent call
    rests: float  # chance that a day without a call takes one of them off
    own: float  # chance a day to pay by themselves
    leaves: float  # chance a day to be lost


KINDS = (
    Kind(amount=300.0, reach=0.35, tires=0.7, rests=0.15, own=0.005, leaves=0.05),
    Kind(amount=100.0, reach=0.35, tires=0.1, rests=0.50, own=0.010, leaves=0.08),
    Kind(amount=400.0, reach=0.02, tires=0.3, rests=0.50, own=0.100, leaves=0.05),
)
STATES = len(KINDS) * TIRED
"""A state is kind x TIRED + tiredness."""
OF_STATE = [(KINDS[state // TIRED], state % TIRED) for state in range(STATES)]


@cache
def pays(called: int) -> np.ndarray:
    """(states,) chance to pay today."""
    return np.array(
        [1 - (1 - kind.own) * (1 - called * kind.reach * np.exp(-kind.tires * tired)) for kind, tired in OF_STATE]
    )


@cache
def moves(called: int) -> np.ndarray:
    """(states, states) chance of tomorrow's state; what is missing to 1 has paid or is lost."""
    stays = (1 - pays(called)) * np.array([1 - kind.leaves for kind, _ in OF_STATE])
    found = np.zeros((STATES, STATES))
    for state, (kind, tired) in enumerate(OF_STATE):
        if called:
            found[state, state + (tired < TIRED - 1)] = stays[state]
        else:
            found[state, state - (tired > 0)] += kind.rests * stays[state]
            found[state, state] += (1 - kind.rests) * stays[state]
    return found


AMOUNT = np.array([kind.amount for kind, _ in OF_STATE])
ARRIVING = np.array([float(tired == 0) for _, tired in OF_STATE])


def one_step() -> np.ndarray:
    """(states,) what a call adds if nobody calls again: exact, and blind to what it spoils."""
    alone = worth_of(np.zeros(STATES), 0.0)
    return pays(1) * AMOUNT + DISCOUNT * moves(1) @ alone - pays(0) * AMOUNT - DISCOUNT * moves(0) @ alone


def best_index(capacity: float) -> tuple[np.ndarray, float]:
    """(states,) what one more call is worth if all later ones are chosen best too, and the price of a call."""
    low, high = 0.0, float(AMOUNT.max())
    for _ in range(30):
        price = (low + high) / 2
        gain = _gain(price)
        used = _mass_called(gain > price)
        low, high = (price, high) if used > capacity else (low, price)
    return _gain((low + high) / 2), (low + high) / 2


def _gain(price: float) -> np.ndarray:
    worth = np.zeros(STATES)
    for _ in range(600):
        worth = worth_of(worth, price, steps=1)
    leave = pays(0) * AMOUNT + DISCOUNT * moves(0) @ worth
    return pays(1) * AMOUNT + DISCOUNT * moves(1) @ worth - leave


def worth_of(start: np.ndarray, price: float, steps: int = 0) -> np.ndarray:
    """Worth of each state: after `steps` backups of the best action, or of never calling where that is 0."""
    if not steps:
        return np.linalg.solve(np.eye(STATES) - DISCOUNT * moves(0), pays(0) * AMOUNT)
    leave = pays(0) * AMOUNT + DISCOUNT * moves(0) @ start
    call = pays(1) * AMOUNT - price + DISCOUNT * moves(1) @ start
    return np.maximum(leave, call)


def _mass_called(called: np.ndarray) -> float:
    step = np.where(called[:, None], moves(1), moves(0))
    mass = np.linalg.solve((np.eye(STATES) - step).T, ARRIVING)
    return float(mass[called].sum())


def worked(index: np.ndarray, capacity: float, days: int = 200) -> tuple[float, float]:
    """Cash a day when those with the highest index above 0 are called, and the index of the last who is."""
    mass, collected, last = ARRIVING.copy(), 0.0, 0.0
    order = np.argsort(-index, kind="stable")
    for day in range(days):
        room = np.clip(capacity - (np.cumsum(mass[order]) - mass[order]), 0, mass[order])
        called = np.zeros(STATES)
        called[order] = np.where(index[order] > 0, room, 0.0)
        left = mass - called
        if day >= days // 2:
            collected += float((called * pays(1) + left * pays(0)) @ AMOUNT)
            last += float(index[called > 0].min(initial=np.inf))
        mass = called @ moves(1) + left @ moves(0) + ARRIVING
    return collected / (days - days // 2), last / (days - days // 2)


def logged(debtors: int, days: int, seed: int, *, chance: np.ndarray | float = 0.25) -> Episodes:
    """A log of debtors called by lot, one row a debtor and day."""
    random = np.random.default_rng(seed)
    chances = np.broadcast_to(chance, (STATES,))
    state = random.integers(len(KINDS), size=debtors) * TIRED
    tomorrow = [np.cumsum(moves(called), axis=1) for called in (0, 1)]
    chance_to_pay = [pays(called) for called in (0, 1)]
    rows, who = [], np.arange(debtors)
    for day in range(days):
        called = random.random(len(who)) < chances[state]
        paid_chance = np.where(called, chance_to_pay[1][state], chance_to_pay[0][state])
        draw, reach = random.random(len(who)), np.where(called[:, None], tomorrow[1][state], tomorrow[0][state])
        # One draw decides: first the staying states, then the payment, then the loss.
        following_state = (draw[:, None] >= reach).sum(axis=1)
        stays = following_state < STATES
        paid = ~stays & (draw < reach[:, -1] + paid_chance)
        rows.append(np.column_stack([who, np.full(len(who), day), state, called, np.where(paid, AMOUNT[state], 0)]))
        who, state = who[stays], following_state[stays]
    return _episodes(np.concatenate(rows), chances, last_day=days - 1)


def _episodes(rows: np.ndarray, chances: np.ndarray, *, last_day: int) -> Episodes:
    debtor, day, state = (rows[:, column].astype(np.int64) for column in range(3))
    after, apart = following(debtor, day, last_day=last_day, ends_after=1)
    return Episodes(
        features=features_of(state),
        choices=Choices(rows[:, 3] > 0, chances[state], rows[:, 4], debtor),
        chance=chances[state],
        adds=np.zeros((len(rows), 2)),
        minutes=np.ones(len(rows)),
        following=after,
        days=apart,
        weight=np.ones(len(rows)),
        at_stake=np.ones(len(rows)),
    )


def features_of(state: np.ndarray) -> np.ndarray:
    """(n, 2) kind and tiredness."""
    return np.column_stack([state // TIRED, state % TIRED]).astype(np.float64)
