"""Addresses and numbers that a written message may go to: where it is known to reach the debtor alone."""

from __future__ import annotations

import numpy as np

from arrears.policy import codes
from arrears.policy.columns import NEVER, NOBODY, Days, Flags, Rows
from arrears.policy.facts import Facts
from arrears.policy.lasting import SOMEBODY_ELSE
from arrears.policy.rule import Found, Rule, Values, open_ended
from arrears.policy.rules.holding import DAY, FREE, has_begun
from arrears.policy.rules.wishes import given_on_points

_NO_USE = ("opted_out", "cease", "refused", *SOMEBODY_ELSE, "bounced")
"""What a message may say that is no use of the address by the debtor: it asks to stop, or somebody else wrote it."""

ANSWERS = frozenset({"service_reply", "opt_out_confirmation"})
"""Purposes for which the debtor's own message opens the way."""


def address_is_not_known_as_theirs(facts: Facts, values: Values) -> Found:
    """The debtor never wrote from this address and never agreed to it, or somebody else answered there."""
    del values
    theirs = given_on_points(facts, "email") > FREE
    theirs[facts.contacts.point[used(facts, "email")]] = True
    theirs[anothers(facts, "email", *SOMEBODY_ELSE)] = False
    theirs[-1] = False
    return open_ended(~theirs)


def number_is_not_proven(facts: Facts, values: Values) -> Found:
    """The debtor never texted from this number or agreed to texts, or the last proof is older than `proof_days`.

    A text from it, a consent to texts, or a check that says it was not reassigned is proof. Consent to calls is none.
    """
    points = facts.points
    rows = used(facts, "sms")
    proven = given_on_points(facts, "sms")
    np.maximum.at(proven, facts.contacts.point[rows], facts.contact_days[rows])
    theirs = proven[:-1] > FREE
    checked = clean_on(facts)
    last = np.maximum(proven[:-1], np.where(np.isnat(checked), FREE, checked))
    return open_while(facts, theirs & (points.reassigned != 1), last + (values["proof_days"] + 1) * DAY)


def used(facts: Facts, channel: str) -> Rows:
    """Contacts by which the debtor wrote to us by this channel from a point that is known."""
    contacts = facts.contacts
    wrote = (contacts.direction == codes.DIRECTION.of("in")) & (contacts.channel == codes.CHANNEL.of(channel))
    rows = np.flatnonzero(wrote)
    told = ~codes.DISPOSITION.among(contacts.disposition[rows], *_NO_USE)
    return np.asarray(rows[told & (contacts.point[rows] != NOBODY)])


def anothers(facts: Facts, channel: str, *dispositions: str) -> Rows:
    """Points at which somebody else answered a contact by this channel."""
    contacts = facts.contacts
    if not len(contacts):
        return np.empty(0, np.int64)
    rows = np.flatnonzero((contacts.channel == codes.CHANNEL.of(channel)) & (contacts.point != NOBODY))
    return np.asarray(contacts.point[rows[codes.DISPOSITION.among(contacts.disposition[rows], *dispositions)]])


def clean_on(facts: Facts) -> Days:
    """(points,) the day of a check that says a number was not reassigned; NaT where there is none."""
    points = facts.points
    return np.where(points.reassigned == 0, points.checked_on, np.datetime64("NaT", "D"))


def open_while(facts: Facts, allowed: Flags, expires: Days) -> Found:
    """(points + 1,) allowed until the day of `expires` begins anywhere; what is no point is not allowed.

    Parameters
    ----------
    allowed, expires : (points,); a day that is NaT never came to be.
    """
    held = np.ones(len(allowed) + 1, dtype=np.bool_)
    closes = np.full(len(held), NEVER)
    chosen = np.flatnonzero(allowed & ~np.isnat(expires))
    days, person = expires[chosen], facts.points.person[chosen]
    fresh = ~has_begun(facts, days, person)
    held[chosen[fresh]] = False
    if fresh.any():
        closes[chosen[fresh]] = facts.begins_somewhere(days[fresh], person[fresh])
    return Found(held, np.full(len(held), NEVER), allowed_until=closes)


RULES = (
    Rule(
        "RF-10",
        "address_not_theirs",
        "The debtor has not used this address with us or agreed to it",
        "point",
        address_is_not_known_as_theirs,
        channels=frozenset({"email"}),
        spares=ANSWERS,
        cures="consents",
    ),
    Rule(
        "RF-11",
        "number_not_proven",
        "Nothing of the last 60 days says that the debtor agreed to texts at this number",
        "point",
        number_is_not_proven,
        channels=frozenset({"sms"}),
        spares=ANSWERS,
        cures="consents",
    ),
)
