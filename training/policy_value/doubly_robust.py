"""Doubly robust value: a fitted outcome for each action, mended where the log shows that it is wrong.

With known probabilities it is right on average whatever the outcome model says; a good model makes its interval
narrower. Sources: Dudik, Langford, Li (2011), "Doubly robust policy evaluation and learning", ICML 28; with
predictions of models that never saw the row's debtor: Chernozhukov et al. (2018), "Double/debiased machine learning
for treatment and structural parameters", Econometrics Journal 21.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.errors import BadInput
from training.policy_value.choices import Choices, Floats, weights
from training.policy_value.overlap import refuse_unseen
from training.policy_value.value import Value, effective_rows, valued


@dataclass(frozen=True)
class Predicted:
    """(n,) expected outcome of each row if the action is taken, and if it is not, in the outcome's unit.

    Whoever predicts a row must not have been fitted on it, nor on another of its debtor's (`outcome_model`).
    """

    if_acted: Floats
    if_not: Floats


def doubly_robust(choices: Choices, target: Floats, predicted: Predicted) -> Value:
    """Mean outcome of a choice if a policy had chosen.

    Parameters
    ----------
    target : (n,) P(the action) under the policy; 0 or 1 where it is certain.

    Raises
    ------
    Refused : the log never did what the policy would do.
    BadInput : predictions of another number of rows.

    Examples
    --------
    >>> four = Choices(np.array([True, True, False, False]), np.full(4, 0.5), np.array([8.0, 4, 2, 0]), np.arange(4))
    >>> perfect = Predicted(np.array([8.0, 4, 5, 3]), np.array([6.0, 2, 2, 0]))
    >>> doubly_robust(four, np.ones(4), perfect).estimate  # no error to mend: the mean of what acting brings
    5.0
    """
    refuse_unseen(choices, target)
    weight = weights(choices, target)
    return _mean(choices, _scores(choices, target, weight, predicted), weight)


def doubly_robust_difference(choices: Choices, target: Floats, other: Floats, predicted: Predicted) -> Value:
    """Mean outcome under `target` less that under `other`, on the same rows, whose luck both share.

    Parameters
    ----------
    target, other : (n,) P(the action) under each.

    Raises
    ------
    Refused : the log never did what one of them would do.
    BadInput : predictions of another number of rows.
    """
    refuse_unseen(choices, target)
    refuse_unseen(choices, other)
    own, others = weights(choices, target), weights(choices, other)
    scores = _scores(choices, target, own, predicted) - _scores(choices, other, others, predicted)
    return _mean(choices, scores, own - others)


def row_scores(choices: Choices, target: Floats, predicted: Predicted) -> Floats:
    """(n,) rows whose mean is the value of `target`; of two targets, rows less rows is what one adds in each.

    Examples
    --------
    >>> two = Choices(np.array([True, False]), np.full(2, 0.5), np.array([8.0, 2]), np.arange(2))
    >>> row_scores(two, np.ones(2), Predicted(np.array([7.0, 6]), np.zeros(2))).tolist()
    [9.0, 6.0]
    """
    refuse_unseen(choices, target)
    return _scores(choices, target, weights(choices, target), predicted)


def _scores(choices: Choices, target: Floats, weight: Floats, predicted: Predicted) -> Floats:
    """(n,) rows whose mean is the value."""
    if not len(choices) == len(predicted.if_acted) == len(predicted.if_not):
        raise BadInput(
            asked=f"value {len(choices)} choices with an outcome model",
            found=f"{len(predicted.if_acted)} and {len(predicted.if_not)} predictions",
            do="Predict every row, once as if the action was taken and once as if it was not.",
        )
    expected = target * predicted.if_acted + (1 - target) * predicted.if_not
    of_choice = np.where(choices.acted, predicted.if_acted, predicted.if_not)
    return expected + weight * (choices.outcome - of_choice)


def _mean(choices: Choices, scores: Floats, weight: Floats) -> Value:
    estimate = float(scores.mean())
    return valued("doubly_robust", estimate, scores - estimate, choices.debtor, effective_rows(weight))
