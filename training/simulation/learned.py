"""What a simulation learns from its logged past, and from that alone: who pays, whom calls reach, what calls add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from arrears.errors import Refused
from arrears.synthetic.chance import Flags, Floats, Ints
from training.simulation.heads import Heads, with_column
from training.simulation.hours import HourTable, hour_table
from training.simulation.judged_by_lots import judged_by_lots, told_by_others
from training.simulation.judged_by_months import EVERYWHERE, judged_by_months, tells
from training.simulation.log import Past
from training.simulation.lots import effects_of
from training.simulation.morning import Morning
from training.uplift.lessons import EffectModel
from training.uplift.selector import Selection

_DAY_ENDS = 24.0


@dataclass(frozen=True, eq=False)
class Learned:
    """Fitted on a past.

    Attributes
    ----------
    heads : the plain models. `hours` : when calls reach most.
    effects : by learner, what a call adds to the share of the payable that is paid.
    selections : by segment, the ranking to work by and why. `unknown` : why there is neither, where lots are too few.
    """

    heads: Heads
    hours: HourTable
    effects: Mapping[str, EffectModel]
    selections: Mapping[str, Selection]
    unknown: str | None = None

    def chance_paid(self, morning: Morning) -> Floats:
        """(n,) P(pays within the horizon)."""
        return self.heads.chance_paid(morning.x)

    def amount_minor(self, morning: Morning) -> Floats:
        """(n,) what is paid within the horizon if anything is."""
        return self.heads.amount_minor(morning.x, morning.payable_minor)

    def at_risk_minor(self, morning: Morning, reach: Floats) -> Floats:
        """(n,) what a talk could save, as far as a call can lead to one."""
        return self.heads.worth(morning.x, morning.payable_minor, morning.charged_off, reach).at_risk_minor

    def chance_reached(self, morning: Morning, hour: Ints) -> Floats:
        """(n,) P(right-party contact) of a call at these hours."""
        return self.heads.chance_reached(morning.x, hour)

    def effect_minor(self, learner: str, morning: Morning, reach: Floats) -> Floats:
        """(n,) what a call adds to the cash of the horizon, by a learner."""
        return self.effects[learner].effect(with_column(morning.x, reach)) * morning.payable_minor

    def selection(self, segment: str) -> Selection | None:
        """The selection that a segment is worked by: its own, or the one for all; None where the log told nothing."""
        return self.selections.get(segment, self.selections.get(EVERYWHERE))


def learn(past: Past, business: Flags, *, capacity: float, seed: int) -> Learned:
    """Fit everything.

    Parameters
    ----------
    business : (debtors,) of the world. `capacity` : share of the groups free to be called that can be called in a day.
    """
    log = past.calls
    plain = Learned(
        heads=Heads.of(log),
        hours=hour_table(log.hour[log.called], business[log.debtor[log.called]], log.reached[log.called]),
        effects={},
        selections={},
    )
    try:
        return _with_effects(plain, past, business, capacity, seed)
    except Refused as refusal:
        return replace(plain, unknown=refusal.found)


def _with_effects(plain: Learned, past: Past, business: Flags, capacity: float, seed: int) -> Learned:
    if not tells(past.months):
        past = replace(past, months=past.months.only(np.zeros(0, np.int64)))
    log, months = past.calls, past.months
    hour = plain.hours.best(business[months.debtor], np.zeros(len(months)), np.full(len(months), _DAY_ENDS))
    reach, worth = told_by_others(log, seed)
    effects = effects_of(past, reach, plain.heads.chance_reached(months.x, hour))
    if len(months):
        selections = {EVERYWHERE: judged_by_months(past, hour, capacity=capacity, seed=seed)}
    else:
        # Whom the rule would call and lot left out it calls tomorrow: only choices by lot alone tell what a call adds.
        lots = log.by_lot
        selections = judged_by_lots(log.only(lots), reach[lots], worth.only(lots), capacity=capacity, seed=seed)
    return replace(plain, effects=effects, selections=selections)
