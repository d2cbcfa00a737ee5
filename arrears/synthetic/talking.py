"""What comes of a talk with the right party, and what talks and messages leave in the debtor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, unique

import numpy as np

from arrears.synthetic.chance import Flags, Floats, Ints
from arrears.synthetic.lifts import NO_KIND, PROMISE_DAYS, Lifts
from arrears.synthetic.parameters import PRODUCTS, Parameters

ANNOYED_DAYS, HARDSHIP_DAYS = 30, 60
DISPUTE_DAYS = 30


@unique
class Talk(IntEnum):
    """How a talk ends."""

    PROMISE = 0
    CALLBACK = 1
    REFUSED = 2
    HARDSHIP = 3
    DISPUTE = 4
    CEASE = 5


@dataclass(frozen=True)
class Listeners:
    """The accounts a talk or message is about, with what decides how it works on them.

    `lift` multiplies what a talk adds (a drift may weaken it); `message` the same for texts. `promise_day` is the day
    that a promise made now would be for.
    """

    product: Ints
    cycles: Ints
    warmth: Floats
    willing: Floats
    prickly: Flags
    broken: Ints
    promise_day: Ints
    lift: float
    message: float


def endings(
    product: Ints, warmth: Floats, mood: Floats, saturation: Floats, promised: Flags, shocked: Flags, given: Parameters
) -> Floats:
    """(talks, endings): the chance of each ending, in the order of `Talk`.

    Examples
    --------
    >>> from arrears.synthetic.parameters import parameters_of
    >>> one = np.zeros(1, np.int64)
    >>> shares = endings(one, np.zeros(1), np.zeros(1), np.zeros(1), one > 0, one > 0, parameters_of("usual"))
    >>> round(float(shares.sum()), 9), bool(shares[0, Talk.PROMISE] < shares[0, Talk.CALLBACK])
    (1.0, True)
    """
    talking = given.talking
    products = [given.products[name] for name in PRODUCTS]
    level = np.asarray([one.promise for one in products])[product]
    promise = 1 / (1 + np.exp(-(np.log(level / (1 - level)) + talking.warmth_promise * warmth + mood - saturation)))
    promise = np.where(promised, promise * talking.while_promised, promise)
    hardship = np.where(shocked, talking.hardship_in_shock, talking.hardship)
    dispute = np.asarray([one.dispute for one in products])[product]
    left = 1 - hardship - dispute - talking.cease
    shares = np.empty((len(product), len(Talk)))
    shares[:, Talk.PROMISE] = left * promise
    shares[:, Talk.CALLBACK] = shares[:, Talk.REFUSED] = left * (1 - promise) / 2
    shares[:, Talk.HARDSHIP], shares[:, Talk.DISPUTE], shares[:, Talk.CEASE] = hardship, dispute, talking.cease
    return shares


def after_talk(before: Lifts, ending: Ints, who: Listeners, day: int, given: Parameters) -> Lifts:
    """The lifts of accounts about which a talk on that day ended so."""
    talking = given.talking
    size = who.lift * np.exp(talking.warmth_lift * who.warmth) * _by_lateness(who, given)
    after = _nudged(before, talking.talk * size, day, given)
    promised = ending == Talk.PROMISE
    weight = np.asarray([given.products[name].kept_weight for name in PRODUCTS])[who.product]
    firm = np.exp(talking.willing_lift * who.willing) * talking.broken**who.broken
    after.promised_for = np.where(promised, who.promise_day, after.promised_for)
    after.promised_on = np.where(promised, day, after.promised_on)
    after.promise_hazard = np.where(promised, weight * size * firm / PROMISE_DAYS, after.promise_hazard)
    after.promise_kind = np.where(promised, NO_KIND, after.promise_kind)
    slowed = (
        ((ending == Talk.REFUSED) & who.prickly, talking.annoyed, ANNOYED_DAYS),
        (ending == Talk.HARDSHIP, talking.hardship_pays, HARDSHIP_DAYS),
        (ending == Talk.DISPUTE, talking.dispute_pays, DISPUTE_DAYS),
    )
    for which, share, days in slowed:
        after.own = np.where(which, share, after.own)
        after.own_until = np.where(which, day + days, after.own_until)
    return after


def after_message(before: Lifts, channel: str, who: Listeners, day: int, given: Parameters) -> Lifts:
    """The lifts of accounts about which an `sms`, `email` or `letter` arrived on that day."""
    total = {"sms": given.talking.sms, "email": given.talking.email, "letter": given.talking.letter}[channel]
    size = who.message * np.exp(given.talking.warmth_lift * who.warmth) * _by_lateness(who, given)
    return _nudged(before, total * size, day, given)


def _by_lateness(who: Listeners, given: Parameters) -> Floats:
    # Relative to two cycles late, so that the mean effect of a world stays of one size.
    return np.asarray((np.maximum(who.cycles, 1) / 2.0) ** given.talking.by_lateness)


def _nudged(before: Lifts, total: Floats, day: int, given: Parameters) -> Lifts:
    fades = given.talking.fades
    after = before.take(np.arange(len(before.nudge)))
    left = before.nudge * fades ** (day - before.nudged_on).clip(0, 500)
    after.nudge = left + total * (1 - fades)
    after.nudged_on = np.full(len(left), day)
    return after
