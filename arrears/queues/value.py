"""What it is worth to work an account, in money per collector minute: the formula, one term a function.

Pure arithmetic over NumPy columns, the same for a book and for one account. Money is in minor units, shares are 0-1,
and a number that does not apply to an account is NaN. Who is worth most first is for `rank` to say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arrears.buckets import AGEING
from arrears.policy.columns import Flags, Numbers
from arrears.queues.added import Added, nothing_told

Ranks = NDArray[np.int64]

CHARGED_OFF_RANK = len(AGEING)
"""Rank of a charged-off account: one worse than 180+."""

WORST_RANK = len(AGEING) - 1


@dataclass(frozen=True)
class Worth:
    """What the formula reads of each account, all columns of one length n.

    Attributes
    ----------
    bucket_rank : 0 for CURRENT to 7 for 180+, 8 for charged off.
    balance_minor, past_due_minor : NaN where unknown.
    is_agency : collected for somebody else, or bought: what counts is what comes in, not the next bucket.
    propensity : (n,) P(pays).
    p_roll : (n,) P(a worse bucket by `rolls_on`), NaN where there is none.
    next_bucket : (n, 8) chance of each ageing bucket next cycle.
    days_to_roll : days from `as_of` until the account enters the next bucket, NaN where there is none.
    right_party_share : (n,) P(an attempt reaches a liable party): a model's, or the client's.
    attempts_per_week, attempt_minutes, talk_minutes, minute_cost_minor, fee_share : the client's.
    """

    bucket_rank: Ranks
    balance_minor: Numbers
    past_due_minor: Numbers
    is_agency: Flags
    propensity: Numbers
    p_roll: Numbers
    next_bucket: Numbers
    days_to_roll: Numbers
    right_party_share: Numbers
    attempts_per_week: Numbers
    attempt_minutes: Numbers
    talk_minutes: Numbers
    minute_cost_minor: Numbers
    fee_share: Numbers


def terms(
    worth: Worth, loss_by_bucket: Numbers, *, adds: Added | None = None, horizon_days: int = 30
) -> dict[str, Numbers]:
    """Every term of every strategy's formula, by name.

    Parameters
    ----------
    loss_by_bucket : (8,) share of the exposure lost, by ageing bucket.
    adds : what a call adds, where it is known; elsewhere, or where it is None, an account is worth what is at risk.
    horizon_days : how long an account without a next bucket may be worked before it is judged anew.
    """
    told = adds or nothing_told(len(worth.propensity))
    rolls = has_next_bucket(worth)
    rolled, stayed = losses(worth.next_bucket, worth.bucket_rank, loss_by_bucket)
    attempts = attempts_before(np.where(rolls, worth.days_to_roll, horizon_days), worth.attempts_per_week)
    contact = chance_of_contact(worth.right_party_share, attempts)
    minutes = expected_minutes(worth.attempt_minutes, contact, worth.talk_minutes)
    owed = np.where(np.isnan(worth.balance_minor), worth.past_due_minor, worth.balance_minor)
    avoided = loss_avoided(owed, worth.p_roll, rolled, stayed, contact)
    at_risk = np.where(rolls, avoided, fee_expected(worth.propensity, owed, worth.fee_share))
    stake = np.where(rolls, owed * (rolled - stayed), owed * worth.fee_share)
    gross = told.worth(stake, at_risk)
    cost = minutes * worth.minute_cost_minor
    return {
        "bucket_rank": worth.bucket_rank.astype(float),
        "balance_minor": worth.balance_minor,
        "exposure_minor": _where(rolls, owed),
        "p_roll": _where(rolls, worth.p_roll),
        "loss_if_rolled": _where(rolls, rolled),
        "loss_if_not": _where(rolls, stayed),
        "propensity": worth.propensity,
        "amount_minor": _where(~rolls, owed),
        "fee_share": _where(~rolls, worth.fee_share),
        "days_to_roll": _where(rolls, worth.days_to_roll),
        "right_party_share": worth.right_party_share,
        "attempts": attempts,
        "p_contact": contact,
        "at_risk_minor": at_risk,
        "stake_minor": stake,
        **told.terms(stake),
        "gross_minor": gross,
        "expected_minutes": minutes,
        "cost_minor": cost,
        "value_minor": gross - cost,
        "priority_minor": per_minute(gross, minutes, cost),
    }


def has_next_bucket(worth: Worth) -> Flags:
    """Whether an account can still roll: not from 180+ or charged off, not in an agency's book."""
    found: Flags = (worth.bucket_rank < WORST_RANK) & ~worth.is_agency & ~np.isnan(worth.p_roll)
    return found


