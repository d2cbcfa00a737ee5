"""A fitted model as a folder: `model.json` and one LightGBM text file per booster; no pickle, no project code.

`write` makes the folder, `load` opens it. What the numbers mean is in `models.scorer`, which both this file and
MLflow's copy run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from arrears.buckets import AGEING
from arrears.errors import BadInput, WrongUse
from models.scorer import Floats, Ranks, Scorer
from models.spec import ModelSpec

FORMAT = 1
IDENTITY: Mapping[str, Any] = MappingProxyType({"method": "identity"})
"""The calibration that leaves a margin as it is."""


@dataclass(frozen=True)
class Part:
    """One booster of a model, with the calibration of its log-odds.

    Parameters
    ----------
    name : the answer it gives, as `propensity`; also its file's name.
    booster : `lightgbm.Booster`.
    calibration : as `models.scorer.calibrated_margin` reads it.
    facts : anything else about this booster worth keeping, JSON.
    """

    name: str
    booster: Any
    calibration: Mapping[str, Any] = field(default_factory=lambda: IDENTITY)
    facts: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Artifact:
    """A model folder, opened: what it is and what it answers."""

    scorer: Scorer

    @property
    def document(self) -> Mapping[str, Any]:
        """Everything in `model.json`."""
        return self.scorer.document

    @property
    def name(self) -> str:
        """The model's name, as `propensity`."""
        return str(self.document["name"])

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the columns of X, in order."""
        return self.scorer.features

    @property
    def horizon_days(self) -> int:
        """How far the answer looks past `as_of`."""
        return int(self.document["horizon_days"])

    @property
    def boosters(self) -> tuple[str, ...]:
        """Names of the boosters."""
        return tuple(self.scorer.boosters)

    def predict(self, x: Floats, bucket_rank: Ranks | None = None) -> Floats:
        """The model's answer: (n,) probabilities of a binary model, (n, 8) over the ageing buckets of a chain.

        A model of two parts answers with (n,) expected shares; its classes are among `scorer.answers`.
        """
        answers = self.scorer.answers(x, bucket_rank)
        if self.document["kind"] == "two_part":
            return answers["expected_share"]
        if self.document["kind"] == "binary":
            (only,) = answers.values()
            return only
        return np.column_stack([answers[bucket] for bucket in AGEING])

    def p_roll(self, x: Floats, bucket_rank: Ranks) -> Floats:
        """P(a worse bucket next cycle) of accounts standing at these ranks, (n,); chains only."""
        return self.scorer.answers(x, bucket_rank)["p_roll"]

    def margin(self, x: Floats, booster: str) -> Floats:
        """Raw log-odds of one booster, before calibration, (n,)."""
        return self.scorer.margin(x, booster)

    def calibrated(self, margins: Floats, booster: str) -> Floats:
        """Probabilities that one booster's margins stand for, (n,)."""
        return self.scorer.calibrated(margins, booster)

    def matrix(self, columns: Mapping[str, Any], rows: int) -> Floats:
        """X in this model's column order from named columns; a feature the book lacks is null throughout."""
        x = np.full((rows, len(self.features)), np.nan)
        for position, name in enumerate(self.features):
            if name in columns:
                x[:, position] = np.asarray(columns[name], dtype=np.float64)
        return x


def write(
    folder: Path,
    spec: ModelSpec,
    features: Sequence[str],
    parts: Sequence[Part],
    **more: Mapping[str, Any],
) -> Path:
    """Write a model folder.

    Parameters
    ----------
    folder : made if absent; must be empty of other models.
    features : names of the columns of X, in order.
    more : further JSON sections of `model.json`, as `training` (facts of the run), `reference` (distributions that
        monitoring compares with), `moves` (a chain's empirical moves).

    Returns
    -------
    Path : the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "model.json").exists():
        raise WrongUse(
            asked=f"write model {spec.name} to {folder.name}",
            found="a model is already there",
            do="Give an empty folder: a written model never changes.",
        )
    for part in parts:
        text: str = part.booster.model_to_string()
        (folder / f"{part.name}.txt").write_text(text, encoding="utf-8")
    document = {"format": FORMAT, **_about(spec), "features": list(features), "boosters": [_said(p) for p in parts]}
    text = json.dumps({**document, **more}, indent=1, sort_keys=False, default=_plain)
    (folder / "model.json").write_text(text, encoding="utf-8")
    return folder


def load(folder: Path) -> Artifact:
    """Open a model folder.

    Raises
    ------
    BadInput : no model is there, or one of another format.
    """
    try:
        scorer = Scorer(folder)
    except FileNotFoundError as problem:
        raise BadInput(
            asked=f"open the model in {folder.name}",
            found=f"no {Path(str(problem.filename)).name} there",
            do="Point at a folder that `arrears train` wrote.",
        ) from problem
    if scorer.document.get("format") != FORMAT:
        raise BadInput(
            asked=f"open the model in {folder.name}",
            found=f"format {scorer.document.get('format')}, and this release reads {FORMAT}",
            do="Retrain the model with this release.",
        )
    return Artifact(scorer)


def _about(spec: ModelSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "kind": spec.kind,
        "question": spec.question,
        "horizon_days": spec.horizon_days,
        "monotone": dict(spec.monotone),
    }


def _said(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "file": f"{part.name}.txt",
        "calibration": dict(part.calibration),
        **(dict(part.facts) if part.facts else {}),
    }


def _plain(value: object) -> Any:  # noqa: ANN401 - json asks for whatever it can print
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    message = f"no JSON form for {type(value).__name__}"
    raise TypeError(message)
