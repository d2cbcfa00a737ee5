"""What the challenger makes of a metric, less what the champion makes of it, over everybody who was assigned.

Intention to treat: an arm's debtors count in that arm whatever came of them. Covariates from before the test take out
what was known anyway (Deng, Xu, Kohavi and Walker, Improving the sensitivity of online controlled experiments, WSDM
2013: CUPED), ratios go by the delta method, and where arms have staff of their own the debtors of one collector are not
taken for independent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from arrears.experiments.clustered import clustered
from arrears.experiments.metrics import Metric
from arrears.experiments.moments import Moments
from arrears.experiments.totals import Totals, totals
from arrears.policy.columns import Numbers

_LEAST = 1e-10
"""Share of a covariate's own spread below which it tells nothing beside the others."""

FARTHEST = 37.0
"""Standard errors beyond which a normal chance is too small to be a number: what is further out is told as this."""


@dataclass(frozen=True)
class Difference:
    """Challenger less champion, in the metric's unit.

    Attributes
    ----------
    champion, challenger : the metric in each arm, adjusted by the covariates.
    effect, error : their difference and its standard error.
    freedom : degrees of freedom of that error.
    z : the difference in standard errors, as the normal distribution tells it.
    left : share of the variance that the covariates leave; 1 without any.
    debtors : rows of the champion and the challenger: debtors, or households where those stay together.
    clusters : collectors whose debtors were not taken for independent, or all debtors where every one was.
    """

    champion: float
    challenger: float
    effect: float
    error: float
    freedom: float
    z: float
    left: float
    debtors: tuple[int, int]
    clusters: int

    @property
    def p(self) -> float:
        """Two-sided chance of such a difference were there none, had this been the only look.

        Examples
        --------
        >>> round(Difference(1.0, 3.0, 2.0, 1.0, 1e9, 2.0, 1.0, (50, 50), 100).p, 3)
        0.046
        """
        from scipy.special import ndtr

        return float(2 * ndtr(-abs(self.z)))

    def reach(self, z: float) -> float:
        """How far from the effect something lies that is so many standard errors away, as the normal law counts them.

        With few collectors that is further than `z` errors: what a bound of `z` leaves out is as rare as it says.

        Examples
        --------
        >>> few, many = (Difference(1.0, 3.0, 2.0, 1.0, freedom, 2.0, 1.0, (50, 50), 20) for freedom in (18.0, 1e9))
        >>> round(few.reach(1.96), 2), round(many.reach(1.96), 2), few.reach(float("inf"))
        (2.1, 1.96, inf)
        """
        from scipy.special import ndtr, stdtrit

        return float(np.copysign(-stdtrit(self.freedom, ndtr(-abs(z))) * self.error, z))

    def interval(self, alpha: float = 0.05) -> tuple[float, float]:
        """Both ends of what holds the difference, had this been the only look.

        Examples
        --------
        >>> [round(end, 2) for end in Difference(1.0, 3.0, 2.0, 1.0, 1e9, 2.0, 1.0, (50, 50), 100).interval()]
        [0.04, 3.96]
        """
        from scipy.special import stdtrit

        width = -float(stdtrit(self.freedom, alpha / 2)) * self.error
        return self.effect - width, self.effect + width


def difference(
    moments: Moments, metric: Metric, *, champion: str, challenger: str, covariates: Sequence[str] = ()
) -> Difference:
    """Compare two arms.

    Parameters
    ----------
    moments : of matured debtors.
    metric : what is compared.
    champion, challenger : names of the arms.
    covariates : columns that were known before a debtor was assigned.

    Raises
    ------
    BadInput : an arm of fewer than two debtors, or a ratio's denominator that is 0.
    WrongUse : a column that was not measured.

    Notes
    -----
    The covariates' slopes are those of one regression within both arms, so for a mean the effect is exactly the
    coefficient of the arm in an ordinary regression on arm and covariates. Without collectors the error is Welch's.
    Where arms have staff of their own it is that of collectors (`clustered`); where somebody works both arms it is the
    sandwich over collectors, corrected for their number: such a collector is one cluster, and what is common to their
    debtors in both arms leaves the difference.

    Examples
    --------
    >>> from arrears.experiments.measure import measured
    >>> from arrears.experiments.metrics import metric
    >>> from arrears.experiments.moments import Column
    >>> moments = measured([Column("contacts")], ["a", "a", "b", "b"], {"contacts": [1, 3, 4, 6]})
    >>> found = difference(moments, metric("contacts"), champion="a", challenger="b")
    >>> round(found.effect, 3), round(found.error, 3)
    (3.0, 1.414)
    """
    arms = tuple(totals(moments, arm) for arm in (champion, challenger))
    told = [metric.at(dict(zip(arm.names, arm.means.tolist(), strict=True))) for arm in arms]
    slopes = [_weights(arm, slope) for arm, (_, slope) in zip(arms, told, strict=True)]
    places = [arms[0].column(name) for name in covariates]
    taken_out = _covariate_slopes(arms, slopes, places)
    adjusted = [slope - taken_out for slope in slopes]
    middle = sum(arm.count * arm.means for arm in arms) / sum(arm.count for arm in arms)
    values = [value - float(taken_out @ (arm.means - middle)) for arm, (value, _) in zip(arms, told, strict=True)]
    effect = values[1] - values[0]
    error, freedom, clusters = _error(arms, adjusted, len(places))
    return Difference(
        champion=values[0],
        challenger=values[1],
        effect=effect,
        error=error,
        freedom=freedom,
        z=_z(effect, error, freedom),
        left=_variance(arms, adjusted) / (_variance(arms, slopes) or 1.0) if places else 1.0,
        debtors=(arms[0].count, arms[1].count),
        clusters=clusters,
    )


