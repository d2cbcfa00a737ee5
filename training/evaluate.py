"""How good probabilities are: discrimination, log loss, calibration, money at capacity, and intervals by debtor.

Arrays in, numbers out; nothing here knows how a model was fitted. Labels `y` are 0 or 1, probabilities `p` lie strictly
between, both of shape (n,).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

_SMALLEST = 1e-12


@dataclass(frozen=True)
class Interval:
    """An estimate and the 95 % interval of its bootstrap."""

    estimate: float
    low: float
    high: float


def row_log_loss(y: Floats, p: Floats) -> Floats:
    """Log loss of each row, in nats.

    Examples
    --------
    >>> row_log_loss(np.array([1.0]), np.array([0.5])).round(4).tolist()
    [0.6931]
    """
    inside = np.clip(p, _SMALLEST, 1 - _SMALLEST)
    return np.asarray(-(y * np.log(inside) + (1 - y) * np.log1p(-inside)), dtype=np.float64)


def log_loss(y: Floats, p: Floats) -> float:
    """Mean log loss in nats."""
    return float(row_log_loss(y, p).mean())


def brier(y: Floats, p: Floats) -> float:
    """Mean squared error of the probabilities."""
    return float(np.mean((p - y) ** 2))


def auc(y: Floats, p: Floats, weights: Floats | None = None) -> float:
    """P(a payer's probability is above a non-payer's), ties counting half; NaN where one class is missing.

    Examples
    --------
    >>> auc(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.35, 0.8]))
    0.75
    """
    return _auc_sorted(*_tied(y, p), np.ones(len(y)) if weights is None else weights)


def calibration(y: Floats, p: Floats, weights: Floats | None = None) -> tuple[float, float]:
    """Slope of the outcome's log-odds on the predicted log-odds, and happened to expected; (1, 1) is perfect.

    Source: Cox (1958), "Two further applications of a model for binary regression", Biometrika 45.
    """
    weight = np.ones(len(y)) if weights is None else weights
    margins = np.log(np.clip(p, _SMALLEST, 1)) - np.log(np.clip(1 - p, _SMALLEST, 1))
    slope, level = 1.0, 0.0
    for _ in range(25):
        fitted = 1 / (1 + np.exp(-(slope * margins + level)))
        bend = weight * fitted * (1 - fitted)
        error = weight * (y - fitted)
        gradient = np.array([error @ margins, error.sum()])
        curvature = np.array([[bend @ margins**2, bend @ margins], [bend @ margins, bend.sum()]])
        step = np.linalg.lstsq(curvature, gradient, rcond=None)[0]
        slope, level = slope + float(step[0]), level + float(step[1])
        if np.abs(step).max() < 1e-8:  # noqa: PLR2004 - far below what two decimals show
            break
    return slope, float((weight @ y) / (weight @ p))


def recovery_at_capacity(score: Floats, collected: Floats, capacity: int) -> float:
    """Share of all money collected that came from the `capacity` rows with the highest score.

    Parameters
    ----------
    score : (n,) what the rows are ranked by, higher first.
    collected : (n,) money collected within the horizon, in one currency; never below zero.

    Examples
    --------
    >>> recovery_at_capacity(np.array([0.9, 0.1, 0.5]), np.array([10.0, 0.0, 30.0]), capacity=1)
    0.25
    """
    total = collected.sum()
    if total <= 0:
        return float("nan")
    best = np.argsort(-score, kind="stable")[:capacity]
    return float(collected[best].sum() / total)


def gains(score: Floats, collected: Floats, points: int = 20) -> list[tuple[float, float]]:
    """The gains curve: (share worked, share of the money) at equal steps."""
    worked = [round(len(score) * step / points) for step in range(points + 1)]
    return [(step / points, recovery_at_capacity(score, collected, n)) for step, n in enumerate(worked)]


def reliability(y: Floats, p: Floats, bins: int = 10) -> list[tuple[float, float, int]]:
    """Mean probability, share that happened, and rows in each equally filled bin of the probability."""
    order = np.argsort(p, kind="stable")
    return [
        (float(p[part].mean()), float(y[part].mean()), len(part))
        for part in np.array_split(order, min(bins, len(order)))
    ]


def bootstrap(
    statistic: Callable[[Floats], npt.NDArray[np.float64]],
    debtors: Codes,
    *,
    rounds: int = 300,
    seed: int = 0,
) -> list[Interval]:
    """95 % percentile intervals of weighted statistics, drawing debtors with replacement.

    Rows of one debtor rise and fall together, so debtors are drawn, not rows.

    Parameters
    ----------
    statistic : row weights (n,) -> several numbers; called with ones for the estimates.
    debtors : (n,) codes from 0.
    """
    random = np.random.default_rng(seed)
    count = int(debtors.max()) + 1
    estimates = statistic(np.ones(len(debtors)))
    share = np.full(count, 1 / count)
    drawn = np.array([statistic(random.multinomial(count, share)[debtors].astype(float)) for _ in range(rounds)])
    low, high = np.nanpercentile(drawn, [2.5, 97.5], axis=0)
    return [Interval(float(e), float(a), float(b)) for e, a, b in zip(estimates, low, high, strict=True)]


def loss_difference(
    y: Floats, p: Floats, other: Floats, debtors: Codes, *, rounds: int = 1000, seed: int = 0
) -> Interval:
    """Log loss of `p` less that of `other`, with its interval by debtor; below zero `p` is better."""
    return mean_difference(row_log_loss(y, p), row_log_loss(y, other), debtors, rounds=rounds, seed=seed)


def mean_difference(losses: Floats, others: Floats, debtors: Codes, *, rounds: int = 1000, seed: int = 0) -> Interval:
    """Mean of row losses less the mean of others' on the same rows, with its interval by debtor."""
    random = np.random.default_rng(seed)
    count = int(debtors.max()) + 1
    # A mean needs only each debtor's sums, so a thousand draws cost little.
    sums = np.bincount(debtors, weights=losses - others, minlength=count)
    rows = np.bincount(debtors, minlength=count)
    share = np.full(count, 1 / count)
    drawn = [(draw @ sums) / (draw @ rows) for draw in (random.multinomial(count, share) for _ in range(rounds))]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Interval(float(sums.sum() / rows.sum()), float(low), float(high))


