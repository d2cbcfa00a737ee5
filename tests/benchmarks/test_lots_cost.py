"""What the edge and the holdout cost: the worth of a day's lists as planned on the demo's night, with and without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from arrears.lake import Lake
from arrears.queues.strategy import strategy
from models.registry import Registry
from serving.night import nightly
from serving.night.lists import lists_of
from tests.conftest import SCORING_DAY

DAYS = 5
HARD = {"random_slice_share": 0.0, "holdout_share": 0.0, "edge_share": 0.0}
KINDS = {
    "an edge of 5 %": HARD | {"edge_share": 0.05},
    "an edge of 10 %": HARD | {"edge_share": 0.1},
    "an edge of 20 %": HARD | {"edge_share": 0.2},
    "a slice of 1.5 %": HARD | {"random_slice_share": 0.015},
    "a holdout of 1 %": HARD | {"holdout_share": 0.01},
    "all by default": {},
}


@pytest.mark.bench
@pytest.mark.slow
def test_what_is_left_to_chance_costs_little(
    demo_lake: Lake,
    no_registry: Registry,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    asked: list[Any] = []

    def told(*given: Any, **how: Any) -> Any:
        asked[:] = [given, how]
        return lists_of(*given, **how)

    monkeypatch.setattr(nightly, "lists_of", told)
    built = nightly.build_by_champions(demo_lake, no_registry, SCORING_DAY, strategy("value_at_risk"))
    (book, *between, day), how = asked
    value, settings = built.ranking.terms["value_minor"], book.settings

    def worth(**changed: float) -> float:
        """Of what collectors were given, as a mean of some days."""
        own = settings.model_copy(update={"desk": settings.desk.model_copy(update=changed)})
        days = (day + timedelta(days=ahead) for ahead in range(DAYS))
        given = [replace(book, settings=own), *between]
        plans = (lists_of(*[*given, each], **how).allocation for each in days)
        return float(np.mean([value[[who is not None for who in plan.assigned_to]].sum() for plan in plans]))

    hard = worth(**HARD)
    costs = {kind: 1 - worth(**changed) / hard for kind, changed in KINDS.items()}
    for kind, cost in costs.items():
        record_property(f"worth of the lists lost by {kind}", f"{cost:.3%}")
    assert costs["an edge of 10 %"] < 0.003
    assert costs["all by default"] < 0.06
