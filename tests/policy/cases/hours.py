"""Examples of hours: RF-04, TC-04, ST-02 and B2-05, with plausible zones as section 13 of the register has them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from arrears.policy.facts import Facts
from tests.policy.case import Case, Row, asking, facts_of

FEDERAL = ("us_federal",)
HOUSE = ("house",)
STATES = ("us_states",)
B2B = ("b2b",)

NO_ADDRESS = {"region": None, "postal_code": None, "city": None}
LOS_ANGELES = {"region": "CA", "postal_code": "90012", "city": "Los Angeles"}
SEATTLE = {"region": "WA", "postal_code": "98101", "city": "Seattle"}
BOSTON = {"region": "MA", "postal_code": "02108", "city": "Boston"}
HONOLULU = {"region": "HI", "postal_code": "96813", "city": "Honolulu"}
CHICAGO = {"region": "IL", "postal_code": "60601", "city": "Chicago"}
BOISE = {"region": "ID", "postal_code": "83702", "city": "Boise"}
PHOENIX = {"region": "AZ", "postal_code": "85003", "city": "Phoenix"}
SAN_JUAN = {"region": "PR", "postal_code": "00901", "city": "San Juan"}
TORONTO = {"country": "CA", "region": "ON", "postal_code": "M5V 2T6", "city": "Toronto"}
TAIPEI = {"country": "TW", **NO_ADDRESS}
COMPANY = {"kind": "business"}


def reached(
    now: str,
    *,
    by: str = "call",
    of: str | None = None,
    debtor: Row | None = None,
    number: str = "+15185550100",
    point: Row | None = None,
    account: Row | None = None,
    zone: str = "America/New_York",
    purpose: str = "collect",
    **tables: Any,
) -> Facts:
    """One debtor with one number, asked about by one channel; `of` another person than the debtor."""
    debtors = [debtor or {}, *tables.pop("others", ())]
    points = [{"value": number} | (point or {}), *tables.pop("more_points", ())]
    whole = facts_of(now, zone=zone, debtors=debtors, points=points, accounts=[account or {}], **tables)
    return asking(whole, by, person=of, purpose=purpose)


def _case(rule: str, profiles: tuple[str, ...], told: str, expected: str, now: str, **more: Any) -> Case:
    return Case(rule, told, expected, partial(reached, now, **more), channel=more.get("by", "call"), profiles=profiles)


_law: Callable[..., Case] = partial(_case, "RF-04", FEDERAL)
_house: Callable[..., Case] = partial(_case, "RF-04", HOUSE)
_quiet: Callable[..., Case] = partial(_case, "TC-04", FEDERAL)
_place: Callable[..., Case] = partial(_case, "ST-02", STATES)
_works: Callable[..., Case] = partial(_case, "B2-05", B2B)

OWN = {"role": "first_party"}
INVOICE = {"role": "first_party", "debt_class": "commercial"}
EMAIL = {"point_id": "PE", "kind": "email", "value": "a@example.org", "line_type": None}
NIGHTS = {"preference_id": "N", "debtor_id": "D1", "kind": "time", "rule": "22:00-23:00", "allow": True}
NIGHTS |= {"starts_on": date(2026, 5, 1)}
AGREED = {"consent_id": "C", "debtor_id": "D1", "kind": "call_window", "given_on": date(2026, 5, 1)}
PAYABLES = {"debtor_id": "P1"}
PART = {"account_id": "A1", "debtor_id": "P1", "role": "ap_contact", "liable": False}
THEIR_PHONE = {"point_id": "PP", "debtor_id": "P1", "value": "+15185550199"}

_TWELVE_TWELVE = {"debtor": LOS_ANGELES, "number": "+12125550100"}
_NO_ZIP_270 = {"debtor": NO_ADDRESS, "number": "+12705550100"}
_ORLANDO = {"debtor": NO_ADDRESS, "number": "+16895550100"}
_TOLL_FREE = {"debtor": NO_ADDRESS, "number": "+18005550100"}
_HAWAII = {"debtor": HONOLULU, "number": "+12125550100"}
_CENTRAL = {"debtor": CHICAGO, "number": "+12125550100"}
_BOISE = {"debtor": BOISE, "number": "+12085550100"}
_PHOENIX = {"debtor": PHOENIX | {"region": "AZ"}, "number": "+13035550100"}
_PUERTO_RICO = {"debtor": SAN_JUAN, "number": "+12125550100"}

CASES = [
    _law("New York, 07:59:59", "2026-06-02 08:00", "2026-06-02 07:59:59"),
    _law("New York, 08:00", "allow", "2026-06-02 08:00"),
    _law("New York, 20:59", "allow", "2026-06-02 20:59"),
    _law("New York, 21:00:00", "2026-06-03 08:00", "2026-06-02 21:00"),
    _law(
        "A 212 mobile and a ZIP of California, 10:30 in New York",
        "2026-06-02 11:00",
        "2026-06-02 10:30",
        **_TWELVE_TWELVE,
    ),
    _law("A 212 mobile and a ZIP of California, 20:59 in New York", "allow", "2026-06-02 20:59", **_TWELVE_TWELVE),
    _law(
        "A Kentucky number with area code 270 and no ZIP, 08:30 Eastern",
        "2026-06-02 09:00",
        "2026-06-02 08:30",
        **_NO_ZIP_270,
    ),
    _law("A Kentucky number with area code 270 and no ZIP, 09:00 Eastern", "allow", "2026-06-02 09:00", **_NO_ZIP_270),
    _law(
        "A toll-free number and no address: nobody knows where the debtor is", "null", "2026-06-02 12:00", **_TOLL_FREE
    ),
    _law("A toll-free number and an address in New York, 12:00", "allow", "2026-06-02 12:00", number="+18005550100"),
    _law("An Orlando number (689) and no address, 20:59 Eastern", "allow", "2026-06-02 20:59", **_ORLANDO),
    _law(
        "An Orlando number (689) and no address, 21:00 Eastern, 20:00 Central",
        "2026-06-03 08:00",
        "2026-06-02 21:00",
        **_ORLANDO,
    ),
    _law(
        "The debtor named Pacific time, whatever ZIP and number say, 21:30 in New York",
        "allow",
        "2026-06-02 21:30",
        debtor={"stated_time_zone": "America/Los_Angeles"},
    ),
    _law(
        "A second number in California counts too, 10:59 in New York",
        "2026-06-02 11:00",
        "2026-06-02 10:59",
        more_points=[{"point_id": "P2", "value": "+13105550100"}],
    ),
    _law("An e-mail is sent at 22:00", "2026-06-03 08:00", "2026-06-02 22:00", by="email", more_points=[EMAIL]),
    _law("A letter is written at 22:00", "allow", "2026-06-02 22:00", by="letter"),
    _law(
        "“I work nights, call after 10 pm” and agreed, 22:30",
        "allow",
        "2026-06-02 22:30",
        preferences=[NIGHTS],
        consents=[AGREED],
    ),
    _law(
        "“I work nights, call after 10 pm”, not agreed, 22:30",
        "2026-06-03 08:00",
        "2026-06-02 22:30",
        preferences=[NIGHTS],
    ),
    _law(
        "“I work nights, call after 10 pm” and agreed, 21:30",
        "2026-06-02 22:00",
        "2026-06-02 21:30",
        preferences=[NIGHTS],
        consents=[AGREED],
    ),
    _law("Eastern and Central, 07:59 Eastern", "2026-06-02 09:00", "2026-06-02 07:59", **_CENTRAL),
    _law("Eastern and Central, 20:59 Eastern, 19:59 Central", "allow", "2026-06-02 20:59", **_CENTRAL),
    _law("Eastern and Hawaii in summer, 13:59 Eastern", "2026-07-01 14:00", "2026-07-01 13:59", **_HAWAII),
    _law("Eastern and Hawaii in winter, 12:59 Eastern", "2026-12-01 13:00", "2026-12-01 12:59", **_HAWAII),
    _law("Eastern and Hawaii in winter, 13:00 Eastern", "allow", "2026-12-01 13:00", **_HAWAII),
    _law(
        "Boise and Pacific, 08:59 Mountain",
        "2026-06-02 11:00",
        "2026-06-02 08:59",
        zone="America/Boise",
        **_BOISE,
    ),
    _law("Boise and Pacific, 20:59 Mountain", "allow", "2026-06-02 20:59", zone="America/Boise", **_BOISE),
    _law(
        "Phoenix and Denver in summer, 20:00 Phoenix",
        "2026-07-02 11:00",
        "2026-07-01 20:00",
        zone="America/Phoenix",
        **_PHOENIX,
    ),
    _law(
        "Phoenix and Denver in winter, 20:59 Phoenix", "allow", "2026-12-01 20:59", zone="America/Phoenix", **_PHOENIX
    ),
    _law("Eastern and Puerto Rico in summer, 20:59 Eastern", "allow", "2026-07-01 20:59", **_PUERTO_RICO),
    _law("Eastern and Puerto Rico in winter, 19:59 Eastern", "allow", "2026-12-01 19:59", **_PUERTO_RICO),
    _law("Eastern and Puerto Rico in winter, 20:00 Eastern", "2026-12-02 08:00", "2026-12-01 20:00", **_PUERTO_RICO),
    _law("The eve of summer time, 21:00", "2026-03-08 08:00", "2026-03-07 21:00"),
    _law("The eve of winter time, 21:00", "2026-11-01 08:00", "2026-10-31 21:00"),
    _law("28 February of a leap year, 21:00", "2028-02-29 08:00", "2028-02-28 21:00"),
    _law("31 December, 21:00", "2027-01-01 08:00", "2026-12-31 21:00"),
    _law("Our own debt is none of this law's, 22:00", "allow", "2026-06-02 22:00", account=OWN),
    _house("Our own debt, 22:00: the house keeps the same hours", "2026-06-03 08:00", "2026-06-02 22:00", account=OWN),
    _house(
        "Taipei, 20:59",
        "allow",
        "2026-06-02 20:59",
        debtor=TAIPEI,
        number="+886900000001",
        zone="Asia/Taipei",
        account=OWN,
    ),
    _house(
        "Taipei, 21:00 (09:00 in New York)",
        "2026-06-02 20:00",
        "2026-06-02 21:00",
        debtor=TAIPEI,
        number="+886900000001",
        zone="Asia/Taipei",
        account=OWN,
    ),
    _quiet("A reminder of our own debt, 21:05", "2026-06-03 08:00", "2026-06-02 21:05", account=OWN),
    _quiet("A text of our own, 07:55", "2026-06-02 08:00", "2026-06-02 07:55", by="sms", account=OWN),
    _quiet("A letter of our own, 21:05", "allow", "2026-06-02 21:05", by="letter", account=OWN),
    _place(
        "Washington, 07:45: the state would allow",
        "allow",
        "2026-06-02 07:45",
        debtor=SEATTLE,
        number="+12065550100",
        zone="America/Los_Angeles",
    ),
    _law(
        "Washington, 07:45: federal law holds until 08:00 there",
        "2026-06-02 11:00",
        "2026-06-02 07:45",
        debtor=SEATTLE,
        number="+12065550100",
        zone="America/Los_Angeles",
    ),
    _place(
        "Washington, 07:29",
        "2026-06-02 10:30",
        "2026-06-02 07:29",
        debtor=SEATTLE,
        number="+12065550100",
        zone="America/Los_Angeles",
    ),
    _place(
        "Massachusetts, a creditor of its own, 07:59",
        "2026-06-02 08:00",
        "2026-06-02 07:59",
        debtor=BOSTON,
        number="+16175550100",
        account=OWN,
    ),
    _place(
        "Massachusetts, Patriots' Day, 20 April, 12:00: no law names it",
        "allow",
        "2026-04-20 12:00",
        debtor=BOSTON,
        number="+16175550100",
    ),
    _place("Ontario, Sunday 12:30", "2026-06-07 13:00", "2026-06-07 12:30", debtor=TORONTO, number="+14165550100"),
    _place("Ontario, Sunday 16:59", "allow", "2026-06-07 16:59", debtor=TORONTO, number="+14165550100"),
    _place("Ontario, Sunday 17:00", "2026-06-08 07:00", "2026-06-07 17:00", debtor=TORONTO, number="+14165550100"),
    _place(
        "Ontario, Canada Day, 1 July, 12:00",
        "2026-07-02 07:00",
        "2026-07-01 12:00",
        debtor=TORONTO,
        number="+14165550100",
    ),
    _place(
        "Ontario, the evening before Christmas Day: two holidays, then Sunday",
        "2026-12-27 13:00",
        "2026-12-24 21:00",
        debtor=TORONTO,
        number="+14165550100",
    ),
    _works("A company on Saturday", "2026-06-08 09:00", "2026-06-06 11:00", debtor=COMPANY, account=INVOICE),
    _works("A company, Friday 16:59", "allow", "2026-06-05 16:59", debtor=COMPANY, account=INVOICE),
    _works("A company, Friday 17:00", "2026-06-08 09:00", "2026-06-05 17:00", debtor=COMPANY, account=INVOICE),
    _works(
        "A company on 3 July, the holiday observed",
        "2026-07-06 09:00",
        "2026-07-03 11:00",
        debtor=COMPANY,
        account=INVOICE,
    ),
    _works(
        "A company on the evening of 24 December",
        "2026-12-28 09:00",
        "2026-12-24 17:00",
        debtor=COMPANY,
        account=INVOICE,
    ),
    _works(
        "A company on the evening of 31 December",
        "2027-01-04 09:00",
        "2026-12-31 17:00",
        debtor=COMPANY,
        account=INVOICE,
    ),
    _works(
        "A company on the evening before a leap day",
        "2028-02-29 09:00",
        "2028-02-28 17:00",
        debtor=COMPANY,
        account=INVOICE,
    ),
    _works(
        "A company in California with a New York mobile, 11:30 in New York",
        "2026-06-02 12:00",
        "2026-06-02 11:30",
        debtor=COMPANY | LOS_ANGELES,
        number="+12125550100",
        account=INVOICE,
    ),
    _works(
        "An e-mail to a company on Saturday",
        "allow",
        "2026-06-06 11:00",
        by="email",
        debtor=COMPANY,
        account=INVOICE,
        more_points=[EMAIL],
    ),
    _works("A consumer on Saturday", "allow", "2026-06-06 11:00"),
    _works(
        "A person whose debt is of no known class, on Saturday",
        "allow",
        "2026-06-06 11:00",
        account={"debt_class": None},
    ),
    _works(
        "A company that named somebody for invoices: the company itself",
        "null",
        "2026-06-02 11:00",
        of="D1",
        debtor=COMPANY,
        account=INVOICE,
        others=[PAYABLES],
        parties=[PART],
        more_points=[THEIR_PHONE],
    ),
    _works(
        "A company that named somebody for invoices: that person",
        "allow",
        "2026-06-02 11:00",
        of="P1",
        debtor=COMPANY,
        account=INVOICE,
        others=[PAYABLES],
        parties=[PART],
        more_points=[THEIR_PHONE],
    ),
    _works(
        "A company that named somebody for invoices, whose number is not known",
        "allow",
        "2026-06-02 11:00",
        of="D1",
        debtor=COMPANY,
        account=INVOICE,
        others=[PAYABLES],
        parties=[PART],
    ),
]
