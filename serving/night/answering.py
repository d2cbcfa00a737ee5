"""Versions of a model that the arms of a test name: what answers for each, and what a night keeps of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from arrears.experiments.arm_models import parted
from arrears.experiments.records import Experiment
from serving.scores.scoring import Champion, fitting

Opened = Callable[[str, str], Champion]
"""Opens a version of a model by name and number, or tells why it does not answer."""

ByArm = Mapping[tuple[str, str], "Answering"]
"""By test and arm, of the arms that name a version of a model."""


@dataclass(frozen=True)
class Answering:
    """What answers for an arm that names a version of a model.

    Attributes
    ----------
    label : the version that it names, as `propensity/3`.
    by : that version; where it is not loaded the night's own answers in its place, because of what `by.because` says.
    """

    label: str
    by: Champion

    def failed(self, because: str) -> Answering:
        """The night's own in its place."""
        return replace(self, by=Champion(self.by.name, None, because))

    def fitting(self, names: Sequence[str]) -> Answering:
        """The night's own in its place where the book lacks a feature that the version reads."""
        return replace(self, by=fitting(self.by, names))

    def document(self) -> dict[str, Any]:
        """As a night keeps it."""
        return {"model": self.label, "model_because": self.by.because}


def answering_of(experiments: Sequence[Experiment], opened: Opened) -> ByArm:
    """What answers for the arms of tests."""
    return {
        (each.label, arm.name): Answering(arm.model, opened(*parted(arm.model)))
        for each in experiments
        for arm in each.design.arms
        if arm.model is not None
    }


def answering_again(told: Sequence[Mapping[str, Any]], opened: Opened) -> ByArm:
    """What answered for the arms of a recorded night: a version that did not then does not now.

    Parameters
    ----------
    told : the parts of the night, as it keeps them.
    """
    found = {}
    for part in told:
        if part.get("model"):
            name, version = parted(part["model"])
            because = part["model_because"]
            by = opened(name, version) if because is None else Champion(name, None, because)
            found[part["test"], part["arm"]] = Answering(part["model"], by)
    return found
