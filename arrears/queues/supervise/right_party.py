"""Right-party rates that can be compared: each collector's against what the team reaches in the same mix of work.

Whoever works callbacks at six reaches more people than who works skip-traced accounts at noon, and has done nothing
for it. So observed right-party contacts are set against those expected from the team's own rates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from arrears.policy.columns import Numbers

TRIES_BEHIND = 20.0
"""So many tries' worth of the coarser rate stand behind each finer one: a thin stratum leans on its parent."""

COVERS = 0.9
"""How often the interval is to hold the true ratio."""

LEAST_SPREAD = 0.01
"""The least variance between collectors that is believed in: people differ by a tenth, whatever few tries tell."""


class Stratum(NamedTuple):
    """What a try's chance depends on, and no collector chooses once the list is made."""

    lane: str
    bucket: str
    hour: int


@dataclass(frozen=True)
class Tries:
    """Tries of one collector in one stratum, and how many of them reached the right party."""

    collector: str
    stratum: Stratum
    tries: int
    reached: int


@dataclass(frozen=True)
class Adjusted:
    """One collector's right-party rate on the team's mix.

    Attributes
    ----------
    tries, reached : as they were.
    expected : right-party contacts that the team's rates would have reached in the same strata.
    ratio : observed to expected, drawn towards 1 where there is little to go by.
    rate, low, high : the ratio, and its interval, times the team's rate: what they would reach on the team's mix.
    """

    collector: str
    tries: int
    reached: int
    expected: float
    ratio: float
    rate: float
    low: float
    high: float

    @property
    def crude(self) -> float:
        """The rate as it was, whatever the mix."""
        return self.reached / self.tries


def adjusted(rows: Sequence[Tries]) -> list[Adjusted]:
    """Every collector's right-party rate, adjusted for lane, bucket and hour; by collector.

    Notes
    -----
    Indirect standardisation: with n_cs tries of collector c in stratum s and the team's rate p_s there, the sum over s
    of n_cs p_s, E_c, is expected, and O_c / E_c compares (Breslow and Day 1987, Statistical Methods in Cancer Research
    II, section 2.3). A stratum's rate is (reached + m r) / (tries + m), m = `TRIES_BEHIND`, r the rate of its lane and
    bucket, made likewise from its lane's, and that from the team's; rates are then scaled so that all E add up to all
    O. Ratios of few tries are drawn to 1 by a gamma prior (Clayton and Kaldor 1987, Biometrics 43: 671-681) with mean 1
    and the variance between collectors that moments tell (DerSimonian and Laird 1986), less what chance explains. As
    tries are yes or no and not rare, O_c varies by d_c E_c with d_c = sum of n p (1 - p) / sum of n p; so the posterior
    is gamma with shape (O_c / d_c + k) and rate (E_c / d_c + k), k = 1 / variance, and the interval holds the middle
    `COVERS` of it.

    Examples
    --------
    >>> easy, hard = Stratum("callback", "1-29", 18), Stratum("skip_trace", "180+", 12)
    >>> team = [Tries("A", easy, 200, 100), Tries("B", hard, 200, 10)]
    >>> [(each.collector, each.crude, round(each.ratio, 1)) for each in adjusted(team)]
    [('A', 0.5, 1.0), ('B', 0.05, 1.0)]
    """
    from scipy.special import gammaincinv

    worked = [row for row in rows if row.tries > 0]
    if not worked:
        return []
    rates = _rates(worked)
    team_rate = sum(row.reached for row in worked) / sum(row.tries for row in worked)
    names = sorted({row.collector for row in worked})
    place = {name: at for at, name in enumerate(names)}
    tries, reached, expected, spread = (np.zeros(len(names)) for _ in range(4))
    for row in worked:
        at, rate = place[row.collector], rates[row.stratum]
        tries[at] += row.tries
        reached[at] += row.reached
        expected[at] += row.tries * rate
        spread[at] += row.tries * rate * (1 - rate)
    dispersal = np.where(expected > 0, np.maximum(spread, 1e-9) / np.maximum(expected, 1e-9), 1.0)
    behind = 1 / _variance_between(reached, expected, dispersal)
    shape, scale = reached / dispersal + behind, 1 / (expected / dispersal + behind)
    ratio, tail = shape * scale, (1 - COVERS) / 2
    low, high = gammaincinv(shape, tail) * scale, gammaincinv(shape, 1 - tail) * scale
    return [
        Adjusted(
            collector=name,
            tries=int(tries[at]),
            reached=int(reached[at]),
            expected=float(expected[at]),
            ratio=float(ratio[at]),
            rate=_at_most_one(ratio[at] * team_rate),
            low=_at_most_one(low[at] * team_rate),
            high=_at_most_one(high[at] * team_rate),
        )
        for name, at in place.items()
    ]


def _rates(rows: Sequence[Tries]) -> Mapping[Stratum, float]:
    """The team's rate in each stratum, the thin ones leaning on the coarser rate above them."""
    sums: dict[tuple[object, ...], list[float]] = {}
    for row in rows:
        for depth in range(len(row.stratum) + 1):
            total = sums.setdefault(row.stratum[:depth], [0.0, 0.0])
            total[0] += row.tries
            total[1] += row.reached
    rates: dict[tuple[object, ...], float] = {}
    for key in sorted(sums, key=len):  # the coarser before the finer
        tries, reached = sums[key]
        rates[key] = (reached + TRIES_BEHIND * rates[key[:-1]]) / (tries + TRIES_BEHIND) if key else reached / tries
    finest = {row.stratum: rates[row.stratum] for row in rows}
    told = sum(row.tries * finest[row.stratum] for row in rows)
    scale = sums[()][1] / told if told else 1.0
    return {stratum: min(rate * scale, 1.0) for stratum, rate in finest.items()}


def _variance_between(reached: Numbers, expected: Numbers, dispersal: Numbers) -> float:
    """How far true ratios differ between collectors, by moments; never below `LEAST_SPREAD`."""
    known = expected > 0
    if known.sum() < 2:  # noqa: PLR2004 - one alone differs from nobody
        return LEAST_SPREAD
    weight = expected[known] / dispersal[known]
    ratio = reached[known] / expected[known]
    beyond = float((weight * (ratio - 1) ** 2).sum()) - (known.sum() - 1)
    room = float(weight.sum() - (weight**2).sum() / weight.sum())
    return max(beyond / room, LEAST_SPREAD) if room > 0 else LEAST_SPREAD


def _at_most_one(rate: float) -> float:
    return float(min(rate, 1.0))
