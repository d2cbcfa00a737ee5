"""Reasons to doubt an effect: what else jumps at the cut, what jumps where nothing should, other bandwidths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from training.effect.discontinuity import Jump, sharp
from training.effect.local import Floats, Whole
from training.effect.side import Mask, bandwidth_of, nearest_values

LEAST_ROWS = 100
"""Rows that a side must have before a curve is laid through it."""

MORE_VALUES_THAN = 10
"""Distinct distances of which a side must have more."""

PLACEBO_AT = (0.25, 0.5, 0.75)
"""Where cuts that nobody made are tried: shares of a side's rows."""

WIDTHS = (0.5, 2.0)
_LEAST_KNOWN = 0.5


@dataclass(frozen=True)
class Checked:
    """A jump that should not be there.

    Attributes
    ----------
    name : of the feature; empty for a cut.
    at : where it was looked for, as a distance from the cut.
    jump : what was found.
    p : of no jump, allowing for how many of its kind were looked at.
    """

    name: str
    at: float
    jump: Jump
    p: float


def covariate_jumps(
    distance: Floats, above: Mask, covariates: Mapping[str, Floats], clusters: Whole
) -> tuple[Checked, ...]:
    """The jump of each feature at the cut.

    Left out are features that are unknown for half the rows, the same on a whole side, or the running variable itself.
    """
    found = {}
    for name, column in covariates.items():
        known = ~np.isnan(column)
        if _says_something(distance, above, column, known):
            found[name] = sharp(distance[known], above[known], column[known], clusters[known])
    return _allowing_for_all([(name, 0.0, jump) for name, jump in found.items()])


def placebo_jumps(distance: Floats, above: Mask, y: Floats, clusters: Whole) -> tuple[Checked, ...]:
    """The jumps of the outcome at cuts that nobody made, each among the rows of one side alone."""
    found = []
    for rows in (~above, above):
        own = distance[rows]
        for at in np.unique(np.quantile(own, PLACEBO_AT)):
            beyond = own >= at
            if has_enough(own - at, beyond):
                found.append(("", float(at), sharp(own - at, beyond, y[rows], clusters[rows])))
    return _allowing_for_all(found)


def other_widths(distance: Floats, above: Mask, y: Floats, clusters: Whole, jump: Jump) -> dict[float, Jump]:
    """The jump at half its bandwidths and at twice; half is left out where it would hold too few values."""
    least = max(bandwidth_of(distance[rows], MORE_VALUES_THAN) for rows in (~above, above))
    return {
        times: sharp(distance, above, y, clusters, within=jump.widths.times(times))
        for times in WIDTHS
        if times * min(jump.widths.interval, jump.widths.bias) > least
    }


def has_enough(distance: Floats, above: Mask) -> bool:
    """Whether both sides have rows and distinct values enough for a curve."""
    return all(
        int(rows.sum()) >= LEAST_ROWS and len(nearest_values(distance[rows], MORE_VALUES_THAN + 1)) > MORE_VALUES_THAN
        for rows in (~above, above)
    )


def holm(ps: Sequence[float]) -> list[float]:
    """Chances under the assumption that nothing jumps, raised so that together they err once in twenty (Holm 1979).

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(ps)
    raised = np.maximum.accumulate([(len(ps) - place) * ps[row] for place, row in enumerate(order)])
    told = np.empty(len(ps))
    told[order] = np.minimum(raised, 1.0)
    return [float(p) for p in told]


def _allowing_for_all(found: Sequence[tuple[str, float, Jump]]) -> tuple[Checked, ...]:
    raised = holm([jump.p for _, _, jump in found]) if found else []
    return tuple(Checked(name, at, jump, p) for (name, at, jump), p in zip(found, raised, strict=True))


def _says_something(distance: Floats, above: Mask, column: Floats, known: Mask) -> bool:
    if known.mean() < _LEAST_KNOWN or not has_enough(distance[known], above[known]):
        return False
    if any(np.ptp(column[known & rows]) == 0 for rows in (above, ~above)):
        return False
    return bool(abs(np.corrcoef(distance[known], column[known])[0, 1]) < 1 - 1e-9)
