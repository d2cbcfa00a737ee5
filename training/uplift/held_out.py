"""Rankings of a log's own rows, each by models that never saw the row's debtor: what a selection is judged on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.policy_value.choices import Choices, Codes
from training.policy_value.doubly_robust import Predicted
from training.policy_value.outcome_model import split_by_debtor
from training.uplift.lessons import Floats, Learner, Lessons
from training.uplift.rankings import rankings
from training.uplift.single import SingleEffect, SingleLearner, outcomes_of
from training.uplift.trees import PLAIN, Size, fit_mean


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What `select` asks for.

    Attributes
    ----------
    orders : by name, (n,) scores. `choices` : the log, its outcome in cash. `predicted` : (n,) expected cash.
    balance : (n,) what is owed.
    """

    orders: dict[str, Floats]
    choices: Choices
    predicted: Predicted
    balance: Floats


def held_out(
    log: Lessons,
    balance_minor: Floats,
    debtor: Codes,
    learners: Sequence[Learner],
    *,
    folds: int = 2,
    seed: int = 0,
    size: Size = PLAIN,
) -> HeldOut:
    """Rank every row of a log by models of the other debtors' rows.

    Parameters
    ----------
    log : its outcome is the share of the balance that was paid, 0-1.
    balance_minor : (n,) all that is owed, in minor units of one currency. `debtor` : (n,) whose row it is, as codes.
    learners : the candidates that learn effects, by their names.
    folds : parts into which debtors fall. More of them rank better and take longer.
    size : of the models of payment.

    Raises
    ------
    Refused : a part has one arm, or all rows are one debtor's.

    Notes
    -----
    The models that rank and those that expect an outcome are fitted on the same other debtors. A row is judged by what
    came of it and by none that learned from it.
    """
    rows = len(log)
    chance, without, treated = np.empty((3, rows))
    effects = {learner.name: np.empty(rows) for learner in learners}
    for others, own in split_by_debtor(debtor, folds=folds, seed=seed):
        taught, asked = log.only(others), log.features[own]
        response = fit_mean(taught.features, taught.outcome, size=size, yes_or_no=taught.yes_or_no)
        chance[own] = np.clip(response.predict(asked), 0, 1)
        without[own], treated[own] = SingleEffect(outcomes_of(taught, SingleLearner(size))).both(asked)
        for learner in learners:
            model = learner.fit(taught.features, taught.treated, taught.probability, taught.outcome)
            effects[learner.name][own] = model.effect(asked)
    return HeldOut(
        rankings(chance, balance_minor, effects, seed=seed),
        Choices(log.treated, log.probability, log.outcome * balance_minor, debtor),
        Predicted(treated * balance_minor, without * balance_minor),
        balance_minor,
    )
