"""What a simulation learns from its logged past, and from that alone: who pays, whom calls reach, what calls add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from arrears.synthetic.chance import Flags, Floats, Ints
from training.policy_value.outcome_model import split_by_debtor
from training.simulation.hours import HourTable, hour_table
from training.simulation.log import Log
from training.simulation.morning import Morning
from training.simulation.talk_effect import TalkLearner
from training.uplift.held_out import held_out
from training.uplift.lessons import EffectModel, Learner, Lessons
from training.uplift.rankings import VALUE_AT_RISK
from training.uplift.selector import Selection, select_each
from training.uplift.single import SingleLearner
from training.uplift.trees import Mean, Size, fit_mean

BEFORE, AFTER = "before charge-off", "charged off"
"""The segments that choose their own ranking."""
LEARNERS: tuple[Learner, ...] = (TalkLearner(), SingleLearner(Size(rounds=80, leaves=15, rate=0.1, least_rows=200)))
"""The candidates that learn effects."""
SIZE = Size(rounds=80, leaves=15, rate=0.1, least_rows=100)
CURRENCY = "USD"


@dataclass(frozen=True, eq=False)
class Learned:
    """Fitted on a log.

    Attributes
    ----------
    pays : chance of any cash within the horizon. `pays_share` : of the payable, if any. `reaches` : chance of a
        right-party contact per call, its hour known.
    hours : when calls reach most. `effects` : by learner, what a call adds to the share of the payable that is paid.
    selections : by segment, the ranking to work by and why.
    """

    pays: Mean
    pays_share: Mean
    reaches: Mean
    hours: HourTable
    effects: Mapping[str, EffectModel]
    selections: Mapping[str, Selection]

    def chance_paid(self, morning: Morning) -> Floats:
        """(n,) P(pays within the horizon)."""
        return np.clip(self.pays.predict(morning.x), 0.0, 1.0)

    def amount_minor(self, morning: Morning) -> Floats:
        """(n,) what is paid within the horizon if anything is."""
        return np.maximum(self.pays_share.predict(morning.x), 0.0) * morning.payable_minor

    def chance_reached(self, morning: Morning, hour: Ints) -> Floats:
        """(n,) P(right-party contact) of a call at these hours."""
        return np.clip(self.reaches.predict(_and(morning.x, hour)), 0.0, 1.0)

    def effect_minor(self, learner: str, morning: Morning, reach: Floats) -> Floats:
        """(n,) what a call adds to the cash of the horizon, by a learner."""
        return self.effects[learner].effect(_and(morning.x, reach)) * morning.payable_minor


def learn(log: Log, business: Flags, *, capacity: float, seed: int) -> Learned:
    """Fit everything.

    Parameters
    ----------
    business : (n,) of the log's rows. `capacity` : share of the groups that can be called in a day.
    """
    calls, paid = log.only(log.called), log.only(log.cash_minor > 0)
    reach = _reach_by_others(log, seed)
    share = log.cash_minor / log.payable_minor
    lessons = Lessons(_and(log.x, reach), log.called, log.probability, share)
    amounts = fit_mean(paid.x, paid.cash_minor / paid.payable_minor, size=SIZE, yes_or_no=False)
    return Learned(
        pays=fit_mean(log.x, (log.cash_minor > 0).astype(np.float64), size=SIZE, yes_or_no=True),
        pays_share=amounts,
        reaches=_reaches(calls),
        hours=hour_table(calls.hour, business[log.called], calls.reached),
        effects={
            each.name: each.fit(lessons.features, lessons.treated, lessons.probability, lessons.outcome)
            for each in LEARNERS
        },
        selections=_selections(log, lessons, reach, capacity, seed),
    )


def at_risk_minor(chance_paid: Floats, amount_minor: Floats, reach: Floats) -> Floats:
    """What would not be paid, as far as a call can reach who owes it.

    Examples
    --------
    >>> at_risk_minor(np.array([0.25]), np.array([10_000.0]), np.array([0.1])).tolist()
    [750.0]
    """
    return (1 - chance_paid) * amount_minor * reach


def _selections(log: Log, lessons: Lessons, reach: Floats, capacity: float, seed: int) -> dict[str, Selection]:
    found = held_out(lessons, log.payable_minor, log.debtor, LEARNERS, seed=seed, size=SIZE)
    chance, amount = _paid_by_others(log, seed)
    orders = found.orders | {
        "response": chance,
        "repayment": chance * amount,
        VALUE_AT_RISK: at_risk_minor(chance, amount, reach),
    }
    segment = np.where(log.charged_off, AFTER, BEFORE)
    return select_each(
        segment,
        orders,
        found.choices,
        found.predicted,
        found.balance,
        capacity=capacity,
        currency=CURRENCY,
        proof="adds",
    )


def _reaches(calls: Log) -> Mean:
    return fit_mean(_and(calls.x, calls.hour), calls.reached.astype(np.float64), size=SIZE, yes_or_no=True)


def _reach_by_others(log: Log, seed: int) -> Floats:
    """(n,) the chance that a call at the logged hour reaches, by a model of other debtors' calls."""
    found = np.empty(len(log))
    for others, own in split_by_debtor(log.debtor, folds=2, seed=seed):
        taught, asked = log.only(others), log.only(own)
        found[own] = _reaches(taught.only(taught.called)).predict(_and(asked.x, asked.hour))
    return found


def _paid_by_others(log: Log, seed: int) -> tuple[Floats, Floats]:
    """(n,) the chance to pay, and what is then paid, by models of other debtors' rows."""
    chance, amount = np.empty(len(log)), np.empty(len(log))
    for others, own in split_by_debtor(log.debtor, folds=2, seed=seed):
        taught, asked = log.only(others), log.only(own)
        paid = taught.only(taught.cash_minor > 0)
        yes = (taught.cash_minor > 0).astype(np.float64)
        chance[own] = np.clip(fit_mean(taught.x, yes, size=SIZE, yes_or_no=True).predict(asked.x), 0.0, 1.0)
        share = fit_mean(paid.x, paid.cash_minor / paid.payable_minor, size=SIZE, yes_or_no=False)
        amount[own] = np.maximum(share.predict(asked.x), 0.0) * asked.payable_minor
    return chance, amount


def _and(x: Floats, column: Floats | Ints) -> Floats:
    return np.column_stack([x, column.astype(np.float64)])
