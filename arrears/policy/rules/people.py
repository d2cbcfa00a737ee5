"""Whom we may speak with about a debt: those who owe it, their attorney, their estate; others once, to find them."""

from __future__ import annotations

import numpy as np

from arrears.policy import codes
from arrears.policy.columns import NEVER, NOBODY, Flags
from arrears.policy.facts import Facts
from arrears.policy.rule import Found, Rule, Values, nothing, open_ended
from arrears.policy.rules.holding import DAY, held_through, holds_of, last_days, on_hold
from arrears.policy.rules.wishes import preferred

_SPEAKS_FOR = ("attorney", "estate")
_NEVER_OURS = ("insurer", "authorised_user")
_LOCATION = frozenset({"location"})


def is_a_stranger_to_the_debt(facts: Facts, values: Values) -> Found:
    """A party who does not owe, and speaks for nobody who does.

    A company's own clerk for bills is the company. Whether somebody owes must be known, or they are left alone.
    """
    del values
    parties = facts.parties
    speaks = _speaks(facts)
    stranger = ~speaks & ((parties.liable == 0) | codes.PART.among(parties.part, *_NEVER_OURS))
    return Found(stranger, np.full(len(stranger), NEVER), missing=~speaks & ~stranger & (parties.liable != 1))


def was_asked_where_the_debtor_is(facts: Facts, values: Values) -> Found:
    """A stranger to the debt may be asked once where the debtor is, and not at all while we know it."""
    del values
    parties, contacts, points = facts.parties, facts.contacts, facts.points
    asked = np.zeros(len(facts.people), dtype=np.bool_)
    earlier = (contacts.purpose == codes.PURPOSE.of("location")) & (contacts.direction != codes.DIRECTION.of("in"))
    asked[contacts.person[earlier]] = True
    located = np.zeros(len(facts.people), dtype=np.bool_)
    located[points.person[points.status == codes.POINT_STATUS.of("good")]] = True
    stranger = ~_speaks(facts) & ((parties.liable != 1) | codes.PART.among(parties.part, *_NEVER_OURS))
    return open_ended(stranger & (asked[parties.person] | located[facts.accounts.person[parties.account]]))


def line_is_shared(facts: Facts, values: Values) -> Found:
    """Others answer here too: a voice message may carry only what tells nobody of a debt."""
    del values
    found = nothing(len(facts.points) + 1)
    return Found(found.holds, found.until, conditions=_shared(facts))


def others_read_here(facts: Facts, values: Values) -> Found:
    """Others read this number's texts or this address too, and a written message tells them of the debt."""
    if not values.get("no_text_to_shared"):
        return nothing(len(facts.points) + 1)
    return open_ended(_shared(facts))


def has_died(facts: Facts, values: Values) -> Found:
    """The debtor is dead; whoever settles the estate, or their attorney, may be spoken with."""
    del values
    return on_hold(facts, "deceased", spares=_SPEAKS_FOR)


def is_in_mourning(facts: Facts, values: Values) -> Found:
    """Nobody is asked about a dead debtor's account in the first days, the estate included."""
    days, rows = values.get("mourning_days", 0), holds_of(facts, "deceased")
    if not days or not len(rows):
        return nothing(len(facts.parties))
    ends = facts.holds.starts_on[rows] + (days - 1) * DAY
    return held_through(facts, last_days(facts, rows, ends), facts.parties.person)


def asked_for_another_way(facts: Facts, values: Values) -> Found:
    """The debtor named the addresses or channels by which alone to reach them, and this is none of them.

    Where an address of the same kind is named, the channel alone is not enough: letters to the box that was named.
    """
    del values
    asks, preferences, points = facts.asks, facts.preferences, facts.points
    rows = preferred(facts, allow=True)
    rows = rows[codes.PREFERENCE.among(preferences.kind[rows], "channel", "point")]
    if not len(rows):
        return nothing(len(asks))
    wishes = np.zeros(len(facts.people), dtype=np.bool_)
    wishes[preferences.person[rows]] = True
    point = preferences.point[rows]
    point = point[point != NOBODY]
    named = np.zeros(len(points) + 1, dtype=np.bool_)
    named[point] = True
    kinds = len(codes.POINT.names)
    of_kind = np.zeros(len(facts.people) * kinds, dtype=np.bool_)
    of_kind[points.person[point] * kinds + points.kind[point]] = True
    channels = len(codes.CHANNEL.names)
    by_channel = np.zeros(len(facts.people) * channels, dtype=np.bool_)
    of_channel = rows[preferences.channel[rows] != codes.NOT_GIVEN]
    by_channel[preferences.person[of_channel] * channels + preferences.channel[of_channel]] = True
    rival = of_kind[asks.person * kinds + _KIND_OF_CHANNEL[asks.channel]]
    meant = named[asks.point] | (by_channel[asks.person * channels + asks.channel] & ~rival)
    return open_ended(wishes[asks.person] & ~meant)


_REACHES = {"call": "phone", "sms": "phone", "email": "email"}
_KIND_OF_CHANNEL = np.array([codes.POINT.of(_REACHES.get(name, "postal")) for name in codes.CHANNEL.names])


def _speaks(facts: Facts) -> Flags:
    parties = facts.parties
    commercial = facts.accounts.debt_class == codes.DEBT_CLASS.of("commercial")
    clerk = (parties.part == codes.PART.of("ap_contact")) & commercial[parties.account]
    return np.asarray(codes.PART.among(parties.part, *_SPEAKS_FOR) | clerk)


def _shared(facts: Facts) -> Flags:
    return np.append(facts.points.shared == 1, False)


RULES = (
    Rule(
        "RF-12",
        "stranger",
        "This person does not owe the account",
        "party",
        is_a_stranger_to_the_debt,
        spares=_LOCATION,
        cures="parties",
    ),
    Rule(
        "RF-12",
        "located",
        "This person may be asked once where the debtor is, and not while we know it",
        "party",
        was_asked_where_the_debtor_is,
        spares=frozenset(codes.PURPOSE.names) - _LOCATION,
    ),
    Rule(
        "RF-12",
        "shared_line",
        "Others answer this line too",
        "point",
        line_is_shared,
        channels=frozenset({"call"}),
        condition="LCM_ONLY",
    ),
    Rule(
        "RF-12",
        "shared_address",
        "Others read what comes here too",
        "point",
        others_read_here,
        channels=frozenset({"sms", "email"}),
    ),
    Rule("RF-16", "deceased", "The debtor has died", "party", has_died),
    Rule("RF-16", "mourning", "The debtor died only days ago", "party", is_in_mourning),
    Rule(
        "HC-04",
        "confidential",
        "The patient asked to be reached another way",
        "ask",
        asked_for_another_way,
        spares=frozenset({"legal_notice"}),
    ),
)
