"""How good a forecast of next month's buckets is: log loss, ranked probability score, flows, money, calibration.

Buckets are judged in groups (current, 1-59 days, 60 and more unless said otherwise), because most portfolios have too
few accounts in the deeper ones to tell models apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from arrears.buckets import AGEING
from models.scorer import Floats, Ranks

Groups = tuple[tuple[int, ...], ...]

THREE_STATES: Groups = ((0,), (1, 2), (3, 4, 5, 6, 7))
EVERY_BUCKET: Groups = tuple((rank,) for rank in range(len(AGEING)))
FEWEST_FOR_CALIBRATION = 50


def group_names(groups: Groups) -> list[str]:
    """Each group by its first and last bucket.

    Examples
    --------
    >>> group_names(THREE_STATES)
    ['CURRENT', '1-29 to 30-59', '60-89 to 180+']
    """
    return [AGEING[g[0]].value if len(g) == 1 else f"{AGEING[g[0]].value} to {AGEING[g[-1]].value}" for g in groups]


def grouped(answer: Floats, groups: Groups) -> Floats:
    """(n, groups) chances from (n, 8) over the ageing buckets."""
    return np.column_stack([answer[:, list(ranks)].sum(axis=1) for ranks in groups])


def group_of(ranks: Ranks, groups: Groups) -> Ranks:
    """(n,) position of each bucket's group."""
    place = np.empty(len(AGEING), dtype=np.int64)
    for position, members in enumerate(groups):
        place[list(members)] = position
    return place[ranks]


@dataclass(frozen=True)
class RollRateScores:
    """One forecast judged on accounts whose next bucket is known.

    Attributes
    ----------
    log_loss, rps : means over accounts; the ranked probability score is divided by groups - 1.
    log_loss_by_origin, rps_by_origin : the same among the accounts that stood in each group.
    flow_error : mean relative error of the flows from group to group that were observed.
    flows : for each observed flow its count and the count forecast.
    balance_error : relative error of next month's money in each group, weighted by that money.
    calibration : for each flow, mean forecast and observed share by fifths of the forecast, with their size.
    """

    log_loss: float
    rps: float
    log_loss_by_origin: Mapping[str, float]
    rps_by_origin: Mapping[str, float]
    flow_error: float
    flows: Mapping[str, tuple[int, float]]
    balance_error: float
    calibration: Mapping[str, Sequence[tuple[float, float, int]]]

    def facts(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def score(
    chances: Floats, origin: Ranks, happened: Ranks, balance_minor: npt.NDArray[Any], names: Sequence[str]
) -> RollRateScores:
    """Judge (n, groups) chances against the group each account moved to.

    Parameters
    ----------
    chances : each row sums to 1.
    origin, happened : (n,) group by position.
    balance_minor : (n,) money each account owed at the origin.
    names : of the groups.

    Examples
    --------
    >>> sure = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> told = score(sure, np.array([0, 0]), np.array([0, 1]), np.array([5, 5]), ["current", "late"])
    >>> told.log_loss, told.rps, told.flow_error
    (0.0, 0.0, 0.0)
    """
    losses, ranked = log_losses(chances, happened), ranked_scores(chances, happened)
    present = [place for place in range(len(names)) if (origin == place).any()]
    flows = _flows(chances, origin, happened, names)
    return RollRateScores(
        log_loss=float(losses.mean()),
        rps=float(ranked.mean()),
        log_loss_by_origin={names[place]: float(losses[origin == place].mean()) for place in present},
        rps_by_origin={names[place]: float(ranked[origin == place].mean()) for place in present},
        flow_error=float(np.mean([abs(forecast - seen) / seen for seen, forecast in flows.values()])),
        flows=flows,
        balance_error=_balance_error(chances, happened, np.asarray(balance_minor, dtype=np.float64)),
        calibration=_calibration(chances, origin, happened, names),
    )


def log_losses(chances: Floats, happened: Ranks) -> Floats:
    """(n,) minus the logarithm of the chance given to what happened."""
    given = chances[np.arange(len(happened)), happened]
    return np.asarray(-np.log(np.clip(given, 1e-15, 1.0)) + 0.0, dtype=np.float64)


def ranked_scores(chances: Floats, happened: Ranks) -> Floats:
    """(n,) squared distance of the cumulative chances from the truth, divided by groups - 1 (Epstein 1969)."""
    groups = chances.shape[1]
    truth = np.arange(groups) >= happened[:, None]
    distance = np.cumsum(chances, axis=1)[:, :-1] - truth[:, :-1]
    return np.asarray((distance**2).sum(axis=1) / (groups - 1), dtype=np.float64)


def _flows(chances: Floats, origin: Ranks, happened: Ranks, names: Sequence[str]) -> dict[str, tuple[int, float]]:
    found = {}
    for start, start_name in enumerate(names):
        here = origin == start
        for end, end_name in enumerate(names):
            seen = int((happened[here] == end).sum())
            if seen:
                found[f"{start_name} > {end_name}"] = (seen, float(chances[here, end].sum()))
    return found


def _balance_error(chances: Floats, happened: Ranks, balance: Floats) -> float:
    owed = np.clip(balance, 0.0, None)
    seen = np.bincount(happened, weights=owed, minlength=chances.shape[1])
    if seen.sum() == 0:
        return float("nan")
    return float(np.abs(owed @ chances - seen).sum() / seen.sum())


def _calibration(
    chances: Floats, origin: Ranks, happened: Ranks, names: Sequence[str]
) -> dict[str, list[tuple[float, float, int]]]:
    found = {}
    for start, start_name in enumerate(names):
        here = origin == start
        if here.sum() < FEWEST_FOR_CALIBRATION:
            continue
        for end, end_name in enumerate(names):
            forecast, came = chances[here, end], happened[here] == end
            fifths = np.array_split(np.argsort(forecast, kind="stable"), 5)
            found[f"{start_name} > {end_name}"] = [
                (float(forecast[fifth].mean()), float(came[fifth].mean()), len(fifth)) for fifth in fifths
            ]
    return found
