"""The registry as a test of a model's versions asks it: who serves, who may not, and how the alias moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from arrears.errors import ArrearsError
from arrears.lake import Lake
from arrears.policy.forbidden import NO_APPROVALS
from models.promote import promote
from models.registry import CHAMPION, Registry


class UnderTest:
    """What `arrears.experiments` asks of the models of one deployment.

    Parameters
    ----------
    lake : tells which inputs the deployment's people approved; None: none.
    """

    def __init__(self, registry: Registry, lake: Lake | None = None) -> None:
        self._registry, self._lake = registry, lake

    def champion(self, name: str) -> str | None:
        """The version that serves; None where none does."""
        return self._registry.champion_version(name)

    def unfit(self, name: str, version: str) -> str | None:
        """Why a version may not answer for an arm; None where it may.

        It must be there, open, read nothing that no model may, and have the verdict that the gate asks for: a test that
        its winner could not leave would be run for nothing.
        """
        from models.lawful import approvals_of, unlawful

        try:
            found, artifact = self._registry.version(name, version), self._registry.load(name, version).artifact
        except ArrearsError as problem:
            return f"{name}/{version} cannot be opened ({problem.found})"
        if found.verdict != "promote":
            return f"the verdict of {name}/{version} is to refuse: {found.because}"
        approvals = approvals_of(self._lake) if self._lake is not None else NO_APPROVALS
        for why in unlawful(artifact.features, approvals).values():
            return f"{name}/{version} may not serve: {why}"
        return None

    def rests_on(self, name: str) -> Mapping[str, Any]:
        """What the newest move of the champion rests on."""
        self._registry.reconcile()
        moved = [each for each in self._registry.history(name) if each.alias == CHAMPION and each.state == "moved"]
        return moved[-1].evidence if moved else {}

    def promote(self, name: str, version: str, *, who: str, why: str, evidence: Mapping[str, Any]) -> None:
        """Make a version champion, through the gate."""
        promote(self._registry, name, version, who=who, why=why, evidence=evidence)

    def roll_back(self, name: str, *, who: str, why: str, evidence: Mapping[str, Any]) -> None:
        """Make the champion before the present one champion again."""
        self._registry.roll_back(name, who=who, why=why, evidence=evidence)
