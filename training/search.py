"""A search for better parameters that never looks at the test: each trial is judged on later days of the training.

Optional, because the spec's own parameters do well and a search costs minutes.
"""

from __future__ import annotations

from typing import Any

from arrears.errors import Refused
from models.spec import ModelSpec
from training.examples import Examples
from training.fit import best_rounds
from training.progress import QUIET, Progress
from training.splits import Fold, walk_forward


def search(
    data: Examples, newest: Fold, spec: ModelSpec, *, trials: int, seed: int = 0, progress: Progress = QUIET
) -> dict[str, Any]:
    """Parameters with the least log loss over inner folds in time, all before the newest fold's test.

    Parameters
    ----------
    newest : the fold whose training days may be looked at.
    trials : how many sets of parameters are tried.

    Raises
    ------
    Refused : the training days do not allow one inner fold.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    inner = [_rows(data, fold) for fold in _inner_folds(newest, data.horizon_days)]

    def loss(trial: Any) -> float:  # noqa: ANN401 - optuna.Trial
        progress.part(f"trial {trial.number + 1} of {trials}")
        parameters = _suggested(trial)
        losses = [
            best_rounds(data.x[rows], data.y[rows], later, spec, data.features, parameters=parameters)[1]
            for rows, later in inner
        ]
        return sum(losses) / len(losses)

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(loss, n_trials=trials)
    return dict(study.best_params)


def _inner_folds(newest: Fold, horizon_days: int) -> tuple[Fold, ...]:
    try:
        return walk_forward(newest.train, horizon_days=horizon_days, folds=2)
    except Refused as problem:
        raise Refused(
            asked="search for parameters",
            found=f"{len(newest.train)} training days before the test allow no inner fold",
            do="Train on a longer history, or without --trials.",
        ) from problem


def _rows(data: Examples, fold: Fold) -> tuple[Any, Any]:
    import numpy as np

    train, test = data.on(fold.train, known_by=fold.starts_on), data.on(fold.test)
    return np.concatenate([train, test]), np.arange(len(train) + len(test)) >= len(train)


def _suggested(trial: Any) -> dict[str, Any]:  # noqa: ANN401 - optuna.Trial
    return {
        "num_leaves": trial.suggest_int("num_leaves", 4, 63, log=True),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 10, 400, log=True),
        "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.1, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.3, 1.0),
        "lambda_l2": trial.suggest_float("lambda_l2", 0.1, 50.0, log=True),
    }
