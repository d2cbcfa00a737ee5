"""How well a ranking finds those to whom a treatment adds most: the Qini curve, its area, and their intervals.

A debtor's own effect is never seen; a row's doubly robust score is its mean, and a curve is a sum of scores.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.errors import BadInput
from training.policy_value.choices import Choices, taken
from training.policy_value.doubly_robust import Predicted, row_scores
from training.policy_value.value import Value, effective_rows, valued
from training.uplift.lessons import Floats

POINTS = 20
"""Steps of the curve: one each five per cent of the rows."""

NEAR = 0.05
"""Share of the rows to both sides of a point from which the effect at the margin is read."""


@dataclass(frozen=True)
class Qini:
    """What treating the first q of a ranking adds, per row of the whole, in the outcome's unit.

    Attributes
    ----------
    shares : q, from 0 to 1.
    added : what treating the first q adds, with its interval, at each share.
    by_chance : the random line: what treating q of the rows at random adds.
    area : AUUC, the mean of `added` over q. `above_chance` : that area less the random line's, the Qini coefficient.
    """

    shares: tuple[float, ...]
    added: tuple[Value, ...]
    by_chance: tuple[float, ...]
    area: Value
    above_chance: Value


def qini(score: Floats, choices: Choices, predicted: Predicted | None = None, *, points: int = POINTS) -> Qini:
    """The curve of a ranking on rows that it was not fitted on.

    Parameters
    ----------
    score : (n,) higher is treated first. Rows of equal score count as in random order.
    choices : the log; its probabilities are the inverse weights.
    predicted : expected outcomes of models that never saw the row's debtor; without, outcomes alone speak and the
        intervals are wider.

    Raises
    ------
    Refused : some rows could not be treated at all, or not left.
    BadInput : another number of scores, or one that is no number.

    Notes
    -----
    With s_i the row's doubly robust score and r_i the share of rows ranked before it, the curve is mean(s_i [r_i < q])
    and its area is mean(s_i (1 - r_i)). The ranking is fixed and its order estimated: a row speaks by its score and by
    whom it pushes down (the projection of a U-statistic, Hoeffding 1948), and both are in the intervals, by debtor.
    Sources: Radcliffe (2007), "Using control groups to target on predicted lift"; Yadlowsky, Fleming, Shah, Brunskill,
    Wager (2021), "Evaluating treatment prioritization rules via rank-weighted average treatment effects".

    Examples
    --------
    >>> four = Choices(np.array([True, False] * 2), np.full(4, 0.5), np.array([4.0, 0, 1, 1]), np.arange(4))
    >>> found = qini(np.array([2.0, 2.0, 1.0, 1.0]), four, points=2)
    >>> found.shares, [each.estimate for each in found.added], found.by_chance
    ((0.0, 0.5, 1.0), [0.0, 2.0, 2.0], (0.0, 1.0, 2.0))
    >>> found.area.estimate, found.above_chance.estimate
    (1.5, 0.5)
    """
    if len(score) != len(choices) or not np.isfinite(score).all():
        raise BadInput(
            asked=f"the Qini curve of {len(choices)} rows",
            found=f"{len(score)} scores, {int((~np.isfinite(score)).sum())} of them no numbers",
            do="Score every row of the log with a number.",
        )
    curve = _Curve(score, added_scores(choices, predicted))
    shares = np.linspace(0, 1, points + 1)
    overall = float(curve.gains.mean())
    return Qini(
        shares=tuple(shares.tolist()),
        added=tuple(_value(choices, float(curve.at(share)), curve.row_errors(share)) for share in shares.tolist()),
        by_chance=tuple((shares * overall).tolist()),
        area=_value(choices, curve.area, curve.area_errors),
        above_chance=_value(choices, curve.area - overall / 2, curve.area_errors - (curve.gains - overall) / 2),
    )


def added_scores(choices: Choices, predicted: Predicted | None = None) -> Floats:
    """(n,) scores whose mean over any rows is what treating them adds.

    Raises
    ------
    Refused : some rows could not be treated at all, or not left.
    """
    none = Predicted(np.zeros(len(choices)), np.zeros(len(choices)))
    treat, leave = np.ones(len(choices)), np.zeros(len(choices))
    told = predicted or none
    return row_scores(choices, treat, told) - row_scores(choices, leave, told)


class _Curve:
    """The sorted scores of one ranking, and what each row adds to the error of what is read off them."""

    def __init__(self, score: Floats, gains: Floats) -> None:
        rows = len(score)
        _, block, count = np.unique(-score, return_inverse=True, return_counts=True)
        ends = np.concatenate([[0], np.cumsum(count)]) / rows
        self.gains = gains
        self.begins, self.ends = ends[:-1][block], ends[1:][block]
        self.middle = (self.begins + self.ends) / 2
        self._shares = ends
        self._heights = np.concatenate([[0.0], np.cumsum(np.bincount(block, weights=gains))]) / rows

    def at(self, share: float | Floats) -> Floats:
        """Height of the curve; within rows of equal score it is a straight line."""
        return np.asarray(np.interp(share, self._shares, self._heights), dtype=np.float64)

    def row_errors(self, share: float) -> Floats:
        """(n,) each row's part in the error of the curve's height at a share."""
        inside = np.clip((share - self.begins) / (self.ends - self.begins), 0, 1)
        low, high = max(share - NEAR, 0.0), min(share + NEAR, 1.0)
        margin = float(self.at(high) - self.at(low)) / (high - low)
        # Where many rows rank high, the cut moves up and the effect at the margin is lost.
        moved = 0.0 if share in (0.0, 1.0) else margin * (inside - share)
        return np.asarray(self.gains * inside - float(self.at(share)) - moved, dtype=np.float64)

    @property
    def area(self) -> float:
        return float(np.mean(self.gains * (1 - self.middle)))

    @property
    def area_errors(self) -> Floats:
        """(n,) each row's part in the error of the area."""
        return np.asarray(self.gains * (1 - self.middle) + self.at(self.middle) - 2 * self.area, dtype=np.float64)


def _value(choices: Choices, estimate: float, errors: Floats) -> Value:
    rows = effective_rows(1 / taken(choices, choices.chance))
    return valued("doubly_robust", estimate, errors, choices.debtor, rows)
