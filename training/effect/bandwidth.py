"""How far from the cut to look: the bandwidth with the least mean squared error of the jump, and the interval's.

Three steps, each the pilot of the next: for the third derivative, for the curvature (which is the bias), for the jump.
Calonico, Cattaneo and Titiunik (2014), section 4; the regularization is Imbens and Kalyanaraman's (2012). An interval
errs least about how often it holds the truth with a smaller one (Calonico, Cattaneo and Farrell 2020, "Optimal
bandwidth choice for robust bias-corrected inference in regression discontinuity designs", Econometrics Journal 23).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.effect.local import Floats
from training.effect.side import Side

_TRIANGULAR = 2.576
_IQR_OF_NORMAL = 1.349
_PENALTY = 3.0
_SMALLER = -1 / 20


@dataclass(frozen=True)
class Widths:
    """How far from the cut rows count, in units of the running variable.

    Attributes
    ----------
    jump : for the estimate.
    interval : for the lines whose bias is taken away and whose error makes the interval.
    bias : for the curvature that the bias is made of.
    """

    jump: float
    interval: float
    bias: float

    def times(self, factor: float) -> Widths:
        """All of them so many times as wide.

        Examples
        --------
        >>> Widths(2.0, 1.0, 3.0).times(2.0)
        Widths(jump=4.0, interval=2.0, bias=6.0)
        """
        return Widths(factor * self.jump, factor * self.interval, factor * self.bias)


def bandwidths(below: Side, above: Side) -> Widths:
    """The bandwidths of a local linear jump, of its interval and of its bias."""
    both = (below, above)
    pilot = held(rule_of_thumb(np.concatenate([side.distance for side in both])), both)
    third = _step(both, order=3, coefficient=3, at=pilot, bias_at=[side.reach * (1 + 1e-9) for side in both], penalty=0)
    curvature = _step(both, order=2, coefficient=2, at=pilot, bias_at=[third, third], penalty=_PENALTY)
    jump = _step(both, order=1, coefficient=0, at=pilot, bias_at=[curvature, curvature], penalty=_PENALTY)
    debtors = np.count_nonzero(np.bincount(np.concatenate([side.clusters for side in both])))
    return Widths(jump, held(jump * debtors**_SMALLER, both), curvature)


def rule_of_thumb(distance: Floats) -> float:
    """A first bandwidth, from the spread of the running variable alone.

    Examples
    --------
    >>> round(rule_of_thumb(np.linspace(-1, 1, 1000)), 2)
    0.37
    """
    lower, upper = np.percentile(distance, [25, 75])
    spread = min(float(distance.std(ddof=1)), float(upper - lower) / _IQR_OF_NORMAL or np.inf)
    return float(_TRIANGULAR * spread * len(distance) ** -0.2)


def held(bandwidth: float, both: Sequence[Side]) -> float:
    """Neither beyond the data, nor with too few distinct values on a side."""
    return max(min(bandwidth, max(side.reach for side in both)), *(side.least for side in both))


def _step(
    both: Sequence[Side], *, order: int, coefficient: int, at: float, bias_at: Sequence[float], penalty: float
) -> float:
    """The best bandwidth for the jump in one coefficient of a local polynomial of some order.

    The variance falls as bandwidth ** -(2 coefficient + 1), the bias grows as bandwidth ** (order + 1 - coefficient).
    """
    variance, biases, noise = 0.0, [], 0.0
    for side, reach in zip(both, bias_at, strict=True):
        weights = side.coefficients(at, order)[coefficient]
        variance += side.variance(weights, bandwidth=at, order=order) * at ** (2 * coefficient + 1)
        # The share of the next power that such weights take for the coefficient, in units of the bandwidth.
        taken = float(weights @ side.distance ** (order + 1)) / at ** (order + 1 - coefficient)
        next_power = side.coefficients(reach, order + 1)[order + 1]
        biases.append(taken * float(next_power @ side.y))
        noise += penalty * taken**2 * side.variance(next_power, bandwidth=reach, order=order + 1)
    squared = (biases[1] - biases[0]) ** 2 + noise
    ahead = 2 * (order + 1 - coefficient)
    best = ((2 * coefficient + 1) * variance / (ahead * squared)) ** (1 / (2 * order + 3)) if squared > 0 else np.inf
    return held(float(best), both)
