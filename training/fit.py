"""Fit one booster on rows and columns, and say how many trees it should have by looking at later days only.

The same rows, parameters and seed give the same trees, whatever the machine's load.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from arrears.errors import Refused
from models.scorer import Floats
from models.spec import ModelSpec

Mask = npt.NDArray[np.bool_]

PARAMETERS: Mapping[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.1,
    "num_leaves": 31,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.8,
    "lambda_l2": 5.0,
    "max_bin": 63,
    "verbosity": -1,
    "seed": 20,
    "deterministic": True,
    "force_row_wise": True,
}
"""LightGBM's parameters where a spec says nothing else."""

SMALL: Mapping[str, Any] = {"learning_rate": 0.03, "num_leaves": 5, "min_data_in_leaf": 20, "feature_fraction": 0.4}
"""In their place where rows are few."""

MOST_ROUNDS = 400
PATIENCE = 20
FEW_ROWS = 4000
MANY_ROWS = 500_000


def booster(
    x: Floats,
    y: Floats,
    spec: ModelSpec,
    features: Sequence[str],
    *,
    rounds: int,
    parameters: Mapping[str, Any] | None = None,
) -> Any:  # noqa: ANN401 - lightgbm.Booster
    """Fit `rounds` trees.

    Parameters
    ----------
    x : (n, features), NaN where null. y : (n,), 0 or 1.
    parameters : over the spec's, which are over `PARAMETERS`.
    """
    import lightgbm

    return lightgbm.train(_settings(spec, features, len(y), parameters), _rows(x, y, features), num_boost_round=rounds)


def best_rounds(
    x: Floats,
    y: Floats,
    later: Mask,
    spec: ModelSpec,
    features: Sequence[str],
    *,
    parameters: Mapping[str, Any] | None = None,
) -> tuple[int, float]:
    """How many trees are best for rows that lie later in time, and the loss (log loss if binary) reached there.

    Parameters
    ----------
    later : (n,) True for the rows to be judged on; all others are fitted on.
    """
    import lightgbm

    fitted = lightgbm.train(
        _settings(spec, features, int((~later).sum()), parameters),
        teach := _rows(x[~later], y[~later], features),
        num_boost_round=MOST_ROUNDS,
        valid_sets=[lightgbm.Dataset(x[later], y[later], reference=teach)],
        callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)],
    )
    (loss,) = fitted.best_score["valid_0"].values()
    return int(fitted.best_iteration), float(loss)


def refuse_what_cannot_teach(
    model: str,
    x: Floats,
    y: Floats,
    features: Sequence[str],
    *,
    least: int,
    immature: int = 0,
    classes: tuple[str, str] = ("paid", "unpaid"),
) -> None:
    """Say no, with the numbers, where nothing could be learned.

    Parameters
    ----------
    least : rows that each class needs.
    immature : rows left out because their labels are not over yet, for the message.
    classes : what a label of 1 and a label of 0 are called.

    Raises
    ------
    Refused : too few mature labels, one class alone, or a column that holds nothing but nulls.
    """
    paid, unpaid = int(y.sum()), int(len(y) - y.sum())
    if min(paid, unpaid) < least:
        raise Refused(
            asked=f"train {model}",
            found=(
                f"{len(y)} mature labels, {paid} {classes[0]} and {unpaid} {classes[1]}, {immature} not over yet; "
                f"{least} of each are needed"
            ),
            do="Train on more days or a larger book, or wait until more labels are over.",
        )
    empty = [name for name, column in zip(features, x.T, strict=True) if np.isnan(column).all()]
    if empty:
        raise Refused(
            asked=f"train {model}",
            found=f"{len(empty)} features are null in all {len(x)} rows: {', '.join(empty)}",
            do="Leave them out with --without NAME, or load the tables they read.",
        )


def _settings(
    spec: ModelSpec, features: Sequence[str], rows: int, parameters: Mapping[str, Any] | None
) -> dict[str, Any]:
    # A small book cannot fill large leaves, and too many leaves would learn it by heart.
    small = SMALL if rows < FEW_ROWS else {}
    fixed = {
        "monotone_constraints": spec.directions(features),
        # Threads that wait for each other on a busy machine cost more than they bring until rows are many.
        "num_threads": 0 if rows > MANY_ROWS else 1,
    }
    return {**PARAMETERS, **small, **fixed, **spec.parameters, **(parameters or {})}


def _rows(x: Floats, y: Floats, features: Sequence[str]) -> Any:  # noqa: ANN401 - lightgbm.Dataset
    import lightgbm

    return lightgbm.Dataset(x, y, feature_name=list(features), free_raw_data=False)
