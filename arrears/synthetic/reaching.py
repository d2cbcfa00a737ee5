"""Whether a dial reaches the right party, and what the line says where it does not.

The chance depends on the kind of debt and its stage, on the debtor, the hour in the debtor's zone and the weekday, on
whose number it really is, and on how often nobody was reached lately.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, unique

import numpy as np

from arrears.synthetic.chance import Flags, Floats, Ints, chosen
from arrears.synthetic.parameters import FIRST_HOUR, HOURS, LAST_HOUR, PRODUCTS, Parameters

NUMBERS = 2
"""How many telephone numbers of a debtor are kept at most."""
LATE = 3
"""Cycles past due from which a dial counts as late stage."""
MOST = 0.9


@unique
class Line(IntEnum):
    """What came of a dial."""

    RIGHT_PARTY = 0
    VOICEMAIL = 1
    NO_ANSWER = 2
    THIRD_PARTY = 3
    BUSY = 4
    HUNG_UP = 5
    NOT_IN_SERVICE = 6
    WRONG_NUMBER = 7


@dataclass(frozen=True)
class Numbers:
    """Telephone numbers of the debtors: arrays of shape (debtors, 2).

    Attributes
    ----------
    there : the source knows a number.
    theirs : it really is the debtor's; no table tells.
    told_bad, unverified : what the source says of it from the start.
    email : (debtors,) an address is known.
    """

    there: Flags
    theirs: Flags
    told_bad: Flags
    unverified: Flags
    email: Flags


def numbers(debtors: int, seed: int, given: Parameters) -> Numbers:
    """The numbers of so many debtors."""
    random = np.random.default_rng([seed, 3])
    reaching = given.reaching
    shape = (debtors, NUMBERS)
    there = np.stack([np.ones(debtors, np.bool_), random.random(debtors) < reaching.second_number], axis=1)
    wrong = np.asarray([reaching.bad_number, reaching.bad_second])
    theirs = random.random(shape) >= wrong
    told_bad = ~theirs & (random.random(shape) < reaching.told_bad)
    unverified = ~told_bad & (random.random(shape) < np.where(theirs, reaching.unverified, 2 * reaching.unverified))
    return Numbers(
        there, theirs & there, told_bad & there, unverified & there, random.random(debtors) < given.people.emails
    )


def reach_levels(given: Parameters) -> Floats:
    """(products, 2): the level of the chance early and late, before anything else."""
    return np.asarray([[given.reaching.early[name], given.reaching.late[name]] for name in PRODUCTS])


def hour_shares(given: Parameters) -> Floats:
    """(hours of debtors, 24): the chance at each hour relative to the mean; 0 at night."""
    shares = np.zeros((len(HOURS), 24))
    for row, name in enumerate(HOURS):
        shares[row, FIRST_HOUR : LAST_HOUR + 1] = given.hours[name]
    return shares


def reach_chance(
    level: Floats,
    hour_share: Floats,
    answering: Floats,
    tired: Floats,
    theirs: Flags,
    given: Parameters,
    *,
    weekend: bool,
) -> Floats:
    """The chance that one dial reaches the right party.

    Parameters
    ----------
    level : from `reach_levels`, times a drift if there is one.
    tired : recent attempts that reached nobody, faded.
    theirs : whether the number dialled really is the debtor's.
    """
    reaching = given.reaching
    by_debtor = np.exp(reaching.spread * answering - 0.5 * reaching.spread**2)
    day = reaching.weekend if weekend else 1.0
    chance = level * hour_share * by_debtor * np.exp(-reaching.fatigue * tired) * day
    return np.where(theirs, np.minimum(chance, MOST), 0.0)


def lines(draws: Floats, theirs: Flags, given: Parameters) -> Ints:
    """What the line says where the right party was not reached, a number of `Line`."""
    reaching = given.reaching
    own = [0.0, reaching.voicemail, 0.0, reaching.third_party, 0.05, 0.06, 0.0, 0.0]
    own[Line.NO_ANSWER] = 1 - sum(own)
    others = [0.0, 0.10, 0.30, 0.0, 0.0, 0.0, 0.40, 0.20]
    return chosen(draws, np.where(theirs[:, None], own, others))
