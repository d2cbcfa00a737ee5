"""Whether what must not get worse did: an answer for every day, by an interval that may be read on all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from arrears.errors import BadInput
from arrears.experiments.design import Design
from arrears.experiments.design_parts import Guardrail
from arrears.experiments.estimate import difference
from arrears.experiments.looks import LEAST_DEBTORS
from arrears.experiments.metrics import GROUP_COLUMNS, metric
from arrears.experiments.moments import Moments
from arrears.experiments.observed import Observed, guarding
from arrears.experiments.sequences import ConfidenceSequence
from arrears.experiments.totals import totals


@dataclass(frozen=True)
class Guarded:
    """One guardrail on one day.

    Attributes
    ----------
    name : the guardrail's; a metric may be guarded for several groups.
    metric : what it measures.
    day : when the last of its debtors matured.
    worse : by how much the challenger is worse; below 0 it is better.
    low, high : hold that at every day of the test at once; the lower end is corrected for the number of guardrails.
    margin : what may be lost.
    broken : surely worse by more than the margin.
    safe : surely not worse by more than the margin.
    debtors : measured, both arms.
    """

    name: str
    metric: str
    day: date
    worse: float
    low: float
    high: float
    margin: float
    broken: bool
    safe: bool
    debtors: int


def guarded(design: Design, observed: Observed, challenger: str, *, as_of: date) -> list[list[Guarded]]:
    """Each guardrail's days, up to a day; a guardrail whose arms hold fewer than two debtors yet has none.

    Notes
    -----
    A guardrail is called broken with error `guardrail_alpha` over all guardrails, challengers and days together, and
    safe with that error of its own: promotion asks all of them to be safe at once.
    """
    return [
        [
            found
            for day, moments in guarding(design, observed, each.name)
            if day <= as_of and (found := _on(design, each, moments, challenger, day)) is not None
        ]
        for each in design.guardrails
    ]


def thinned(days: Sequence[Guarded], most: int = 24) -> list[dict[str, Any]]:
    """A guardrail's days as a line to be drawn: so many of them, evenly, with the first and the newest.

    Examples
    --------
    >>> thinned([])
    []
    """
    if len(days) <= most:
        kept = list(days)
    else:
        kept = [days[round(place * (len(days) - 1) / (most - 1))] for place in range(most)]
    return [{"day": each.day, "worse": each.worse, "low": each.low, "high": each.high} for each in kept]


def _on(design: Design, guardrail: Guardrail, moments: Moments, challenger: str, day: date) -> Guarded | None:
    told = metric(guardrail.metric)
    try:
        found = difference(moments, told, champion=design.champion.name, challenger=challenger)
        counted = _groups(moments, (design.champion.name, challenger)) if told.of_a_group else found.debtors
    except BadInput:
        return None
    if min(*found.debtors, *counted) < LEAST_DEBTORS:
        return None
    # Where nothing has happened yet one event more or less in an arm is what cannot be told apart from it.
    one_event = math.sqrt(sum(1 / each**2 for each in counted)) if told.unit == "number" else 0.0
    if not max(found.error, one_event) > 0:
        return None
    worse = found.effect if told.better == "less" else -found.effect
    count = sum(found.debtors)
    planned = design.enrolment.debtors * _share(design, challenger)
    family = len(design.guardrails) * len(design.challengers)
    allowed = design.stop.guardrail_alpha
    errors = (
        ConfidenceSequence(alpha=alpha, tightest_at=planned / 2).half_width(count, 1.0)
        for alpha in (allowed / family, allowed)
    )
    wide, narrow = (max(found.reach(each), each * one_event) for each in errors)
    low, high = worse - wide, worse + narrow
    return Guarded(
        name=guardrail.name,
        metric=guardrail.metric,
        day=day,
        worse=worse,
        low=low,
        high=high,
        margin=guardrail.margin,
        broken=low > guardrail.margin,
        safe=high < guardrail.margin,
        debtors=count,
    )


def _groups(moments: Moments, arms: Sequence[str]) -> tuple[float, ...]:
    """Debtors of the group and of all others in each arm."""
    sides = GROUP_COLUMNS[1::2]
    found = [totals(moments, arm) for arm in arms]
    return tuple(each.count * float(each.means[each.column(side)]) for each in found for side in sides)


def _share(design: Design, challenger: str) -> float:
    return sum(arm.share for arm in design.arms if arm.name in (challenger, design.champion.name))
