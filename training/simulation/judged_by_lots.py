"""The ranking of each segment, judged on days on which lot alone decided; where there is no holdout."""

from __future__ import annotations

import numpy as np

from arrears.synthetic.chance import Floats
from training.policy_value.outcome_model import split_by_debtor
from training.simulation.heads import SIZE, Heads, Worth
from training.simulation.log import Log
from training.simulation.lots import CURRENCY, LEARNERS, lessons_of
from training.uplift.held_out import held_out
from training.uplift.rankings import VALUE_AT_RISK
from training.uplift.selector import Selection, select_each

BEFORE, AFTER = "before charge-off", "charged off"
"""The segments that choose their own ranking."""
CANDIDATES = ("repayment", VALUE_AT_RISK, *(each.name for each in LEARNERS))
"""Rankings from which a segment chooses; the fewer there are, the less luck must be allowed for."""


def judged_by_lots(lots: Log, reach: Floats, worth: Worth, *, capacity: float, seed: int) -> dict[str, Selection]:
    """A selection of each segment's own.

    Parameters
    ----------
    lots : rows that lot alone decided. `reach`, `worth` : of each, by models of other debtors (`told_by_others`).
    capacity : share of the groups that can be called in a day.
    """
    lessons = lessons_of(lots, reach)
    found = held_out(lessons, lots.payable_minor, lots.debtor, LEARNERS, seed=seed, size=SIZE)
    orders = found.orders | {
        "repayment": worth.chance * worth.amount_minor,
        VALUE_AT_RISK: worth.at_risk_minor,
    }
    segment = np.where(lots.charged_off, AFTER, BEFORE)
    return select_each(
        segment,
        {name: orders[name] for name in CANDIDATES},
        found.choices,
        found.predicted,
        found.balance,
        capacity=capacity,
        currency=CURRENCY,
        proof="adds",
    )


def told_by_others(log: Log, seed: int) -> tuple[Floats, Worth]:
    """(n,) the chance that a call at the logged hour reaches, and what can be said of the row, by models of others."""
    reach, chance, amount, at_risk = np.empty((4, len(log)))
    for others, own in split_by_debtor(log.debtor, folds=2, seed=seed):
        heads, asked = Heads.of(log.only(others)), log.only(own)
        reach[own] = heads.chance_reached(asked.x, asked.hour)
        worth = heads.worth(asked.x, asked.payable_minor, asked.charged_off, reach[own])
        chance[own], amount[own], at_risk[own] = worth.chance, worth.amount_minor, worth.at_risk_minor
    return reach, Worth(chance, amount, at_risk)
