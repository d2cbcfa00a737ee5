"""What a simulation learns from its logged past, and from that alone: who pays, whom calls reach, what calls add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from arrears.errors import Refused
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
SIZE = Size(rounds=100, leaves=8, rate=0.06, least_rows=300)
LEARNERS: tuple[Learner, ...] = (TalkLearner(), SingleLearner(SIZE))
"""The candidates that learn effects."""
CANDIDATES = ("repayment", VALUE_AT_RISK, *(each.name for each in LEARNERS))
"""Rankings from which a segment chooses; the fewer there are, the less luck must be allowed for."""
CURRENCY = "USD"


@dataclass(frozen=True, eq=False)
class Learned:
    """Fitted on a log.

    Attributes
    ----------
    pays : chance of any cash within the horizon. `pays_share` : of the payable, if any. `rolls` : chance of being later
        at the cycle's end, before charge-off. `reaches` : chance of a right-party contact per call, its hour known.
    hours : when calls reach most. `effects` : by learner, what a call adds to the share of the payable that is paid.
    selections : by segment, the ranking to work by and why. `unknown` : why there is neither, where lots are too few.
    """

    pays: Mean
    pays_share: Mean
    rolls: Mean
    reaches: Mean
    hours: HourTable
    effects: Mapping[str, EffectModel]
    selections: Mapping[str, Selection]
    unknown: str | None = None

    def chance_paid(self, morning: Morning) -> Floats:
        """(n,) P(pays within the horizon)."""
        return np.clip(self.pays.predict(morning.x), 0.0, 1.0)

    def amount_minor(self, morning: Morning) -> Floats:
        """(n,) what is paid within the horizon if anything is."""
        return np.maximum(self.pays_share.predict(morning.x), 0.0) * morning.payable_minor

    def at_risk_minor(self, morning: Morning, reach: Floats) -> Floats:
        """(n,) what a talk could save, as far as a call can lead to one."""
        chance, amount = self.chance_paid(morning), self.amount_minor(morning)
        rolls = np.clip(self.rolls.predict(morning.x), 0.0, 1.0)
        return at_risk_minor(np.where(morning.charged_off, chance, rolls), amount, reach)

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
    reach, by_lot = _reach_by_others(log, seed), log.by_lot
    # Whom the rule would call and lot left out it calls tomorrow: only choices by lot alone tell what a call adds.
    lots = log.only(by_lot)
    lessons = Lessons(_and(lots.x, reach[by_lot]), lots.called, lots.probability, lots.cash_minor / lots.payable_minor)
    amounts = fit_mean(paid.x, paid.cash_minor / paid.payable_minor, size=SIZE, yes_or_no=False)
    plain = Learned(
        pays=fit_mean(log.x, (log.cash_minor > 0).astype(np.float64), size=SIZE, yes_or_no=True),
        pays_share=amounts,
        rolls=_rolls(log),
        reaches=_reaches(calls),
        hours=hour_table(calls.hour, business[log.called], calls.reached),
        effects={},
        selections={},
    )
    try:
        effects = {
            each.name: each.fit(lessons.features, lessons.treated, lessons.probability, lessons.outcome)
            for each in LEARNERS
        }
        selections = _selections(lots, lessons, _paid_by_others(log, seed), by_lot, capacity, seed)
    except Refused as refusal:
        return replace(plain, unknown=refusal.found)
    return replace(plain, effects=effects, selections=selections)


def at_risk_minor(chance: Floats, amount_minor: Floats, reach: Floats) -> Floats:
    """The house's value at risk, told in cash.

    Parameters
    ----------
    chance : before charge-off that the account rolls, after it that something is paid (`arrears.queues.value`).
    amount_minor : what is paid if anything is. `reach` : chance of a talk.

    Examples
    --------
    >>> at_risk_minor(np.array([0.75]), np.array([10_000.0]), np.array([0.1])).tolist()
    [750.0]
    """
    return chance * amount_minor * reach


def _selections(
    lots: Log, lessons: Lessons, paid: tuple[Floats, Floats, Floats], by_lot: Flags, capacity: float, seed: int
) -> dict[str, Selection]:
    found = held_out(lessons, lots.payable_minor, lots.debtor, LEARNERS, seed=seed, size=SIZE)
    chance, amount, rolls = (column[by_lot] for column in paid)
    at_risk = at_risk_minor(np.where(lots.charged_off, chance, rolls), amount, lessons.features[:, -1])
    orders = found.orders | {
        "repayment": chance * amount,
        VALUE_AT_RISK: at_risk,
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


def _reaches(calls: Log) -> Mean:
    return fit_mean(_and(calls.x, calls.hour), calls.reached.astype(np.float64), size=SIZE, yes_or_no=True)


def _rolls(log: Log) -> Mean:
    late = log.only(~log.charged_off)
    return fit_mean(late.x, late.rolled.astype(np.float64), size=SIZE, yes_or_no=True)


def _reach_by_others(log: Log, seed: int) -> Floats:
    """(n,) the chance that a call at the logged hour reaches, by a model of other debtors' calls."""
    found = np.empty(len(log))
    for others, own in split_by_debtor(log.debtor, folds=2, seed=seed):
        taught, asked = log.only(others), log.only(own)
        found[own] = _reaches(taught.only(taught.called)).predict(_and(asked.x, asked.hour))
    return found


def _paid_by_others(log: Log, seed: int) -> tuple[Floats, Floats, Floats]:
    """(n,) the chance to pay, what is then paid, and the chance to roll, by models of other debtors' rows."""
    chance, amount, rolls = np.empty(len(log)), np.empty(len(log)), np.empty(len(log))
    for others, own in split_by_debtor(log.debtor, folds=2, seed=seed):
        taught, asked = log.only(others), log.only(own)
        paid = taught.only(taught.cash_minor > 0)
        yes = (taught.cash_minor > 0).astype(np.float64)
        chance[own] = np.clip(fit_mean(taught.x, yes, size=SIZE, yes_or_no=True).predict(asked.x), 0.0, 1.0)
        share = fit_mean(paid.x, paid.cash_minor / paid.payable_minor, size=SIZE, yes_or_no=False)
        amount[own] = np.maximum(share.predict(asked.x), 0.0) * asked.payable_minor
        rolls[own] = np.clip(_rolls(taught).predict(asked.x), 0.0, 1.0)
    return chance, amount, rolls


def _and(x: Floats, column: Floats | Ints) -> Floats:
    return np.column_stack([x, column.astype(np.float64)])
