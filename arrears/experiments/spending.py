"""How much of the allowed error a test may have used up by the time it holds a share of its information.

Lan and DeMets, Discrete sequential boundaries for clinical trials, Biometrika 70 (1983), doi:10.1093/biomet/70.3.659.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from arrears.errors import WrongUse
from arrears.policy.columns import Numbers

Spending = Literal["obrien_fleming", "obrien_fleming_by_side", "pocock"]


def spent(spending: Spending, information: Numbers, alpha: float) -> Numbers:
    """The one-sided error that may have been made by each share of the information.

    Parameters
    ----------
    spending : `obrien_fleming` keeps most of it for the end; `pocock` spends it evenly. `obrien_fleming_by_side` is
        what published tables of two-sided bounds hold: the function of each side's half instead of half of the
        function of the whole error. It waits longer: with 28 looks a test of 80 % power stops on average at 0.75 of
        its information with a power of 0.78, the default at 0.73 with 0.77.
    information : shares of the planned information, 0-1.
    alpha : one-sided error of the whole test; it is spent in full at 1.

    Raises
    ------
    WrongUse : no such way of spending.

    Examples
    --------
    >>> spent("obrien_fleming", np.array([0.5, 1.0]), 0.025).round(5).tolist()
    [0.00279, 0.025]
    >>> spent("pocock", np.array([0.5, 1.0]), 0.025).round(5).tolist()
    [0.0155, 0.025]
    """
    if spending not in _WAYS:
        raise WrongUse(asked=f"spend errors by {spending}", found="no such way", do=f"Use one of {', '.join(_WAYS)}.")
    return _WAYS[spending](np.clip(np.asarray(information, dtype=np.float64), 0.0, 1.0), alpha)


def _obrien_fleming(information: Numbers, alpha: float) -> Numbers:
    return _brownian(information, alpha)


def _obrien_fleming_by_side(information: Numbers, alpha: float) -> Numbers:
    return 2 * _brownian(information, alpha / 2)


def _brownian(information: Numbers, alpha: float) -> Numbers:
    """Half of the chance that a Brownian motion has left by then a bound that it leaves by 1 with twice `alpha`."""
    from scipy.special import ndtr, ndtri

    with np.errstate(divide="ignore"):
        return np.asarray(ndtr(ndtri(alpha) / np.sqrt(information)), dtype=np.float64)


def _pocock(information: Numbers, alpha: float) -> Numbers:
    return np.asarray(alpha * np.log1p((np.e - 1) * information), dtype=np.float64)


_WAYS: dict[str, Callable[[Numbers, float], Numbers]] = {
    "obrien_fleming": _obrien_fleming,
    "obrien_fleming_by_side": _obrien_fleming_by_side,
    "pocock": _pocock,
}
