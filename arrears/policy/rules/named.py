"""Times and places that debtors named as inconvenient, and their place of work."""

from __future__ import annotations

import numpy as np

from arrears.policy import codes
from arrears.policy.columns import NEVER, NOBODY, Flags, Rows
from arrears.policy.facts import Facts
from arrears.policy.rule import Found, Rule, Values, nothing, open_ended
from arrears.policy.rules.holding import FREE
from arrears.policy.rules.wishes import given_on_points, preferred
from arrears.policy.week import closed_in, opens
from arrears.policy.windows import by_bands, moment_of, shut_in, window

_REPLY = codes.PURPOSE.of("service_reply")
_IN, _OUT = codes.DIRECTION.of("in"), codes.DIRECTION.of("out")
_WORK = "work"


def named_time(facts: Facts, values: Values) -> Found:
    """It is a time at which the debtor asked not to be reached, on some clock that they may have."""
    del values
    rows = _named(facts, "time")
    if not len(rows):
        return nothing(len(facts.people))
    count = len(facts.people)
    holds, missing = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    until, shuts = np.full(count, NEVER), np.full(count, NEVER)
    at = moment_of(facts)
    for people, mask, bands in by_bands(facts, rows):
        told = window(closed_in(bands), facts.zones.of(mask, facts.zone), at)
        own = shut_in([told], np.zeros(len(people), np.int64))
        holds[people], until[people], shuts[people] = own.holds & (mask != 0), own.until, own.shuts
        missing[people] = mask == 0
    return Found(holds, until, shuts, missing)


def reply_at_named_time(facts: Facts, values: Values) -> Found:
    """A reply at a time that the debtor named, unless they wrote or called within it and were not answered yet."""
    asks = facts.asks
    replies = asks.purpose == _REPLY
    if not replies.any() or not len(rows := _named(facts, "time")):
        return nothing(len(asks))
    found = named_time(facts, values)
    owed = np.zeros(len(facts.people), np.bool_)
    asked = np.zeros(len(facts.people), np.bool_)
    asked[asks.person[replies]] = True
    for people, mask, bands in by_bands(facts, rows):
        for person in people[asked[people] & found.holds[people]].tolist():
            wrote = _unanswered(facts, person)
            week, zones = closed_in(bands), facts.zones.of(mask, facts.zone)
            owed[person] = wrote is not None and wrote != opens(week, zones, wrote) == opens(
                week, zones, moment_of(facts)
            )
    person = asks.person
    return Found(replies & found.holds[person] & ~owed[person], found.until[person])


def named_place(facts: Facts, values: Values) -> Found:
    """The debtor asked not to be reached at a place, and nobody says which numbers are not there; work is RF-06's."""
    del values
    rows = _named(facts, "place")
    rows = rows[facts.preferences.place[rows] != _WORK]
    found = nothing(len(facts.points) + 1)
    if not len(rows):
        return found
    return Found(found.holds, found.until, missing=_phones_of(facts, rows))


def point_at_work(facts: Facts, values: Values) -> Found:
    """The point is at the debtor's work, and the employer forbids it, or the house wants consent and has none.

    An employer's e-mail address is open once the debtor wrote from it or agreed to its use.
    """
    points = facts.points
    at_work = np.append(points.is_work == 1, False)
    rows = _named(facts, "place")
    rows = rows[facts.preferences.place[rows] == _WORK]
    if not at_work.any() and not len(rows):
        return nothing(len(at_work))
    free = _agreed_or_used(facts)
    if values.get("without_consent") == "block":
        return open_ended(at_work & ~free)
    forbidden = np.zeros(len(facts.people), np.bool_)
    forbidden[facts.preferences.person[rows]] = True
    here = np.append(forbidden[points.person], False)
    is_email = np.append(points.kind == codes.POINT.of("email"), False)
    found = open_ended(at_work & np.where(is_email, ~free, here))
    unknown = np.append(points.is_work == codes.NOT_GIVEN, False)
    return Found(found.holds, found.until, missing=unknown & _phones_of(facts, rows))


def _named(facts: Facts, kind: str) -> Rows:
    """Preferences of a kind against something, in force today by any clock."""
    if not len(facts.preferences.person):
        return np.empty(0, np.int64)
    rows = preferred(facts, allow=False)
    return np.asarray(rows[facts.preferences.kind[rows] == codes.PREFERENCE.of(kind)])


def _phones_of(facts: Facts, rows: Rows) -> Flags:
    """(points + 1,) the numbers of the people of some preferences; the last is for asks without a point."""
    points = facts.points
    theirs = np.zeros(len(facts.people), np.bool_)
    theirs[facts.preferences.person[rows]] = True
    return np.append((points.kind == codes.POINT.of("phone")) & theirs[points.person], False)


def _agreed_or_used(facts: Facts) -> Flags:
    """(points + 1,) points at work that the debtor agreed to, or reached us from."""
    found: Flags = given_on_points(facts, _WORK) > FREE
    point = facts.contacts.point[facts.contacts.direction == _IN]
    found[point[point != NOBODY]] = True
    return found


def _unanswered(facts: Facts, person: int) -> int | None:
    """When a person last wrote or called without a reply since, in microseconds since 1970; None: never."""
    contacts = facts.contacts
    theirs = contacts.person == person
    wrote = contacts.at[theirs & (contacts.direction == _IN)]
    if not len(wrote):
        return None
    last = wrote.max()
    answered = theirs & (contacts.direction == _OUT) & (contacts.purpose == _REPLY) & (contacts.at >= last)
    return None if answered.any() else int(last.astype("M8[us]").astype(np.int64))


RULES = (
    Rule(
        "RF-05",
        "named_time",
        "The debtor asked not to be reached at this time",
        "person",
        named_time,
        channels=frozenset({"call", "sms", "email", "visit"}),
        spares=frozenset({"service_reply"}),
        cures="debtors",
    ),
    Rule(
        "RF-05",
        "named_time",
        "The debtor asked not to be reached at this time",
        "ask",
        reply_at_named_time,
        channels=frozenset({"call", "sms", "email", "visit"}),
    ),
    Rule(
        "RF-05",
        "named_place",
        "The debtor asked not to be reached at a place where this number may be",
        "point",
        named_place,
        cures="points",
    ),
    Rule(
        "RF-06",
        "work_point",
        "This number or address is at the debtor's work",
        "point",
        point_at_work,
        spares=frozenset({"legal_notice"}),
        cures="points",
    ),
)
