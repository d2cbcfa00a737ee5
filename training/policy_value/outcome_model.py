"""The outcome model of a doubly robust value: LightGBM, fitted on some debtors and asked about the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from arrears.errors import Refused
from training.policy_value.choices import Choices, Codes, Floats
from training.policy_value.doubly_robust import Predicted

PARAMETERS: Mapping[str, Any] = {
    "objective": "regression",
    "learning_rate": 0.05,
    "num_leaves": 15,
    "min_data_in_leaf": 40,
    "lambda_l2": 5.0,
    "max_bin": 63,
    "verbosity": -1,
    "seed": 20,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
}
"""Small and shrunken: a model that is wrong costs width and never the truth, so it need not be searched for."""

ROUNDS = 80


def cross_fitted(
    choices: Choices,
    features: Floats,
    *,
    folds: int = 5,
    seed: int = 0,
    rounds: int = ROUNDS,
    parameters: Mapping[str, Any] | None = None,
) -> Predicted:
    """Expected outcome of every row under both actions, by a model that never saw a row of its debtor.

    One model learns from both actions, with the action as a column: where one of them is rare, a model of its own would
    know nothing.

    Parameters
    ----------
    features : (n, columns) what was known before the choice, NaN where unknown. Nothing that came after it.
    folds : parts into which debtors fall; each is predicted by a model of the others.
    parameters : of LightGBM, over `PARAMETERS`.

    Raises
    ------
    Refused : all rows are one debtor's, so nobody else can teach.
    """
    import lightgbm

    told = {**PARAMETERS, **(parameters or {})}
    x = np.column_stack([choices.acted.astype(np.float64), choices.chance, features])
    acted, left = (_with_action(x, action) for action in (1.0, 0.0))
    if_acted, if_not = np.empty((2, len(choices)))
    for others, own in split_by_debtor(choices.debtor, folds=folds, seed=seed):
        scale = float(choices.outcome[others].std()) or 1.0
        data = lightgbm.Dataset(x[others], choices.outcome[others] / scale, free_raw_data=True)
        fitted = lightgbm.train(told, data, num_boost_round=rounds)
        if_acted[own] = np.asarray(fitted.predict(acted[own], num_threads=1)) * scale
        if_not[own] = np.asarray(fitted.predict(left[own], num_threads=1)) * scale
    return Predicted(if_acted, if_not)


def split_by_debtor(debtor: Codes, *, folds: int, seed: int) -> list[tuple[Codes, Codes]]:
    """Pairs of row numbers, to fit on and to predict; each debtor is in one fold, each row is predicted once.

    Examples
    --------
    >>> pairs = split_by_debtor(np.array([7, 7, 8, 9]), folds=2, seed=0)
    >>> sorted(row for _, own in pairs for row in own.tolist())
    [0, 1, 2, 3]
    """
    codes, of_row = np.unique(debtor, return_inverse=True)
    if min(folds, len(codes)) < 2:  # noqa: PLR2004 - one to learn from and one to ask about
        raise Refused(
            asked=f"an outcome model of {len(debtor)} choices in {folds} folds",
            found=f"{len(codes)} debtors",
            do="Use at least two folds and the choices of several debtors.",
        )
    fold = np.random.default_rng(seed).permutation(np.arange(len(codes)) % min(folds, len(codes)))[of_row]
    return [(np.flatnonzero(fold != each), np.flatnonzero(fold == each)) for each in range(int(fold.max()) + 1)]


def _with_action(x: Floats, action: float) -> Floats:
    asked = x.copy()
    asked[:, 0] = action
    return asked
