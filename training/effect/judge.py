"""What a threshold did to the cash: the jump, every check of it, and a refusal where the rows cannot tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from arrears.errors import Refused
from training.effect.checks import (
    LEAST_ROWS,
    MORE_VALUES_THAN,
    Checked,
    covariate_jumps,
    has_enough,
    other_widths,
    placebo_jumps,
)
from training.effect.density import DensityCheck, density_check, is_counted
from training.effect.discontinuity import LEVEL, Jump, fuzzy, sharp
from training.effect.local import Floats
from training.effect.rows import Rows

LEAST_WITHIN = 50
"""Rows on each side within the bandwidth, under which no effect is told."""

_POWER = 0.8


@dataclass(frozen=True)
class Effect:
    """An effect on cash with all that speaks for and against it.

    Attributes
    ----------
    rows : the accounts it was taken from.
    jump : in minor units: of the treated side over the other; per account worked where `worked` is given.
    worked : the jump in the chance of being worked; None where the threshold decided alone.
    density : whether accounts gather on one side of the cut.
    covariates, placebos : jumps that should not be there.
    widths : the jump at half the bandwidths and at twice; none where the threshold only changed a chance.
    counted : the number takes few values, evenly spaced.
    """

    rows: Rows
    jump: Jump
    worked: Jump | None
    density: DensityCheck
    covariates: tuple[Checked, ...]
    placebos: tuple[Checked, ...]
    widths: Mapping[float, Jump]
    counted: bool

    @property
    def detectable_minor(self) -> float:
        """The effect that these rows would have told from nothing four times in five."""
        return (float(norm.ppf((1 + LEVEL) / 2)) + float(norm.ppf(_POWER))) * self.jump.error


def judge(rows: Rows) -> Effect:
    """Estimate the effect and try it.

    Raises
    ------
    Refused : too few accounts, distinct values or payments on a side of the threshold.
    """
    threshold, clusters = rows.threshold, rows.clusters
    distance, above = threshold.distance(rows.value), threshold.holds(rows.value)
    _refuse_too_few(rows, distance)
    if rows.worked is None:
        jump, worked = sharp(distance, above, rows.cash, clusters), None
    else:
        _refuse_no_difference(rows, sharp(distance, above, rows.worked, clusters))
        both = fuzzy(distance, above, rows.cash, rows.worked, clusters)
        jump, worked = both.effect, both.treatment
    if min(jump.rows_below, jump.rows_above) < LEAST_WITHIN or jump.error == 0:
        raise _refusal(
            rows,
            f"{jump.rows_above} accounts near the cut on the treated side and {jump.rows_below} on the other; "
            f"each needs {LEAST_WITHIN} whose cash differs",
        )
    return Effect(
        rows=rows,
        jump=jump,
        worked=worked,
        density=density_check(distance, above, clusters),
        covariates=covariate_jumps(distance, above, rows.covariates, clusters),
        placebos=placebo_jumps(distance, above, rows.cash, clusters),
        widths={} if worked else other_widths(distance, above, rows.cash, clusters, jump),
        counted=is_counted(distance),
    )


def _refuse_too_few(rows: Rows, distance: Floats) -> None:
    above = rows.threshold.holds(rows.value)
    both = (above, ~above)
    if not has_enough(distance, above):
        counts = [f"{int(side.sum())} accounts of {len(np.unique(distance[side]))} different values" for side in both]
        needed = f"each needs {LEAST_ROWS} of more than {MORE_VALUES_THAN}"
        raise _refusal(rows, f"{counts[0]} on the treated side and {counts[1]} on the other; {needed}")
    if rows.worked is not None and np.ptp(rows.worked) == 0:
        raise _refusal(rows, "that all of them were worked, or none")
    idle = [side for side in both if np.ptp(rows.cash[side]) == 0]
    if idle:
        raise _refusal(rows, "a side of the cut on which everybody paid the same")


def _refuse_no_difference(rows: Rows, worked: Jump) -> None:
    if worked.p >= 1 - LEVEL:
        raise Refused(
            asked=f"what an account worked because of {rows.threshold} brought in",
            found=f"no jump in the share that was worked: {worked.low:+.1%} to {worked.high:+.1%}",
            do="Ask without --worked-within for what the threshold itself did, or name the one that decided.",
        )


def _refusal(rows: Rows, found: str) -> Refused:
    return Refused(
        asked=f"the effect of {rows.threshold}",
        found=found,
        do="Choose a day with more accounts about the threshold, another threshold, or no --bucket.",
    )