def losses(next_bucket: Numbers, bucket_rank: Ranks, loss_by_bucket: Numbers) -> tuple[Numbers, Numbers]:
    """Share of the exposure lost if the account rolls, and if it does not.

    Each is the mean of the loss factors over the buckets that it may then be in, weighted by how likely they are. Where
    the model gives a side no chance at all the nearest bucket's factor stands: the next one, or the present one.

    Examples
    --------
    >>> ladder = np.array([0.0, 0.1, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8])
    >>> chances = np.array([[0.5, 0.0, 0.25, 0.25, 0.0, 0.0, 0.0, 0.0]])
    >>> rolled, stayed = losses(chances, np.array([2]), ladder)
    >>> rolled.round(4).tolist(), stayed.round(4).tolist()  # 0.4, and (0.5 x 0 + 0.25 x 0.2) / 0.75
    ([0.4], [0.0667])
    """
    present = np.clip(bucket_rank, 0, WORST_RANK)
    worse = np.arange(len(AGEING)) > present[:, None]
    following = np.clip(present + 1, 0, WORST_RANK)
    return (
        _mean(loss_by_bucket, next_bucket * worse, loss_by_bucket[following]),
        _mean(loss_by_bucket, next_bucket * ~worse, loss_by_bucket[present]),
    )


def attempts_before(days: Numbers, per_week: Numbers) -> Numbers:
    """How many attempts fit before the day; at least the one that is made today.

    Examples
    --------
    >>> attempts_before(np.array([0.0, 7.0, 31.0]), np.array([5.0, 5.0, 5.0])).tolist()
    [1.0, 5.0, 22.0]
    """
    known = np.where(np.isnan(days), 0.0, days)
    fitting: Numbers = np.maximum(np.floor(known * per_week / 7), 1.0)
    return fitting


def chance_of_contact(right_party_share: Numbers, attempts: Numbers) -> Numbers:
    """P(at least one right-party contact) in so many attempts, each with the same chance.

    Examples
    --------
    >>> chance_of_contact(np.array([0.5]), np.array([2.0])).tolist()
    [0.75]
    """
    return np.asarray(1 - (1 - right_party_share) ** attempts)


def expected_minutes(attempt_minutes: Numbers, p_contact: Numbers, talk_minutes: Numbers) -> Numbers:
    """A collector's minutes: the attempt, and the talk as often as there is one.

    Examples
    --------
    >>> expected_minutes(np.array([1.5]), np.array([0.5]), np.array([6.0])).tolist()
    [4.5]
    """
    return attempt_minutes + p_contact * talk_minutes


def loss_avoided(
    exposure_minor: Numbers, p_roll: Numbers, loss_if_rolled: Numbers, loss_if_not: Numbers, p_contact: Numbers
) -> Numbers:
    """Loss that a right-party contact before the roll can avoid.

    Examples
    --------
    >>> one = [np.array([value]) for value in (100_000.0, 0.5, 0.25, 0.05, 0.8)]
    >>> loss_avoided(*one).round(6).tolist()  # 1,000.00 at stake, half rolls, 20 points of loss, 80 % reached
    [8000.0]
    """
    return exposure_minor * p_roll * (loss_if_rolled - loss_if_not) * p_contact


def fee_expected(propensity: Numbers, amount_minor: Numbers, fee_share: Numbers) -> Numbers:
    """What is earned on the money that is likely to come in.

    Examples
    --------
    >>> fee_expected(np.array([0.1]), np.array([50_000.0]), np.array([0.25])).tolist()
    [1250.0]
    """
    return propensity * amount_minor * fee_share


def per_minute(gross_minor: Numbers, minutes: Numbers, cost_minor: Numbers) -> Numbers:
    """Worth less cost, per expected minute.

    Examples
    --------
    >>> per_minute(np.array([8000.0]), np.array([4.0]), np.array([240.0])).tolist()
    [1940.0]
    """
    return (gross_minor - cost_minor) / minutes


def _mean(values: Numbers, weights: Numbers, otherwise: Numbers) -> Numbers:
    total = weights.sum(axis=1)
    # Not a matrix product, whose rounding depends on how many rows it has: one row must get what it gets in its book.
    return np.asarray(np.divide((weights * values).sum(axis=1), total, out=otherwise.astype(float), where=total > 0))


def _where(applies: Flags, values: Numbers) -> Numbers:
    return np.where(applies, values, np.nan)
