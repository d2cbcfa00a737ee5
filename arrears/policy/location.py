"""Where people and numbers may be: plausible zones, and the places whose law may look.

Addresses and area codes are read once for each distinct one. The answer is a set, because an area code is no proof of
where a telephone is, and a state may lie in two zones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol
from zoneinfo import available_timezones

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arrears.errors import BadInput
from arrears.policy import places
from arrears.policy.addresses import NOWHERE, spot_of
from arrears.policy.columns import NOBODY, Flags, Masks, Rows, Words
from arrears.policy.countries import TERRITORIES, country_code, region_code
from arrears.policy.distinct import FEW, beginning, distinct_rows, shortened_number, shortened_post, state_and_zip, text
from arrears.policy.numbers import number_spot
from arrears.policy.same_clocks import clock
from arrears.policy.zones import Zones

_KEYS_SHOWN = 5


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
    vague : (n,) the zones are all of a country's, for want of an address.
    toll_free : (n,) a number that belongs to no place.
    """

    which: Rows
    zone_sets: tuple[frozenset[str], ...]
    places: Masks
    country: Words
    stated: Flags
    vague: Flags
    toll_free: Flags

    @property
    def zone_names(self) -> frozenset[str]:
        """Every zone that occurs."""
        return frozenset().union(*self.zone_sets)

    def masks(self, zones: Zones) -> Masks:
        """The plausible zones of each row as bits of `zones`."""
        return np.array([zones.mask(each) for each in self.zone_sets], np.uint64)[self.which]

    @property
    def somewhere(self) -> Flags:
        """(n,) at least one zone is plausible."""
        return np.array([bool(each) for each in self.zone_sets], np.bool_)[self.which]


def located_people(debtors: Columns, country: str) -> Located:
    """Where debtors may be by what is known of them alone: the zone they stated, else their address.

    Parameters
    ----------
    country : the portfolio's, for debtors who name none.

    Raises
    ------
    BadInput : a stated zone that does not exist, or a region that is no state or province of its country.
    """
    columns = [debtors[name] for name in ("stated_time_zone", "country", "region", "postal_code", "city")]
    found, which = distinct_rows(columns)
    told = [_person(stated, own, region, postal, city, country) for stated, own, region, postal, city in found]
    if None in told:
        raise _unbelieved(np.flatnonzero(np.array([each is None for each in told])[which]), debtors)
    return _located([each for each in told if each is not None], which)


def located_points(points: Columns, debtors: Columns, person: Rows, country: str) -> Located:
    """Where numbers may be by their area codes, and postal points by their ZIP.

    Parameters
    ----------
    person : (n,) rows of `debtors`; a number without a country's code is read in its debtor's country.
    country : the portfolio's, for debtors who name none.
    """
    home = text(debtors["country"]).take(pa.array(person, mask=person == NOBODY))
    kind, value = points["kind"], points["value"]
    if len(person) > FEW:
        kind, value = text(kind), text(value)
        post = pc.if_else(pc.equal(kind, "postal"), shortened_post(value), "")
        value = pc.if_else(pc.equal(kind, "phone"), shortened_number(value), post)
    found, which = distinct_rows([home, kind, value])
    return _located([_point(own, what, told, country) for own, what, told in found], which)


def narrowed(masks: Masks, people: Located, points: Located, person: Rows) -> Masks:
    """People's plausible zones, where those of a whole country give way to what a number of theirs tells.

    Parameters
    ----------
    masks : (people,) of `people`.
    person : (points,) rows of `people`.
    """
    numbered = np.zeros(len(masks), np.bool_)
    numbered[person[points.somewhere & (person != NOBODY)]] = True
    return np.where(people.vague & numbered, np.uint64(0), masks)


@dataclass(frozen=True)
class _Told:
    zones: frozenset[str]
    places: tuple[str, ...]
    country: str = ""
    stated: bool = False
    vague: bool = False
    toll_free: bool = False


def _person(stated: str, own: str, region: str, postal: str, city: str, home: str) -> _Told | None:
    """Where one kind of debtor may be; None where what is told cannot be believed."""
    country = country_code(own or home)
    state = region_code(country, region) if region else ""
    if state is None or (stated and stated not in _known_zones()):
        return None
    american = country == "US" or country in TERRITORIES
    area = postal[:1].upper() if country == "CA" else ""
    spot = spot_of(country, state, postal[:5], city.lower()) if american else spot_of(country, state, area, "")
    if stated:
        return _Told(frozenset({clock(stated)}), spot.places, country, stated=True)
    return _Told(spot.zones, spot.places, country, vague=spot.vague)


def _point(own: str, kind: str, value: str, home: str) -> _Told:
    country = country_code(own or home)
    match kind:
        case "phone":
            number = number_spot(beginning(value), country)
            return _Told(number.zones, number.places, toll_free=number.toll_free)
        case "postal" if country == "US" or country in TERRITORIES:
            state, postal = state_and_zip(value)
            spot = spot_of("US", region_code("US", state) or "", postal, "") if postal else NOWHERE
            return _Told(spot.zones, spot.places)
        case _:
            return _Told(frozenset(), ())


def _unbelieved(rows: Rows, debtors: Columns) -> BadInput:
    keys = debtors["debtor_id"].take(pa.array(rows[:_KEYS_SHOWN])).to_pylist()
    return BadInput(
        asked="tell where debtors may be",
        found=f"stated_time_zone or region of {len(rows)} debtors is none that is known: {', '.join(map(str, keys))}",
        do="Write zones as America/Chicago; regions of the United States and Canada as their two letters.",
    )


def _located(told: Sequence[_Told], which: Rows) -> Located:
    sets: dict[frozenset[str], int] = {}
    of_told = np.array([sets.setdefault(each.zones, len(sets)) for each in told], np.int64)
    return Located(
        which=of_told[which],
        zone_sets=tuple(sets),
        places=np.array([_bits(each.places) for each in told], np.uint64)[which],
        country=np.array([each.country for each in told], np.str_)[which],
        stated=np.array([each.stated for each in told], np.bool_)[which],
        vague=np.array([each.vague for each in told], np.bool_)[which],
        toll_free=np.array([each.toll_free for each in told], np.bool_)[which],
    )


@lru_cache(maxsize=4096)
def _bits(of: tuple[str, ...]) -> np.uint64:
    return places.mask(of)


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())
