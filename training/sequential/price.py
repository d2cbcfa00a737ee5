"""The price of a collector's minute: what the last call that still fits into the day is worth per minute."""

from __future__ import annotations

import numpy as np

from training.sequential.episodes import Floats


def price_at(worth: Floats, minutes: Floats, weight: Floats, capacity: float) -> float:
    """The price at which acting wherever it is worth more uses the minutes that there are.

    Parameters
    ----------
    worth : (n,) what acting adds in all, minor units. `minutes` : (n,) it takes. `weight` : (n,) rows each stands for.
    capacity : minutes that there are, over the minutes of acting everywhere, 0-1.

    Returns
    -------
    float : minor units a minute, never below 0: minutes that nobody needs cost nothing.

    Notes
    -----
    The multiplier of a constraint on what is used in the mean. Source: Abe et al. (2010), "Optimizing debt collections
    using constrained reinforcement learning", KDD, whose constrained Markov decision process prices every resource so.

    Examples
    --------
    >>> one = np.ones(4)
    >>> price_at(np.array([4.0, 3.0, 2.0, -1.0]), one, one, 0.5)
    2.0
    >>> price_at(np.array([4.0, 3.0, 2.0, -1.0]), one, one, 0.9)
    0.0
    """
    by_minute = worth / minutes
    order = np.argsort(-by_minute, kind="stable")
    used = np.cumsum((weight * minutes)[order])
    place = int(np.searchsorted(used, capacity * used[-1] * (1 + 1e-12), side="right"))
    return max(0.0, float(by_minute[order[place]])) if place < len(order) else 0.0
