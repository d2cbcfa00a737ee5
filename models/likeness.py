"""How far two models agree about the same accounts: in which order they put them, and how much they answer."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models.scorer import Floats

TOP_SHARE = 0.1
"""The part of a list that is compared by who is in it."""


@dataclass(frozen=True)
class Likeness:
    """Two models on the same accounts.

    Attributes
    ----------
    rank_correlation : Spearman's; None where one of them answers everybody alike.
    shared_top_tenth : share of the one's highest tenth that is in the other's; None of fewer than ten accounts.
    mean, champion_mean : of the answers.
    """

    rank_correlation: float | None
    shared_top_tenth: float | None
    mean: float
    champion_mean: float

    def document(self) -> dict[str, Any]:
        """As a night keeps it."""
        return asdict(self)


def likeness(own: Floats, champion: Floats) -> Likeness:
    """How far two models' answers agree.

    Parameters
    ----------
    own, champion : (n,) answers about the same accounts, in one order; at least one account.

    Examples
    --------
    >>> told = likeness(np.array([0.1, 0.2, 0.4]), np.array([0.2, 0.3, 0.1]))
    >>> told.rank_correlation, told.shared_top_tenth, round(told.mean, 3), round(told.champion_mean, 3)
    (-0.5, None, 0.233, 0.2)
    >>> upwards = np.arange(40.0)
    >>> likeness(upwards, 2 * upwards).shared_top_tenth, likeness(upwards, -upwards).shared_top_tenth
    (1.0, 0.0)
    """
    top = int(len(own) * TOP_SHARE)
    shared = None
    if top:
        # Of equal answers those that come first: both lists are cut after the same number.
        tops = (set(np.argsort(-each, kind="stable")[:top].tolist()) for each in (own, champion))
        shared = len(set.intersection(*tops)) / top
    return Likeness(_rank_correlation(own, champion), shared, float(own.mean()), float(champion.mean()))


def _rank_correlation(one: Floats, other: Floats) -> float | None:
    ranks = [_ranks(each) for each in (one, other)]
    centred = [each - each.mean() for each in ranks]
    spread = float(np.sqrt((centred[0] ** 2).sum() * (centred[1] ** 2).sum()))
    return float((centred[0] * centred[1]).sum()) / spread if spread else None


def _ranks(values: Floats) -> Floats:
    """(n,) places from 0; equal values share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    found: Floats = (ends - (counts + 1) / 2)[place]
    return found
