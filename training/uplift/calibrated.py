"""What an order adds, from effects that the log has put to scale: surer than its own rows alone, if the scale is right.

Doubly robust values carry the luck of every large balance. Here the log judges only few numbers, by which the effects
told by rankings are to be multiplied, from all of its rows; cash follows from those. Where no effect is planted the
numbers are zero, so what is tested with it is tested rightly; where effects bend otherwise it is somewhat off.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from training.policy_value.choices import Choices
from training.policy_value.doubly_robust import Predicted
from training.policy_value.value import Value, effective_rows, valued
from training.uplift.lessons import Floats
from training.uplift.rankings import REPAYMENT, VALUE_AT_RISK, WITHOUT_EFFECT

_MONEY = (VALUE_AT_RISK, REPAYMENT)
"""Orders without an effect whose scores are money, so that an effect may be in proportion to them."""
_SAME = 1e-9
"""Columns that are one another's shadow up to this share say nothing of their own."""


class Calibrated:
    """Effects put to scale on a log.

    Parameters
    ----------
    orders : as of `rankings`: effects and chances times balance, of models that never saw the row's debtor.
    choices : the log that judges; its outcome is cash. `predicted` : expected cash of each row.
    balance : (n,) what is owed, above 0.

    Notes
    -----
    With y the share of the balance paid, m what was expected of the row under the log, t what was done and e its
    probability: y - m = (t - e) (b0 + b1 log balance + the sum of b times each score in money over the balance, of
    learners, repayment and value at risk) + noise, by least squares. Sources: Robinson (1988), "Root-N-consistent
    semiparametric regression", Econometrica 56; Chernozhukov, Demirer, Duflo, Fernandez-Val (2018), "Generic machine
    learning inference on heterogeneous treatment effects in randomized experiments", section "best linear predictor".
    """

    def __init__(self, orders: Mapping[str, Floats], choices: Choices, predicted: Predicted, balance: Floats) -> None:
        self._choices = choices
        self._terms = _terms(orders, balance) * balance[:, None]
        chance, acted = choices.chance, choices.acted.astype(np.float64)
        expected = chance * predicted.if_acted + (1 - chance) * predicted.if_not
        drawn = (acted - chance)[:, None] * self._terms / balance[:, None]
        left = (choices.outcome - expected) / balance
        spread = np.linalg.pinv(drawn.T @ drawn, rcond=_SAME, hermitian=True)
        self._factors = spread @ drawn.T @ left
        self._errors = (drawn * (left - drawn @ self._factors)[:, None]) @ spread * len(choices)
        self._rows = effective_rows((acted - chance) ** 2)

    def difference(self, target: Floats, other: Floats) -> Value:
        """Mean cash of a row under `target` less that under `other`, (n,) each P(worked)."""
        cash = (target - other)[:, None] * self._terms
        rows = cash @ self._factors
        estimate = float(rows.mean())
        influence = rows - estimate + self._errors @ cash.mean(axis=0)
        return valued("calibrated", estimate, influence, self._choices.debtor, self._rows)


def _terms(orders: Mapping[str, Floats], balance: Floats) -> Floats:
    told = [score / balance for name, score in orders.items() if name not in WITHOUT_EFFECT or name in _MONEY]
    columns = np.column_stack([np.log(balance), *told])
    spread = columns.std(axis=0)
    # Columns of one size keep the inverse exact; one that never varies says what the first says.
    scaled = (columns - columns.mean(axis=0))[:, spread > 0] / spread[spread > 0]
    return np.column_stack([np.ones(len(balance)), scaled])
