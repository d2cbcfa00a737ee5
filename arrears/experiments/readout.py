"""A test as it stands on a day, for each challenger: looks with their bounds, guardrails, further metrics, verdict.

It follows from the design and what was observed alone, so it may be read on any day, by anybody and again: the looks
are the design's, and reading it on more days adds none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from arrears.errors import BadInput
from arrears.experiments.design import Design
from arrears.experiments.estimate import Difference, difference
from arrears.experiments.guardrails import Guarded, guarded, thinned
from arrears.experiments.holm import holm
from arrears.experiments.looks import Look, Point, due_by, looks_so_far, points_to_come
from arrears.experiments.metrics import metric
from arrears.experiments.mismatch import Mismatch, mismatch
from arrears.experiments.moments import Moments
from arrears.experiments.observed import Observed, Unanswered, deciding
from arrears.experiments.plain import plain
from arrears.experiments.seasons import Flagged
from arrears.experiments.stopped import Adjusted, adjusted
from arrears.experiments.verdict import AtLook, Verdict, verdict


@dataclass(frozen=True)
class Secondary:
    """A further metric at the last look, and its chance corrected for all further metrics (Holm).

    Before the test has ended it is for looking only: it has no bounds of its own.
    """

    metric: str
    found: Difference
    low: float
    high: float
    p_corrected: float


@dataclass(frozen=True)
class Challenged:
    """One challenger against the champion.

    Attributes
    ----------
    arm : the challenger's name.
    looks : those taken, with their bounds; none after the test has ended.
    to_come : information and bounds of looks that are still to come, if debtors come in evenly.
    guardrails : each one's latest day.
    guardrail_days : every day of each.
    secondary : further metrics.
    verdict : what the rule says.
    decided_on : the day on which it said so first; None while the test continues.
    adjusted : what a test may claim of the deciding metric that ended by a bound or at its last look, the looks
        accounted for; None otherwise: `at_least` and `at_most` of its last look hold whatever ended it.
    """

    arm: str
    looks: tuple[Look, ...]
    to_come: tuple[Point, ...]
    guardrails: tuple[Guarded, ...]
    guardrail_days: tuple[tuple[Guarded, ...], ...]
    secondary: tuple[Secondary, ...]
    verdict: Verdict
    decided_on: date | None
    adjusted: Adjusted | None


@dataclass(frozen=True)
class Readout:
    """The whole test on a day.

    Attributes
    ----------
    seasons : into which its days fall.
    unanswered : nights up to the day on which an arm's version of a model did not answer.
    """

    design: str
    fingerprint: str
    as_of: date
    metric: str
    mismatch: Mismatch
    challengers: tuple[Challenged, ...]
    seasons: tuple[Flagged, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()

    def document(self) -> dict[str, Any]:
        """What is written down of it as JSON: days as text, and null for a bound that there is not.

        It stays small however long a test runs, since each day's reading is kept: of a guardrail's days the newest
        (`guardrails`), the one that broke it first (`broken_first`) and few of all, to be drawn (`guardrail_lines`).
        The others follow from the sums on record.
        """
        whole = asdict(replace(self, challengers=()))
        challengers = [_kept(each) for each in self.challengers]
        seasons = [each.document() for each in self.seasons]
        told: dict[str, Any] = plain(
            whole | {"challengers": challengers, "seasons": seasons, "unanswered": Unanswered.summed(self.unanswered)}
        )
        return told


def readout(design: Design, observed: Observed, *, as_of: date, seasons: Sequence[Flagged] = ()) -> Readout:
    """Read a test.

    Parameters
    ----------
    design : as it started.
    observed : everything written down; what has not matured by the day is left out.
    as_of : the day we stand on.
    seasons : into which its days fall, as `seasons.seasons_of` tells them.

    Examples
    --------
    >>> from arrears.experiments.design import read_design
    >>> from arrears.experiments.example import EXAMPLE
    >>> found = readout(read_design(EXAMPLE), Observed({}), as_of=date(2026, 6, 1))
    >>> found.challengers[0].verdict.decision, len(found.challengers[0].to_come)
    ('continue', 8)
    """
    return Readout(
        design=design.label,
        fingerprint=design.fingerprint,
        as_of=as_of,
        metric=design.primary.metric,
        mismatch=_shares(design, observed, as_of),
        challengers=tuple(_challenged(design, observed, arm.name, as_of) for arm in design.challengers),
        seasons=tuple(seasons),
        unanswered=tuple(each for each in observed.unanswered if each.on <= as_of),
    )


def _shares(design: Design, observed: Observed, as_of: date) -> Mismatch:
    days = [day for day in sorted(observed.assigned) if day <= as_of]
    counts = [[observed.assigned[day].get(arm.name, 0) for arm in design.arms] for day in days]
    return mismatch(counts, [arm.share for arm in design.arms])


def _challenged(design: Design, observed: Observed, arm: str, as_of: date) -> Challenged:
    looks = looks_so_far(design, observed, arm, as_of=as_of)
    days = guarded(design, observed, arm, as_of=as_of)
    said, decided_on = _first_decision(design, observed, arm, looks, days)
    taken = tuple(look for look in looks if decided_on is None or look.on <= decided_on)
    by_bounds = decided_on is not None and bool(taken) and taken[-1].on == decided_on and taken[-1].ends
    return Challenged(
        arm=arm,
        looks=taken,
        to_come=points_to_come(design, taken, due=due_by(observed, as_of)) if decided_on is None else (),
        guardrails=tuple(each[-1] for each in days if each),
        guardrail_days=tuple(tuple(each) for each in days),
        secondary=_secondary(design, observed, arm, taken),
        verdict=said,
        decided_on=decided_on,
        adjusted=_claim(design, taken) if by_bounds else None,
    )


def _first_decision(
    design: Design, observed: Observed, arm: str, looks: tuple[Look, ...], days: list[list[Guarded]]
) -> tuple[Verdict, date | None]:
    """The rule's word on the first day on which it decided, else its word of the last look.

    A challenger that is decided and goes on being worked, because it waits for a person or others go on, may still do
    harm: a guardrail that breaks then has the last word.
    """
    by_day = {look.on: look for look in looks}
    breaks = {each.day for found in days for each in found if each.broken}
    said = Verdict("continue", ("no look yet",))
    decided: tuple[Verdict, date] | None = None
    for day in sorted({*by_day, *breaks}):
        look = by_day.get(day) if decided is None else None
        latest = [next((each for each in reversed(found) if each.day <= day), None) for found in days]
        found = verdict(
            _at(design, look) if look else None,
            broken=[each.name for each in latest if each is not None and each.broken],
            unsafe=[each.name for each in latest if each is not None and not each.safe],
            unread=[guardrail.name for guardrail, each in zip(design.guardrails, latest, strict=True) if each is None],
            mismatch=_shares(design, observed, day).found,
            unanswered=_unanswered(design, observed, arm, day),
        )
        if found.decision == "stop_for_harm":
            return found, day
        if found.decision != "continue":
            decided = found, day
        said = found if look else said
    return decided or (said, None)


def _unanswered(design: Design, observed: Observed, arm: str, day: date) -> list[str]:
    """The arms of the two compared whose version did not answer on some night up to a day."""
    silent = {each.arm for each in observed.unanswered if each.on <= day}
    return [name for name in (design.champion.name, arm) if name in silent]


def _at(design: Design, look: Look) -> AtLook:
    return AtLook(
        z=look.found.z,
        low=look.low,
        high=look.high,
        at_most=look.at_most,
        worth=design.primary.smallest_effect_minor,
        may_promote=look.may_promote,
        is_last=look.is_last,
        does=metric(design.primary.metric).does,
    )


def _secondary(design: Design, observed: Observed, arm: str, looks: tuple[Look, ...]) -> tuple[Secondary, ...]:
    moments = deciding(design, observed, closes=looks[-1].closes, as_of=looks[-1].on) if looks else None
    if moments is None or not design.secondary:
        return ()
    covariates = [each.name for each in design.covariates]
    found = [_told_of(moments, name, design.champion.name, arm, covariates) for name in design.secondary]
    # What cannot be told yet stays in the family, so that nothing becomes surer by it.
    corrected = holm([1.0 if each is None else each.p for each in found])
    return tuple(
        Secondary(name, each, *each.interval(design.stop.alpha), chance)
        for name, each, chance in zip(design.secondary, found, corrected, strict=True)
        if each is not None
    )


def _told_of(moments: Moments, name: str, champion: str, arm: str, covariates: Sequence[str]) -> Difference | None:
    """A further metric's difference; None where an arm has nothing to divide by, as minutes where none were held."""
    try:
        return difference(moments, metric(name), champion=champion, challenger=arm, covariates=covariates)
    except BadInput:
        return None


def _claim(design: Design, looks: tuple[Look, ...]) -> Adjusted:
    last = looks[-1]
    alpha = design.stop.alpha / len(design.challengers)
    # Of the size at which the effect lies `z` of them away: with few collectors an error tells less than it seems.
    error = abs(last.found.effect / last.found.z) if last.found.z else last.found.error
    return adjusted(last.bounds, last.found.z, error, alpha=alpha)


def _kept(challenged: Challenged) -> dict[str, Any]:
    days = {each[-1].name: each for each in challenged.guardrail_days if each}
    broken = [next((day for day in each if day.broken), None) for each in days.values()]
    told = asdict(replace(challenged, guardrail_days=()))
    del told["guardrail_days"]
    for look in told["looks"]:
        del look["bounds"]  # each look has its own
    lines = {name: thinned(each) for name, each in days.items()}
    return told | {"broken_first": [asdict(each) for each in broken if each], "guardrail_lines": lines}
