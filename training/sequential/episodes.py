"""A log of choices as episodes: each row a decision moment, and which row came next for the same debtor.

What a call leaves behind (a debtor who was just tried, one who promised) is seen in the next row's features and nowhere
else, so every feature must have been known at its moment, calls of the days before included.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from arrears.errors import BadInput
from training.policy_value.choices import Choices

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]

ENDED = -1
"""In place of the next row: no choice came after, because nothing was left to collect."""
UNTOLD = -2
"""In place of the next row: the log stops before it tells."""


@dataclass(frozen=True, eq=False)
class Episodes:
    """One row a decision moment, all columns of one length n.

    Attributes
    ----------
    features : (n, columns) known at the moment, NaN where unknown.
    choices : what was done, with which chance, and whose row it is; the chance is that of
        rows that were kept. Its outcome is the net cash until the next moment
        beyond what `adds` expects, minor units: all of the cash where `adds` is 0 throughout.
    chance : (n,) with which the log acted before any row was left out: whether it can tell two actions apart.
    adds : (n, 2) what leaving and acting add at once, as a one-step model expects it, minor units.
    minutes : (n,) of a collector that acting takes in expectation; above 0.
    following : (n,) row of the next moment, `ENDED` or `UNTOLD`.
    days : (n,) until the next moment.
    weight : (n,) how many moments of the book each row stands for: one over the chance with which it was kept.
    at_stake : (n,) minor units, above 0: values are learned as shares of it, so that few large debts teach no more than
        many small ones.

    Raises
    ------
    BadInput : columns of several lengths, a next row that is not there, or minutes or weights that are not positive.
    """

    features: Floats
    choices: Choices
    chance: Floats
    adds: Floats
    minutes: Floats
    following: Codes
    days: Floats
    weight: Floats
    at_stake: Floats

    def __post_init__(self) -> None:
        found = self._wrong()
        if found is not None:
            raise BadInput(
                asked="learn from episodes",
                found=found,
                do="Give every row its features, choice, minutes, weight and the row that came next.",
            )

    def _wrong(self) -> str | None:
        columns = {each.name: len(getattr(self, each.name)) for each in fields(self)}
        if len(set(columns.values())) > 1:
            return ", ".join(f"{count} rows of {name}" for name, count in columns.items())
        if not ((self.following >= UNTOLD) & (self.following < len(self))).all():
            return "next rows that are not there"
        positive = all((each > 0).all() for each in (self.minutes, self.weight, self.at_stake))
        return None if positive else "minutes, weights or stakes at or below 0"

    def __len__(self) -> int:
        return len(self.following)


def following(group: Codes, day: Codes, *, last_day: int, ends_after: int) -> tuple[Codes, Floats]:
    """Which row comes next for the same group, and after how many days.

    Parameters
    ----------
    group, day : (n,) of each row, in any order; one row a group and day.
    last_day : the last day of the log.
    ends_after : a group of which so many days tell nothing has ended; one seen later than that is still under way.

    Returns
    -------
    tuple : (n,) row numbers, `ENDED` or `UNTOLD`; (n,) days, 0 where no row follows.

    Examples
    --------
    >>> rows, days = following(np.array([4, 4, 9]), np.array([1, 3, 9]), last_day=10, ends_after=5)
    >>> rows.tolist(), days.tolist()
    ([1, -1, -2], [2.0, 0.0, 0.0])
    """
    order = np.lexsort((day, group))
    same = np.append(group[order][1:] == group[order][:-1], False)
    later = np.roll(order, -1)
    over = day[order] + ends_after <= last_day
    found = np.empty(len(group), np.int64)
    found[order] = np.where(same, later, np.where(over, ENDED, UNTOLD))
    return found, np.where(found >= 0, day[np.maximum(found, 0)] - day, 0).astype(np.float64)
