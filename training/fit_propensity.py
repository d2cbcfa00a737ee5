"""Train and judge propensity: folds forward in time, baselines, calibration, verdict, then the model that would serve.

The newest fold is the test that the verdict rests on. The model handed back is the same recipe fitted once more on
every mature label, and its calibration on every out-of-time answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from arrears.errors import Refused
from arrears.lake import Lake
from models import baselines
from models.artifact import IDENTITY, Part
from models.calibration import Choice, choose, fitted
from models.propensity import PROPENSITY
from models.scorer import Floats, calibrated_margin, sigmoid
from models.spec import ModelSpec
from training.charts import calibration_chart, gains_chart
from training.dataset import Dataset, read_dataset
from training.evaluate import (
    Interval,
    auc,
    brier,
    judged,
    log_loss,
    loss_difference,
    recovery_at_capacity,
)
from training.fit import best_rounds, booster, refuse_what_cannot_teach
from training.reference import reference
from training.search import search
from training.segments import by_segment
from training.splits import Fold, walk_forward
from training.trained import Trained, TrainRequest
from training.truth import demo_truth
from training.verdict import Verdict, beats, calibrated, enough, verdict

LEAST_OF_EACH_CLASS = 100
LEAST_TO_CALIBRATE = 50
CAPACITY_SHARE = 0.2
"""The part of a month's accounts that a team can work, for recovery at capacity."""

Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class FoldResult:
    """One step forward: what was tested, and what model and baselines said before anyone knew."""

    fold: Fold
    train: Places
    test: Places
    rounds: int
    margins: Floats
    baselines: Mapping[str, Floats]


@dataclass(frozen=True)
class Recipe:
    """What stays the same from fold to fold: the data, the spec, the features and the parameters."""

    data: Dataset
    spec: ModelSpec
    parameters: Mapping[str, Any]

    @property
    def features(self) -> tuple[str, ...]:
        """Columns of the data, in order."""
        return self.data.panel.features


def fit(lake: Lake, request: TrainRequest) -> Trained:
    """Train propensity on a lake as asked.

    Raises
    ------
    Refused : too little mature data, one class alone, a column of nulls, or too few days for a fold.
    """
    return learn(read_dataset(lake, request), request)


def learn(data: Dataset, request: TrainRequest) -> Trained:
    """Train propensity on rows that are already read."""
    immature = int(np.isnan(data.labels.paid[data.labels.needs_minor > 0]).sum())
    refuse_what_cannot_teach(
        "propensity", data.x, data.y, data.panel.features, least=LEAST_OF_EACH_CLASS, immature=immature
    )
    spec = replace(PROPENSITY, horizon_days=data.horizon_days)
    folds = walk_forward(data.days(), horizon_days=data.horizon_days, test_from=request.test_from)
    recipe = Recipe(data, spec, {})
    if request.trials:
        recipe = replace(recipe, parameters=search(data, folds[-1], spec, trials=request.trials))
    results = [result for fold in folds if (result := _one_fold(recipe, fold)) is not None]
    if not results or results[-1].fold != folds[-1]:
        raise Refused(
            asked="train propensity",
            found=f"before {folds[-1].starts_on} fewer than {LEAST_OF_EACH_CLASS} labels of a class are over",
            do="Train on a longer history, or test from a later day with --test-from.",
        )
    return judge(recipe, results)


def judge(recipe: Recipe, results: Sequence[FoldResult]) -> Trained:
    """Calibrate, judge on the newest fold, decide, and fit the model that would serve."""
    newest = results[-1]
    y, debtors = recipe.data.y[newest.test], recipe.data.debtors[newest.test]
    if not 0 < y.mean() < 1:
        raise Refused(
            asked="train propensity",
            found=f"all {len(y)} accounts of the test from {newest.fold.starts_on} ended alike",
            do="Test from an earlier day with --test-from.",
        )
    choice = _calibration(recipe.data, results)
    model = sigmoid(calibrated_margin(newest.margins, choice.calibration))
    scores = judged(y, model, debtors)
    best = min(newest.baselines, key=lambda name: log_loss(y, newest.baselines[name]))
    differences = {name: loss_difference(y, model, p, debtors) for name, p in newest.baselines.items()}
    difference = differences[best]
    decided = verdict(
        [
            enough({"paid": int(y.sum()), "unpaid": int(len(y) - y.sum())}),
            beats("log loss", best, difference),
            calibrated(scores["slope"], scores["level"]),
        ]
    )
    part, serving = _serving_part(recipe, results)
    report = _report(recipe, results, choice, model, scores, best, differences) | {"serving": serving}
    return Trained(
        spec=recipe.spec,
        features=recipe.features,
        parts=[part],
        verdict=decided,
        metrics=_metrics(scores, report),
        report=report,
        sections={
            "training": _facts(recipe, results, decided),
            "reference": reference(recipe.data, recipe.features, part),
        },
        truth=demo_truth(recipe.data.panel, part),
        charts={
            "calibration.svg": calibration_chart(y, {"propensity": model, best: newest.baselines[best]}),
            "gains.svg": gains_chart(_worth(recipe.data, newest.test), _ranked(recipe.data, newest, model)),
        },
    )


def _one_fold(recipe: Recipe, fold: Fold) -> FoldResult | None:
    """Fit model and baselines on a fold; None where its training days hold too few of one class."""
    data = recipe.data
    train, test = data.on(fold.train, known_by=fold.starts_on), data.on(fold.test)
    payers = data.y[train].sum()
    if min(payers, len(train) - payers) < LEAST_OF_EACH_CLASS:
        return None
    rounds = _rounds(recipe, train)
    model = booster(
        data.x[train], data.y[train], recipe.spec, recipe.features, rounds=rounds, parameters=recipe.parameters
    )
    margins = np.asarray(model.predict(data.x[test], raw_score=True), dtype=np.float64)
    return FoldResult(fold, train, test, rounds, margins, _baselines(recipe, train, test))


