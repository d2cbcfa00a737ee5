"""Does the number of rows jump at the cut? If it does, somebody chose the side they are on.

The density on either side is the slope of a local polynomial through the distribution function (Cattaneo, Jansson and
Ma 2020, "Simple local polynomial density estimators", JASA 115), of one order more than its bandwidth is best for, so
that its bias may be forgotten. A running variable that counts (days, ranks) is first spread over its steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest, norm

from training.effect.bandwidth import rule_of_thumb
from training.effect.local import Floats, Whole, weights_at_cut
from training.effect.side import Mask, bandwidth_of

NEAREST = 40
"""Debtors nearest to the cut whose sides are counted."""

_LEAST_VALUES = 20
_COUNTS_BELOW = 0.5
_GRID_AT_MOST = 10
_BEST_FOR = 2
_GAUSS_FIFTH_LEAST = 1.0


@dataclass(frozen=True)
class DensityCheck:
    """Rows per unit of the running variable on either side of the cut.

    Attributes
    ----------
    below, above : density at the cut: share of all rows per unit.
    statistic : their difference over its standard error; about standard normal where there is no jump.
    p : of no jump.
    nearest_below, nearest_above : how many debtors of those nearest to the cut lie on each side.
    bandwidth : how far from the cut rows were looked at.
    counts : whether the running variable takes few values, evenly spaced, over whose steps its rows were spread.
    """

    below: float
    above: float
    statistic: float
    p: float
    bandwidth: float
    counts: bool
    nearest_below: int
    nearest_above: int

    @property
    def nearest_p(self) -> float:
        """Of so uneven a share if each was as likely on either side: it sees a gap that a curve bends into."""
        both = self.nearest_below + self.nearest_above
        return float(binomtest(self.nearest_below, both).pvalue)


def density_check(distance: Floats, above: Mask, clusters: Whole, *, bandwidth: float | None = None) -> DensityCheck:
    """Test whether the density of the running variable is the same on both sides of the cut.

    Parameters
    ----------
    distance : (n,) running variable less the cut.
    above : (n,) which side each row is on.
    clusters : (n,) codes of debtors from 0; their rows come together.
    bandwidth : chosen from the data if None.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> x = random.normal(0, 1, 5000)
    >>> bool(density_check(x, x >= 0, np.arange(5000)).p > 0.05)
    True
    >>> moved = np.where((x < 0) & (x > -0.1), -x, x)
    >>> bool(density_check(moved, moved >= 0, np.arange(5000)).p < 0.05)
    True
    """
    counts = is_counted(distance)
    distance = _spread(distance, above) if counts else distance
    order = np.argsort(distance, kind="stable")
    rows = _Ranked(distance[order], above[order], clusters[order])
    at = bandwidth or _bandwidth(rows)
    below, beyond = (rows.coefficient(upper, at, _BEST_FOR + 1, 1) for upper in (False, True))
    statistic = (beyond[0] - below[0]) / _error(beyond[1] - below[1], rows.clusters)
    return DensityCheck(
        below=below[0],
        above=beyond[0],
        statistic=statistic,
        p=float(2 * norm.sf(abs(statistic))),
        bandwidth=at,
        counts=counts,
        **_nearest(rows),
    )


def _nearest(rows: _Ranked) -> dict[str, int]:
    """Of each debtor only the row nearest to the cut counts."""
    order = np.argsort(np.abs(rows.distance), kind="stable")
    first = order[np.sort(np.unique(rows.clusters[order], return_index=True)[1])][:NEAREST]
    above = int(rows.above[first].sum())
    return {"nearest_below": len(first) - above, "nearest_above": above}


def is_counted(distance: Floats) -> bool:
    """Whether a running variable takes few values, evenly spaced: days, ranks, counts, whole amounts.

    Examples
    --------
    >>> is_counted(np.repeat(np.arange(30.0), 5)), is_counted(np.random.default_rng(0).normal(size=100))
    (True, False)
    """
    values = np.unique(distance)
    if len(values) >= _COUNTS_BELOW * len(distance):
        return False
    return bool((values[-1] - values[0]) / np.diff(values).min() < _GRID_AT_MOST * len(values))


@dataclass(frozen=True)
class _Ranked:
    """Rows in the order of the running variable."""

    distance: Floats
    above: Mask
    clusters: Whole

    def coefficient(self, upper: bool, bandwidth: float, order: int, power: int) -> tuple[float, Floats]:  # noqa: FBT001 - which of two sides
        """A side's coefficient of distance ** power in the distribution function, and what each row adds to it.

        A row adds to the distribution at itself and at all rows above it, so it adds the sum of their weights.
        """
        rows = self.above if upper else ~self.above
        others = len(self.distance) - 1
        weights = np.zeros(len(self.distance))
        weights[rows] = weights_at_cut(self.distance[rows], bandwidth, order)[power]
        from_here = np.cumsum(weights[::-1])[::-1][np.searchsorted(self.distance, self.distance)]
        return float(weights @ self._ranks) / others, from_here / others

    @property
    def _ranks(self) -> Floats:
        ranks: Floats = np.searchsorted(self.distance, self.distance, side="right").astype(np.float64) - 1
        return ranks


def _bandwidth(rows: _Ranked) -> float:
    """The bandwidth best for a local quadratic: of the difference of the two densities or of their sum, the smaller.

    The bias needs the third power's coefficient; its pilot bandwidth takes the fifth from a normal distribution.
    """
    reach = float(np.abs(rows.distance).max())
    least = max(bandwidth_of(rows.distance[side], _LEAST_VALUES) for side in (rows.above, ~rows.above))
    first = min(max(rule_of_thumb(rows.distance), least), reach)
    pilot = min(max(_pilot(rows, first), least), reach)
    biases, noise, adds = [], 0.0, []
    for upper in (False, True):
        side = rows.distance[rows.above if upper else ~rows.above]
        adds.append(rows.coefficient(upper, first, _BEST_FOR, 1)[1])
        taken = _taken(side, first, _BEST_FOR, 1)
        third, adds_to_third = rows.coefficient(upper, pilot, _BEST_FOR + 2, 3)
        biases.append(taken * third)
        noise += 3 * taken**2 * _error(adds_to_third, rows.clusters) ** 2
    best = [
        (
            _error(adds[1] + sign * adds[0], rows.clusters) ** 2
            * first
            / (4 * ((biases[1] + sign * biases[0]) ** 2 + noise))
        )
        ** 0.2
        for sign in (-1, 1)
    ]
    return float(min(max(min(best), least), reach))


def _pilot(rows: _Ranked, first: float) -> float:
    z = -float(rows.distance.mean()) / float(rows.distance.std())
    polynomial = max(abs(z**4 - 6 * z**2 + 3), _GAUSS_FIFTH_LEAST)
    fifth = polynomial * float(norm.pdf(z)) / float(rows.distance.std()) ** 5 / 120
    variance, bias = 0.0, 0.0
    for upper in (False, True):
        side = rows.distance[rows.above if upper else ~rows.above]
        variance += _error(rows.coefficient(upper, first, _BEST_FOR + 2, 3)[1], rows.clusters) ** 2 * first**5
        bias += abs(_taken(side, first, _BEST_FOR + 2, 3) * fifth) / 2
    return float((5 * variance / (4 * bias**2)) ** (1 / 9))


def _taken(side: Floats, bandwidth: float, order: int, power: int) -> float:
    weights = weights_at_cut(side, bandwidth, order)[power]
    return float(weights @ side ** (order + 1)) / bandwidth ** (order + 1 - power)


def _error(adds: Floats, clusters: Whole) -> float:
    return float(np.sqrt(np.sum(np.bincount(clusters, weights=adds - adds.mean()) ** 2)))


def _spread(distance: Floats, above: Mask) -> Floats:
    """Each row somewhere between its own value and the next, so that the first value above the cut begins there."""
    step = float(np.diff(np.unique(distance)).min())
    spread: Floats = distance - float(distance[above].min()) + step * np.random.default_rng(0).random(len(distance))
    return spread
