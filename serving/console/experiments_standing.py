"""Where a running test stands: the looks taken and to come, and what the difference amounts to so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from arrears.experiments.design import Design
from arrears.experiments.schedule import looks
from serving.console.experiments_waiting import UNDECIDED
from serving.console.words import big_money, share

_NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Standing:
    """How far a test is.

    Attributes
    ----------
    taken, looks : of how many looks.
    debtors : that have matured, of all arms.
    matured : their share of those planned, as the last look reckons it.
    next_on : the day of the next look; None where none is left to take.
    promotes_from : the first look on which a challenger may be promoted.
    last_on : the last look.
    decided : nothing is left to be decided by a look.
    """

    taken: int
    looks: int
    debtors: int
    matured: float
    next_on: date | None
    promotes_from: date | None
    last_on: date
    decided: bool


@dataclass(frozen=True)
class Together:
    """What a challenger's difference is in all, each already written.

    Attributes
    ----------
    of_champion : the difference as a share of what the champion's debtors bring; None where they bring nothing.
    total : of its matured debtors; `low` and `high` end in more or less, None where that end is open.
    """

    of_champion: str | None
    total: str
    low: str | None
    high: str | None


def standing(reading: Mapping[str, Any] | None, design: Design) -> Standing:
    """How far a test is by its newest reading, as `as_it_stands` tells it; before any, nothing is taken."""
    planned = looks(design.enrolment, design.watch)
    read = reading["challengers"] if reading else []
    taken = max((len(each["looks"]) for each in read), default=0)
    to_come = [date.fromisoformat(each["to_come"][0]["on"]) for each in read if each["to_come"]]
    last = [each["looks"][-1] for each in read if each["looks"]]
    champion = max((look["debtors"][0] for look in last), default=0)
    return Standing(
        taken=taken,
        looks=len(planned),
        debtors=champion + sum(look["debtors"][1] for look in last),
        matured=max((look["information"] for look in last), default=0.0),
        next_on=min(to_come) if to_come else None if read else planned[0].on,
        promotes_from=next((look.on for look in planned if look.may_promote), None),
        last_on=planned[-1].on,
        decided=bool(read) and UNDECIDED not in {each["verdict"]["decision"] for each in read},
    )


def together(challenged: Mapping[str, Any], design: Design) -> Together | None:
    """What a challenger's matured debtors brought more or less, all of them; None before a look."""
    if not challenged["looks"]:
        return None
    last, claim, currency = challenged["looks"][-1], challenged["adjusted"], design.cohort.currency
    effect, low, high = (
        (last["found"]["effect"], last["at_least"], last["at_most"])
        if claim is None
        else (claim["estimate"], claim["low"], claim["high"])
    )
    champion, debtors = last["found"]["champion"], last["debtors"][1]
    total, least, most = (None if each is None else _summed(each * debtors, currency) for each in (effect, low, high))
    part = f"{share(abs(effect) / champion, 1)} {_way(effect)}" if champion > 0 else None
    return Together(of_champion=part, total=total or "", low=least, high=most)


def _summed(total: float, currency: str) -> str:
    return f"{big_money(abs(total), currency).replace(' ', _NO_BREAK)} {_way(total)}"


def _way(value: float) -> str:
    return "more" if value >= 0 else "less"
