"""What a test that stopped at a look may claim: chance, interval and estimate that know of the earlier looks.

The stagewise ordering calls a result more extreme the earlier it crossed, and among one look's results the further
out it is. It needs no look that was not taken, so it fits error spending (Fairbanks and Madsen, P values for tests
using a repeated significance test design, Biometrika 69 (1982); Jennison and Turnbull, Group Sequential Methods, 8.4).
While a test runs there is `repeated`, which holds at every look at once (same book, 9.2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from arrears.experiments.boundaries import Bounds, crossing

_REACH = 12.0
"""Standard errors around the observed effect within which the ends of an interval are sought."""


@dataclass(frozen=True)
class Adjusted:
    """What was found, corrected for the looks, in the metric's own unit.

    Attributes
    ----------
    p : two-sided chance of something as extreme, were there no effect.
    low, high : interval that holds the effect with the asked certainty.
    estimate : median-unbiased effect; the raw one is too far out where a test stopped early.
    """

    p: float
    low: float
    high: float
    estimate: float


def adjusted(bounds: Bounds, z: float, error: float, *, alpha: float = 0.05) -> Adjusted:
    """What a test may claim that stopped at the last of these looks.

    Parameters
    ----------
    bounds : of the looks up to the one it stopped at.
    z : observed at that look.
    error : standard error of the effect at that look, in the metric's unit.
    alpha : 1 less the certainty of the interval.

    Examples
    --------
    With a single look nothing is to be corrected.

    >>> found = adjusted(Bounds((1.0,), (-1.96,), (1.96,)), 2.0, 10.0)
    >>> [round(each, 2) for each in (found.p, found.low, found.high, found.estimate)]
    [0.05, 0.4, 39.6, 20.0]
    """
    upper = at_least(bounds, z, drift=0.0)
    low, estimate, high = (_drift_at(bounds, z, chance) for chance in (alpha / 2, 0.5, 1 - alpha / 2))
    unit = float(np.sqrt(bounds.information[-1]) * error)
    return Adjusted(p=2 * min(upper, 1 - upper), low=low * unit, high=high * unit, estimate=estimate * unit)


def at_least(bounds: Bounds, z: float, *, drift: float) -> float:
    """Chance of a result as high as `z` at the last look, or higher, in the stagewise ordering.

    Examples
    --------
    >>> round(at_least(Bounds((1.0,), (-1.96,), (1.96,)), 1.96, drift=0.0), 3)
    0.025
    """
    _, above = crossing(bounds.information, bounds.low, (*bounds.high[:-1], z), drift=drift)
    return float(above.sum())


def repeated(bounds: Bounds, effect: float, reach: Callable[[float], float]) -> tuple[float, float]:
    """An interval that holds the effect at every look of the test at once.

    Parameters
    ----------
    bounds : of the looks so far.
    effect : observed at the last of them.
    reach : how far from it so many standard errors lie, as `Difference.reach` tells.

    Returns
    -------
    Both ends; infinite where the look had no bound.

    Examples
    --------
    >>> repeated(Bounds((0.5,), (-2.8,), (2.8,)), 10.0, lambda z: 5.0 * z)
    (-4.0, 24.0)
    """
    return effect - reach(bounds.high[-1]), effect - reach(bounds.low[-1])


def _drift_at(bounds: Bounds, z: float, chance: float) -> float:
    """The drift under which the result is exceeded with that chance."""
    from scipy.optimize import brentq

    root = np.sqrt(bounds.information[-1])
    ends = (z - _REACH) / root, (z + _REACH) / root
    return float(brentq(lambda drift: at_least(bounds, z, drift=drift) - chance, *ends, xtol=1e-8))
