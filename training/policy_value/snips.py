"""Self-normalised inverse propensity: the mean outcome of the rows that did what a policy would do, weighted.

It needs no model. Dividing by the weights' sum keeps a lucky draw of heavy rows from lifting the whole value.
Source: Swaminathan, Joachims (2015), "The self-normalized estimator for counterfactual learning", NIPS 28.
"""

from __future__ import annotations

from training.policy_value.choices import Choices, Floats, weights
from training.policy_value.overlap import refuse_unseen
from training.policy_value.value import Value, effective_rows, valued


def snips(choices: Choices, target: Floats) -> Value:
    """Mean outcome of a choice if a policy had chosen.

    Parameters
    ----------
    target : (n,) P(the action) under the policy; 0 or 1 where it is certain.

    Raises
    ------
    Refused : the log never did what the policy would do.

    Notes
    -----
    V = sum w y / sum w is a ratio of means; its error is linearised (delta method): each row adds w (y - V) / mean(w).

    Examples
    --------
    >>> import numpy as np
    >>> four = Choices(np.array([True, True, False, False]), np.full(4, 0.5), np.array([8.0, 4, 2, 0]), np.arange(4))
    >>> always, never = snips(four, np.ones(4)), snips(four, np.zeros(4))
    >>> always.estimate, never.estimate, always.effective_rows
    (6.0, 1.0, 2.0)
    """
    refuse_unseen(choices, target)
    weight = weights(choices, target)
    return valued("snips", *_parts(choices, weight), choices.debtor, effective_rows(weight))


def snips_difference(choices: Choices, target: Floats, other: Floats) -> Value:
    """Mean outcome under `target` less that under `other`, on the same rows, whose luck both share.

    Parameters
    ----------
    target, other : (n,) P(the action) under each.

    Raises
    ------
    Refused : the log never did what one of them would do.
    """
    refuse_unseen(choices, target)
    refuse_unseen(choices, other)
    own, others = weights(choices, target), weights(choices, other)
    (first, adds), (second, takes) = _parts(choices, own), _parts(choices, others)
    return valued("snips", first - second, adds - takes, choices.debtor, effective_rows(own - others))


def _parts(choices: Choices, weight: Floats) -> tuple[float, Floats]:
    """The weighted mean, and what each row adds to its error."""
    estimate = float((weight * choices.outcome).sum() / weight.sum())
    return estimate, weight * (choices.outcome - estimate) / weight.mean()
