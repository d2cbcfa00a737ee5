"""One step forward in time with a yes-or-no question: fit model and baselines on the training days, answer the test.

Nothing here sees a label that was not known when the test began.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models import baselines
from models.scorer import Floats
from models.spec import ModelSpec
from training.examples import Examples, Places
from training.fit import best_rounds, booster
from training.progress import QUIET, Progress
from training.splits import Fold

LEAST_OF_EACH_CLASS = 100
"""Rows with a yes, and as many with a no, that a training needs."""

LEAST_TO_STOP = 50
"""Of each class, for the number of trees to be chosen; a usual number otherwise."""

USUAL_ROUNDS = 100


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
    """What stays the same from fold to fold: the rows, the spec and the parameters."""

    data: Examples
    spec: ModelSpec
    parameters: Mapping[str, Any]

    @property
    def features(self) -> tuple[str, ...]:
        """Columns of the data, in order."""
        return self.data.features


def one_fold(recipe: Recipe, fold: Fold, progress: Progress = QUIET) -> FoldResult | None:
    """Fit model and baselines on a fold; None where its training days hold too few of one class."""
    data = recipe.data
    train, test = data.on(fold.train, known_by=fold.starts_on), data.on(fold.test)
    happened = data.y[train].sum()
    if min(happened, len(train) - happened) < LEAST_OF_EACH_CLASS:
        return None
    progress.part("how many trees")
    rounds = rounds_for(recipe, train)
    progress.part(f"booster of {rounds} trees")
    margins = margins_of(recipe, train, test, rounds)
    progress.part("baselines")
    return FoldResult(fold, train, test, rounds, margins, _baselines(recipe, train, test))


def rounds_for(recipe: Recipe, train: Places) -> int:
    """Trees that are best for the newest fifth of the training days' rows, seen from before them."""
    data = recipe.data
    days = np.sort(data.as_of[train])
    first = days[int(len(days) * 0.8)]
    later = data.as_of[train] >= first
    earlier = ~later & (data.matures_on[train] <= first)
    usable = later | earlier
    happened = [data.y[train][part].sum() for part in (later, earlier)]
    rows = [int(part.sum()) for part in (later, earlier)]
    if min(*happened, *(n - yes for n, yes in zip(rows, happened, strict=True))) < LEAST_TO_STOP:
        return USUAL_ROUNDS
    picked = train[usable]
    found, _ = best_rounds(
        data.x[picked], data.y[picked], later[usable], recipe.spec, recipe.features, parameters=recipe.parameters
    )
    return max(found, 10)


def margins_of(recipe: Recipe, train: Places, test: Places, rounds: int) -> Floats:
    """Log-odds of the test's rows by a booster fitted on the training's."""
    data = recipe.data
    model = booster(
        data.x[train], data.y[train], recipe.spec, recipe.features, rounds=rounds, parameters=recipe.parameters
    )
    return np.asarray(model.predict(data.x[test], raw_score=True), dtype=np.float64)


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
