"""Sums over the last days, kept up day by day: what came in is added, what grew too old is taken away."""

from __future__ import annotations

import numpy as np

from arrears.synthetic.chance import Floats, Ints

Event = tuple[Ints, Ints]
"""To whom it happened, and how much of it."""


class Window:
    """Sums of events by whom they concern, over several lengths at once.

    Parameters
    ----------
    rows : how many they may concern.
    lengths : in days; an event of today is 0 days old and counts while it is younger than the length.

    Examples
    --------
    >>> window = Window(2, (1, 7))
    >>> window.begin(10)
    >>> window.add(10, np.array([0, 0]), np.array([5, 6]))
    >>> window.begin(11)
    >>> window.over(1).tolist(), window.over(7).tolist()
    ([0, 0], [11, 0])
    """

    def __init__(self, rows: int, lengths: tuple[int, ...]) -> None:
        self._today = 0
        self._lengths = lengths
        self._sums = {length: np.zeros(rows, np.int64) for length in lengths}
        self._events: dict[int, tuple[Event, ...]] = {}

    def copy(self) -> Window:
        """A window that can go its own way from here."""
        other = Window(0, self._lengths)
        other._today = self._today
        other._sums = {length: sums.copy() for length, sums in self._sums.items()}
        other._events = dict(self._events)
        return other

    def begin(self, today: int) -> None:
        """Let every event grow older; days come one after the other."""
        self._today = today
        for length, sums in self._sums.items():
            for who, amount in self._events.get(today - length, ()):
                np.subtract.at(sums, who, amount)
        self._events.pop(today - max(self._lengths), None)

    def add(self, day: int, who: Ints, amount: Ints | None = None) -> None:
        """Count events of today or of an earlier day; a negative amount takes back."""
        if not len(who):
            return
        told = np.ones(len(who), np.int64) if amount is None else amount
        age = self._today - day
        for length, sums in self._sums.items():
            if age < length:
                np.add.at(sums, who, told)
        if age < max(self._lengths):
            self._events[day] = (*self._events.get(day, ()), (who, told))

    def over(self, length: int) -> Ints:
        """(rows,) the sums over the last days."""
        return self._sums[length]


def shares(part: Ints, whole: Ints) -> Floats:
    """`part / whole`, NaN where the whole is 0."""
    return np.asarray(np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0), np.float64)
