"""Train and judge a yes-or-no question: folds forward in time, baselines, calibration, verdict, the model that serves.

The newest fold is the test that the verdict rests on. The model handed back is the same recipe fitted once more on
every mature label, and its calibration on every out-of-time answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from arrears.errors import Refused
from models.artifact import Part
from models.scorer import Floats, calibrated_margin, sigmoid
from models.spec import ModelSpec
from training.binary_folds import LEAST_OF_EACH_CLASS, FoldResult, Recipe, one_fold
from training.binary_report import charts, facts, flat_metrics, report
from training.calibrating import Slice, for_the_newest, to_serve
from training.evaluate import judged, log_loss, loss_difference
from training.examples import Examples
from training.fit import booster, refuse_what_cannot_teach
from training.progress import QUIET, Progress
from training.reference import reference
from training.search import search
from training.splits import Fold, walk_forward
from training.trained import Trained, TrainRequest
from training.verdict import beats, calibrated, enough, verdict


@dataclass(frozen=True)
class Answers:
    """What was said of the newest fold's rows and of those before it, each before anyone knew.

    Attributes
    ----------
    recipe : what was fitted on what.
    results : every fold that could teach something, oldest first.
    p : chances of the newest fold's rows, calibrated by older ones.
    """

    recipe: Recipe
    results: Sequence[FoldResult]
    p: Floats


def learn(data: Examples, spec: ModelSpec, request: TrainRequest, progress: Progress = QUIET) -> Trained:
    """Train a yes-or-no question on rows that are already read.

    Raises
    ------
    Refused : too little mature data, one class alone, a column of nulls, or too few days for a fold.
    """
    return learned(data, spec, request, progress)[0]


def learned(
    data: Examples, spec: ModelSpec, request: TrainRequest, progress: Progress = QUIET
) -> tuple[Trained, Answers]:
    """The same, with the out-of-time answers for whatever else is to be learned from them."""
    refuse_what_cannot_teach(
        spec.name,
        data.x,
        data.y,
        data.features,
        least=LEAST_OF_EACH_CLASS,
        immature=data.immature,
        classes=data.ends,
    )
    folds = walk_forward(data.days(), horizon_days=data.horizon_days, test_from=request.test_from)
    progress.expect(len(folds) + bool(request.trials) + 1)
    recipe = Recipe(data, replace(spec, horizon_days=data.horizon_days), {})
    if request.trials:
        progress.step("searching for parameters")
        found = search(data, folds[-1], recipe.spec, trials=request.trials, progress=progress)
        recipe = replace(recipe, parameters=found)
    results = _results(recipe, folds, progress)
    if not results or results[-1].fold != folds[-1]:
        raise Refused(
            asked=f"train {spec.name}",
            found=f"before {folds[-1].starts_on} fewer than {LEAST_OF_EACH_CLASS} labels of a class are over",
            do="Train on a longer history, or test from a later day with --test-from.",
        )
    progress.step("judging, and fitting the model that would serve")
    return _judge(recipe, results)


def _results(recipe: Recipe, folds: Sequence[Fold], progress: Progress) -> list[FoldResult]:
    """Every fold that can teach something."""
    results = []
    for number, fold in enumerate(folds, start=1):
        progress.step(f"fold {number} of {len(folds)}")
        if (result := one_fold(recipe, fold, progress)) is not None:
            results.append(result)
    return results


def _judge(recipe: Recipe, results: Sequence[FoldResult]) -> tuple[Trained, Answers]:
    """Calibrate, judge on the newest fold, decide, and fit the model that would serve."""
    newest, data = results[-1], recipe.data
    y, debtors = data.y[newest.test], data.debtors[newest.test]
    if not 0 < y.mean() < 1:
        raise Refused(
            asked=f"train {recipe.spec.name}",
            found=f"all {len(y)} {data.each} of the test from {newest.fold.starts_on} ended alike",
            do="Test from an earlier day with --test-from.",
        )
    choice = for_the_newest(_slices(data, results[-3:-1], known_by=newest.fold.starts_on))
    model = sigmoid(calibrated_margin(newest.margins, choice.calibration))
    scores = judged(y, model, debtors)
    best = min(newest.baselines, key=lambda name: log_loss(y, newest.baselines[name]))
    differences = {name: loss_difference(y, model, p, debtors) for name, p in newest.baselines.items()}
    yes, no = data.ends
    decided = verdict(
        [
            enough({yes: int(y.sum()), no: int(len(y) - y.sum())}, each=data.each),
            beats("log loss", best, differences[best]),
            calibrated(scores["slope"], scores["rarer_level"]),
        ]
    )
    part, serving = _serving_part(recipe, results)
    said = report(recipe, results, choice, model, scores, best, differences) | {"serving": serving}
    trained = Trained(
        spec=recipe.spec,
        features=recipe.features,
        parts=[part],
        verdict=decided,
        metrics=flat_metrics(recipe, scores, said),
        report=said,
        sections={"training": facts(data, newest.fold, decided), "reference": reference(data, part)},
        charts=charts(recipe, newest, model, best),
    )
    return trained, Answers(recipe, results, model)


def _slices(data: Examples, results: Sequence[FoldResult], *, known_by: date | None = None) -> list[Slice]:
    """Margins and labels of folds, oldest first; with `known_by`, of the rows whose labels were known at its end."""
    last = np.datetime64("9999-01-01", "D") if known_by is None else np.datetime64(known_by, "D")
    known = [data.matures_on[result.test] <= last for result in results]
    return [(result.margins[rows], data.y[result.test][rows]) for result, rows in zip(results, known, strict=True)]


def _serving_part(recipe: Recipe, results: Sequence[FoldResult]) -> tuple[Part, dict[str, Any]]:
    """The same recipe on every mature label."""
    data, rounds = recipe.data, results[-1].rounds
    model = booster(data.x, data.y, recipe.spec, recipe.features, rounds=rounds, parameters=recipe.parameters)
    choice = to_serve(_slices(data, results[-3:]))
    days = data.days()
    about = {
        "rows": len(data.y),
        "first_day": str(days[0]),
        "last_day": str(days[-1]),
        "rounds": rounds,
        "calibration": {"method": choice.method, "held_out_log_loss": dict(choice.held_out_log_loss)},
    }
    return Part(recipe.spec.name, model, choice.calibration), about
