"""The rows on one side of a cut, and how much a weighted sum of their outcomes varies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from training.effect.local import Floats, Whole, neighbour_residuals, weights_at_cut

LEAST_VALUES = 15
"""Distinct distances that every bandwidth holds on each side: with fewer, what is chosen among them is noise."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Side:
    """The rows on one side of a cut.

    Attributes
    ----------
    distance : (n,) signed distances from the cut.
    y : (n,) outcomes.
    clusters : (n,) codes of debtors, from 0.
    clustered : whether any debtor has several rows, on this side or the other.
    """

    distance: Floats
    y: Floats
    clusters: Whole
    clustered: bool

    @property
    def reach(self) -> float:
        """How far its farthest row lies from the cut."""
        return float(np.abs(self.distance).max())

    @cached_property
    def least(self) -> float:
        """The bandwidth that holds just enough distinct distances, or all where there are no more."""
        return bandwidth_of(self.distance, LEAST_VALUES)

    def coefficients(self, bandwidth: float, order: int) -> Floats:
        """(order + 1, n) weights that make the outcomes its local polynomial's coefficients."""
        return weights_at_cut(self.distance, bandwidth, order)

    def variance(self, weights: Floats, *, bandwidth: float, order: int) -> float:
        """Of a weighted sum of the outcomes, if a local polynomial may be asked for their residuals."""
        return variance(self.scores(weights, bandwidth=bandwidth, order=order), self.clusters)

    def scores(self, weights: Floats, *, bandwidth: float, order: int) -> Floats:
        """What each row's own chance adds to a weighted sum of the outcomes.

        Neighbours tell residuals best, but a debtor's rows are each other's neighbours and would hide what they share;
        so where debtors have several rows the residuals are the fit's own, scaled for what it has cost.
        """
        if not self.clustered:
            return weights * self._beside_neighbours
        fitted = np.vander(self.distance, order + 1, increasing=True) @ (self.coefficients(bandwidth, order) @ self.y)
        inside = weights != 0
        rows, debtors = int(inside.sum()), len(np.unique(self.clusters[inside]))
        scale = (rows - 1) / (rows - order - 1) * debtors / (debtors - 1)
        scores: Floats = weights * (self.y - fitted) * np.sqrt(scale)
        return scores

    @cached_property
    def _beside_neighbours(self) -> Floats:
        return neighbour_residuals(self.distance, self.y)


def sides(distance: Floats, above: Mask, y: Floats, clusters: Whole) -> tuple[Side, Side]:
    """The rows below a cut and those above it."""
    clustered = bool(np.bincount(clusters).max() > 1)
    below, beyond = (Side(distance[rows], y[rows], clusters[rows], clustered) for rows in (~above, above))
    return below, beyond


def nearest_values(distance: Floats, count: int) -> Floats:
    """The `count` distinct distances nearest to the cut, without their signs; all of them where there are no more.

    Examples
    --------
    >>> nearest_values(np.array([-3.0, -1.0, -1.0, -2.0]), 2).tolist()
    [1.0, 2.0]
    """
    away, looked_at = np.abs(distance), 64 * count
    while True:
        nearest = np.partition(away, looked_at - 1)[:looked_at] if looked_at < len(away) else away
        values = np.unique(nearest)
        if len(values) >= count or looked_at >= len(away):
            return values[:count]
        looked_at *= 8


def bandwidth_of(distance: Floats, count: int) -> float:
    """The smallest bandwidth within which so many distinct distances lie, or all but the last where there are fewer."""
    return float(nearest_values(distance, count + 1)[-1]) * (1 + 1e-9)


def variance(scores: Floats, clusters: Whole) -> float:
    """Of a sum of scores that are independent between debtors.

    Examples
    --------
    >>> variance(np.array([1.0, 1.0, 2.0]), np.array([0, 0, 1]))
    8.0
    """
    return float(np.sum(np.bincount(clusters, weights=scores) ** 2))
