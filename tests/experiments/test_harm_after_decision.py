"""A challenger that is decided goes on being worked for a while: a guardrail that breaks then still ends it."""

from dataclasses import replace
from datetime import date

import pytest

from arrears.experiments.readout import readout
from tests.experiments.designs import changed
from tests.experiments.played import played

WATCHED = [{"metric": "complaints", "margin": 0.2, "horizon_days": 70}]
LATER = date(2026, 6, 22)
"""From this day on the challenger's debtors complain."""


def observed(design, cash):
    """Few complaints at first, then many; guardrails are watched so long that the looks come first."""
    calm = played(design, 3, cash={"challenger": cash})
    loud = played(design, 3, cash={"challenger": cash}, complaints={"challenger": 0.95})
    days = calm.guarded["complaints"]
    mixed = {day: (loud if day >= LATER else calm).guarded["complaints"][day] for day in days}
    return replace(calm, guarded={"complaints": mixed})


@pytest.mark.parametrize(("cash", "at_first"), [(1500.0, "promote"), (0.0, "no_difference")])
def test_a_guardrail_that_breaks_after_the_decision_has_the_last_word(cash, at_first):
    design = changed(guardrails=WATCHED, primary={"smallest_effect_minor": 1200.0}, enrolment={"debtors": 2240})
    seen = observed(design, cash)
    (before,) = readout(design, seen, as_of=date(2026, 8, 30)).challengers
    assert (before.verdict.decision, before.guardrails[0].broken) == (at_first, False)
    (after,) = readout(design, seen, as_of=date(2026, 10, 10)).challengers
    assert after.verdict.decision == "stop_for_harm"
    assert after.decided_on > before.decided_on
    assert after.verdict.reasons == ("complaints is worse by more than its margin",)


def test_without_a_break_the_first_decision_stands():
    design = changed(guardrails=WATCHED, enrolment={"debtors": 2240})
    seen = played(design, 3, cash={"challenger": 1500.0})
    first, last = (readout(design, seen, as_of=day).challengers[0] for day in (date(2026, 8, 30), date(2026, 10, 10)))
    assert (first.verdict.decision, first.decided_on) == (last.verdict.decision, last.decided_on)
