"""What the nights have written down of a test, by the day on which debtors came in, and what of it counts on a day.

Each day's moments are written once, when its debtors have matured, and never again: money that moves after settlement
changes nothing that was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from arrears.experiments.design import Design
from arrears.experiments.moments import Moments, total


@dataclass(frozen=True)
class Observed:
    """All of it.

    Attributes
    ----------
    matured : by day of enrolment, the moments of `Design.columns()` over everybody who came in on that day.
    guarded : by guardrail's name and day of enrolment, the moments of `Guardrail.columns`.
    assigned : by day, how many units (households where they stay together) came into each arm.
    """

    matured: Mapping[date, Moments]
    guarded: Mapping[str, Mapping[date, Moments]] = field(default_factory=dict)
    assigned: Mapping[date, Mapping[str, int]] = field(default_factory=dict)


def deciding(design: Design, observed: Observed, *, closes: date, as_of: date) -> Moments | None:
    """Moments of the deciding metric over who came in up to a day and has matured by another; None of nobody."""
    return total(
        moments
        for day, moments in sorted(observed.matured.items())
        if day <= closes and design.watch.matures(day) <= as_of
    )


def guarding(design: Design, observed: Observed, name: str) -> list[tuple[date, Moments]]:
    """Moments of a guardrail so far, on each day on which more of them matured; earliest first."""
    guardrail = next(each for each in design.guardrails if each.name == name)
    known: list[tuple[date, Moments]] = []
    for enrolled, moments in sorted(observed.guarded.get(name, {}).items()):
        day = guardrail.watch.matures(enrolled)
        known.append((day, known[-1][1] + moments if known else moments))
    return known
