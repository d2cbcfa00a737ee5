"""Where a test statistic can stand that has not crossed a bound yet, look by look, by numerical integration.

The score `B(t) = Z * sqrt(t)` of a test with independent increments gains a normal amount between two looks. Its
density among the paths that are still inside is carried from look to look (Armitage, McPherson and Rowe, Repeated
significance tests on accumulating data, JRSS A 132 (1969), doi:10.2307/2343787), here on Gauss-Legendre panels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from arrears.policy.columns import Numbers

_FAR = 9.0
"""Standard deviations beyond which no mass is looked for: what lies there is below 1e-18."""

_NODES = 12
_PANEL = 2.5
"""Width of a panel in standard deviations of the narrowest normal that it has to follow."""


@dataclass(frozen=True)
class Front:
    """The paths that are still inside at one look.

    Attributes
    ----------
    time : share of the information.
    scores : nodes of the score `B`.
    mass : probability that each node stands for; it sums to the chance of being still inside.
    drift : expected gain of `B` over the whole information.
    """

    time: float
    scores: Numbers
    mass: Numbers
    drift: float

    def above(self, time: float, bound: float) -> float:
        """Chance of being inside so far and above a bound of `Z` at the next look.

        Examples
        --------
        >>> round(start(0.0).above(0.5, 1.96), 4)
        0.025
        """
        return self._tail(time, bound, 1.0)

    def below(self, time: float, bound: float) -> float:
        """Chance of being inside so far and below a bound of `Z` at the next look.

        Examples
        --------
        >>> round(start(0.0).below(0.5, 0.0), 4)
        0.5
        """
        return self._tail(time, bound, -1.0)

    def step(self, time: float, low: float, high: float, *, next_time: float | None = None) -> Front:
        """The paths that are inside the bounds of `Z` at the next look as well.

        Parameters
        ----------
        time : of that look.
        low, high : its bounds; infinite where there is none.
        next_time : of the look after it, whose normal the nodes must be fine enough for.

        Examples
        --------
        >>> round(float(start(0.0).step(0.5, -1.96, 1.96).mass.sum()), 4)
        0.95
        """
        gap = time - self.time
        reach, mean = _FAR * np.sqrt(time), self.drift * time
        left = max(low * np.sqrt(time), mean - reach)
        right = min(high * np.sqrt(time), mean + reach)
        if left >= right:
            return Front(time, np.zeros(1), np.zeros(1), self.drift)
        narrowest = np.sqrt(min(gap, (next_time or np.inf) - time))
        scores, weights = _panels(left, right, narrowest)
        apart = (scores[:, None] - self.scores[None, :] - self.drift * gap) / np.sqrt(gap)
        density = np.exp(-0.5 * apart**2) @ self.mass / np.sqrt(2 * np.pi * gap)
        return Front(time, scores, weights * density, self.drift)

    def _tail(self, time: float, bound: float, side: float) -> float:
        from scipy.special import ndtr

        gap = time - self.time
        beyond = (self.scores + self.drift * gap - bound * np.sqrt(time)) / np.sqrt(gap)
        return float(ndtr(side * beyond) @ self.mass)


def start(drift: float) -> Front:
    """Every path, before the first look.

    Parameters
    ----------
    drift : expected `Z` of a test with all its information; 0 if the arms are alike.

    Examples
    --------
    >>> start(0.0).mass.tolist()
    [1.0]
    """
    return Front(0.0, np.zeros(1), np.ones(1), drift)


def _panels(left: float, right: float, narrowest: float) -> tuple[Numbers, Numbers]:
    count = int(np.ceil((right - left) / (_PANEL * narrowest)))
    edges = np.linspace(left, right, count + 1)
    nodes, weights = _legendre()
    half = np.diff(edges)[:, None] / 2
    middle = (edges[:-1, None] + edges[1:, None]) / 2
    return (middle + half * nodes).ravel(), (half * weights).ravel()


@cache
def _legendre() -> tuple[Numbers, Numbers]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return nodes, weights
