"""Hours by law, by state and by the house's calendar, wherever the debtor may be; and the debtor's working hours."""

from __future__ import annotations

import numpy as np

from arrears.policy import codes
from arrears.policy.columns import NEVER, Flags, Masks, Rows, Words
from arrears.policy.facts import Facts
from arrears.policy.rule import Found, Rule, Values, nothing
from arrears.policy.rules.wishes import consented, surely_preferred
from arrears.policy.week import Week, week_of, widened
from arrears.policy.windows import by_bands, by_location, moment_of, shut_in, window

_COMMERCIAL = ("commercial", "commercial_natural_person")
_EVERY_HOUR = ("00:00-24:00",)


def outside_hours(facts: Facts, values: Values) -> Found:
    """It is too early or too late in some place where the debtor may be, or nobody knows where that is.

    Hours for which the debtor asked, and agreed to in so many words, are open besides.
    """
    week = week_of((f"{values['start']}-{values['end']}",), margin=values.get("safety_margin_min", 0))
    found = by_location(facts, week)
    agreed = _agreed_bands(facts)
    return _widened(facts, week, found, agreed) if len(agreed) else found


def outside_hours_of_place(facts: Facts, values: Values) -> Found:
    """A state's or the house's own hours of the week, and its holidays; nothing that the debtor says widens them."""
    return by_location(facts, week_of(values.get("hours", _EVERY_HOUR), values.get("holidays", "")))


def outside_business_hours(facts: Facts, values: Values) -> Found:
    """The debtor's site is closed: it is evening or weekend there, or a public holiday of its country."""
    asks, people = facts.asks, facts.people
    commercial = codes.DEBT_CLASS.among(facts.accounts.debt_class, *_COMMERCIAL)[asks.account]
    commercial |= people.business[asks.person]
    if not commercial.any():
        return nothing(len(asks))
    sites, zones, countries = _sites(facts, commercial)
    at, hours = moment_of(facts), values["hours"]
    told = [
        window(week_of(hours, country), facts.zones.of(mask, facts.zone), at)
        for mask, country in zip(zones.tolist(), countries.tolist(), strict=True)
    ]
    found = shut_in(told, sites)
    return Found(commercial & found.holds, found.until, np.where(commercial, found.shuts, NEVER))


def payables_come_first(facts: Facts, values: Values) -> Found:
    """Somebody else is named for invoices and has a number that may be good: nobody else is called about them."""
    del values
    parties, points = facts.parties, facts.points
    payables = parties.part == codes.PART.of("ap_contact")
    if not payables.any():
        return nothing(len(parties))
    phones = (points.kind == codes.POINT.of("phone")) & (points.status != codes.POINT_STATUS.of("bad"))
    has_phone = np.zeros(len(facts.people), np.bool_)
    has_phone[points.person[phones]] = True
    named = np.zeros(len(facts.accounts), np.bool_)
    named[parties.account[payables & has_phone[parties.person]]] = True
    found = nothing(len(parties))
    return Found(named[parties.account] & ~payables, found.until)


def _agreed_bands(facts: Facts) -> Rows:
    """Preferences for hours of people who agreed to be called in hours that they named."""
    if not len(facts.consents.person) or not len(facts.preferences.person):
        return np.empty(0, np.int64)
    agreed = np.zeros(len(facts.people), np.bool_)
    agreed[facts.consents.person[consented(facts, "call_window")]] = True
    rows = surely_preferred(facts)
    rows = rows[facts.preferences.kind[rows] == codes.PREFERENCE.of("time")]
    return np.asarray(rows[agreed[facts.preferences.person[rows]]])


def _widened(facts: Facts, week: Week, found: Found, rows: Rows) -> Found:
    holds, until = found.holds.copy(), found.until.copy()
    shuts = until.copy() if found.allowed_until is None else found.allowed_until.copy()
    at = moment_of(facts)
    for people, mask, bands in by_bands(facts, rows):
        if mask:
            told = window(widened(week, bands), facts.zones.of(mask, facts.zone), at)
            own = shut_in([told], np.zeros(len(people), np.int64))
            holds[people], until[people], shuts[people] = own.holds, own.until, own.shuts
    return Found(holds, until, shuts, missing=found.missing)


def _sites(facts: Facts, chosen: Flags) -> tuple[Rows, Masks, Words]:
    """(asks,) which distinct zones and country each ask's site has, those zones, and those countries.

    The address tells where the site is; where there is none, the numbers do.
    """
    asks, people = facts.asks, facts.people
    person = asks.person[chosen]
    address = people.zones[person]
    zones = np.where(address != 0, address, facts.person_zones[person])
    country = people.country[person]
    places, place = np.unique(country, return_inverse=True)
    masks, mask = np.unique(zones, return_inverse=True)
    pairs, pair = np.unique(place * len(masks) + mask, return_inverse=True)
    which = np.zeros(len(asks), np.int64)
    which[chosen] = pair
    return which, masks[pairs % len(masks)], places[pairs // len(masks)]


_ALL_BUT_POST = frozenset({"call", "sms", "email", "visit"})
RULES = (
    Rule(
        "RF-04",
        "hours",
        "It is too early or too late where the debtor may be",
        "person",
        outside_hours,
        channels=_ALL_BUT_POST,
        cures="debtors",
    ),
    Rule(
        "TC-04",
        "quiet_hours",
        "These are quiet hours where the debtor may be",
        "person",
        outside_hours,
        channels=frozenset({"call", "sms"}),
        cures="debtors",
    ),
    Rule(
        "ST-02",
        "hours_of_place",
        "The debtor's state or the house keeps this hour or day free",
        "person",
        outside_hours_of_place,
        channels=_ALL_BUT_POST,
        cures="debtors",
    ),
    Rule(
        "B2-05",
        "business_hours",
        "The debtor's business is closed",
        "ask",
        outside_business_hours,
        channels=frozenset({"call", "visit"}),
    ),
    Rule(
        "B2-05",
        "contact_role",
        "Somebody else is named for invoices",
        "party",
        payables_come_first,
        channels=frozenset({"call", "visit"}),
    ),
)
