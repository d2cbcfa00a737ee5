"""Where debtors and numbers may be: every zone that ZIP, state and area code point to, and never one too few."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pyarrow as pa
import pytest
import zipcodes
from phonenumbers.tzdata import TIMEZONE_DATA

from arrears.errors import BadInput
from arrears.policy.addresses import spot_of
from arrears.policy.area_codes import AREA_CODES, NON_GEOGRAPHIC
from arrears.policy.countries import STATE_ZONES
from arrears.policy.location import located_people, located_points
from arrears.policy.numbers import number_spot
from arrears.policy.places import bit, names
from arrears.policy.same_clocks import STANDS_FOR, clock
from tests.policy.case import facts_of

KNOWN_ZONES = frozenset(available_timezones())
EASTERN, CENTRAL, MOUNTAIN, PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
ARIZONA, ALASKA, ADAK = "America/Phoenix", "America/Anchorage", "America/Adak"

NEIGHBOURS = {
    "269": {CENTRAL: 2},
    "303": {CENTRAL: 1},
    "406": {CENTRAL: 3, PACIFIC: 8},
    "435": {ARIZONA: 4, PACIFIC: 4},
    "470": {CENTRAL: 6},
    "505": {ARIZONA: 2},
    "520": {MOUNTAIN: 3},
    "580": {MOUNTAIN: 4},
    "618": {EASTERN: 4},
    "678": {CENTRAL: 6},
    "702": {ARIZONA: 6},
    "719": {CENTRAL: 6},
    "720": {CENTRAL: 1},
    "725": {ARIZONA: 6},
    "770": {CENTRAL: 6},
    "775": {ARIZONA: 1},
    "779": {EASTERN: 3},
    "815": {EASTERN: 3},
    "865": {CENTRAL: 4},
    "915": {CENTRAL: 5},
    "943": {CENTRAL: 6},
    "970": {CENTRAL: 1},
    "983": {CENTRAL: 1},
}
"""ZIPs of a neighbouring state or county that share an area code and lie in another zone: too few to count."""

LIBRARY_ERRORS = {
    "474": {"America/Winnipeg"},
    "689": {CENTRAL},
    "867": {"America/Fort_Nelson"},
    "879": {"America/Puerto_Rico"},
    "907": {"Pacific/Honolulu"},
}
"""What `phonenumbers` has wrong; a release that mends it must change this table."""


@pytest.mark.parametrize(
    ("debtor", "zones"),
    [
        ({"postal_code": "12207", "region": "NY"}, {EASTERN}),
        ({"postal_code": "12207-1234", "region": "NY"}, {EASTERN}),
        ({"postal_code": "2108", "region": "MA"}, {EASTERN}),
        ({"postal_code": None, "region": "TN"}, {EASTERN, CENTRAL}),
        ({"postal_code": "37402", "region": "TN"}, {EASTERN, CENTRAL}),
        ({"postal_code": "37402", "region": None}, {EASTERN, CENTRAL}),
        ({"postal_code": "90012", "region": "NY"}, {PACIFIC, EASTERN}),
        ({"postal_code": "72643", "region": "AR"}, {CENTRAL}),
        ({"postal_code": "00000", "region": "KY"}, {EASTERN, CENTRAL}),
        ({"postal_code": "86040", "region": "AZ"}, {ARIZONA, MOUNTAIN}),
        ({"postal_code": "89883", "region": "NV"}, {PACIFIC, MOUNTAIN}),
        ({"postal_code": "99634", "region": "AK"}, {ALASKA, ADAK}),
        ({"postal_code": "99634", "region": None}, {ALASKA, ADAK}),
        ({"postal_code": "09012", "region": "AE"}, set()),
        ({"postal_code": None, "region": None}, set()),
        ({"postal_code": None, "region": "New Mexico"}, {MOUNTAIN}),
        ({"postal_code": None, "region": "us-nm"}, {MOUNTAIN}),
        ({"postal_code": "00901", "region": None, "country": "PR"}, {"America/Puerto_Rico"}),
        ({"country": "TW", "region": None, "postal_code": "100"}, {"Asia/Taipei"}),
        ({"country": "UK", "region": None, "postal_code": "SW1A 1AA"}, {"Europe/London"}),
        ({"country": "DE", "region": "BY", "postal_code": "80331"}, {"Europe/Berlin"}),
        ({"country": "CA", "region": "ON", "postal_code": "M5V 2T6"}, {"America/Toronto"}),
        ({"country": "CA", "region": "Ontario", "postal_code": "P9N 1A1"}, {"America/Toronto", "America/Winnipeg"}),
        ({"postal_code": "12207", "region": "NY", "stated_time_zone": "America/Boise"}, {MOUNTAIN}),
        ({"country": "ZZ", "region": None, "postal_code": None}, set()),
    ],
)
def test_an_address_points_to_every_zone_it_may_lie_in(debtor, zones):
    assert _people({"city": None, "country": "US"} | debtor).zone_names == zones


@pytest.mark.parametrize(
    ("number", "country", "zones"),
    [
        ("+12125550100", "US", {EASTERN}),
        ("(212) 555-0100", "US", {EASTERN}),
        ("1-212-555-0100", "US", {EASTERN}),
        ("+16895550100", "US", {EASTERN}),
        ("+12705550100", "US", {EASTERN, CENTRAL}),
        ("+13645550100", "US", {EASTERN, CENTRAL}),
        ("+19305550100", "US", {EASTERN, CENTRAL}),
        ("+14485550100", "US", {EASTERN, CENTRAL}),
        ("+18505550100", "US", {EASTERN, CENTRAL}),
        ("+12195550100", "US", {EASTERN, CENTRAL}),
        ("+14235550100", "US", {EASTERN, CENTRAL}),
        ("+17295550100", "US", {EASTERN, CENTRAL}),
        ("+14585550100", "US", {PACIFIC, MOUNTAIN}),
        ("+13085550100", "US", {CENTRAL, MOUNTAIN}),
        ("+19285550100", "US", {ARIZONA, MOUNTAIN, PACIFIC}),
        ("+19075550100", "US", {ALASKA, ADAK}),
        ("+18765550100", "US", {"America/Jamaica"}),
        ("+18005550100", "US", set()),
        ("+15005550100", "US", set()),
        ("0912 345 678", "TW", {"Asia/Taipei"}),
        ("00886912345678", "DE", {"Asia/Taipei"}),
        ("011886912345678", "US", {"Asia/Taipei"}),
        ("020 7946 0000", "GB", {"Europe/London"}),
        ("+61 8 9222 0000", "US", {"Australia/Perth", "Australia/Adelaide"}),
        ("+80012345678", "US", set()),
        ("12", "US", set()),
        ("call me", "US", set()),
    ],
)
def test_a_number_points_to_every_zone_of_its_area_code(number, country, zones):
    assert _points({"value": number}, country=country).zone_names == zones


def test_a_code_that_nobody_lists_may_be_of_any_state():
    unlisted = next(
        str(code) for code in range(999, 200, -1) if str(code) not in {*AREA_CODES, *NON_GEOGRAPHIC, *_library()}
    )
    assert number_spot(f"+1{unlisted}", "US").zones >= {EASTERN, CENTRAL, MOUNTAIN, PACIFIC, ARIZONA, ALASKA}


@pytest.mark.parametrize(
    ("number", "nowhere"), [("+18885550100", True), ("+80012345678", True), ("+12125550100", False)]
)
def test_toll_free_numbers_are_told(number, nowhere):
    assert _points({"value": number}).toll_free.tolist() == [nowhere]


@pytest.mark.parametrize(
    ("debtor", "places"),
    [
        ({"region": "NY", "postal_code": "12207", "city": "Albany"}, ["US", "US-NY"]),
        ({"region": "NY", "postal_code": "11201", "city": None}, ["US", "US-NY", "US-NY-NYC"]),
        ({"region": "NY", "postal_code": "11004", "city": None}, ["US", "US-NY", "US-NY-NYC"]),
        ({"region": "NY", "postal_code": "11096", "city": "Inwood"}, ["US", "US-NY"]),
        ({"region": "NY", "postal_code": None, "city": " Brooklyn"}, ["US", "US-NY", "US-NY-NYC"]),
        ({"region": "OH", "postal_code": None, "city": "Brooklyn"}, ["US", "US-OH"]),
        ({"region": "TX", "postal_code": "94103", "city": None}, ["US", "US-CA", "US-TX"]),
        ({"region": None, "postal_code": None, "city": None}, ["US"]),
        ({"region": None, "postal_code": None, "city": None, "country": "PR"}, ["US", "US-PR"]),
        ({"region": "ON", "postal_code": None, "city": None, "country": "CA"}, ["CA", "CA-ON"]),
        ({"region": None, "postal_code": None, "city": None, "country": "TW"}, []),
    ],
)
def test_states_and_new_york_city_are_told_from_the_address(debtor, places):
    assert sorted(names(int(_people({"country": "US"} | debtor).places[0]))) == places


def test_area_codes_and_mailing_addresses_tell_states_too():
    found = _points(
        {"value": "+16175550100"},
        {"value": "PO Box 7, Reno, NV 89501-0007", "kind": "postal"},
        {"value": "1 Main Street 10001 USA", "kind": "postal"},
        {"value": "a@example.org 94103", "kind": "email"},
    )
    states = [[name for name in names(int(places)) if name != "US"] for places in found.places]
    assert states == [["US-MA"], ["US-NV"], ["US-NY", "US-NY-NYC"], []]


@pytest.mark.parametrize(
    "wrong", [{"stated_time_zone": "Napakiak"}, {"stated_time_zone": "EDT-5"}, {"region": "Narnia"}]
)
def test_a_zone_or_state_that_does_not_exist_is_refused_by_key_alone(wrong):
    with pytest.raises(BadInput) as refused:
        _people({"debtor_id": "D7", "country": "US"} | wrong)
    assert "D7" in str(refused.value)
    assert not any(value in str(refused.value) for value in wrong.values())


def test_many_rows_are_read_as_each_alone():
    values = ["+12125550100", "212-555-0100", "+886912345678", "0912345678", "011886912", "x", "", "+18005550100"]
    values += ["PO Box 7, Reno, NV 89501-0007", "10001 usa", "+447700900000", "+16895550100 ext. 5"]
    kinds = ["phone", "postal", "email"]
    rows = [{"value": value, "kind": kind} for value in values for kind in kinds] * 4
    many = _points(*rows)
    for place, row in enumerate(rows):
        one = _points(row)
        assert many.zone_sets[many.which[place]] == one.zone_sets[one.which[0]], row
        assert (many.places[place], many.toll_free[place]) == (one.places[0], one.toll_free[0]), row


def test_many_people_are_read_as_each_alone():
    debtors = [
        {"country": country, "region": region, "postal_code": postal, "city": city, "stated_time_zone": stated}
        for country in ("US", None, "ca")
        for region in ("ON",) * (country == "ca") or ("NY", "ny ", None)
        for postal in ("12207-1234", " 90012", "M5V", None)
        for city in ("Bronx", None)
        for stated in ("America/Detroit", None)
    ]
    many = _people(*debtors)
    for place, row in enumerate(debtors):
        one = _people(row)
        assert many.zone_sets[many.which[place]] == one.zone_sets[one.which[0]], row
        assert (many.places[place], many.country[place]) == (one.places[0], one.country[0]), row


def test_a_country_of_several_zones_gives_way_to_what_a_number_tells():
    nowhere = {"country": "CA", "region": None, "postal_code": None, "city": None}
    numbered = facts_of("2026-06-02 12:00", debtors=[nowhere], points=[{"value": "+14165550100"}])
    silent = facts_of("2026-06-02 12:00", debtors=[nowhere], points=[{"value": "+18005550100"}])
    assert _zones(numbered) == {"America/Toronto"}
    assert _zones(silent) > {"America/Toronto", "America/Vancouver", "America/St_Johns"}


def test_a_stated_zone_alone_counts_whatever_the_numbers_say():
    facts = facts_of("2026-06-02 12:00", debtors=[{"stated_time_zone": "America/Denver"}])
    assert _zones(facts) == {MOUNTAIN}
    assert facts.people.places[0] & bit("US-NY")


def test_every_zip_lies_in_a_zone_of_its_area_codes():
    outside: dict[str, Counter[str]] = defaultdict(Counter)
    for row in _zips():
        for code in row["area_codes"]:
            if AREA_CODES[code].place.startswith("US-") and (zone := clock(row["timezone"])) in KNOWN_ZONES:
                outside[code][zone] += zone not in AREA_CODES[code].zones
    assert {code: dict(+zones) for code, zones in outside.items() if +zones} == NEIGHBOURS


def test_every_area_code_belongs_to_the_state_of_most_of_its_zips():
    states: dict[str, Counter[str]] = defaultdict(Counter)
    for row in _zips():
        for code in row["area_codes"]:
            states[code][f"US-{row['state']}"] += 1
    american = {code: Counter(told).most_common(1)[0][0] for code, told in states.items()}
    assert {
        code: (state, AREA_CODES[code].place)
        for code, state in american.items()
        if AREA_CODES[code].place.startswith("US-") and AREA_CODES[code].place != state
    } == {}


def test_every_zone_of_the_library_counts_but_for_its_errors():
    missing = {
        code: lacking
        for code, zones in _library().items()
        if code in AREA_CODES and (lacking := {clock(zone) for zone in zones} - AREA_CODES[code].zones)
    }
    assert missing == LIBRARY_ERRORS


def test_every_zip_lies_in_a_zone_of_its_state():
    for row in _zips():
        zones = spot_of("US", "", row["zip_code"], "").zones
        if row["state"] in STATE_ZONES:
            told = {clock(row["timezone"])} & KNOWN_ZONES
            assert zones >= told, row["zip_code"]
            assert told <= STATE_ZONES[row["state"]], row["zip_code"]


def test_forces_abroad_have_no_zone():
    military = [row["zip_code"] for row in _zips() if row["zip_code_type"] == "MILITARY"]
    assert len(military) > 800
    assert not any(spot_of("US", "", each, "").zones for each in military)


@pytest.mark.parametrize(("zone", "kept"), STANDS_FOR.items())
def test_zones_that_stand_for_others_show_the_same_time(zone, kept):
    moment, one, other = datetime(2020, 1, 1, tzinfo=UTC), ZoneInfo(zone), ZoneInfo(kept)
    for _ in range(17 * 366):
        assert moment.astimezone(one).utcoffset() == moment.astimezone(other).utcoffset(), moment
        moment += timedelta(days=1)


def _people(*rows, country="US"):
    return located_people(_Columns([{"debtor_id": "D1"} | row for row in rows]), country)


def _points(*rows, country="US"):
    debtors = _Columns([{"debtor_id": "D1", "country": country}])
    return located_points(
        _Columns([{"kind": "phone"} | row for row in rows]), debtors, np.zeros(len(rows), np.int64), "US"
    )


class _Columns:
    """Rows as columns; what no row has is null."""

    def __init__(self, rows):
        self._rows = rows

    def __len__(self):
        return len(self._rows)

    def __getitem__(self, name):
        return pa.array([row.get(name) for row in self._rows])


def _zones(facts):
    return set(facts.zones.of(int(facts.person_zones[0]), "UTC"))


@cache
def _zips():
    return zipcodes.list_all()


@cache
def _library():
    found = defaultdict(set)
    for prefix, zones in TIMEZONE_DATA.items():
        if prefix.startswith("1") and len(prefix) > 3:
            found[prefix[1:4]] |= set(zones)
    return dict(found)