def _weights(arm: Totals, slopes: dict[str, float]) -> Numbers:
    weights = np.zeros(len(arm.names))
    for name, slope in slopes.items():
        weights[arm.column(name)] = slope
    return weights


def _covariate_slopes(arms: Sequence[Totals], slopes: Sequence[Numbers], places: list[int]) -> Numbers:
    """What each covariate takes from a debtor's linearised metric; 0 for every other column."""
    taken_out = np.zeros(len(arms[0].names))
    if places:
        among = sum((arm.products for arm in arms), start=np.zeros(()))[np.ix_(places, places)]
        along = sum((arm.products @ slope for arm, slope in zip(arms, slopes, strict=True)), start=np.zeros(()))[places]
        # In units of each covariate's own spread, so that money and shares weigh alike in what counts as no spread.
        spread = np.sqrt(np.diag(among))
        unit = np.where(spread > 0, spread, 1.0)
        scaled = np.linalg.pinv(among / np.outer(unit, unit), rcond=_LEAST, hermitian=True)
        taken_out[places] = scaled @ (along / unit) / unit
    return taken_out


def _error(arms: Sequence[Totals], weights: Sequence[Numbers], covariates: int) -> tuple[float, float, int]:
    if arms[0].clusters.keys().isdisjoint(arms[1].clusters) and (arms[0].clusters or arms[1].clusters):
        return clustered(arms, weights)
    worked: dict[str, float] = {}
    alone = 0.0
    for arm, weight, sign in zip(arms, weights, (-1, 1), strict=True):
        alone += float(weight @ arm.alone @ weight) / arm.count**2
        for collector, sums in arm.clusters.items():
            worked[collector] = worked.get(collector, 0.0) + sign * float(weight @ sums) / arm.count
    clusters, debtors = len(worked), sum(arm.count for arm in arms)
    if clusters < 2:  # noqa: PLR2004 - one cluster's sums are 0 by construction and tell nothing
        return _welch(arms, weights)
    # The usual correction for few clusters; its last factor is that of a regression's own coefficients.
    few = clusters / (clusters - 1) * (debtors - 1) / max(debtors - 2 - covariates, 1)
    variance = few * (alone + sum(each**2 for each in worked.values()))
    return float(np.sqrt(variance)), float(clusters - 1), clusters


def _welch(arms: Sequence[Totals], weights: Sequence[Numbers]) -> tuple[float, float, int]:
    parts = [
        # Where an arm's debtors are all alike rounding may leave a little less than nothing.
        max(float(weight @ arm.products @ weight), 0.0) / (arm.count * (arm.count - 1))
        for arm, weight in zip(arms, weights, strict=True)
    ]
    variance = sum(parts)
    slack = sum(part**2 / (arm.count - 1) for part, arm in zip(parts, arms, strict=True))
    debtors = sum(arm.count for arm in arms)
    freedom = variance**2 / slack if slack > 0 else debtors - 2
    return float(np.sqrt(variance)), float(freedom), debtors


def _variance(arms: Sequence[Totals], weights: Sequence[Numbers]) -> float:
    return _welch(arms, weights)[0] ** 2


def _z(effect: float, error: float, freedom: float) -> float:
    """Of the same chance as the difference over its error has under Student's distribution."""
    from scipy.special import ndtri, stdtr

    if error == 0:
        return 0.0 if effect == 0 else float(np.copysign(FARTHEST, effect))
    return float(np.copysign(min(-ndtri(stdtr(freedom, -abs(effect / error))), FARTHEST), effect))
