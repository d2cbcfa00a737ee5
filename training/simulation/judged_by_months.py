"""One ranking for everybody, judged on the months of a random holdout.

A strategy calls whom it puts first day after day, and a month called often shows what that brings, where a single day's
call is lost in the luck of payments. Months are few, so all of them together choose one ranking.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from arrears.synthetic.chance import Floats, Ints
from training.policy_value.choices import Choices
from training.policy_value.doubly_robust import Predicted
from training.policy_value.outcome_model import split_by_debtor
from training.simulation.heads import Heads, with_column
from training.simulation.log import Log, Past
from training.simulation.lots import CURRENCY, LEARNERS, effects_of
from training.uplift.lessons import LEAST_OF_EACH_ARM
from training.uplift.rankings import VALUE_AT_RISK
from training.uplift.selector import Selection, select

EVERYWHERE = "everywhere"
LEVEL = 0.01
"""Chance of choosing something else by luck where calls add nothing: what a holdout is to prove is large beside it."""
LEAST_LEAD = 1.0
"""A ranking that leads value at risk by less than its own standard error is not taken for better."""
_LEAST_AMOUNT_MINOR = 100.0


def tells(months: Log) -> bool:
    """Whether each half of a holdout's debtors can teach the other."""
    called = int(months.called.sum())
    return min(called, len(months) - called) >= 2 * LEAST_OF_EACH_ARM


def judged_by_months(past: Past, hour: Ints, *, capacity: float, seed: int) -> Selection:
    """The ranking to work everybody by.

    Parameters
    ----------
    hour : (months,) at which each group would be called.
    capacity : share of the groups free to be called that can be called in a day.

    Raises
    ------
    Refused : too few months to learn from, or to be judged on.

    Notes
    -----
    What a row is worth to be judged by is what it pays if it pays anything. What it was expected to pay is told by a
    model of others' calls for both arms alike, so no effect is presumed.
    """
    months = past.months
    orders, expected, amount = _ranked_by_others(past, hour, seed)
    return select(
        EVERYWHERE,
        orders,
        Choices(months.called, months.probability, months.cash_minor, months.debtor),
        Predicted(expected, expected),
        np.maximum(amount, _LEAST_AMOUNT_MINOR),
        capacity=capacity,
        currency=CURRENCY,
        proof="adds",
        level=LEVEL,
        least_lead=LEAST_LEAD,
    )


def _ranked_by_others(past: Past, hour: Ints, seed: int) -> tuple[dict[str, Floats], Floats, Floats]:
    """Scores of each month's row, its expected cash, and what it pays if anything; all by models of other debtors."""
    calls, months = past.calls, past.months
    names = ("response", "repayment", VALUE_AT_RISK, *(each.name for each in LEARNERS))
    orders = {name: np.empty(len(months)) for name in names}
    amount = np.empty(len(months))
    calls_end = len(calls)
    for others, own in split_by_debtor(np.concatenate([calls.debtor, months.debtor]), folds=2, seed=seed):
        teach, rows = others[others >= calls_end] - calls_end, own[own >= calls_end] - calls_end
        taught = replace(past, calls=calls.only(others[others < calls_end]), months=months.only(teach))
        heads, asked = Heads.of(taught.calls), months.only(rows)
        reach = heads.chance_reached(asked.x, hour[rows])
        worth = heads.worth(asked.x, asked.payable_minor, asked.charged_off, reach)
        amount[rows], orders["response"][rows] = worth.amount_minor, worth.chance
        orders["repayment"][rows] = worth.chance * worth.amount_minor
        orders[VALUE_AT_RISK][rows] = worth.at_risk_minor
        effects = effects_of(
            taught,
            heads.chance_reached(taught.calls.x, taught.calls.hour),
            heads.chance_reached(taught.months.x, hour[teach]),
        )
        for name, model in effects.items():
            orders[name][rows] = model.effect(with_column(asked.x, reach)) * asked.payable_minor
    return orders, orders["repayment"], amount
