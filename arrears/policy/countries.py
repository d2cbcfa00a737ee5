"""Zones of whole countries, and how countries and American states are written."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from importlib.resources import files

from arrears.policy.same_clocks import CANADIAN_ZONES, US_ZONES, clock

_STATE_ZONES = """
E: CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV
C: AL AR IA IL LA MN MO MS OK WI
M: CO MT NM UT WY
P: CA NV WA
E C: FL IN KY MI TN
C M: KS ND NE SD TX
M P: ID OR
M Z: AZ
A K: AK
H: HI
R: PR VI
G: GU MP
S: AS
"""

_STATE_NAMES = """
alabama AL|alaska AK|arizona AZ|arkansas AR|california CA|colorado CO|connecticut CT|delaware DE
district of columbia DC|washington dc DC|florida FL|georgia GA|hawaii HI|idaho ID|illinois IL|indiana IN|iowa IA
kansas KS|kentucky KY|louisiana LA|maine ME|maryland MD|massachusetts MA|michigan MI|minnesota MN|mississippi MS
missouri MO|montana MT|nebraska NE|nevada NV|new hampshire NH|new jersey NJ|new mexico NM|new york NY
north carolina NC|north dakota ND|ohio OH|oklahoma OK|oregon OR|pennsylvania PA|puerto rico PR|rhode island RI
south carolina SC|south dakota SD|tennessee TN|texas TX|utah UT|vermont VT|virginia VA|washington WA
west virginia WV|wisconsin WI|wyoming WY|guam GU|american samoa AS|northern mariana islands MP|virgin islands VI
"""

_PROVINCES = {
    "AB": ("alberta", "Edmonton"),
    "BC": ("british columbia", "Vancouver Edmonton Fort_Nelson"),
    "MB": ("manitoba", "Winnipeg"),
    "NB": ("new brunswick", "Halifax"),
    "NL": ("newfoundland and labrador", "St_Johns Halifax"),
    "NS": ("nova scotia", "Halifax"),
    "NT": ("northwest territories", "Edmonton"),
    "NU": ("nunavut", "Edmonton Winnipeg Toronto"),
    "ON": ("ontario", "Toronto Winnipeg"),
    "PE": ("prince edward island", "Halifax"),
    "QC": ("quebec", "Toronto Halifax"),
    "SK": ("saskatchewan", "Regina Edmonton"),
    "YT": ("yukon", "Whitehorse"),
}

ABROAD = frozenset({"AA", "AE", "AP", "FM", "MH", "PW"})
"""Regions of American post without a state's law: forces abroad, and freely associated states."""

TERRITORIES = frozenset({"PR", "VI", "GU", "MP", "AS"})
"""Territories of the United States that are also written as countries."""


def _states() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _STATE_ZONES.strip().splitlines():
        letters, states = line.split(": ")
        found |= dict.fromkeys(states.split(), frozenset(US_ZONES[letter] for letter in letters.split()))
    return found


def _names() -> dict[str, str]:
    found: dict[str, str] = {}
    for told in _STATE_NAMES.strip().replace("\n", "|").split("|"):
        name, state = told.rsplit(" ", 1)
        found[name] = state
    return found


STATE_ZONES = _states()
"""Every zone of each American state and territory."""

PROVINCE_ZONES = {
    province: frozenset(CANADIAN_ZONES[name] for name in zones.split()) for province, (_, zones) in _PROVINCES.items()
}
"""Every zone of each Canadian province and territory."""

_WRITTEN = {
    "US": _names() | {state.lower(): state for state in {*STATE_ZONES, *ABROAD}},
    "CA": {name: province for province, (name, _) in _PROVINCES.items()} | {each.lower(): each for each in _PROVINCES},
}
_COUNTRIES = {"USA": "US", "UK": "GB"}


def country_code(told: str) -> str:
    """A country's ISO code, however it is written.

    Examples
    --------
    >>> country_code("usa"), country_code("TW"), country_code("")
    ('US', 'TW', '')
    """
    code = told.strip().upper()
    return _COUNTRIES.get(code, code)


def region_code(country: str, told: str) -> str | None:
    """The code of a state or province as its law is kept under; None where the country has none of that name.

    Regions of countries whose regions have no limits of their own are left as they are written.

    Examples
    --------
    >>> region_code("US", "New York"), region_code("US", "us-ny"), region_code("US", "Narnia"), region_code("DE", "BY")
    ('NY', 'NY', None, 'BY')
    """
    written = _WRITTEN.get(country)
    if written is None:
        return told
    name = told.strip().lower().replace(".", "").removeprefix(f"{country.lower()}-")
    return written.get(name)


@cache
def country_zones(country: str) -> frozenset[str]:
    """Every zone of a country, by the IANA database; none for a country it does not know.

    Examples
    --------
    >>> sorted(country_zones("TW")), sorted(country_zones("DE")), len(country_zones("CA")) > 1
    (['Asia/Taipei'], ['Europe/Berlin'], True)
    """
    return _by_country().get(country, frozenset())


@cache
def _by_country() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for line in files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            found[country].add(clock(zone))
    return {country: frozenset(zones) for country, zones in found.items()}
