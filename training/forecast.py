"""How many accounts, and how much money, will stand in each bucket in the months ahead, and what will be lost.

The first month comes from the roll-rate model, account by account, where there is one; all later months, and every
month of the Markov forecast, from the product of the pooled matrix of the moves settled by then. Balances stay as they
are: nobody knows next month's purchases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from arrears.buckets import AGEING, Bucket
from arrears.errors import Refused
from arrears.roll_matrix import (
    BORROWED_MOVES,
    CHARGED_OFF,
    OLDEST,
    STATES,
    Matrix,
    absorbing_loss,
    loss_state,
    months_ahead,
    shares,
    smoothed,
)
from arrears.roll_rates import By, RollRates, pooled
from models.scorer import Floats, Ranks

PATHS = 300
LOW, HIGH = 5.0, 95.0
"""Percentiles of the paths: nine in ten futures lie between."""

PAID_OFF, LEFT = STATES.index(Bucket.PAID_OFF), STATES.index(Bucket.LEFT)


@dataclass(frozen=True)
class Start:
    """Where the book stands by its last settled statuses.

    Attributes
    ----------
    rank : (n,) ageing bucket of each account.
    balance_minor : (n,) what it owes, 0 for a credit; one currency.
    answer : (n, 8) the model's chances over the ageing buckets next month; None without a model.
    """

    rank: Ranks
    balance_minor: npt.NDArray[np.int64]
    answer: Floats | None = None


@dataclass(frozen=True)
class Band:
    """What is expected, and where nine in ten futures lie."""

    expected: float
    low: float
    high: float


@dataclass(frozen=True)
class Ahead:
    """One month ahead.

    Attributes
    ----------
    month : 1 is the month after the last settled statuses.
    totals : accounts or money in each state at its end.
    lost : accounts or money that will by then have been lost, of those not lost at the start.
    """

    month: int
    totals: Mapping[Bucket, Band]
    lost: Band


def forecast(start: Start, months: Sequence[RollRates], horizon: int, *, by: By, seed: int = 0) -> list[Ahead]:
    """Expected totals of each of the next `horizon` months.

    Parameters
    ----------
    months : the roll matrices of the months settled so far; their spread is what the intervals show.
    by : accounts or money.

    Notes
    -----
    A path draws, for every month ahead, one of the observed months with its sampling noise (Dirichlet), lets the
    matrix (or the model's first month) lean by as much as that month lay off the average, and moves accounts at random
    by it; money moves in lumps of its size-weighted mean balance. A loss is the entry to CHARGED_OFF, or to 180+ in a
    book without charge-offs.

    Raises
    ------
    Refused : no month has settled yet, or no account has a settled status.
    """
    if not months or not len(start.rank):
        raise Refused(
            asked=f"forecast {horizon} months ahead",
            found=f"{len(months)} settled months of moves and {len(start.rank)} accounts with a settled status",
            do="Stand on a later day, or load more statements.",
        )
    money = start.balance_minor.astype(np.float64)
    lump = 1.0 if by == "count" else float((money**2).sum() / max(money.sum(), 1.0)) or 1.0
    weight = np.ones(len(money)) if by == "count" else money / lump
    counts = [month.counts(by) / lump for month in months]
    matrix = smoothed(pooled(months).counts(by) / lump)
    standing = np.bincount(start.rank, weights=weight, minlength=len(STATES)).astype(np.float64)
    first = _first_month(start, weight, matrix)
    paths, losses = _paths(standing, first, matrix, counts, horizon, np.random.default_rng(seed))
    expected, lost = _expected(standing, first, matrix, horizon)
    return [
        Ahead(
            month=ahead + 1,
            totals={
                state: _band(expected[ahead, place], paths[:, ahead, place], lump) for place, state in enumerate(STATES)
            },
            lost=_band(lost[ahead], losses[:, ahead], lump),
        )
        for ahead in range(horizon)
    ]


def facts(aheads: Sequence[Ahead]) -> list[dict[str, Any]]:
    """A forecast as JSON; states that stay empty are left out."""
    return [
        {
            "month": ahead.month,
            "totals": {
                state.value: _rounded(band) for state, band in ahead.totals.items() if band.expected or band.high
            },
            "lost": _rounded(ahead.lost),
        }
        for ahead in aheads
    ]


def _rounded(band: Band) -> dict[str, float]:
    return {"expected": round(band.expected, 1), "low": round(band.low, 1), "high": round(band.high, 1)}


def _band(expected: float, drawn: Floats, lump: float) -> Band:
    low, high = np.percentile(drawn, [LOW, HIGH])
    return Band(float(expected * lump), float(low * lump), float(high * lump))


def _first_month(start: Start, weight: Floats, matrix: Matrix) -> Matrix:
    """The matrix of the first month: the model's answers averaged over each bucket, or the pooled matrix."""
    first = matrix.copy()
    if start.answer is None:
        return first
    for rank in range(len(AGEING)):
        here = start.rank == rank
        if weight[here].sum() > 0:
            first[rank] = _with_exits(np.average(start.answer[here], axis=0, weights=weight[here]), matrix[rank])
    return first


def _with_exits(answer: Floats, moves: Floats) -> Floats:
    """Chances over all states: the model takes charged off for 180+ and paid off for CURRENT, history divides them."""
    row = np.zeros(len(STATES))
    row[: len(AGEING)] = answer
    for ageing, exit_ in ((OLDEST, CHARGED_OFF), (0, PAID_OFF)):
        both = moves[ageing] + moves[exit_]
        row[exit_] = row[ageing] * (moves[exit_] / both if both > 0 else 0.0)
        row[ageing] -= row[exit_]
    row *= 1 - moves[LEFT]
    row[LEFT] = moves[LEFT]
    return row


def _expected(standing: Floats, first: Matrix, matrix: Matrix, horizon: int) -> tuple[Floats, Floats]:
    lost_at = loss_state(matrix)
    closed_first, closed = _closed(first, lost_at), absorbing_loss(matrix)
    totals = [standing @ first @ months_ahead(matrix, ahead) for ahead in range(horizon)]
    absorbed = [(standing @ closed_first @ months_ahead(closed, ahead))[lost_at] for ahead in range(horizon)]
    return np.array(totals), np.array(absorbed) - standing[lost_at]


def _closed(matrix: Matrix, lost_at: int) -> Matrix:
    closed = matrix.copy()
    closed[lost_at] = np.eye(len(STATES))[lost_at]
    return closed


def _paths(
    standing: Floats,
    first: Matrix,
    matrix: Matrix,
    counts: Sequence[Matrix],
    horizon: int,
    random: np.random.Generator,
) -> tuple[Floats, Floats]:
    totals = np.zeros((PATHS, horizon, len(STATES)))
    lost = np.zeros((PATHS, horizon))
    lost_at, own = loss_state(matrix), shares(np.sum(counts, axis=0))
    # A few months spread less than the months to come will: by K - 1 for the variance, by K + 1 for a new one.
    wider = np.sqrt((len(counts) + 1) / (len(counts) - 1)) if len(counts) > 1 else 1.0
    for path in range(PATHS):
        now = np.round(standing).astype(np.int64)
        never_lost = now.copy()
        never_lost[lost_at] = 0
        gone = 0
        for ahead in range(horizon):
            lean = _lean(own, counts[int(random.integers(len(counts)))], random) ** wider
            drawn = _leaning(first if ahead == 0 else matrix, lean)
            # Whether an account was lost before matters to the losses alone, so both groups move by the same month.
            others = _moved(now - never_lost, drawn, random)
            never_lost = _moved(never_lost, drawn, random)
            gone += int(never_lost[lost_at])
            now = others + never_lost
            never_lost[lost_at] = 0
            totals[path, ahead], lost[path, ahead] = now, gone
    return totals, lost


def _lean(own: Matrix, month: Matrix, random: np.random.Generator) -> Matrix:
    """How much more often than usual each move happens in a month like `month`, sampling noise included.

    A bucket that few were in that month leans on the pooled shares, and one never seen to move does not lean at all.
    """
    lean = np.ones_like(own)
    for row in range(len(AGEING)):
        if np.isnan(own[row]).any():
            continue
        noise = random.gamma(np.maximum(month[row] + BORROWED_MOVES * own[row], 1e-9))
        seen = own[row] > 0
        lean[row, seen] = (noise / noise.sum())[seen] / own[row, seen]
    return lean


def _leaning(matrix: Matrix, lean: Matrix) -> Matrix:
    leaning = matrix * lean
    return np.asarray(leaning / leaning.sum(axis=1, keepdims=True), dtype=np.float64)


def _moved(now: npt.NDArray[np.int64], matrix: Matrix, random: np.random.Generator) -> npt.NDArray[np.int64]:
    return np.asarray(
        sum(random.multinomial(int(count), row) for count, row in zip(now, matrix, strict=True)), dtype=np.int64
    )
