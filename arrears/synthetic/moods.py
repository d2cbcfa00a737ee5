"""Whether a debtor faces the debt just now or avoids it: fixed before anything else happens, and for a while the same.

No table tells it, and past payments tell it late. Who faces the debt pays more, answers more and calls by himself: so
the record of contacts says what a record of payments does not (Sanchez, Maldonado and Vairetti 2022).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arrears.synthetic.chance import Flags, Ints, Stream, uniform
from arrears.synthetic.parameters import MoodParameters


@dataclass(frozen=True)
class Moods:
    """Stretches of equal length, beginning on a day of each debtor's own.

    Attributes
    ----------
    facing : (stretches, debtors) true where the debtor faces the debt.
    begins : (debtors,) days into the first stretch on day 0.
    days : how long a stretch is.
    """

    facing: NDArray[np.bool_]
    begins: Ints
    days: int

    def face(self, debtors: Ints, day: int | Ints) -> Flags:
        """True for debtors who face their debts on that day, or each on a day of its own."""
        stretch = np.clip((day + self.begins[debtors]) // self.days, 0, len(self.facing) - 1)
        return np.asarray(self.facing[stretch, debtors])


def moods(debtors: int, days: int, seed: int, given: MoodParameters) -> Moods:
    """The moods of so many debtors over so many days.

    Examples
    --------
    >>> from arrears.synthetic.parameters import parameters_of
    >>> drawn = moods(10_000, 365, 1, parameters_of("usual").moods)
    >>> everybody = np.arange(10_000)
    >>> 0.3 < float(drawn.face(everybody, 100).mean()) < 0.7
    True
    """
    everybody = np.arange(debtors)
    begins = (uniform(seed, Stream.MOOD_DAY, everybody, 0) * given.days).astype(np.int64)
    stretches = range((days + given.days) // given.days + 1)
    facing = np.stack([uniform(seed, Stream.MOOD, everybody, one) < given.share for one in stretches])
    return Moods(facing, begins, given.days)
