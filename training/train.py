"""From a lake to a registered model: fit, judge, write the folder, log the run, register the version.

The same for every model; what differs is its `fit`. Promoting is not done here: the gate is `models.promote`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from arrears.errors import WrongUse
from arrears.lake import Lake
from models.artifact import write
from models.registry import Registry
from training.policy_value.nights import RecordedNight
from training.progress import QUIET, Progress
from training.record import card_text, record_json, record_text, verdict_text, write_record
from training.trained import Trained, TrainRequest

MODELS = ("propensity", "roll_rate", "contact", "promise", "repayment", "self_cure", "uplift")
"""What `arrears train` can train: each by its own `training.fit_<model>`, imported when it is asked for."""


@dataclass(frozen=True)
class TrainReport:
    """What came of a training, to print or to read as JSON."""

    model: str
    version: str
    run_id: str
    verdict: Mapping[str, Any]
    metrics: Mapping[str, float]
    report: Mapping[str, Any]
    truth: Mapping[str, Any]
    record: str | None

    def document(self) -> dict[str, Any]:
        """The report as JSON."""
        return asdict(self)


def train(
    model: str,
    lake: Lake,
    registry: Registry,
    request: TrainRequest,
    *,
    nights: Iterable[RecordedNight] = (),
    records: Path | None = None,
    progress: Progress = QUIET,
) -> TrainReport:
    """Train a model on a lake and register it, whatever its verdict.

    Parameters
    ----------
    nights : the log of decisions, from which uplift learns; no other model reads it.
    records : folder for the open validation record; none is written if None.
    progress : told of every step.

    Raises
    ------
    WrongUse : no such model.
    Refused : the data cannot teach it.
    """
    progress.expect(1)
    trained = _fit(model, lake, request, nights, progress)
    progress.step("logging and registering")
    with TemporaryDirectory() as scratch:
        folder = write(Path(scratch) / "model", trained.spec, trained.features, trained.parts, **trained.sections)
        run_id = _log(registry, lake, request, trained)
        version = registry.register(
            folder,
            run_id=run_id,
            verdict=trained.verdict.word,
            because=trained.verdict.because,
            metrics=trained.metrics,
        )
    label = f"{model}/{version}"
    record = None if records is None else str(write_record(records, trained, label=label))
    return TrainReport(
        model=model,
        version=version,
        run_id=run_id,
        verdict=trained.verdict.document(),
        metrics=dict(trained.metrics),
        report=trained.report,
        truth=trained.truth,
        record=record,
    )


def _fit(model: str, lake: Lake, request: TrainRequest, nights: Iterable[RecordedNight], progress: Progress) -> Trained:
    if model == "uplift":
        from training import fit_uplift

        return fit_uplift.fit(lake, request, nights, progress=progress)
    if model in MODELS:
        trained: Trained = import_module(f"training.fit_{model}").fit(lake, request, progress=progress)
        return trained
    raise WrongUse(asked=f"train {model}", found="no such model", do=f"Choose one of {', '.join(MODELS)}.")


def _log(registry: Registry, lake: Lake, request: TrainRequest, trained: Trained) -> str:
    """One MLflow run: parameters, metrics, charts, verdict, card and record; nothing in it is about one account."""
    tracking = registry.tracking
    client, name = tracking.client, trained.spec.name
    run_id = str(client.create_run(tracking.experiment(name), run_name=f"{name} {request.training_day}").info.run_id)
    asked = {key: value for key, value in asdict(request).items() if value is not None}
    for key, value in {**asked, "lake_fingerprint": lake.fingerprint, "features": len(trained.features)}.items():
        client.log_param(run_id, key, str(value))
    for key, number in trained.metrics.items():
        client.log_metric(run_id, key, float(number))
    client.set_tag(run_id, "verdict", trained.verdict.word)
    label = f"{name} of run {run_id[:8]}"
    with TemporaryDirectory() as scratch:
        texts = {
            "verdict.md": verdict_text(trained),
            "card.md": card_text(trained),
            "validation.md": record_text(trained, label=label),
            "validation.json": record_json(trained, label=label),
            **{f"charts/{chart}": drawn for chart, drawn in trained.charts.items()},
        }
        for file, text in texts.items():
            path = Path(scratch) / file
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        client.log_artifacts(run_id, scratch)
    client.set_terminated(run_id)
    return run_id
