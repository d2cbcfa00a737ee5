"""Where an address is: every zone it may lie in, and the states and city whose law looks at it.

An American address is read by its ZIP. The state's other zones count too where the ZIP says little (missing, a box at a
post office, forces abroad), where the state is split, and where ZIP and state disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from zoneinfo import available_timezones

from arrears.policy.countries import PROVINCE_ZONES, STATE_ZONES, TERRITORIES, country_zones
from arrears.policy.same_clocks import CANADIAN_ZONES, US_ZONES, clock

_NYC_COUNTIES = frozenset({"New York County", "Kings County", "Queens County", "Bronx County", "Richmond County"})
_NYC_ZIPS = ("100", "101", "102", "103", "104", "111", "112", "113", "114", "116")
_NYC_NAMES = frozenset({"manhattan", "brooklyn", "bronx", "the bronx", "queens", "staten island"})
_SURE = frozenset({"STANDARD", "UNIQUE"})
"""Kinds of ZIP that say where somebody lives or works."""

_EASTERN_ONTARIO = ("K", "L", "M", "N")
"""How postal codes begin in Ontario but for its north, which lies in two zones."""

# Towns that keep another time than the source of ZIPs says: West Wendover and Jackpot, Nevada; Page, Arizona.
_MENDED = {
    "89883": frozenset({US_ZONES["M"], US_ZONES["P"]}),
    "89825": frozenset({US_ZONES["M"], US_ZONES["P"]}),
    "86040": frozenset({US_ZONES["M"], US_ZONES["Z"]}),
}


@dataclass(frozen=True)
class Spot:
    """Zones and places that an address or number points to.

    Attributes
    ----------
    places : as limits name them, `US-NY`.
    vague : the zones are a whole country's, for want of anything better.
    """

    zones: frozenset[str]
    places: tuple[str, ...]
    vague: bool = False


NOWHERE = Spot(frozenset(), ())


@lru_cache(maxsize=200_000)
def spot_of(country: str, region: str, postal: str, city: str) -> Spot:
    """Where an address is.

    Parameters
    ----------
    country, region : codes; "" where unknown.
    postal : as written; of an American ZIP the first five characters are enough, of a Canadian code the first.
    city : in lower case.

    Examples
    --------
    >>> spot = spot_of("US", "NY", "11201", "")
    >>> sorted(spot.zones), spot.places
    (['America/New_York'], ('US-NY', 'US-NY-NYC'))
    >>> sorted(spot_of("US", "TN", "37402", "Chattanooga").zones)  # a split state
    ['America/Chicago', 'America/New_York']
    """
    if country in TERRITORIES:
        return _american(country, postal, city)
    if country == "US":
        return _american(region, postal, city)
    places = (f"{country}-{region}", country) if region else (country,)
    if country == "CA" and region in PROVINCE_ZONES:
        eastern = region == "ON" and postal.startswith(_EASTERN_ONTARIO)
        return Spot(frozenset({CANADIAN_ZONES["Toronto"]}) if eastern else PROVINCE_ZONES[region], places)
    zones = country_zones(country)
    return Spot(zones, places if country else (), vague=len(zones) > 1)


def _american(region: str, postal: str, city: str) -> Spot:
    known = _zips().get(_five(postal))
    of_region = STATE_ZONES.get(region, frozenset())
    states = tuple(dict.fromkeys(state for state in (region, known.state if known else "") if state in STATE_ZONES))
    cities = ("US-NY-NYC",) if "NY" in states and _is_new_york_city(_five(postal), known, city) else ()
    places = (*(f"US-{state}" for state in states), *cities) or ("US",)
    if known is None:
        return Spot(of_region, places)
    zones = known.zones
    of_state = of_region | STATE_ZONES.get(known.state, frozenset())
    if not zones or known.kind not in _SURE or len(of_state) > 1 or region not in ("", known.state):
        zones |= of_state
    return Spot(zones, places)


@dataclass(frozen=True)
class _Zip:
    state: str
    kind: str
    county: str
    zones: frozenset[str]


@cache
def _zips() -> dict[str, _Zip]:
    """Every ZIP; a zone that the IANA database does not know is left out, so that the state's zones stand in."""
    from zipcodes._zipcodes import (
        list_all,  # most books outside the United States never ask; the module's face has no types
    )

    known = available_timezones()
    kinds: dict[tuple[str, str, str, frozenset[str]], _Zip] = {}
    found = {}
    for row in list_all():
        told = row["timezone"]
        zones = _MENDED.get(row["zip_code"], frozenset({clock(told)} if told in known else ()))
        key = (row["state"], row["zip_code_type"], row["county"] or "", zones)
        found[row["zip_code"]] = kinds.setdefault(key, _Zip(*key))
    return found


def _five(postal: str) -> str:
    """The five digits of a ZIP, with the leading noughts that spreadsheets drop; "" if it is none."""
    digits = postal.strip().partition("-")[0][:5]
    return digits.zfill(5) if digits.isdigit() and len(digits) > 2 else ""  # noqa: PLR2004 - 501 is the lowest ZIP


def _is_new_york_city(five: str, known: _Zip | None, city: str) -> bool:
    if known is not None:
        return known.state == "NY" and (known.county in _NYC_COUNTIES or five.startswith(_NYC_ZIPS))
    return city in _NYC_NAMES or city.startswith("new york") or five.startswith(_NYC_ZIPS)
