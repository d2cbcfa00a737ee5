"""What there is to say about propensity's test: folds, baselines with intervals, money at capacity, segments.

Numbers of groups only; nothing here decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from models.calibration import Choice
from models.scorer import Floats, sigmoid
from training.dataset import Dataset
from training.evaluate import Interval, auc, brier, log_loss, recovery_at_capacity
from training.propensity_folds import FoldResult, Places, Recipe
from training.segments import by_segment
from training.verdict import Verdict

CAPACITY_SHARE = 0.2
"""The part of a month's accounts that a team can work, for recovery at capacity."""


def report(
    recipe: Recipe,
    results: Sequence[FoldResult],
    choice: Choice,
    model: Floats,
    scores: Mapping[str, Interval],
    best: str,
    differences: Mapping[str, Interval],
) -> dict[str, Any]:
    """Everything about the test worth reading, as JSON.

    Parameters
    ----------
    results : the folds, newest last; it is the test.
    choice : the calibration of the test's answers. `model` : those answers, calibrated.
    scores, best, differences : as measured; the best baseline's name; the model's log loss less each baseline's.
    """
    newest, data = results[-1], recipe.data
    y = data.y[newest.test]
    collected, order = worth(data, newest.test), ranked(data, newest, model)
    capacity = round(len(y) * CAPACITY_SHARE)
    return {
        "folds": [_fold_said(data, result) for result in results],
        "test": {name: asdict(interval) for name, interval in scores.items()},
        "raw_log_loss": log_loss(y, sigmoid(newest.margins)),
        "baselines": {name: _plain_scores(y, p) for name, p in newest.baselines.items()},
        "best_baseline": best,
        "difference_to_best_baseline": asdict(differences[best]),
        "differences": {name: asdict(difference) for name, difference in differences.items()},
        "calibration": {"method": choice.method, "held_out_log_loss": dict(choice.held_out_log_loss)},
        "recovery_at_capacity": {
            "capacity": capacity,
            **{name: recovery_at_capacity(score, collected, capacity) for name, score in order.items()},
        },
        "segments": by_segment(data, newest.test, model),
        "left_out": dict(data.panel.left_out),
        "parameters": dict(recipe.parameters),
    }


def _plain_scores(y: Floats, p: Floats) -> dict[str, float]:
    return {"auc": auc(y, p), "log_loss": log_loss(y, p), "brier": brier(y, p)}


def _fold_said(data: Dataset, result: FoldResult) -> dict[str, Any]:
    y = data.y[result.test]
    return {
        "train_days": [str(result.fold.train[0]), str(result.fold.train[-1])],
        "train_rows": len(result.train),
        "test_days": [str(result.fold.test[0]), str(result.fold.test[-1])],
        "test_rows": len(result.test),
        "paid_share": float(y.mean()),
        "rounds": result.rounds,
        "model": _plain_scores(y, sigmoid(result.margins)),
        "baselines": {name: log_loss(y, p) for name, p in result.baselines.items()},
    }


def worth(data: Dataset, rows: Places) -> Floats:
    """Money that each of these rows brought within its horizon, in minor units."""
    return data.labels.collected_minor[data.rows][rows]


def ranked(data: Dataset, newest: FoldResult, model: Floats) -> dict[str, Floats]:
    """What each opponent would work first: the money it expects, and the balance alone as people do."""
    asked = data.labels.needs_minor[data.rows][newest.test].astype(float)
    return {
        "propensity": model * asked,
        **{name: p * asked for name, p in newest.baselines.items()},
        "balance": data.panel.column("balance_minor")[data.rows][newest.test].astype(float),
    }


def flat_metrics(scores: Mapping[str, Interval], said: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of the test that are logged and shown beside the version."""
    flat = {f"test_{name}": interval.estimate for name, interval in scores.items()}
    flat["test_difference"] = said["difference_to_best_baseline"]["estimate"]
    flat["test_recovery_at_capacity"] = said["recovery_at_capacity"]["propensity"]
    return flat


def facts(recipe: Recipe, results: Sequence[FoldResult], decided: Verdict) -> dict[str, Any]:
    """What the model folder itself says about its training."""
    newest = results[-1].fold
    rules = np.unique(recipe.data.labels.rule[recipe.data.rows].astype(str))
    return {
        "judged_on": [str(newest.test[0]), str(newest.test[-1])],
        "trained_on": [str(day) for day in recipe.data.days()[:: max(1, len(recipe.data.days()) - 1)]],
        "rows": len(recipe.data.y),
        "label_rules": rules.tolist(),
        "feature_fingerprint": recipe.data.panel.fingerprint,
        **decided.document(),
    }
