"""States, cities and countries whose law may look at a contact, as bits of one mask.

A place is written as its ISO 3166 code, a city behind its state: `US`, `US-MA`, `US-NY-NYC`. Whoever lives in a place
lives in those that hold it too.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np

_STATES = (
    "AL",
    "AK",
    "AZ",
    "AR",
    "CA",
    "CO",
    "CT",
    "DE",
    "DC",
    "FL",
    "GA",
    "HI",
    "ID",
    "IL",
    "IN",
    "IA",
    "KS",
    "KY",
    "LA",
    "ME",
    "MD",
    "MA",
    "MI",
    "MN",
    "MS",
    "MO",
    "MT",
    "NE",
    "NV",
    "NH",
    "NJ",
    "NM",
    "NY",
    "NC",
    "ND",
    "OH",
    "OK",
    "OR",
    "PA",
    "PR",
    "RI",
    "SC",
    "SD",
    "TN",
    "TX",
    "UT",
    "VT",
    "VA",
    "WA",
    "WV",
    "WI",
    "WY",
)

PLACES: tuple[str, ...] = ("US", *(f"US-{state}" for state in _STATES), "US-NY-NYC", "GB", "CA", "CA-ON")
"""Every place that a limit or licence may name; its position is its bit."""

US_STATES = frozenset(_STATES)


def bit(place: str) -> np.uint64:
    """The bit of one place alone.

    Raises
    ------
    KeyError : no such place.
    """
    return np.uint64(1 << _positions()[place])


def mask(places: Iterable[str]) -> np.uint64:
    """The bits of some places and of those that hold them; places that no limit can name have none.

    Examples
    --------
    >>> int(mask(["US-NY-NYC"])) == int(bit("US") | bit("US-NY") | bit("US-NY-NYC")), int(mask(["FR"]))
    (True, 0)
    """
    found = 0
    for place in places:
        parts = place.split("-")
        for length in range(1, len(parts) + 1):
            position = _positions().get("-".join(parts[:length]))
            found |= 0 if position is None else 1 << position
    return np.uint64(found)


def names(of: int) -> tuple[str, ...]:
    """The places of a mask, the widest first."""
    return tuple(place for position, place in enumerate(PLACES) if of >> position & 1)


@cache
def _positions() -> dict[str, int]:
    return {place: position for position, place in enumerate(PLACES)}
