"""Whether the arms hold the shares that were designed: a test that may be read every day.

The chance of the counts under any other shares, averaged over a Dirichlet prior about the designed ones, is divided by
their chance under the designed ones. While the shares are right this ratio is a martingale that starts at 1, so it ever
reaches 1 / alpha with chance at most alpha (Lindon and Malek, Anytime-valid inference for multinomial count data,
arXiv 2011.03567). What is counted must have been drawn independently: households where they stay together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose

import numpy as np
from numpy.typing import NDArray

from arrears.errors import WrongUse

ALPHA = 0.001
"""Chance that a test whose shares are right is ever called crooked."""

_PRIOR = 2500.0
"""Weight of the prior in counted units: shares that are off by one in a hundred are looked for first."""


@dataclass(frozen=True)
class Mismatch:
    """What the counts say of the shares.

    Attributes
    ----------
    p : chance that right shares would ever look so crooked by any day; it never rises again.
    found : the shares are not as designed.
    since : place of the first count at which that was so; None: at none.
    expected, counted : units of each arm at the last count.
    """

    p: float
    found: bool
    since: int | None
    expected: tuple[float, ...]
    counted: tuple[int, ...]


def mismatch(counts: Sequence[Sequence[int]], shares: Sequence[float], *, alpha: float = ALPHA) -> Mismatch:
    """Read the counts of every day so far.

    Parameters
    ----------
    counts : per day, units that were newly assigned to each arm, in the order of `shares`.
    shares : designed for each arm; they sum to 1.
    alpha : chance of a false alarm over the whole test.

    Raises
    ------
    WrongUse : a day with another number of arms, or shares that do not sum to 1.

    Examples
    --------
    >>> mismatch([[50, 47], [52, 55]], [0.5, 0.5]).found
    False
    >>> mismatch([[51_000, 49_000]], [0.5, 0.5]).found
    True
    """
    if not isclose(sum(shares), 1) or any(len(day) != len(shares) for day in counts):
        raise WrongUse(
            asked="compare the arms with their shares",
            found=f"shares that sum to {sum(shares):.6g} for {len(shares)} arms, and days with "
            f"{', '.join(map(str, sorted({len(day) for day in counts})))} counts",
            do="Give one share and one count an arm.",
        )
    designed = np.asarray(shares, dtype=np.float64)
    running = np.cumsum(np.asarray(counts, dtype=np.int64).reshape(-1, len(shares)), axis=0)
    most = np.maximum.accumulate(np.concatenate([[0.0], evidence(running, designed)]))
    alarms = np.flatnonzero(most[1:] >= -np.log(alpha))
    last = running[-1] if len(running) else np.zeros(len(shares), dtype=np.int64)
    return Mismatch(
        p=float(np.exp(-most[-1])),
        found=bool(len(alarms)),
        since=int(alarms[0]) if len(alarms) else None,
        expected=tuple((designed * last.sum()).tolist()),
        counted=tuple(last.tolist()),
    )


def evidence(counts: NDArray[np.int64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log of the ratio by which the counts are likelier under other shares than under the designed ones.

    Parameters
    ----------
    counts : shape (..., arms), units so far.
    shares : shape (arms,).

    Examples
    --------
    >>> evidence(np.array([[0, 0], [60, 40]]), np.array([0.5, 0.5])).round(2).tolist()
    [0.0, 0.06]
    """
    from scipy.special import gammaln

    prior = _PRIOR * shares
    among = gammaln(prior + counts).sum(-1) - gammaln(prior).sum() - (counts * np.log(shares)).sum(-1)
    together = gammaln(_PRIOR + counts.sum(-1)) - gammaln(_PRIOR)
    return np.asarray(among - together, dtype=np.float64)
