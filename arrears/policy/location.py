"""Where people and numbers may be: plausible zones, and the places whose law may look.

Addresses and area codes are read once for each distinct one. The answer is a set, because an area code is no proof of
where a telephone is, and a state may lie in two zones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from arrears.policy import places
from arrears.policy.facts import Flags, Masks, Rows, Words
from arrears.policy.zones import Zones


class Columns(Protocol):
    """A table whose absent columns are null."""

    def __len__(self) -> int: ...

    def __getitem__(self, name: str) -> pa.ChunkedArray | pa.Array: ...


@dataclass(frozen=True)
class Located:
    """Where each of n rows may be.

    Attributes
    ----------
    which : (n,) position in `zone_sets` of each row's plausible zones.
    places : (n,) bits of `arrears.policy.places.PLACES`.
    country : (n,) ISO code, "" where unknown.
    stated : (n,) the person named the zone; it alone counts.
    toll_free : (n,) a number that belongs to no place.
    """

    which: Rows
    zone_sets: tuple[frozenset[str], ...]
    places: Masks
    country: Words
    stated: Flags
    toll_free: Flags

    @property
    def zone_names(self) -> frozenset[str]:
        """Every zone that occurs."""
        return frozenset().union(*self.zone_sets)

    def masks(self, zones: Zones) -> Masks:
        """The plausible zones of each row as bits of `zones`."""
        return np.array([zones.mask(each) for each in self.zone_sets], np.uint64)[self.which]


def located_people(debtors: Columns, country: str) -> Located:
    """Where debtors may be by what is known of them alone: the zone they stated, else their address."""
    rows = zip(
        *(debtors[name].to_pylist() for name in ("stated_time_zone", "country", "region", "postal_code", "city")),
        strict=True,
    )
    told = [_person(stated, own, region, city, country) for stated, own, region, _, city in rows]
    return _located(told)


def located_points(points: Columns, debtors: Columns, person: Rows, country: str) -> Located:
    """Where numbers may be by their area codes; a number without country code is read in its debtor's country."""
    del debtors, person, country
    return _located([(frozenset(), np.uint64(0), "", False, False)] * len(points))


_Told = tuple[frozenset[str], np.uint64, str, bool, bool]


def _person(stated: str | None, own: str | None, region: str | None, city: str | None, home: str) -> _Told:
    country = own or home
    zones = frozenset({stated} if stated else ())
    found = [country, f"{country}-{region}"] if region else [country]
    if city and city.lower().startswith("new york"):
        found.append("US-NY-NYC")
    return zones, places.mask(each for each in found if each), country, bool(stated), False


def _located(told: Sequence[Any]) -> Located:
    sets = _distinct(each[0] for each in told)
    return Located(
        which=np.array([sets[each[0]] for each in told], np.int64),
        zone_sets=tuple(sets),
        places=np.array([each[1] for each in told], np.uint64),
        country=np.array([each[2] for each in told], np.str_),
        stated=np.array([each[3] for each in told], np.bool_),
        toll_free=np.array([each[4] for each in told], np.bool_),
    )


def _distinct(sets: Iterable[frozenset[str]]) -> dict[frozenset[str], int]:
    found: dict[frozenset[str], int] = {}
    for each in sets:
        found.setdefault(each, len(found))
    return found
