"""How good probabilities are: discrimination, log loss, calibration, money at capacity, and intervals by debtor.

Arrays in, numbers out; nothing here knows how a model was fitted. Labels `y` are 0 or 1, probabilities `p` lie strictly
between, both of shape (n,).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


def auc(y: Floats, p: Floats) -> float:
    """P(a payer's probability is above a non-payer's), ties counting half; NaN where one class is missing.

    Examples
    --------
    >>> auc(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.35, 0.8]))
    0.75
    """
    return _auc_sorted(*_tied(y, p), np.ones(len(y)))


def calibration(y: Floats, p: Floats) -> tuple[float, float]:
    """Slope of the outcome's log-odds on the predicted log-odds, and happened to expected; (1, 1) is perfect.

    Source: Cox (1958), "Two further applications of a model for binary regression", Biometrika 45.
    """
    return _cox(y, _margins(p))[0], float(y.sum() / p.sum())


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


def draws(debtors: Codes, *, rounds: int, seed: int) -> Iterator[Codes]:
    """How often each debtor is drawn, with replacement, in each round: (debtors,) counts.

    Rows of one debtor rise and fall together, so debtors are drawn, not rows.
    """
    random = np.random.default_rng(seed)
    count = int(debtors.max()) + 1
    for _ in range(rounds):
        yield np.bincount(random.integers(0, count, count), minlength=count)


def interval(estimate: float, drawn: Sequence[float]) -> Interval:
    """The 95 % percentile interval of an estimate's bootstrap."""
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Interval(estimate, float(low), float(high))


def loss_difference(
    y: Floats, p: Floats, other: Floats, debtors: Codes, *, rounds: int = 1000, seed: int = 0
) -> Interval:
    """Log loss of `p` less that of `other`, with its interval by debtor; below zero `p` is better."""
    return mean_difference(row_log_loss(y, p), row_log_loss(y, other), debtors, rounds=rounds, seed=seed)


def mean_difference(losses: Floats, others: Floats, debtors: Codes, *, rounds: int = 1000, seed: int = 0) -> Interval:
    """Mean of row losses less the mean of others' on the same rows, with its interval by debtor.

    Parameters
    ----------
    debtors : (n,) codes.
    """
    debtors = _dense(debtors)
    sums = np.bincount(debtors, weights=losses - others)
    rows = np.bincount(debtors)
    drawn = [float((draw * sums).sum() / (draw * rows).sum()) for draw in draws(debtors, rounds=rounds, seed=seed)]
    return interval(float(sums.sum() / rows.sum()), drawn)


def ratio(happened: Floats, expected: Floats, debtors: Codes, *, rounds: int = 1000, seed: int = 0) -> Interval:
    """Sum of what happened over the sum of what was expected, with its interval by debtor; 1 is on level."""
    debtors = _dense(debtors)
    came, said = (np.bincount(debtors, weights=each) for each in (happened, expected))
    drawn = [float((draw * came).sum() / (draw * said).sum()) for draw in draws(debtors, rounds=rounds, seed=seed)]
    return interval(float(came.sum() / said.sum()), drawn)


def judged(y: Floats, p: Floats, debtors: Codes, *, rounds: int = 200, seed: int = 0) -> dict[str, Interval]:
    """AUC, log loss, Brier score and calibration of one set of probabilities, each with its interval by debtor.

    `level` is happened to expected, `rarer_level` the same of whichever outcome is rarer. The slope's interval comes
    from one Newton step per draw, which is exact to the second order.
    """
    debtors = _dense(debtors)
    places, ordered = _tied(y, p)
    margins = _margins(p)
    slope, intercept = _cox(y, margins)
    columns = [row_log_loss(y, p), (p - y) ** 2, y, p, np.ones(len(y)), *_cox_parts(y, margins, slope, intercept)]
    by_debtor = np.column_stack([np.bincount(debtors, weights=column) for column in columns])
    drawn: dict[str, list[float]] = {name: [] for name in ("auc", "log_loss", "brier", "slope", "level", "rarer_level")}
    is_rare = y.mean() <= 0.5  # noqa: PLR2004 - half
    for draw in draws(debtors, rounds=rounds, seed=seed):
        loss, square, happened, expected, rows, *cox = (draw[:, None] * by_debtor).sum(axis=0)
        drawn["auc"].append(_auc_sorted(places, ordered, draw[debtors].astype(float)))
        drawn["log_loss"].append(loss / rows)
        drawn["brier"].append(square / rows)
        drawn["level"].append(happened / expected)
        drawn["rarer_level"].append(_rarer_level(happened, expected, rows, is_rare=is_rare))
        drawn["slope"].append(slope + _solve(cox)[0])
    found = {"auc": auc(y, p), "log_loss": log_loss(y, p), "brier": brier(y, p)}
    found |= {"slope": slope, "level": float(y.sum() / p.sum())}
    found["rarer_level"] = _rarer_level(float(y.sum()), float(p.sum()), len(y), is_rare=is_rare)
    return {name: interval(found[name], drawn[name]) for name in drawn}


def _rarer_level(happened: float, expected: float, rows: float, *, is_rare: bool) -> float:
    return happened / expected if is_rare else (rows - happened) / (rows - expected)


def _dense(debtors: Codes) -> Codes:
    """Codes without gaps, so that nobody is drawn who has no row here."""
    return np.unique(debtors, return_inverse=True)[1].astype(np.int64)


def _margins(p: Floats) -> Floats:
    return np.asarray(np.log(np.clip(p, _SMALLEST, 1)) - np.log(np.clip(1 - p, _SMALLEST, 1)), dtype=np.float64)


def _cox(y: Floats, margins: Floats) -> tuple[float, float]:
    """Slope and intercept of the logistic regression of the outcome on the margin, which needs both outcomes."""
    share = y.mean()
    at = np.array([0.0, np.log(share / (1 - share))])
    for _ in range(50):
        step = np.array(_solve([float(part.sum()) for part in _cox_parts(y, margins, *at)]))
        # A whole Newton step can overshoot where margins lie far out.
        while _cox_loss(y, margins, at + step) > _cox_loss(y, margins, at) + _SMALLEST:
            step = step / 2
        at = at + step
        if np.abs(step).max() < 1e-8:  # noqa: PLR2004 - far below what two decimals show
            break
    return float(at[0]), float(at[1])


def _cox_loss(y: Floats, margins: Floats, at: Floats) -> float:
    bent = at[0] * margins + at[1]
    return float(np.mean(np.logaddexp(0.0, bent) - y * bent))


def _cox_parts(y: Floats, margins: Floats, slope: float, level: float) -> list[Floats]:
    """Each row's part in the gradient and the curvature of that regression."""
    fitted = 0.5 * (1 + np.tanh(0.5 * (slope * margins + level)))
    bend, error = fitted * (1 - fitted), y - fitted
    return [error * margins, error, bend * margins**2, bend * margins, bend]


def _solve(sums: Sequence[float]) -> tuple[float, float]:
    """The Newton step of two coefficients."""
    by_slope, by_level, bend_2, bend_1, bend_0 = sums
    determinant = bend_2 * bend_0 - bend_1**2
    if determinant <= _SMALLEST * bend_2 * bend_0:
        return 0.0, by_level / bend_0 if bend_0 > 0 else 0.0
    slope = (bend_0 * by_slope - bend_1 * by_level) / determinant
    return float(slope), float((bend_2 * by_level - bend_1 * by_slope) / determinant)


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
