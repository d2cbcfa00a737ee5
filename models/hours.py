"""What the hour does to the chance of reaching somebody: one multiplier per channel, class of customer and local hour.

A multiplier is how many were reached over how many the model expected, drawn towards 1 where few were expected, so that
an hour with a handful of calls says next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.scorer import Floats

Ints = npt.NDArray[np.int64]

FIRST_HOUR, LAST_HOUR = 8, 20
"""Hours told apart; an earlier or later one counts as the nearest of them."""

PRIOR_REACHED = 30.0
"""Expected reaches that the number 1 weighs: with as many an hour goes half the way from 1 to what was seen."""

MOST_CHANCE = 0.98
"""No hour makes a chance higher."""


@dataclass(frozen=True)
class Hours:
    """Multipliers of a contact model.

    Attributes
    ----------
    tables : "channel/class" -> one multiplier for each hour from `FIRST_HOUR` to `LAST_HOUR`.

    Examples
    --------
    >>> evening_person = Hours({"call/consumer": (1.0,) * 10 + (1.5, 1.5, 1.5)})
    >>> evening_person.chance(np.array([0.1, 0.1, 0.1]), np.array([9, 18, 23]), ["consumer"] * 3).round(2).tolist()
    [0.1, 0.15, 0.15]
    >>> evening_person.multiplier(np.array([18]), ["commercial"]).tolist()  # nobody was ever called: no opinion
    [1.0]
    """

    tables: Mapping[str, Sequence[float]]

    def multiplier(self, hours: Ints, classes: npt.ArrayLike, *, channel: str = "call") -> Floats:
        """(n,) what each attempt's hour multiplies its chance by; 1 where nothing is known.

        Parameters
        ----------
        hours : (n,) full hours, 0-23, on the debtor's clock.
        classes : (n,) "consumer", "commercial" or "".
        """
        place = np.clip(hours, FIRST_HOUR, LAST_HOUR) - FIRST_HOUR
        found = np.ones(len(place))
        told = np.asarray(classes, dtype=object)
        for name in {str(each) for each in told}:
            if (table := self.tables.get(_key(channel, name))) is not None:
                rows = told == name
                found[rows] = np.asarray(table)[place[rows]]
        return found

    def chance(self, p: Floats, hours: Ints, classes: npt.ArrayLike, *, channel: str = "call") -> Floats:
        """(n,) the chances at these hours, never above `MOST_CHANCE` unless they were before."""
        return np.minimum(p * self.multiplier(hours, classes, channel=channel), np.maximum(p, MOST_CHANCE))

    def document(self) -> dict[str, Any]:
        """The multipliers as JSON."""
        return {name: list(table) for name, table in self.tables.items()}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Hours:
        """The multipliers in a document."""
        return cls({name: tuple(table) for name, table in document.items()})


def estimated(
    reached: Floats, expected: Floats, hours: Ints, classes: npt.ArrayLike, *, channel: str = "call"
) -> Hours:
    """Multipliers from attempts whose chances were said before their outcomes were known.

    Parameters
    ----------
    reached : (n,) 1 or 0. expected : (n,) chances that the model said, without any hour.

    Notes
    -----
    Each is (reached + k) / (expected + k) with k = `PRIOR_REACHED`, divided by the same ratio over all hours of the
    class, so that a model that is off as a whole is not mended by the hour: the posterior mean of a Poisson ratio under
    a Gamma(k, k) prior, as in Clayton and Kaldor (1987), "Empirical Bayes estimates of age-standardized relative
    risks", Biometrics 43.

    Examples
    --------
    >>> hours = np.repeat([10, 18], 1000)
    >>> reached = np.concatenate([np.tile([1.0] + [0.0] * 9, 100), np.tile([1.0, 0.0, 0.0, 0.0, 0.0], 200)])
    >>> found = estimated(reached, np.full(2000, 0.15), hours, ["consumer"] * 2000)
    >>> found.multiplier(np.array([10, 12, 18]), ["consumer"] * 3).round(2).tolist()
    [0.72, 1.0, 1.28]
    """
    place, told = np.clip(hours, FIRST_HOUR, LAST_HOUR) - FIRST_HOUR, np.asarray(classes, dtype=object)
    tables = {}
    for name in sorted({str(each) for each in told}):
        own = told == name
        seen, said = (np.bincount(place[own], weights=each[own], minlength=_COUNT) for each in (reached, expected))
        level = (seen.sum() + PRIOR_REACHED) / (said.sum() + PRIOR_REACHED)
        tables[_key(channel, name)] = tuple(((seen + PRIOR_REACHED) / (level * said + PRIOR_REACHED)).tolist())
    return Hours(tables)


_COUNT = LAST_HOUR - FIRST_HOUR + 1


def _key(channel: str, name: str) -> str:
    return f"{channel}/{name or 'any'}"
