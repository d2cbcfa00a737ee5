"""Where a number may be: every zone of its area code, and the state whose law looks at it.

A number is read by its first digits only. An area code is no proof of where a telephone is, so it adds to what the
address says; toll-free and other numbers of no place add nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from arrears.policy.area_codes import AREA_CODES, NON_GEOGRAPHIC
from arrears.policy.countries import TERRITORIES, country_zones
from arrears.policy.same_clocks import US_ZONES, clock

NORTH_AMERICA = frozenset({"US", "CA", *TERRITORIES, *"AG AI BB BM BS DM DO GD JM KN KY LC MS SX TC TT VC VG".split()})  # noqa: SIM905 - as a list it fills a page
"""Countries whose numbers begin with +1."""

_AREA = 3
_OF_NO_COUNTRY, _NO_CODE = "001", "ZZ"  # as the library writes freephone, satellites and the like
_ALL_STATES = frozenset(zone for letter, zone in US_ZONES.items() if letter not in "KRGS")


@dataclass(frozen=True)
class NumberSpot:
    """Zones and places of a number; `toll_free`: it belongs to no place."""

    zones: frozenset[str]
    places: tuple[str, ...]
    toll_free: bool = False


_UNREAD = NumberSpot(frozenset(), ())


@lru_cache(maxsize=200_000)
def number_spot(digits: str, country: str) -> NumberSpot:
    """Where a number may be.

    Parameters
    ----------
    digits : the number's first characters, a plus and digits only.
    country : the debtor's, in whose way a number without a country's code is read.

    Examples
    --------
    >>> sorted(number_spot("+1270", "US").zones), number_spot("2125550100", "US").places
    (['America/Chicago', 'America/New_York'], ('US-NY',))
    >>> number_spot("+18005550100", "US").toll_free, sorted(number_spot("0912345678", "TW").zones)
    (True, ['Asia/Taipei'])
    """
    international = _international(digits, country)
    if international.startswith("1"):
        return _north_american(international[1 : 1 + _AREA])
    return _abroad(international)


def _international(digits: str, country: str) -> str:
    """The number from its country's code on; "" where that cannot be told."""
    plus, digits = digits.startswith("+"), digits.replace("+", "")
    if plus:
        return digits
    north_american = country in NORTH_AMERICA
    for dialled in ("011",) if north_american else ("00",):
        if digits.startswith(dialled):
            return digits[len(dialled) :]
    if north_american:
        return f"1{digits.removeprefix('1')}"
    import phonenumbers  # numbers of North America never ask

    code = phonenumbers.country_code_for_region(country)
    trunk = phonenumbers.ndd_prefix_for_region(country, True) if code else None  # noqa: FBT003 - their own order
    return f"{code}{digits.removeprefix(trunk) if trunk else digits}" if code else ""


def _north_american(area: str) -> NumberSpot:
    if area in NON_GEOGRAPHIC:
        return NumberSpot(frozenset(), (), toll_free=True)
    if (known := AREA_CODES.get(area)) is not None:
        return NumberSpot(known.zones, (known.place,))
    if len(area) < _AREA or area[0] in "01":
        return _UNREAD
    elsewhere = _zones_of(f"1{area}", at_least=1 + _AREA)
    # A code that nobody lists yet may be a new overlay of any state.
    return NumberSpot(elsewhere, ()) if elsewhere else NumberSpot(_ALL_STATES, ("US",))


def _abroad(international: str) -> NumberSpot:
    if not international:
        return _UNREAD
    import phonenumbers  # numbers of North America never ask

    for length in (1, 2, 3):
        country = phonenumbers.region_code_for_country_code(int(international[:length]))
        if country == _OF_NO_COUNTRY:
            return NumberSpot(frozenset(), (), toll_free=True)
        if country != _NO_CODE:
            sole = country_zones(country)
            zones = sole if len(sole) == 1 else _zones_of(international, at_least=length)
            return NumberSpot(zones, (country,))
    return _UNREAD


def _zones_of(international: str, *, at_least: int) -> frozenset[str]:
    """Every zone that the longest known beginning of a number points to, or a longer one that it may have."""
    known, inner = _prefixes()
    for length in range(len(international), at_least - 1, -1):
        if (zones := known.get(international[:length])) is not None:
            return zones | inner.get(international, frozenset())
    return inner.get(international, frozenset())


@cache
def _prefixes() -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Zones by each known beginning, and by each shorter one that known beginnings have in common."""
    from phonenumbers.tzdata import TIMEZONE_DATA  # a quarter of a second

    known = {prefix: frozenset(map(clock, zones)) for prefix, zones in TIMEZONE_DATA.items()}
    inner: dict[str, frozenset[str]] = {}
    for prefix, zones in known.items():
        for length in range(1, len(prefix)):
            inner[prefix[:length]] = inner.get(prefix[:length], frozenset()) | zones
    return known, inner
