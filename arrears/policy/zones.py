"""Sets of time zones as bits, and the days and instants that follow when a person may be in any of a set.

Where several zones are plausible the reading that blocks longer counts: today is the earliest day that any clock shows,
a past contact happened on the latest, and a day begins when it has begun everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from arrears.errors import BadInput
from arrears.policy.zonetime import Days, Instants, instant, local

Masks = NDArray[np.uint64]
MOST_ZONES = 64
_LONG = 10_000


@dataclass(frozen=True)
class Zones:
    """The zones of a book; bit i of a mask stands for `names[i]`.

    Examples
    --------
    >>> zones = Zones(("America/New_York", "America/Los_Angeles"))
    >>> both = np.array([zones.mask(zones.names)])
    >>> night = np.array(["2026-06-02T05:00"], "M8[us]")  # already the 2nd in New York, still the 1st in Los Angeles
    >>> zones.earliest_day(both, night[0], otherwise="UTC").astype(str).tolist()
    ['2026-06-01']
    >>> zones.latest_days(both, night, otherwise="UTC").astype(str).tolist()
    ['2026-06-02']
    >>> zones.begin(np.array(["2026-06-02"], "M8[D]"), both, otherwise="UTC").astype(str).tolist()
    ['2026-06-02T07:00:00.000000']
    """

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.names) > MOST_ZONES:
            raise BadInput(
                asked="judge by local time",
                found=f"{len(self.names)} time zones in one book; {MOST_ZONES} can be told apart",
                do="Load regions of the world as portfolios of their own.",
            )

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.names)}

    def mask(self, names: Iterable[str]) -> np.uint64:
        """The bits of some zones."""
        return np.uint64(sum(1 << self._places[name] for name in set(names)))

    def of(self, mask: int, otherwise: str) -> tuple[str, ...]:
        """The zones of a mask; the portfolio's own where none is known."""
        found = tuple(name for place, name in enumerate(self.names) if mask >> place & 1)
        return found or (otherwise,)

    def earliest_day(self, masks: Masks, at: np.datetime64, *, otherwise: str) -> Days:
        """(n,) the earliest calendar day that any clock of each mask shows at an instant."""
        ats = np.full(1, at, "M8[us]")
        kinds, which = _distinct(masks)
        days = [
            min(local(ats, zone).astype("M8[D]")[0] for zone in self.of(kind, otherwise)) for kind in kinds.tolist()
        ]
        return np.array(days, "M8[D]")[which] if len(kinds) else np.empty(0, "M8[D]")

    def latest_days(self, masks: Masks, ats: Instants, *, otherwise: str) -> Days:
        """(n,) the latest calendar day that any clock of each mask shows at each instant."""
        return self._by_zone(
            masks, ats, otherwise, lambda chosen, zone: local(chosen, zone).astype("M8[D]"), np.dtype("M8[D]")
        )

    def earliest_days(self, masks: Masks, ats: Instants, *, otherwise: str) -> Days:
        """(n,) the earliest calendar day that any clock of each mask shows at each instant."""
        return self._by_zone(
            masks,
            ats,
            otherwise,
            lambda chosen, zone: local(chosen, zone).astype("M8[D]"),
            np.dtype("M8[D]"),
            np.minimum,
        )

    def begin(self, days: Days, masks: Masks, *, otherwise: str) -> Instants:
        """(n,) the instant by which each day has begun in every zone of each mask; NaT stays NaT."""
        return self._by_zone(
            masks, days, otherwise, lambda chosen, zone: instant(chosen.astype("M8[us]"), zone), np.dtype("M8[us]")
        )

    def begin_somewhere(self, days: Days, masks: Masks, *, otherwise: str) -> Instants:
        """(n,) the instant at which each day begins in the first zone of each mask; NaT stays NaT."""
        return self._by_zone(
            masks,
            days,
            otherwise,
            lambda chosen, zone: instant(chosen.astype("M8[us]"), zone),
            np.dtype("M8[us]"),
            np.minimum,
        )

    def _by_zone(
        self,
        masks: Masks,
        given: NDArray[np.datetime64],
        otherwise: str,
        read: Callable[[NDArray[np.datetime64], str], NDArray[np.datetime64]],
        dtype: np.dtype[np.datetime64],
        strictest: np.ufunc = np.maximum,
    ) -> NDArray[np.datetime64]:
        """The strictest reading over the zones of each mask."""
        found = np.empty(len(given), dtype)
        kinds, which = _distinct(masks)
        for place, kind in enumerate(kinds.tolist()):
            chosen = slice(None) if len(kinds) == 1 else np.flatnonzero(which == place)
            readings = [read(given[chosen], zone) for zone in self.of(kind, otherwise)]
            found[chosen] = strictest.reduce(readings)
        return found


def _distinct(masks: Masks) -> tuple[Masks, NDArray[np.int64]]:
    """The distinct masks, and which of them each row has; a long column is hashed, as sorting it would take seconds."""
    if len(masks) < _LONG:
        return np.unique(masks, return_inverse=True)
    told = pa.array(masks).dictionary_encode()
    return np.asarray(told.dictionary), np.asarray(told.indices, np.int64)
