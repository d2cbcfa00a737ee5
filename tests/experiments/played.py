"""A test played through: debtors come in day by day, draw their arms, pay and complain, and are measured."""

from datetime import timedelta

import numpy as np

from arrears.experiments.assign import Debtors, Eligible, arm_of
from arrears.experiments.design import Design
from arrears.experiments.measure import measured
from arrears.experiments.observed import Observed


def played(
    design: Design, seed: int, *, per_day=40, cash=None, complaints=None, stock=0, served=None, no_minutes_of=""
) -> Observed:
    """What nights would have written down.

    Parameters
    ----------
    cash, complaints : by arm, what is added to the mean, and the chance.
    no_minutes_of : the arm in which nobody held a lease; None: every arm.
    served : the share of the champion's debtors that reach the record; the rest are lost by a fault.
    """
    draw = np.random.default_rng([41, seed])
    enrolment = design.enrolment
    matured, assigned = {}, {}
    guarded = {each.name: {} for each in design.guardrails}
    for place in range(7 * enrolment.weeks):
        day = enrolment.starts + timedelta(days=place)
        count = per_day + (stock if place == 0 else 0)
        ids = np.array([f"D{seed}-{place}-{number}" for number in range(count)])
        stratum = draw.choice(["a", "b", "c"], count) if design.strata else None
        arm = arm_of(
            [design], Debtors(ids), day=day, eligible={design.label: Eligible(np.ones(count, bool), stratum)}
        ).arm
        kept = (arm != design.champion.name) | (draw.random(count) < (1.0 if served is None else served))
        arm, count = arm[kept], int(kept.sum())
        before = draw.lognormal(8, 0.7, count)
        paid = (draw.random(count) < 0.45) * before * draw.uniform(0.4, 2.6, count)
        paid += np.array([(cash or {}).get(name, 0.0) for name in arm])
        chance = np.array([(complaints or {}).get(name, 0.01) for name in arm])
        rows = {
            "net_cash_minor": np.rint(paid),
            "minutes": draw.gamma(4, 2, count) * (no_minutes_of is not None) * (arm != no_minutes_of),
            "balance_before_minor": np.rint(before),
            "champion_score": draw.random(count),
            "complaints": draw.random(count) < chance,
            "contacts": draw.poisson(2, count),
        }
        matured[day] = measured(design.columns(), arm, rows)
        for guardrail in design.guardrails:
            guarded[guardrail.name][day] = measured(guardrail.columns, arm, rows)
        assigned[day] = {each.name: int((arm == each.name).sum()) for each in design.arms}
    return Observed(matured, guarded, assigned)
