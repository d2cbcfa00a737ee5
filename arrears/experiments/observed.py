"""What the nights have written down of a test, by the day on which debtors came in, and what of it counts on a day.

Each day's moments are written once, when its debtors have matured, and never again: money that moves after settlement
changes nothing that was read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from arrears.experiments.design import Design
from arrears.experiments.moments import Moments, total


@dataclass(frozen=True)
class Unanswered:
    """A night on which an arm's version of a model did not answer, so that the night's own did in its place.

    Attributes
    ----------
    on : the day that the night was for.
    debtors : of the arm, past due that night.
    because : the sentence why.
    """

    arm: str
    on: date
    debtors: int
    because: str

    @staticmethod
    def summed(nights: Sequence[Unanswered]) -> list[dict[str, Any]]:
        """By arm how many nights there were, from which to which, with at most how many debtors, and why the last.

        Examples
        --------
        >>> nights = [Unanswered("new", date(2026, 6, day), 40 + day, "It cannot be opened.") for day in (1, 2)]
        >>> (told,) = Unanswered.summed(nights)
        >>> told["nights"], told["first"].day, told["last"].day, told["debtors"]
        (2, 1, 2, 42)
        """
        arms = dict.fromkeys(each.arm for each in nights)
        of = {arm: [each for each in nights if each.arm == arm] for arm in arms}
        return [
            {
                "arm": arm,
                "nights": len(own),
                "first": own[0].on,
                "last": own[-1].on,
                "debtors": max(each.debtors for each in own),
                "because": own[-1].because,
            }
            for arm, own in of.items()
        ]


@dataclass(frozen=True)
class Observed:
    """All of it.

    Attributes
    ----------
    matured : by day of enrolment, the moments of `Design.columns()` over everybody who came in on that day.
    guarded : by guardrail's name and day of enrolment, the moments of `Guardrail.columns`.
    assigned : by day, how many units (households where they stay together) came into each arm.
    unanswered : nights on which an arm's version of a model did not answer, earliest first.
    whole_through : the last day through which everything that had matured was written down: a look of a later day
        would miss debtors, and be another one when it is read again. None: every day that is asked for.
    counts_from : by guardrail's name and day of enrolment, the day from which its moments count, where that is not the
        day on which they matured: what the book told late changes no look that was taken without it.
    """

    matured: Mapping[date, Moments]
    guarded: Mapping[str, Mapping[date, Moments]] = field(default_factory=dict)
    assigned: Mapping[date, Mapping[str, int]] = field(default_factory=dict)
    unanswered: tuple[Unanswered, ...] = ()
    whole_through: date | None = None
    counts_from: Mapping[str, Mapping[date, date]] = field(default_factory=dict)


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
    counts, told = observed.counts_from.get(name, {}), observed.guarded.get(name, {})
    days = sorted((counts.get(enrolled, guardrail.watch.matures(enrolled)), enrolled) for enrolled in told)
    known: list[tuple[date, Moments]] = []
    for day, enrolled in days:
        moments = told[enrolled]
        known.append((day, known[-1][1] + moments if known else moments))
    return known