def judged(y: Floats, p: Floats, debtors: Codes, *, rounds: int = 200, seed: int = 0) -> dict[str, Interval]:
    """AUC, log loss, Brier score and calibration of one set of probabilities, each with its interval by debtor."""
    places, ordered = _tied(y, p)
    losses, squares = row_log_loss(y, p), (p - y) ** 2

    def all_of_them(weights: Floats) -> Floats:
        mean = [float(weights @ losses / weights.sum()), float(weights @ squares / weights.sum())]
        return np.array([_auc_sorted(places, ordered, weights), *mean, *calibration(y, p, weights)])

    names = ("auc", "log_loss", "brier", "slope", "level")
    return dict(zip(names, bootstrap(all_of_them, debtors, rounds=rounds, seed=seed), strict=True))


def _tied(y: Floats, p: Floats) -> tuple[tuple[Codes, Codes], Floats]:
    """Order of the rows by probability, where each run of ties starts, and the labels in that order."""
    order = np.argsort(p, kind="stable")
    ordered = p[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    return (order, starts), y[order]


def _auc_sorted(places: tuple[Codes, Codes], ordered: Floats, weights: Floats) -> float:
    order, starts = places
    weight = weights[order]
    good = np.add.reduceat(weight * ordered, starts)
    bad = np.add.reduceat(weight * (1 - ordered), starts)
    below = np.cumsum(bad) - bad
    pairs = good.sum() * bad.sum()
    return float((good @ (below + bad / 2)) / pairs) if pairs > 0 else float("nan")
