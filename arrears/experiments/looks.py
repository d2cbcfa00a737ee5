"""The looks that a test has taken, each with its bounds, and the bounds of those still to come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from arrears.errors import BadInput
from arrears.experiments.boundaries import Bounds, bounds
from arrears.experiments.design import Design
from arrears.experiments.estimate import Difference, difference
from arrears.experiments.metrics import metric
from arrears.experiments.observed import Observed, deciding
from arrears.experiments.schedule import PlannedLook, looks
from arrears.experiments.stopped import repeated

LEAST_DEBTORS = 30
"""Matured in each arm, before anything is concluded from them."""

_NEXT_TO_NOTHING = 1e-3


@dataclass(frozen=True)
class Look:
    """One look.

    Attributes
    ----------
    number, closes, on, may_promote : as planned.
    is_last : planned so, or all the planned information is in.
    information : share of the planned debtors that have matured.
    debtors : matured, champion and challenger.
    found : the difference in the deciding metric.
    low, high : bounds of its `z`.
    at_least, at_most : hold the effect at every look at once.
    bounds : of this look and those before.
    """

    number: int
    closes: date
    on: date
    may_promote: bool
    is_last: bool
    information: float
    debtors: tuple[int, int]
    found: Difference
    low: float
    high: float
    at_least: float
    at_most: float
    bounds: Bounds

    @property
    def ends(self) -> bool:
        """Whether its own result ends a test: it crosses a bound, or there is no further look."""
        return self.is_last or not self.low < self.found.z < self.high


@dataclass(frozen=True)
class Point:
    """A look still to come: when, with how much information, and the bounds it would have."""

    on: date
    information: float
    low: float
    high: float


@dataclass(frozen=True)
class _Measured:
    planned: PlannedLook
    information: float
    debtors: tuple[int, int]
    found: Difference


def looks_so_far(design: Design, observed: Observed, challenger: str, *, as_of: date) -> tuple[Look, ...]:
    """Every look that is due by a day and has new debtors in it.

    Notes
    -----
    The bounds follow the debtors that really matured. A look before the test may promote has no upper bound; what that
    saves in error the later ones spend.
    """
    measured, all_looks = list[_Measured](), planned_looks(design)
    first = next((each.number for each in all_looks if each.may_promote), len(all_looks))
    due = due_by(observed, as_of)
    for planned in all_looks:
        if planned.on > due or (measured and measured[-1].information >= 1):
            break
        found = _measured(design, observed, challenger, planned)
        so_far = measured[-1].information if measured else 0.0
        if found is not None and not planned.may_promote:
            # Debtors may be full before the calendar is: the test goes on to the first look that may promote.
            found = replace(found, information=min(found.information, 1 - _NEXT_TO_NOTHING * (first - planned.number)))
        if found is not None and planned.is_last:
            # The last look spends what is left, though nobody may have come in since the one before it.
            found = replace(found, information=max(found.information, min(so_far + _NEXT_TO_NOTHING, 1.0)))
        if found is not None and found.information > so_far:
            measured.append(found)
    ended = bool(measured) and (measured[-1].planned.is_last or measured[-1].information >= 1)
    return tuple(
        _look(design, measured[: place + 1], ended=ended and place == len(measured) - 1)
        for place in range(len(measured))
    )


def due_by(observed: Observed, as_of: date) -> date:
    """The last day whose look is due: all that had matured by it was written down."""
    return min(as_of, observed.whole_through or as_of)


def points_to_come(design: Design, taken: tuple[Look, ...], *, due: date | None = None) -> tuple[Point, ...]:
    """The bounds of the looks to come, if debtors come in evenly from now on.

    Parameters
    ----------
    due : no look of a day up to this one comes any more; None: any after the last that was taken.
    """
    numbers = [look.number for look in taken]
    left = [planned for planned in planned_looks(design) if planned.number > max(numbers, default=0)]
    left = [planned for planned in left if due is None or planned.on > due]
    so_far = taken[-1].information if taken else 0.0
    if not left or so_far >= 1:
        return ()
    ahead = [so_far + (1 - so_far) * place / len(left) for place in range(1, len(left) + 1)]
    found = _bounds(
        design,
        [*(look.information for look in taken), *ahead],
        [*(look.may_promote for look in taken), *(planned.may_promote for planned in left)],
        ended=True,
    )
    lows, highs = (each[len(taken) :] for each in (found.low, found.high))
    return tuple(
        Point(planned.on, information, low, high)
        for planned, information, low, high in zip(left, ahead, lows, highs, strict=True)
    )


def planned_looks(design: Design) -> tuple[PlannedLook, ...]:
    """The looks of a design.

    Examples
    --------
    >>> from arrears.experiments.design import read_design
    >>> from arrears.experiments.example import EXAMPLE
    >>> len(planned_looks(read_design(EXAMPLE)))
    8
    """
    return looks(design.enrolment, design.watch)


def _measured(design: Design, observed: Observed, challenger: str, planned: PlannedLook) -> _Measured | None:
    moments = deciding(design, observed, closes=planned.closes, as_of=planned.on)
    if moments is None:
        return None
    champion = design.champion.name
    covariates = [each.name for each in design.covariates]
    try:
        found = difference(
            moments, metric(design.primary.metric), champion=champion, challenger=challenger, covariates=covariates
        )
    except BadInput:
        return None
    counts = moments.debtors()
    debtors = counts[champion], counts[challenger]
    if min(debtors) < LEAST_DEBTORS or not found.error > 0:
        return None  # too few to be told by a normal law, or nothing came of anybody yet
    share = sum(arm.share for arm in design.arms if arm.name in (champion, challenger))
    return _Measured(planned, min(sum(debtors) / (design.enrolment.debtors * share), 1.0), debtors, found)


def _look(design: Design, measured: list[_Measured], *, ended: bool) -> Look:
    last = measured[-1]
    found = _bounds(
        design,
        [each.information for each in measured],
        [each.planned.may_promote for each in measured],
        ended=ended,
    )
    at_least, at_most = repeated(found, last.found.effect, last.found.reach)
    told: dict[str, Any] = {name: getattr(last.planned, name) for name in ("number", "closes", "on", "may_promote")}
    return Look(
        **told,
        is_last=ended,
        information=last.information,
        debtors=last.debtors,
        found=last.found,
        low=found.low[-1],
        high=found.high[-1],
        at_least=at_least,
        at_most=at_most,
        bounds=found,
    )


def _bounds(design: Design, information: list[float], may_promote: list[bool], *, ended: bool) -> Bounds:
    return bounds(
        information,
        alpha=design.stop.alpha / len(design.challengers),
        spending=design.stop.spending,
        harm=design.stop.harm,
        may_promote=may_promote,
        ended=ended,
    )
