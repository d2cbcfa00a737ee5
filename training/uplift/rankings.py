"""The orders in which a segment could be worked, each a score whose highest are worked first."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from training.uplift.lessons import Flags, Floats

VALUE_AT_RISK = "value_at_risk"
"""What is owed by those who will not pay: right where nobody knows what a call adds."""

REPAYMENT = "repayment"
"""What is expected to be paid anyway."""

WITHOUT_EFFECT = ("random", "response", REPAYMENT, VALUE_AT_RISK)
"""Rankings that need no learner."""


def rankings(
    chance_paid: Floats, balance: Floats, effects: Mapping[str, Floats], *, seed: int = 0
) -> dict[str, Floats]:
    """The candidates of a selection.

    Parameters
    ----------
    chance_paid : (n,) P(pays), 0-1. `balance` : (n,) all that is owed.
    effects : by learner, what the treatment adds to the chance to pay.
    seed : of the random order.

    Returns
    -------
    dict : random; response, the likeliest payer first; repayment, that times balance; value_at_risk, the chance not to
        pay times balance; and each learner's effect times balance.

    Examples
    --------
    >>> found = rankings(np.array([0.9, 0.2]), np.array([100.0, 50.0]), {"s_learner": np.array([0.0, 0.1])})
    >>> {name: score.round(2).tolist() for name, score in found.items() if name != "random"}
    {'response': [0.9, 0.2], 'repayment': [90.0, 10.0], 'value_at_risk': [10.0, 40.0], 's_learner': [0.0, 5.0]}
    """
    return {
        "random": np.random.default_rng(seed).random(len(balance)),
        "response": chance_paid,
        REPAYMENT: chance_paid * balance,
        VALUE_AT_RISK: (1 - chance_paid) * balance,
    } | {name: effect * balance for name, effect in effects.items()}


def worked(score: Floats, capacity: float) -> Flags:
    """(n,) who is worked: the highest, as many as the capacity allows; of equal scores the earlier row.

    Parameters
    ----------
    capacity : share of the rows that can be worked, 0-1.

    Examples
    --------
    >>> worked(np.array([1.0, 3.0, 2.0, 3.0]), 0.5).tolist()
    [False, True, False, True]
    """
    chosen = np.zeros(len(score), dtype=bool)
    chosen[np.argsort(-score, kind="stable")[: round(capacity * len(score))]] = True
    return chosen