def _rounds(recipe: Recipe, train: Places) -> int:
    """Trees that are best for the newest fifth of the training days' rows, seen from before them."""
    data = recipe.data
    days = np.sort(data.as_of[train])
    first = days[int(len(days) * 0.8)]
    later = data.as_of[train] >= first
    earlier = ~later & (data.matures_on[train] <= first)
    usable = later | earlier
    payers = [data.y[train][part].sum() for part in (later, earlier)]
    rows = [int(part.sum()) for part in (later, earlier)]
    if min(*payers, *(n - p for n, p in zip(rows, payers, strict=True))) < LEAST_TO_CALIBRATE:
        return 100
    picked = train[usable]
    found, _ = best_rounds(
        data.x[picked], data.y[picked], later[usable], recipe.spec, recipe.features, parameters=recipe.parameters
    )
    return max(found, 10)


def _baselines(recipe: Recipe, train: Places, test: Places) -> dict[str, Floats]:
    data = recipe.data
    said = {}
    for name in recipe.spec.rules_of_thumb:
        if name in recipe.features:
            place = recipe.features.index(name)
            rule = baselines.rule_of_thumb(name, data.x[train, place], data.y[train])
            said[f"rule of thumb: {name}"] = rule.predict(data.x[test, place])
    said["scorecard"] = baselines.scorecard(data.x[train], data.y[train]).predict(data.x[test])
    return said


def _calibration(data: Dataset, results: Sequence[FoldResult]) -> Choice:
    """The correction for the newest fold, from the two folds before it whose labels were known when it began."""
    known = [_known_by(data, result, results[-1].fold.starts_on) for result in results[-3:-1]]
    if len(known) < 2 or any(_thin(y) for _, y in known):  # noqa: PLR2004 - one slice to fit on, one to check on
        return Choice(IDENTITY, {})
    return _refitted(choose(known[0], known[1]), known)


def _calibration_to_serve(data: Dataset, results: Sequence[FoldResult]) -> Choice:
    """The correction that serves: fitted on the folds before the newest, kept only if it helped the newest."""
    answers = [(result.margins, data.y[result.test]) for result in results[-3:]]
    if len(answers) < 2 or any(_thin(y) for _, y in answers):  # noqa: PLR2004 - as above
        return Choice(IDENTITY, {})
    earlier = np.concatenate([m for m, _ in answers[:-1]]), np.concatenate([y for _, y in answers[:-1]])
    return _refitted(choose(earlier, answers[-1]), answers)


def _refitted(choice: Choice, slices: Sequence[tuple[Floats, Floats]]) -> Choice:
    margins, y = (np.concatenate(side) for side in zip(*slices, strict=True))
    return Choice(fitted(choice.method, margins, y) or IDENTITY, choice.held_out_log_loss)


def _known_by(data: Dataset, result: FoldResult, day: Any) -> tuple[Floats, Floats]:  # noqa: ANN401 - date
    known = data.matures_on[result.test] <= np.datetime64(day, "D")
    return result.margins[known], data.y[result.test][known]


def _thin(y: Floats) -> bool:
    return bool(min(y.sum(), len(y) - y.sum()) < LEAST_TO_CALIBRATE)


def _serving_part(recipe: Recipe, results: Sequence[FoldResult]) -> tuple[Part, dict[str, Any]]:
    """The same recipe on every mature label."""
    data, rounds = recipe.data, results[-1].rounds
    model = booster(data.x, data.y, recipe.spec, recipe.features, rounds=rounds, parameters=recipe.parameters)
    choice = _calibration_to_serve(data, results)
    days = data.days()
    about = {
        "rows": len(data.y),
        "first_day": str(days[0]),
        "last_day": str(days[-1]),
        "rounds": rounds,
        "calibration": {"method": choice.method, "held_out_log_loss": dict(choice.held_out_log_loss)},
    }
    return Part(recipe.spec.name, model, choice.calibration), about


def _report(
    recipe: Recipe,
    results: Sequence[FoldResult],
    choice: Choice,
    model: Floats,
    scores: Mapping[str, Interval],
    best: str,
    differences: Mapping[str, Interval],
) -> dict[str, Any]:
    newest, data = results[-1], recipe.data
    y = data.y[newest.test]
    worth = _worth(data, newest.test)
    capacity = round(len(y) * CAPACITY_SHARE)
    ranked = _ranked(data, newest, model)
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
            **{name: recovery_at_capacity(score, worth, capacity) for name, score in ranked.items()},
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


def _worth(data: Dataset, rows: Places) -> Floats:
    return data.labels.collected_minor[data.rows][rows]


def _ranked(data: Dataset, newest: FoldResult, model: Floats) -> dict[str, Floats]:
    """What each opponent would work first: the money it expects, and the balance alone as people do."""
    asked = data.labels.needs_minor[data.rows][newest.test].astype(float)
    return {
        "propensity": model * asked,
        **{name: p * asked for name, p in newest.baselines.items()},
        "balance": data.panel.column("balance_minor")[data.rows][newest.test].astype(float),
    }


def _metrics(scores: Mapping[str, Interval], report: Mapping[str, Any]) -> dict[str, float]:
    flat = {f"test_{name}": interval.estimate for name, interval in scores.items()}
    flat["test_difference"] = report["difference_to_best_baseline"]["estimate"]
    flat["test_recovery_at_capacity"] = report["recovery_at_capacity"]["propensity"]
    return flat


def _facts(recipe: Recipe, results: Sequence[FoldResult], decided: Verdict) -> dict[str, Any]:
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
