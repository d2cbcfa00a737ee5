"""What a test may measure: a closed list, each a smooth function of columns' means over the assigned debtors.

A mean, a ratio of means and a gap between two ratios are all told by their value and their slopes at the observed
means, so one estimator serves all of them (the delta method).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from arrears.errors import BadInput, WrongUse


@dataclass(frozen=True)
class Metric:
    """One thing a test measures.

    Attributes
    ----------
    name : as a design says it.
    sentence : what it is, for a page.
    unit : `money` is in minor units.
    better : whether more or less of it is wished for.
    columns : of a debtor, each a total within the metric's horizon: one for a mean, above and below for a ratio, twice
        that for a gap.
    primary : it may decide a test.
    at_cycle_end : it asks where accounts stand, which is told at the end of a billing cycle: `schedule.Watch`.
    of_a_group : it compares a protected group with everybody else, so a guardrail names the group.
    does : what an arm does that brings more or less of it, with {} for that word.
    """

    name: str
    sentence: str
    unit: Literal["money", "money_per_minute", "number"]
    better: Literal["more", "less"]
    columns: tuple[str, ...]
    primary: bool = False
    at_cycle_end: bool = False
    of_a_group: bool = False
    does: str = "collects {}"

    def at(self, means: Mapping[str, float]) -> tuple[float, dict[str, float]]:
        """Its value at those means of its columns, and its slope along each.

        Raises
        ------
        BadInput : nothing to divide by.

        Examples
        --------
        >>> metric("cash_per_minute").at({"net_cash_minor": 300.0, "minutes": 4.0})
        (75.0, {'net_cash_minor': 0.25, 'minutes': -18.75})
        """
        match self.columns:
            case (only,) if DEBTORS not in means:
                return means[only], {only: 1.0}
            case (only,):
                return self._ratio(only, DEBTORS, means)
            case (above, below):
                return self._ratio(above, below, means)
            case (above, below, other_above, other_below):
                value, slopes = self._ratio(above, below, means)
                other, others = self._ratio(other_above, other_below, means)
                return value - other, slopes | {column: -slope for column, slope in others.items()}
            case _:
                raise WrongUse(
                    asked=f"measure {self.name}", found=f"{len(self.columns)} columns", do="Name one, two or four."
                )

    def _ratio(self, above: str, below: str, means: Mapping[str, float]) -> tuple[float, dict[str, float]]:
        if means[below] == 0:
            raise BadInput(
                asked=f"measure {self.name}", found=f"column {below} is 0 throughout", do="Measure it later."
            )
        value = means[above] / means[below]
        return value, {above: 1 / means[below], below: -value / means[below]}


DEBTORS = "debtors"
"""Column of moments whose rows are households: how many debtors each has. A mean per debtor is then a ratio."""

GROUP_COLUMNS = ("contacts_in_group", "in_group", "contacts_outside", "outside_group")
"""Of each debtor: contacts where it is of the group, whether it is, and both where it is not."""

_CASH = ("net_cash_minor",)
METRICS: dict[str, Metric] = {
    each.name: each
    for each in (
        Metric("net_cash", "Net cash per assigned debtor within the horizon", "money", "more", _CASH, primary=True),
        Metric(
            "net_roll_money",
            "Balance kept from rolling, less balance that rolled, per assigned debtor before charge-off",
            "money",
            "more",
            ("net_roll_money_minor",),
            primary=True,
            at_cycle_end=True,
            does="keeps {} from rolling",
        ),
        Metric("cash_per_minute", "Net cash per collector minute", "money_per_minute", "more", (*_CASH, "minutes")),
        Metric("complaints", "Complaints per assigned debtor", "number", "less", ("complaints",)),
        Metric("contacts", "Contacts per assigned debtor", "number", "less", ("contacts",)),
        Metric("minutes", "Collector minutes per assigned debtor", "number", "less", ("minutes",)),
        Metric(
            "holds_hit", "Holds met when an item was claimed, per assigned debtor", "number", "less", ("holds_hit",)
        ),
        Metric("broken_promises", "Broken promises per assigned debtor", "number", "less", ("broken_promises",)),
        Metric(
            "fairness_gap",
            "Contacts per debtor of a protected group, less those of all others",
            "number",
            "less",
            GROUP_COLUMNS,
            of_a_group=True,
        ),
    )
}
"""Every metric there is. Cash per minute is never primary: it rewards working less."""


def metric(name: str) -> Metric:
    """The metric of that name.

    Raises
    ------
    WrongUse : there is none.

    Examples
    --------
    >>> metric("net_cash").better
    'more'
    """
    if name not in METRICS:
        raise WrongUse(asked=f"metric {name}", found="no such metric", do=f"Use one of {', '.join(METRICS)}.")
    return METRICS[name]
