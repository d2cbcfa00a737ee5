"""What there is to say about the test of a yes-or-no question: folds, baselines with intervals, money, segments.

Numbers of groups only; nothing here decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from models.calibration import Choice
from models.scorer import Floats, sigmoid
from training.binary_folds import FoldResult, Recipe
from training.charts import calibration_chart, gains_chart
from training.evaluate import Interval, auc, brier, log_loss, recovery_at_capacity
from training.examples import Examples, Money
from training.segments import by_segment
from training.splits import Fold
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
    return {
        "folds": [_fold_said(data, result) for result in results],
        "test": {name: asdict(interval) for name, interval in scores.items()},
        "raw_log_loss": log_loss(y, sigmoid(newest.margins)),
        "baselines": {name: _plain_scores(y, p) for name, p in newest.baselines.items()},
        "best_baseline": best,
        "difference_to_best_baseline": asdict(differences[best]),
        "differences": {name: asdict(difference) for name, difference in differences.items()},
        "calibration": {"method": choice.method, "held_out_log_loss": dict(choice.held_out_log_loss)},
        **_recovery(recipe, newest, model),
        "segments": by_segment(data, newest.test, model),
        "left_out": dict(data.panel.left_out),
        "parameters": dict(recipe.parameters),
    }


def charts(recipe: Recipe, newest: FoldResult, model: Floats, best: str) -> dict[str, str]:
    """Pictures of the test: what was said beside what happened and, where money is known, where it was found."""
    y, name = recipe.data.y[newest.test], recipe.spec.name
    happened = f"Share that {_happened(recipe.data)}"
    drawn = {"calibration.svg": calibration_chart(y, {name: model, best: newest.baselines[best]}, happened=happened)}
    if recipe.data.money is not None:
        order = _ranked(recipe, recipe.data.money, newest, model)
        drawn["gains.svg"] = gains_chart(recipe.data.money.collected[newest.test], order)
    return drawn


def _happened(data: Examples) -> str:
    return data.ends[0] if data.ends[0] == "paid" else f"was {data.ends[0]}"


def _plain_scores(y: Floats, p: Floats) -> dict[str, float]:
    return {"auc": auc(y, p), "log_loss": log_loss(y, p), "brier": brier(y, p)}


def _fold_said(data: Examples, result: FoldResult) -> dict[str, Any]:
    y = data.y[result.test]
    return {
        **result.fold.said(train_rows=len(result.train), test_rows=len(result.test)),
        f"{data.ends[0]}_share": float(y.mean()),
        "rounds": result.rounds,
        "model": _plain_scores(y, sigmoid(result.margins)),
        "baselines": {name: log_loss(y, p) for name, p in result.baselines.items()},
    }


def _recovery(recipe: Recipe, newest: FoldResult, model: Floats) -> dict[str, Any]:
    """Share of the money in the first rows of each list; nothing where the question is not about money."""
    money = recipe.data.money
    if money is None:
        return {}
    collected, capacity = money.collected[newest.test], round(len(newest.test) * CAPACITY_SHARE)
    found = {
        name: recovery_at_capacity(score, collected, capacity)
        for name, score in _ranked(recipe, money, newest, model).items()
    }
    return {"recovery_at_capacity": {"capacity": capacity, **found}}


def _ranked(recipe: Recipe, money: Money, newest: FoldResult, model: Floats) -> dict[str, Floats]:
    """What each opponent would work first: the money it expects, and the balance alone as people do."""
    asked = money.asked[newest.test]
    return {
        recipe.spec.name: model * asked,
        **{name: p * asked for name, p in newest.baselines.items()},
        "balance": recipe.data.column("balance_minor")[newest.test].astype(float),
    }


def flat_metrics(recipe: Recipe, scores: Mapping[str, Interval], said: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of the test that are logged and shown beside the version."""
    flat = {f"test_{name}": interval.estimate for name, interval in scores.items()}
    flat["test_difference"] = said["difference_to_best_baseline"]["estimate"]
    if "recovery_at_capacity" in said:
        flat["test_recovery_at_capacity"] = said["recovery_at_capacity"][recipe.spec.name]
    return flat


def facts(data: Examples, newest: Fold, decided: Verdict) -> dict[str, Any]:
    """What the model folder itself says about its training."""
    days = data.days()
    return {
        "judged_on": [str(newest.test[0]), str(newest.test[-1])],
        "trained_on": [str(day) for day in (days[0], days[-1])[: len(days)]],
        "rows": len(data.y),
        "label_rules": list(data.rules),
        "feature_fingerprint": data.panel.fingerprint,
        **decided.document(),
    }
