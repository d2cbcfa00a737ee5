"""Bands that hold as often as they say, whatever the model: split-conformal, one reach for each decile of balance.

The reach of a group is a quantile of how far the model was off on rows it was not fitted on. Nothing is assumed of the
model or of the errors but that these rows and those to come could have come in any order. Sources: Vovk, Gammerman,
Shafer (2005), "Algorithmic learning in a random world", chapter 4.5 (Mondrian); Lei et al. (2018), "Distribution-free
predictive inference for regression", JASA 113.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from arrears.errors import BadInput
from models.bands import Bands, group_of
from models.scorer import Floats

DECILES = 10


@dataclass(frozen=True)
class Covered:
    """How a group's bands did on rows they were not fitted on.

    Attributes
    ----------
    from_balance, to_balance : of the group, minor units; None: no end. Both None: the balance is unknown, or there is
        one group.
    rows : how many were looked at.
    share : of them inside their band.
    width : mean of a band's width, in the answer's unit; infinite where a band has no end.
    """

    from_balance: float | None
    to_balance: float | None
    rows: int
    share: float
    width: float


def decile_edges(balance: Floats, *, groups: int = DECILES) -> tuple[float, ...]:
    """Inner edges that part these balances into equally filled groups; fewer where many balances are equal.

    Parameters
    ----------
    balance : (n,) minor units of one currency, NaN where unknown: of the rows that the model was fitted on, so that the
        rows the bands are fitted on have no say in their groups.

    Examples
    --------
    >>> decile_edges(np.arange(1.0, 101.0))[:2], decile_edges(np.ones(50))
    ((10.9, 20.8), ())
    """
    known = balance[~np.isnan(balance)]
    if not len(known):
        return ()
    edges = np.unique(np.quantile(known, np.arange(1, groups) / groups))
    return tuple(edges[edges > known.min()].tolist())


def fit_bands(
    truth: Floats,
    expected: Floats,
    balance: Floats,
    edges: tuple[float, ...],
    *,
    coverage: float = 0.9,
    least: float | None = None,
    most: float | None = None,
) -> Bands:
    """Bands from rows that the model was not fitted on.

    Parameters
    ----------
    truth, expected : (n,) what came, and what the model said.
    balance : (n,) minor units, NaN where unknown.
    edges : of the groups, as `decile_edges` gives them.
    coverage : share of the truths to come that shall lie in their bands, 0-1.
    least, most : what the answer can be at all, as 0 and 1 for a share.

    Raises
    ------
    BadInput : columns of several lengths, or truths and answers that are no numbers.

    Notes
    -----
    The reach is the ceil((n + 1) coverage)-th smallest error of a group's n; where that is beyond n the group has none.
    A truth to come then lies in its band with a probability of at least `coverage`, and at most 1 / (n + 1) more, or as
    much more as there are errors equal to the reach: where many truths are exactly 0 the bands hold them all.

    Examples
    --------
    >>> errors = np.arange(1.0, 20.0)  # 19 of them: the 18th smallest is the reach
    >>> fit_bands(errors, np.zeros(19), np.ones(19), (), coverage=0.9).reach
    (18.0, None)
    """
    if not len(truth) == len(expected) == len(balance) or not np.isfinite(truth - expected).all():
        raise BadInput(
            asked=f"fit bands on {len(truth)} rows",
            found=f"{len(expected)} answers and {len(balance)} balances, or values that are no numbers",
            do="Give every row a truth and an answer that are numbers, and a balance that may be NaN.",
        )
    group = group_of(balance, edges)
    errors = [np.abs(truth - expected)[group == each] for each in range(len(edges) + 2)]
    return Bands(
        coverage=coverage,
        edges=edges,
        reach=tuple(_reach(each, coverage) for each in errors),
        rows=tuple(len(each) for each in errors),
        least=least,
        most=most,
    )


def coverage_by_group(bands: Bands, truth: Floats, expected: Floats, balance: Floats) -> tuple[Covered, ...]:
    """How often the truth lay in its band, group by group, smallest balances first; groups without a row are left out.

    Parameters
    ----------
    truth, expected, balance : (n,) of rows that neither the model nor the bands were fitted on.
    """
    low, high = bands.around(expected, balance)
    inside, group = (low <= truth) & (truth <= high), bands.group(balance)
    ends = (None, *bands.edges, None)
    unknown = len(bands.edges) + 1
    return tuple(
        Covered(
            from_balance=None if each == unknown else ends[each],
            to_balance=None if each == unknown else ends[each + 1],
            rows=int((group == each).sum()),
            share=float(inside[group == each].mean()),
            width=float((high - low)[group == each].mean()),
        )
        for each in np.unique(group).tolist()
    )


def _reach(errors: Floats, coverage: float) -> float | None:
    rank = math.ceil(round((len(errors) + 1) * coverage, 9))  # 0.9 x 10 is 9, whatever binary fractions say
    return None if rank > len(errors) else float(np.partition(errors, rank - 1)[rank - 1])
