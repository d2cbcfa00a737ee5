"""Local polynomials at a cut, as weights on outcomes: every estimate here is a sum of outcomes, each with its weight.

The kernel is triangular. Distances are signed, the cut is 0, and one side is looked at at a time.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
NEIGHBOURS = 3


def weights_at_cut(distance: Floats, bandwidth: float, order: int) -> Floats:
    """Weights that make a side's outcomes the coefficients of its local polynomial at the cut.

    Parameters
    ----------
    distance : (n,) signed distances from the cut, of one side.
    bandwidth : beyond it a row weighs nothing.
    order : of the polynomial; within the bandwidth there must be more distinct distances than that.

    Returns
    -------
    (order + 1, n); row k gives the coefficient of distance ** k.

    Examples
    --------
    >>> distance = np.array([0.0, 1.0, 2.0, 9.0])
    >>> (weights_at_cut(distance, 4.0, 1) @ (5 + 2 * distance)).round(9).tolist()
    [5.0, 2.0]
    """
    inside = np.flatnonzero(np.abs(distance) < bandwidth)
    scaled = distance[inside] / bandwidth
    powers = np.vander(scaled, order + 1, increasing=True)
    weighted = powers * (1 - np.abs(scaled))[:, None]
    weights = np.zeros((order + 1, len(distance)))
    weights[:, inside] = np.linalg.solve(powers.T @ weighted, weighted.T)
    return weights / bandwidth ** np.arange(order + 1)[:, None]


def neighbour_residuals(distance: Floats, y: Floats) -> Floats:
    """What of each outcome its nearest neighbours on the same side do not tell.

    The square of each is an estimate of the outcome's variance there, whatever the regression (Abadie and Imbens 2006;
    Calonico, Cattaneo and Titiunik 2014, section 5). Rows at one distance are neighbours of each other.

    Examples
    --------
    >>> neighbour_residuals(np.arange(5.0), np.array([1.0, 1.0, 1.0, 1.0, 1.0])).tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0]
    """
    values, place, count = np.unique(distance, return_inverse=True, return_counts=True)
    sums = np.bincount(place, weights=y).astype(np.float64)
    near_count, near_sum = _among_neighbours(values, count, sums)
    others = near_count[place] - 1
    mean = (near_sum[place] - y) / others
    residuals: Floats = np.sqrt(others / (others + 1)) * (y - mean)
    return residuals


def _among_neighbours(values: Floats, count: npt.NDArray[np.signedinteger], sums: Floats) -> tuple[Floats, Floats]:
    """Rows and sum of outcomes at each value and at the nearest values beside it, until there are enough."""
    places = np.arange(len(values))
    below, above = places - 1, places + 1
    rows, total = count.astype(float), sums.astype(float)
    for _ in range(NEIGHBOURS):
        lacks = rows < NEIGHBOURS + 1
        down = np.where(below >= 0, values - values[np.maximum(below, 0)], np.inf)
        up = np.where(above < len(values), values[np.minimum(above, len(values) - 1)] - values, np.inf)
        for step, wanted in ((below, lacks & (down <= up)), (above, lacks & (up <= down))):
            takes = wanted & (step >= 0) & (step < len(values))
            rows[takes] += count[step[takes]]
            total[takes] += sums[step[takes]]
        below, above = below - (lacks & (down <= up)), above + (lacks & (up <= down))
    return rows, total
