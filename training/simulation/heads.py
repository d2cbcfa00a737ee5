"""The plain models of a logged past: who pays and how much, who rolls, and whom a call reaches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.synthetic.chance import Flags, Floats, Ints
from training.simulation.log import Log
from training.uplift.trees import Mean, Size, fit_mean

SIZE = Size(rounds=100, leaves=8, rate=0.06, least_rows=300)


@dataclass(frozen=True, eq=False)
class Heads:
    """Fitted on a log; each is asked about n rows of features.

    Attributes
    ----------
    pays : chance of any cash within the horizon. `pays_share` : of the payable, if any. `rolls` : chance of being later
        at the cycle's end, before charge-off. `reaches` : chance of a right-party contact per call, its hour known.
    """

    pays: Mean
    pays_share: Mean
    rolls: Mean
    reaches: Mean

    @classmethod
    def of(cls, log: Log) -> Heads:
        """Fit all of them."""
        paid, late, calls = log.only(log.cash_minor > 0), log.only(~log.charged_off), log.only(log.called)
        return cls(
            pays=fit_mean(log.x, (log.cash_minor > 0).astype(np.float64), size=SIZE, yes_or_no=True),
            pays_share=fit_mean(paid.x, paid.cash_minor / paid.payable_minor, size=SIZE, yes_or_no=False),
            rolls=fit_mean(late.x, late.rolled.astype(np.float64), size=SIZE, yes_or_no=True),
            reaches=fit_mean(
                with_column(calls.x, calls.hour), calls.reached.astype(np.float64), size=SIZE, yes_or_no=True
            ),
        )

    def chance_paid(self, x: Floats) -> Floats:
        """(n,) P(pays within the horizon)."""
        return np.clip(self.pays.predict(x), 0.0, 1.0)

    def amount_minor(self, x: Floats, payable_minor: Floats) -> Floats:
        """(n,) what is paid within the horizon if anything is."""
        return np.maximum(self.pays_share.predict(x), 0.0) * payable_minor

    def chance_reached(self, x: Floats, hour: Ints) -> Floats:
        """(n,) P(right-party contact) of a call at these hours."""
        return np.clip(self.reaches.predict(with_column(x, hour)), 0.0, 1.0)

    def worth(self, x: Floats, payable_minor: Floats, charged_off: Flags, reach: Floats) -> Worth:
        """What can be said of rows without knowing what a call adds."""
        chance, amount = self.chance_paid(x), self.amount_minor(x, payable_minor)
        rolls = np.clip(self.rolls.predict(x), 0.0, 1.0)
        return Worth(chance, amount, at_risk_minor(np.where(charged_off, chance, rolls), amount, reach))


@dataclass(frozen=True, eq=False)
class Worth:
    """(n,) the chance to pay, what is then paid, and the value at risk."""

    chance: Floats
    amount_minor: Floats
    at_risk_minor: Floats

    def only(self, rows: Flags) -> Worth:
        """The same of these rows."""
        return Worth(self.chance[rows], self.amount_minor[rows], self.at_risk_minor[rows])


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


def with_column(x: Floats, column: Floats | Ints) -> Floats:
    """The features with one more, which becomes the last."""
    return np.column_stack([x, column.astype(np.float64)])
