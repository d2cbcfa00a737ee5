"""What training is asked for and what it hands back: the one shape in which every model meets logging and the gate.

`training.train` takes a request, calls the model's own fit (`training.fit_propensity`, `training.fit_contact` …) and
does the rest the same way for all: folder, MLflow run, registration, validation record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from arrears.errors import WrongUse
from models.artifact import Part
from models.spec import ModelSpec
from training.verdict import Verdict


@dataclass(frozen=True)
class TrainRequest:
    """What `arrears train` was asked for; None means: by the lake's dates and the portfolio's settings.

    Parameters
    ----------
    from_, to : first and last `as_of` day.
    training_day : the day we stand on: labels that mature later are absent.
    every : how often between them: `month` (its last day), `week` (its Sunday) or `day`.
    as_of_rule : `on_days` (as `every` says), `on_opening` or `on_due:KIND`.
    without : features to leave out.
    test_from : first day of the last fold's test.
    trials : rounds of the search for parameters, on inner folds in time; 0 keeps the spec's.
    """

    training_day: date
    from_: date | None = None
    to: date | None = None
    horizon_days: int | None = None
    threshold: str | None = None
    trials: int = 0
    every: str = "month"
    as_of_rule: str = "on_days"
    test_from: date | None = None
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trained:
    """A fitted and judged model, before it is logged.

    Parameters
    ----------
    parts : its boosters with their calibrations.
    sections : more sections of `model.json` (`training`, `reference`, a chain's `moves`).
    metrics : of the out-of-time test, flat; logged to MLflow and shown beside the version.
    report : everything else worth reading, JSON: folds, baselines, intervals, calibration.
    charts : file name -> SVG.
    truth : findings by title from what happened after the newest day, where anyone knows it.
    """

    spec: ModelSpec
    features: tuple[str, ...]
    parts: Sequence[Part]
    verdict: Verdict
    metrics: Mapping[str, float]
    report: Mapping[str, Any]
    sections: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    charts: Mapping[str, str] = field(default_factory=dict)
    truth: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def refuse_label_options(model: str, request: TrainRequest, because: str) -> None:
    """Say no to options about labels and days that a model does not have.

    Raises
    ------
    WrongUse : a horizon, a threshold, a step or a rule for days was asked for.
    """
    usual = TrainRequest(request.training_day)
    asked = {
        "--horizon": request.horizon_days,
        "--threshold": request.threshold,
        "--every": request.every != usual.every,
        "--as-of-rule": request.as_of_rule != usual.as_of_rule,
    }
    given = [name for name, value in asked.items() if value]
    if given:
        raise WrongUse(
            asked=f"train {model} with {', '.join(given)}",
            found=f"{model} has none of these: {because}",
            do=f"Leave out {', '.join(given)}.",
        )
