"""Train and judge propensity: the rows are accounts that owe something, and a yes is paying what the label asks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from arrears.lake import Lake
from models.propensity import PROPENSITY
from training import fit_binary
from training.dataset import Dataset, read_dataset
from training.examples import Examples, Money
from training.progress import QUIET, Progress
from training.trained import Trained, TrainRequest
from training.truth import demo_truth


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
    trained = fit_binary.learn(examples(data), PROPENSITY, request, progress)
    return replace(trained, truth=demo_truth(data.panel, trained.parts[0]))


def examples(data: Dataset) -> Examples:
    """The rows that have a propensity label."""
    labels, rows = data.labels, data.rows
    return Examples(
        panel=data.panel,
        rows=rows,
        y=labels.paid[rows],
        matures_on=labels.matures_on[rows],
        horizon_days=int(labels.horizon_days[rows].max(initial=0)),
        immature=int(np.isnan(labels.paid[labels.needs_minor > 0]).sum()),
        money=Money(labels.collected_minor[rows], labels.needs_minor[rows].astype(float)),
        rules=tuple(np.unique(labels.rule[rows].astype(str)).tolist()),
    )
