"""One step forward in time with repayment: three boosters, baselines of one stage, and what each said of the test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models import baselines
from models.repayment import REPAYMENT, STAGES
from models.scorer import Floats, sigmoid, two_part
from models.spec import ModelSpec
from training.binary_folds import LEAST_OF_EACH_CLASS, Recipe, rounds_for
from training.examples import Examples, Places
from training.fit import booster
from training.progress import QUIET, Progress
from training.repayment_rows import Repayments
from training.splits import Fold

ONE_STAGE = "one-stage booster"
LEAST_PARTIAL = 50
"""Payments in part that a training needs before their share has a booster."""

OBJECTIVE: Mapping[str, Mapping[str, Any]] = {
    "any": {},
    "full": {},
    # A share between 0 and 1 on the scale of log-odds: its mean is fitted without ever leaving the two ends.
    "share": {"objective": "cross_entropy"},
}


@dataclass(frozen=True)
class RepaymentFold:
    """What was said of a fold's test before anyone knew.

    Attributes
    ----------
    margins : stage -> (test,) log-odds.
    rounds : stage -> trees.
    baselines : name -> (test,) expected share.
    """

    fold: Fold
    train: Places
    test: Places
    margins: Mapping[str, Floats]
    rounds: Mapping[str, int]
    baselines: Mapping[str, Floats]


def spec_of(stage: str) -> ModelSpec:
    """The spec with a stage's own objective."""
    return replace(REPAYMENT, parameters={**REPAYMENT.parameters, **OBJECTIVE[stage]})


def one_fold(rows: Repayments, fold: Fold, progress: Progress = QUIET) -> RepaymentFold | None:
    """Fit three boosters and the baselines on a fold; None where its training days hold too few of a kind."""
    data = rows.examples
    train, test = data.on(fold.train, known_by=fold.starts_on), data.on(fold.test)
    if not enough_of_each(rows, train):
        return None
    margins, rounds = {}, {}
    for name in STAGES:
        progress.part(f"booster of {name}")
        rounds[name] = rounds_of(rows, name, train)
        margins[name] = np.asarray(
            stage_booster(rows, name, train, rounds[name]).predict(data.x[test], raw_score=True), dtype=np.float64
        )
    progress.part("baselines")
    return RepaymentFold(fold, train, test, margins, rounds, _baselines(rows, train, test))


def enough_of_each(rows: Repayments, train: Places) -> bool:
    """Whether these rows hold enough that paid nothing, something, all and a part."""
    share = rows.share[train]
    classes = (share == 0).sum(), (share >= 1).sum()
    return bool(min(classes) >= LEAST_OF_EACH_CLASS and len(share) - sum(classes) >= LEAST_PARTIAL)


def rounds_of(rows: Repayments, stage: str, train: Places) -> int:
    """Trees of a stage's booster, chosen on the newest training days."""
    own = rows.stage(stage)
    return rounds_for(Recipe(own, spec_of(stage), {}), _taught(own, train))


def stage_booster(rows: Repayments, stage: str, train: Places, rounds: int) -> Any:  # noqa: ANN401 - lightgbm.Booster
    """A stage's booster, fitted on those of the rows that teach it."""
    own = rows.stage(stage)
    taught = _taught(own, train)
    return booster(own.x[taught], own.y[taught], spec_of(stage), own.features, rounds=rounds)


def answers_of(margins: Mapping[str, Floats]) -> dict[str, Floats]:
    """What a model of these margins answers, by name."""
    return two_part(*(sigmoid(margins[stage]) for stage in STAGES))


def _taught(own: Examples, train: Places) -> Places:
    return train[~np.isnan(own.y[train])]


def _baselines(rows: Repayments, train: Places, test: Places) -> dict[str, Floats]:
    """Expected shares by the mean of a column's tenths, and by one booster of the share itself."""
    data, said = rows.examples, {}
    for name in REPAYMENT.rules_of_thumb:
        if name in data.features:
            place = data.features.index(name)
            rule = baselines.rule_of_thumb(name, data.x[train, place], rows.share[train])
            said[f"rule of thumb: {name}"] = rule.predict(data.x[test, place])
    said[ONE_STAGE] = _one_stage(rows, train, test)
    return said


def _one_stage(rows: Repayments, train: Places, test: Places) -> Floats:
    own = replace(rows.examples, y=rows.share)
    spec = replace(REPAYMENT, parameters={**REPAYMENT.parameters, "objective": "regression"})
    rounds = rounds_for(Recipe(own, spec, {}), train)
    fitted = booster(own.x[train], own.y[train], spec, own.features, rounds=rounds)
    return np.clip(np.asarray(fitted.predict(own.x[test]), dtype=np.float64), 0.0, 1.0)
