"""When an account pays, how much, and where it then stands at its cycle's end.

An account that is late pays at most once in a cycle, on a day drawn from a hazard: its own, weighed by paydays and
season, and what lifts add. A current one decides at the cycle's start whether and when it pays what is due.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.synthetic.calendar import Calendar
from arrears.synthetic.chance import Floats, Ints, Stream, chosen, uniform
from arrears.synthetic.parameters import PRODUCTS, Parameters

KINDS = ("pace", "half", "full")
"""What is paid: one due, which keeps the account where it is; half of what is late beside it; everything."""
PACE, HALF, FULL = range(3)
CHARGED_OFF = 7
"""The standing of an account after charge-off; below it cycles past due, 0 to 6."""
STANDINGS = 8


@dataclass(frozen=True)
class PayTables:
    """What the parameters say of payments, by product and standing.

    Attributes
    ----------
    hazard : (products, standings) of a whole cycle, for an average debtor; 0 for current accounts.
    mixes : (products, standings, kinds) shares of what is paid when something is.
    unpaid_to : (products, standings) where an account that paid nothing stands next.
    paid_to : (kinds, standings) where one that paid stands next.
    dues : (kinds, standings) how many dues a payment is.
    miss_logit : (products,) of a current account's chance to miss its due.
    """

    hazard: Floats
    mixes: Floats
    unpaid_to: Ints
    paid_to: Ints
    dues: Ints
    miss_logit: Floats


def pay_tables(given: Parameters) -> PayTables:
    """The tables of these parameters.

    Examples
    --------
    >>> from arrears.synthetic.parameters import parameters_of
    >>> tables = pay_tables(parameters_of("usual"))
    >>> tables.paid_to[HALF].tolist(), tables.dues[FULL].tolist()
    ([0, 1, 1, 2, 2, 3, 3, 7], [1, 2, 3, 4, 5, 6, 7, 1])
    """
    products = [given.products[name] for name in PRODUCTS]
    standing = np.arange(STANDINGS)
    late = standing[1:CHARGED_OFF]
    hazard = np.zeros((len(products), STANDINGS))
    mixes = np.zeros((len(products), STANDINGS, len(KINDS)))
    mixes[:, [0, CHARGED_OFF], PACE] = 1.0
    unpaid_to = np.zeros((len(products), STANDINGS), np.int64)
    for row, product in enumerate(products):
        hazard[row, 1:] = -np.log1p(-np.asarray([*product.own, product.charged_off]))
        mixes[row, late, FULL], mixes[row, late, HALF] = product.full, product.half
        mixes[row, late, PACE] = 1 - mixes[row, late].sum(axis=1)
        unpaid_to[row] = np.where(standing < product.charge_off_after, standing + 1, CHARGED_OFF)
    paid_to = np.stack([standing, standing - standing // 2, np.zeros(STANDINGS, np.int64)])
    dues = np.stack([np.ones(STANDINGS, np.int64), 1 + standing // 2, standing + 1])
    paid_to[:, CHARGED_OFF], dues[:, CHARGED_OFF] = CHARGED_OFF, given.paying.charged_off_dues
    miss = np.asarray([product.miss for product in products])
    return PayTables(hazard, mixes, unpaid_to, paid_to, dues, np.log(miss / (1 - miss)))


def pay_chance(hazard: Floats) -> Floats:
    """The chance that something with this hazard happens."""
    return np.asarray(-np.expm1(-hazard))


def kinds(seed: int, stream: Stream, accounts: Ints, day: int, mixes: Floats) -> Ints:
    """What each account pays or promises, drawn from its mix."""
    return chosen(uniform(seed, stream, accounts, day), mixes)


def misses(tables: PayTables, product: Ints, willing: Floats, shocked: Floats, given: Parameters) -> Floats:
    """The chance that a current account misses its due this cycle."""
    logit = tables.miss_logit[product] - given.paying.willing_missed * willing + given.shocks.missed * shocked
    return np.asarray(1 / (1 + np.exp(-logit)))


def scheduled(calendar: Calendar, payday: Ints, start: int, end: Ints, draws: Floats) -> Ints:
    """The day on which each current account pays, weighed by payday, from `start` through `end`."""
    weights = calendar.cumulated
    target = weights[payday, start] + draws * (weights[payday, end + 1] - weights[payday, start])
    found = np.full(len(payday), start)
    for day in range(start + 1, int(end.max(initial=start)) + 1):
        found += weights[payday, day] <= target
    return np.asarray(np.minimum(found, end))
