"""A test that no look is left to decide: it waits for a person, who is told why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from arrears.experiments.records import Experiment
from arrears.experiments.schedule import looks

UNDECIDED = "undecided"
"""What stands in the place of a decision where no look is left to make one."""

_OVER = "Every planned look is over, and none is left to decide: find out why, stop the test, and plan it anew"
_FEW = "too few debtors have matured in each arm for the last look"

Reading = Mapping[str, Any]


def as_it_stands(reading: Reading, experiment: Experiment) -> dict[str, Any]:
    """A reading with `undecided` of a challenger that no look can decide any more.

    A look of the day of the reading is still to come: that day is not over.
    """
    day, last = date.fromisoformat(reading["as_of"]), looks(experiment.design.enrolment, experiment.design.watch)[-1].on
    told = []
    for each in reading["challengers"]:
        goes_on = experiment.state == "running" and each["arm"] not in experiment.arms_ended
        is_through = day > last or any(look["is_last"] for look in each["looks"])
        waits = goes_on and is_through and each["verdict"]["decision"] == "continue"
        told.append({**each, **({"verdict": _waiting(each)} if waits else {})})
    return {**reading, "challengers": told}


def _waiting(challenged: Reading) -> dict[str, Any]:
    was_last = any(look["is_last"] for look in challenged["looks"])
    return {"decision": UNDECIDED, "reasons": [*(challenged["verdict"]["reasons"] if was_last else [_FEW]), _OVER]}
