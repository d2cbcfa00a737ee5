"""The page Models: what is registered, which version serves, how it was judged, and who moved which alias."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from time import monotonic
from typing import Any

from arrears.errors import ArrearsError
from arrears.state.reading import reading
from models.alias_history import Move
from models.registry import CHAMPION, SHADOW, Registry, Version
from models.shadow_log import ShadowNight, nights_of
from serving.console.measures import Measured, measured
from serving.console.shadow_told import Right, right_of
from serving.deployment import Deployment
from serving.kept import Kept
from serving.problems import Problem
from serving.scores.champion import ASKED_EVERY_SECONDS
from serving.scores.scoring import BY_RULES

_SHADOW_NIGHTS = 7
CHART_TITLES = {
    "calibration.svg": "Calibration: how often what was said came true",
    "gains.svg": "Gains: money found by working the list from its top",
    "roll_rates.svg": "Roll rates: forecast beside what happened",
}


@dataclass(frozen=True)
class ModelShown:
    """One model of the page: `champion` is the version that should serve, `serving` the one that does.

    `in_the_shadow` is the version that nights score and never act on; `shadows` are its newest nights, and `right` how
    well it said what came, None where nothing was measured yet.
    """

    name: str
    question: str
    champion: str | None
    serving: str | None
    versions: tuple[Version, ...]
    history: tuple[Move, ...]
    featured: Version | None
    measured: Measured | None
    charts: tuple[tuple[str, str], ...]
    checks: tuple[dict[str, Any], ...]
    in_the_shadow: str | None
    shadows: tuple[ShadowNight, ...]
    right: Right | None


def shown(deployment: Deployment) -> dict[str, Any]:
    """What the page shows; without MLflow, that it cannot be reached.

    What is registered may be some seconds old; what serves is of this moment.
    """
    nothing: dict[str, Any] = {"models": [], "trouble": "no answer that this page can read"}
    kept = registry_of(deployment).latest() or nothing
    models = [replace(model, serving=_serving(deployment, model.name)) for model in kept["models"]]
    is_opening = any(model.champion for model in models) and not deployment.champions.asked
    return {**kept, "models": models, "is_opening": is_opening}


def registry_of(deployment: Deployment) -> Kept[dict[str, Any]]:
    """The registry as the page shows it, asked again every quarter of a minute."""

    def key() -> str:
        return f"{deployment.champions.labels} {int(monotonic() // ASKED_EVERY_SECONDS)}"

    return deployment.keeps("models", key=key, make=lambda: models_of(deployment))


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
    champion = next((each for each in versions if CHAMPION in each.aliases), None)
    in_the_shadow = next((each for each in versions if SHADOW in each.aliases), None)
    shadow = in_the_shadow.version if in_the_shadow else None
    featured = champion or (versions[0] if versions else None)
    record = _record(registry, featured.run_id) if featured else {}
    return ModelShown(
        name=name,
        question=str(record.get("question", "")),
        champion=champion.version if champion else None,
        serving=_serving(deployment, name),
        versions=versions,
        history=tuple(reversed(registry.history(name))),
        featured=featured,
        measured=measured(name, featured.metrics, record.get("report") or {}) if featured else None,
        charts=tuple(_charts(registry, featured)) if featured else (),
        checks=tuple(record.get("verdict", {}).get("checks", ())),
        in_the_shadow=shadow,
        shadows=_shadows(deployment, name, shadow),
        right=right_of(in_the_shadow, champion.version if champion else BY_RULES) if in_the_shadow else None,
    )


def _shadows(deployment: Deployment, name: str, version: str | None) -> tuple[ShadowNight, ...]:
    """The newest nights of the version in the shadow; without one none."""
    if version is None:
        return ()
    with reading(deployment.engine) as connection:
        return tuple(nights_of(connection, name, version=version, limit=_SHADOW_NIGHTS))


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
