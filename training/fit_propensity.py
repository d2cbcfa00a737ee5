"""Train and judge propensity: folds forward in time, baselines, calibration, verdict, then the model that would serve.

The newest fold is the test that the verdict rests on. The model handed back is the same recipe fitted once more on
every mature label, and its calibration on every out-of-time answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from arrears.errors import Refused
from arrears.lake import Lake
from models.artifact import IDENTITY, Part
from models.calibration import Choice, choose, fitted
from models.propensity import PROPENSITY
from models.scorer import Floats, calibrated_margin, sigmoid
from training.charts import calibration_chart, gains_chart
from training.dataset import Dataset, read_dataset
from training.evaluate import (
    judged,
    log_loss,
    loss_difference,
)
from training.fit import booster, refuse_what_cannot_teach
from training.progress import QUIET, Progress
from training.propensity_folds import LEAST_OF_EACH_CLASS, FoldResult, Recipe, one_fold
from training.propensity_report import facts, flat_metrics, ranked, report, worth
from training.reference import reference
from training.search import search
from training.splits import Fold, walk_forward
from training.trained import Trained, TrainRequest
from training.truth import demo_truth
from training.verdict import beats, calibrated, enough, verdict

LEAST_TO_CALIBRATE = 50
"""Payers and non-payers that each slice needs before a correction is fitted to it."""


def fit(lake: Lake, request: TrainRequest, *, progress: Progress = QUIET) -> Trained:
    """Train propensity on a lake as asked.

    Parameters
    ----------
    progress : told of reading, search, folds, boosters and the last fit.

    Raises
    ------
    Refused : too little mature data, one class alone, a column of nulls, or too few days for a fold.
    """
    progress.expect(1)
    progress.step("reading the book")
    return learn(read_dataset(lake, request), request, progress)


def learn(data: Dataset, request: TrainRequest, progress: Progress = QUIET) -> Trained:
    """Train propensity on rows that are already read."""
    immature = int(np.isnan(data.labels.paid[data.labels.needs_minor > 0]).sum())
    refuse_what_cannot_teach(
        "propensity", data.x, data.y, data.panel.features, least=LEAST_OF_EACH_CLASS, immature=immature
    )
    spec = replace(PROPENSITY, horizon_days=data.horizon_days)
    folds = walk_forward(data.days(), horizon_days=data.horizon_days, test_from=request.test_from)
    progress.expect(len(folds) + bool(request.trials) + 1)
    recipe = Recipe(data, spec, {})
    if request.trials:
        progress.step("searching for parameters")
        recipe = replace(recipe, parameters=search(data, folds[-1], spec, trials=request.trials, progress=progress))
    results = _results(recipe, folds, progress)
    if not results or results[-1].fold != folds[-1]:
        raise Refused(
            asked="train propensity",
            found=f"before {folds[-1].starts_on} fewer than {LEAST_OF_EACH_CLASS} labels of a class are over",
            do="Train on a longer history, or test from a later day with --test-from.",
        )
    progress.step("judging, and fitting the model that would serve")
    return judge(recipe, results)


def _results(recipe: Recipe, folds: Sequence[Fold], progress: Progress) -> list[FoldResult]:
    """Every fold that can teach something."""
    results = []
    for number, fold in enumerate(folds, start=1):
        progress.step(f"fold {number} of {len(folds)}")
        if (result := one_fold(recipe, fold, progress)) is not None:
            results.append(result)
    return results


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
            calibrated(scores["slope"], scores["rarer_level"]),
        ]
    )
    part, serving = _serving_part(recipe, results)
    said = report(recipe, results, choice, model, scores, best, differences) | {"serving": serving}
    return Trained(
        spec=recipe.spec,
        features=recipe.features,
        parts=[part],
        verdict=decided,
        metrics=flat_metrics(scores, said),
        report=said,
        sections={
            "training": facts(recipe, results, decided),
            "reference": reference(recipe.data, recipe.features, part),
        },
        truth=demo_truth(recipe.data.panel, part),
        charts={
            "calibration.svg": calibration_chart(y, {"propensity": model, best: newest.baselines[best]}),
            "gains.svg": gains_chart(worth(recipe.data, newest.test), ranked(recipe.data, newest, model)),
        },
    )


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
