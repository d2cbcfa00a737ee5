"""The jump of an outcome at a cut, with an interval that allows for the bias of its own bandwidth.

Local linear fits with a triangular kernel on either side; the bias is estimated by local quadratics and taken away, and
the interval pays for having estimated it (Calonico, Cattaneo and Titiunik 2014, "Robust nonparametric confidence
intervals for regression-discontinuity designs", Econometrica 82).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import norm

from training.effect.bandwidth import Widths, bandwidths
from training.effect.local import Floats, Whole
from training.effect.side import Mask, sides, variance

LEVEL = 0.95
_HALF = float(norm.ppf((1 + LEVEL) / 2))


@dataclass(frozen=True)
class Jump:
    """A jump at a cut, in units of the outcome.

    Attributes
    ----------
    estimate : above the cut less below, of two local linear fits.
    corrected : the same nearer to the cut, less its estimated bias; the middle of the interval.
    error : the robust standard error of `corrected`.
    plain_error : of `estimate`, as if it had no bias.
    widths : how far from the cut rows count.
    rows_below, rows_above : how many lie within the estimate's bandwidth.
    below, above : level and slope of the two linear fits at the cut.
    """

    estimate: float
    corrected: float
    error: float
    plain_error: float
    widths: Widths
    rows_below: int
    rows_above: int
    below: tuple[float, float]
    above: tuple[float, float]

    @property
    def low(self) -> float:
        """Where the robust 95 % interval begins."""
        return self.corrected - _HALF * self.error

    @property
    def high(self) -> float:
        """Where it ends."""
        return self.corrected + _HALF * self.error

    @property
    def p(self) -> float:
        """The chance of a jump as far from 0, in standard errors, if there were none."""
        return float(2 * norm.sf(abs(self.corrected) / self.error)) if self.error > 0 else float(self.corrected == 0)


@dataclass(frozen=True)
class FuzzyJump:
    """A jump per unit of treatment, where the cut only changed the chance of it: a ratio of two jumps.

    Attributes
    ----------
    effect : of a treatment, on those whom the cut made treated.
    treatment : the jump in the chance of treatment.
    """

    effect: Jump
    treatment: Jump


def sharp(distance: Floats, above: Mask, y: Floats, clusters: Whole, *, within: Widths | None = None) -> Jump:
    """The jump of `y` where the running variable crosses the cut.

    Parameters
    ----------
    distance : (n,) running variable less the cut.
    above : (n,) which side each row is on; a row that lies on the cut is on the side where the rule put it.
    y : (n,) outcomes.
    clusters : (n,) codes from 0; rows of one debtor are not independent.
    within : bandwidths; chosen from the data if None.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> x = random.uniform(-1, 1, 4000)
    >>> y = np.sin(x) + 2.0 * (x >= 0) + random.normal(0, 0.5, 4000)
    >>> found = sharp(x, x >= 0, y, np.arange(4000))
    >>> found.low < 2.0 < found.high
    True
    """
    lower, upper = sides(distance, above, y, clusters)
    widths = within or bandwidths(lower, upper)
    plain_scores, scores = np.zeros(len(y)), np.zeros(len(y))
    lines, corrected = [], []
    for side, rows, sign in ((lower, ~above, -1.0), (upper, above, 1.0)):
        line, level = side.coefficients(widths.jump, 1), side.coefficients(widths.interval, 1)[0]
        # A line takes this share of the curvature for its level: the bias, which the quadratic's curvature corrects.
        share = float(level @ side.distance**2)
        weights = level - share * side.coefficients(widths.bias, 2)[2]
        lines.append(line @ side.y)
        corrected.append(float(weights @ side.y))
        plain_scores[rows] = sign * side.scores(line[0], bandwidth=widths.jump, order=1)
        scores[rows] = sign * side.scores(weights, bandwidth=widths.bias, order=2)
    near = np.abs(distance) < widths.jump
    (low_level, low_slope), (high_level, high_slope) = (map(float, line) for line in lines)
    return Jump(
        estimate=high_level - low_level,
        corrected=corrected[1] - corrected[0],
        error=variance(scores, clusters) ** 0.5,
        plain_error=variance(plain_scores, clusters) ** 0.5,
        widths=widths,
        rows_below=int(np.sum(near & ~above)),
        rows_above=int(np.sum(near & above)),
        below=(low_level, low_slope),
        above=(high_level, high_slope),
    )


def fuzzy(
    distance: Floats, above: Mask, y: Floats, treated: Floats, clusters: Whole, *, within: Widths | None = None
) -> FuzzyJump:
    """The jump of `y` per unit by which the chance of treatment jumps.

    Near the truth a ratio of jumps is linear in them: it moves as the jump of (y - ratio x treated) over the jump of
    treated does. So bandwidth, bias and interval are those of a sharp jump of that outcome. Where treatment hardly
    jumps none of this is to be trusted; look at `treatment` first.

    Parameters
    ----------
    treated : (n,) 1 where the row was treated, else 0.
    distance, above, y, clusters, within : as in `sharp`.
    """
    if within is None:
        pilot, first = (sharp(distance, above, each, clusters) for each in (y, treated))
        linear = (y - pilot.estimate / first.estimate * treated) / first.estimate
        within = bandwidths(*sides(distance, above, linear, clusters))
    of_y, of_treated = (sharp(distance, above, each, clusters, within=within) for each in (y, treated))
    ratio = of_y.estimate / of_treated.estimate
    rest = sharp(distance, above, (y - ratio * treated) / of_treated.estimate, clusters, within=within)
    effect = replace(rest, estimate=ratio, corrected=ratio + rest.corrected, below=of_y.below, above=of_y.above)
    return FuzzyJump(effect=effect, treatment=of_treated)
