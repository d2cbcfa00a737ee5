"""The page Models: what is registered, which version serves, how it was judged, and who moved which alias."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from arrears.errors import ArrearsError
from models.alias_history import Move
from models.registry import Registry, Version
from serving.deployment import Deployment
from serving.problems import Problem

CHART_TITLES = {
    "calibration.svg": "Calibration: how often what was said came true",
    "gains.svg": "Gains: money found by working the list from its top",
    "roll_rates.svg": "Roll rates: forecast beside what happened",
}


MEASURES = ("log_loss", "rps", "auc", "brier", "flow_error", "balance_error")
"""Measures that stand side by side for a model and its baselines."""


@dataclass(frozen=True)
class Measured:
    """A version's test: one row an answer, one column a measure, and what only the model has."""

    measures: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]
    single: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class ModelShown:
    """One model of the page."""

    name: str
    question: str
    serving: str | None
    versions: tuple[Version, ...]
    history: tuple[Move, ...]
    featured: Version | None
    measured: Measured | None
    charts: tuple[tuple[str, str], ...]
    checks: tuple[dict[str, Any], ...]


def shown(deployment: Deployment) -> dict[str, Any]:
    """What the page shows; without MLflow, that it cannot be reached.

    What is registered may be some seconds old; what serves is of this moment.
    """
    kept: dict[str, Any] = deployment.models.latest() or {"models": [], "trouble": "no answer that this page can read"}
    models = [replace(model, serving=_serving(deployment, model.name)) for model in kept["models"]]
    return {**kept, "models": models, "asked": deployment.champions.asked}


def models_of(deployment: Deployment) -> dict[str, Any]:
    """Ask the registry for everything that the page shows."""
    try:
        models = [_model(deployment, name) for name in deployment.registry.names()]
    except ArrearsError as problem:
        return {"models": [], "trouble": problem.found}
    return {"models": models, "trouble": None}


def chart_file(deployment: Deployment, name: str, version: str, chart: str) -> Path:
    """The file of a chart that a version's training drew.

    Raises
    ------
    Problem : there is no such version or chart.
    """
    wanted = [each for each in deployment.registry.versions(name) if each.version == version]
    if wanted and chart in CHART_TITLES:
        file = _artifact(deployment.registry, wanted[0].run_id, f"charts/{chart}")
        if file is not None:
            return file
    raise Problem("not-found", "No such chart of a registered version.")


def _serving(deployment: Deployment, name: str) -> str | None:
    loaded = deployment.champions.of(name)
    return loaded.version if loaded else None


def _model(deployment: Deployment, name: str) -> ModelShown:
    registry = deployment.registry
    versions = tuple(registry.versions(name))
    featured = next((each for each in versions if "champion" in each.aliases), versions[0] if versions else None)
    record = _record(registry, featured.run_id) if featured else {}
    return ModelShown(
        name=name,
        question=str(record.get("question", "")),
        serving=_serving(deployment, name),
        versions=versions,
        history=tuple(reversed(registry.history(name))),
        featured=featured,
        measured=measured(name, featured.metrics) if featured else None,
        charts=tuple(_charts(registry, featured)) if featured else (),
        checks=tuple(record.get("verdict", {}).get("checks", ())),
    )


def measured(name: str, metrics: Mapping[str, float]) -> Measured:
    """Metrics named `test_<baseline>_<measure>` as a table; the model's own have no baseline in their name.

    Examples
    --------
    >>> found = measured("roll_rate", {"test_rps": 0.04, "test_markov_matrix_rps": 0.045, "test_slope": 1.0})
    >>> found.rows, found.single
    ((('roll_rate', (0.04,)), ('markov_matrix', (0.045,))), (('slope', 1.0),))
    """
    cells: dict[str, dict[str, float]] = {name: {}}
    single = []
    for key, value in metrics.items():
        short = key.removeprefix("test_")
        measure = next((each for each in MEASURES if short == each or short.endswith(f"_{each}")), None)
        if measure is None:
            single.append((short, value))
        else:
            who = short.removesuffix(measure).rstrip("_") or name
            cells.setdefault(who, {})[measure] = value
    seen = tuple(measure for measure in MEASURES if any(measure in row for row in cells.values()))
    rows = tuple((who, tuple(row.get(measure) for measure in seen)) for who, row in cells.items())
    return Measured(seen, rows, tuple(sorted(single)))


def _charts(registry: Registry, version: Version) -> list[tuple[str, str]]:
    return [
        (f"/models/{version.name}/{version.version}/{chart}", title)
        for chart, title in CHART_TITLES.items()
        if _artifact(registry, version.run_id, f"charts/{chart}") is not None
    ]


def _record(registry: Registry, run_id: str) -> dict[str, Any]:
    file = _artifact(registry, run_id, "validation.json")
    return {} if file is None else dict(json.loads(file.read_text(encoding="utf-8")))


def _artifact(registry: Registry, run_id: str, path: str) -> Path | None:
    """A file that a run logged; a run's artifacts never change, so what was found is remembered."""
    found = _fetched(registry.tracking.uri, run_id, path, registry)
    return found if found is not None and found.is_file() else None


@lru_cache(maxsize=256)
def _fetched(uri: str, run_id: str, path: str, registry: Registry) -> Path | None:
    del uri
    try:
        run = registry.tracking.client.get_run(run_id)
        return registry.tracking.local(f"{run.info.artifact_uri}/{path}")
    except Exception:  # noqa: BLE001 - MLflow tells an absent artifact in many ways; the page shows what there is
        return None
