"""A test's plan as one document: what the design can find, from which past, and on which days it is looked at."""

from __future__ import annotations

from datetime import date
from typing import Any

from arrears.experiments.design import Design
from arrears.experiments.looks import planned_looks
from arrears.experiments.plain import plain
from arrears.experiments.power import Spread, coming, planned
from arrears.experiments.seasons import seasons_of


def plan_document(design: Design, day: date, spread: Spread, *, country: str = "") -> dict[str, Any]:
    """The plan as plain JSON, as a record keeps it; a number that cannot be told is None.

    Parameters
    ----------
    day : the one after which the spread was.
    spread : of the primary metric over the cohort's debtors of that day.
    country : of the portfolio, whose seasons count; "" where it is not known.

    Examples
    --------
    >>> from arrears.experiments.design import read_design
    >>> from arrears.experiments.example import EXAMPLE
    >>> spread = Spread(mean=4000, sd=6800, uncapped_mean=4200, uncapped_sd=9600, stock=12_000, per_week=3000)
    >>> told = plan_document(read_design(EXAMPLE), date(2026, 4, 20), spread)
    >>> told["plan"]["debtors"], told["will_come"], told["enough"], told["looks"][0]["on"]
    (26434, 36000, True, '2026-07-12')
    """
    found = planned(design, spread)
    looks = [{"number": each.number, "on": each.on, "may_promote": each.may_promote} for each in planned_looks(design)]
    told: dict[str, Any] = plain(
        {
            "design": design.label,
            "fingerprint": design.fingerprint,
            "currency": design.cohort.currency,
            "learned_on": day,
            "spread": {**vars(spread), "cv": spread.cv},
            "plan": found.document(),
            "looks": looks,
            "enrols": design.enrolment.debtors,
            "will_come": round(coming(spread, design.enrolment.weeks, design)),
            "worth_finding_minor": design.primary.smallest_effect_minor,
            "enough": found.power >= design.stop.power,
            "seasons": [each.document() for each in seasons_of(design, country)],
        }
    )
    return told
