"""Numbers that a page may tell a little late: what took long to count is counted less often.

At a million items one count takes seconds, and a manager looks at the page every minute: what was counted stands for
twenty times as long as it took, at most some minutes. A count of milliseconds is as good as always new.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeVar

Made = TypeVar("Made")

TIMES = 20.0
LONGEST = 300.0
"""Seconds for which the slowest count stands."""


@dataclass
class Recent:
    """Results by name, with when they were made and what they cost.

    Parameters
    ----------
    seconds : tells time; only its differences count.

    Examples
    --------
    >>> ticks = iter([0.0, 0.0, 2.0, 30.0, 50.0, 50.0, 51.0])
    >>> recent, told = Recent(lambda: next(ticks)), iter("ab")
    >>> [recent.of("letters", lambda: next(told)) for _ in range(3)]  # it took two seconds, so it stands for forty
    ['a', 'a', 'b']
    """

    seconds: Callable[[], float] = monotonic
    _made: dict[str, tuple[float, float, Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, name: str, make: Callable[[], Made]) -> Made:
        """What was made under that name, made anew once it has stood long enough."""
        with self._lock:
            made_at, cost, value = self._made.get(name, (0.0, -1.0, None))
        if self.seconds() - made_at < min(cost * TIMES, LONGEST):
            return value  # type: ignore[no-any-return]  # what was put in under that name
        begun = self.seconds()
        value = make()
        ended = self.seconds()
        with self._lock:
            self._made[name] = (ended, ended - begun, value)
        return value
