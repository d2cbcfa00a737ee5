"""A request not to use a medium, a number or an address: it stops that way at once and leaves the others open."""

from __future__ import annotations

import numpy as np

from arrears.policy import codes
from arrears.policy.columns import NEVER, NOBODY, Flags, Instants, Rows
from arrears.policy.facts import Facts
from arrears.policy.rule import Found, Rule, Values, nothing
from arrears.policy.rules.holding import FREE, has_begun, held_through, persons_of, spread
from arrears.policy.rules.wishes import CHANNELS, ByChannel, preferred, wanted_since

_PHONE = ("call", "sms")
_SPOKEN = ("call", "visit")
_IS_PHONE = np.array([name in _PHONE for name in codes.CHANNEL.names])
_REPLY, _CONFIRM = codes.PURPOSE.of("service_reply"), codes.PURPOSE.of("opt_out_confirmation")


def asked_not_to_use_this(facts: Facts, values: Values) -> Found:
    """The debtor opted out of this channel or point, by a word, a coded contact or a preference.

    An oral wish to stop all contact stops telephone media. What the person wrote that way afterwards may be answered
    once, and one message may confirm the opt-out.
    """
    count = len(facts.asks)
    found = nothing(count)
    told = (_by_contacts(facts, values), _by_preferences(facts), _by_word(facts))
    for each in told:
        if each is not None:
            ends = np.where(each.holds, each.until, FREE.astype("M8[us]"))
            so_far = np.where(found.holds, found.until, FREE.astype("M8[us]"))
            found = Found(found.holds | each.holds, np.maximum(so_far, ends))
    return found


def begun(facts: Facts, rows: Rows) -> Flags:
    """(rows,) whether holds have begun, and are of somebody of this book."""
    person = persons_of(facts, rows)
    known = person != NOBODY
    found = np.zeros(len(rows), dtype=np.bool_)
    found[known] = has_begun(facts, facts.holds.starts_on[rows[known]], person[known])
    return found


def opted_out(facts: Facts) -> Rows:
    """Contacts by which somebody asked not to be reached that way again."""
    contacts = facts.contacts
    out = contacts.disposition == codes.DISPOSITION.of("opted_out")
    stop = np.flatnonzero(out | (contacts.disposition == codes.DISPOSITION.of("cease")))
    return np.asarray(stop[out[stop] | codes.CHANNEL.among(contacts.channel[stop], *_SPOKEN)])


def _by_contacts(facts: Facts, values: Values) -> Found | None:
    rows, contacts, asks = opted_out(facts), facts.contacts, facts.asks
    if not len(rows):
        return None
    days = _days_out(facts, rows, str(values.get("stop_scope", "medium")))
    out = days.at(asks.person, asks.point, asks.channel)
    holds: Flags = (out > FREE) & ~(wanted_since(facts) > out)
    holds &= ~_may_still_be_said(facts, contacts.at[rows], contacts.person[rows])
    return Found(holds, np.full(len(holds), NEVER))


def _days_out(facts: Facts, rows: Rows, scope: str) -> ByChannel:
    contacts, days = facts.contacts, facts.contact_days[rows]
    found = ByChannel(people=len(facts.people), points=len(facts.points))
    person, point = contacts.person[rows], contacts.point[rows]
    channel = contacts.channel[rows]
    spoken = contacts.disposition[rows] == codes.DISPOSITION.of("cease")
    if scope == "all":
        meant = np.ones((len(rows), CHANNELS), dtype=np.bool_)
    else:
        meant = np.where(spoken[:, None], _IS_PHONE, channel[:, None] == np.arange(CHANNELS))
    at, which = np.nonzero(meant)
    alone = (~spoken & (point != NOBODY) & (scope == "address"))[at]
    found.of_point(point[at[alone]], which[alone], days[at[alone]])
    found.of_person(person[at[~alone]], which[~alone], days[at[~alone]])
    return found


def _may_still_be_said(facts: Facts, out_at: Instants, who: Rows) -> Flags:
    """Asks for the one reply or the one confirmation that an opt-out leaves open."""
    asks, contacts = facts.asks, facts.contacts
    reply, confirm = asks.purpose == _REPLY, asks.purpose == _CONFIRM
    if not (reply.any() or confirm.any()):
        return np.zeros(len(asks), dtype=np.bool_)
    inwards = contacts.direction == codes.DIRECTION.of("in")
    stopped = np.full(len(facts.people), FREE.astype("M8[us]"))
    np.maximum.at(stopped, who, out_at)
    wrote, sent = _last(facts, inwards), _last(facts, ~inwards)
    slot = asks.person * CHANNELS + asks.channel
    answered = sent[slot] > np.maximum(wrote[slot], stopped[asks.person])
    electronic = codes.CHANNEL.among(asks.channel, "sms", "email")
    return np.asarray(~answered & ((reply & (wrote[slot] > stopped[asks.person])) | (confirm & electronic)))


def _last(facts: Facts, chosen: Flags) -> Instants:
    """(people x channels,) when the last of some contacts was."""
    contacts = facts.contacts
    found = np.full(len(facts.people) * CHANNELS, FREE.astype("M8[us]"))
    np.maximum.at(found, (contacts.person * CHANNELS + contacts.channel)[chosen], contacts.at[chosen])
    return found


def _by_preferences(facts: Facts) -> Found | None:
    preferences, asks = facts.preferences, facts.asks
    rows = preferred(facts, allow=False)
    channel = rows[preferences.kind[rows] == codes.PREFERENCE.of("channel")]
    point = rows[preferences.point[rows] != NOBODY]
    if not len(channel) and not len(point):
        return None
    days = ByChannel(people=len(facts.people), points=len(facts.points))
    named = preferences.channel[channel].astype(np.int64)
    days.of_person(preferences.person[channel], named, preferences.ends_on[channel])
    days.of_whole_point(preferences.point[point], preferences.ends_on[point])
    return held_through(facts, days.at(asks.person, asks.point, asks.channel), asks.person)


def _by_word(facts: Facts) -> Found | None:
    """Holds for an oral wish to stop all contact: they bind telephone media alone."""
    holds, asks = facts.holds, facts.asks
    rows = np.flatnonzero((holds.kind == codes.HOLD.of("cease")) & (holds.form == codes.FORM.of("oral")))
    rows = rows[begun(facts, rows)] if len(rows) else rows
    if not len(rows):
        return None
    days = spread(facts, holds.account[rows], persons_of(facts, rows), holds.ends_on[rows])[asks.party]
    phone = codes.CHANNEL.among(asks.channel, *_PHONE)
    return held_through(facts, np.where(phone, days, FREE), asks.person)


RULES = (
    Rule(
        "RF-09",
        "opted_out",
        "The debtor asked us not to use this channel",
        "ask",
        asked_not_to_use_this,
        spares=frozenset({"legal_notice", "required_disclosure"}),
    ),
)
