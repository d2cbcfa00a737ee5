"""How often somebody may be reached: so many contacts that count within so many days.

A budget is spent while its last so many contacts all lie in the window, so the oldest of them alone tells when the next
may come: its day and the length of the window. One pass answers that for a whole book.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from arrears.errors import BadInput
from arrears.policy import codes
from arrears.policy.columns import NEVER, NOBODY, Flags, Instants, Rows
from arrears.policy.facts import Facts

Per = Literal["party", "account", "person"]
Counts = Literal["dialled", "connected", "reached", "talks"]
Where = Literal["anywhere", "work", "personal"]

NOT_CONNECTED = ("busy", "not_in_service")
"""What a line says where no telephone rang (12 CFR 1006.14(b)(3)(ii))."""

_NO_TALK = (
    *NOT_CONNECTED,
    "no_answer",
    "voicemail",
    "wrong_number",
    "third_party",
    "abandoned",
    "delivered",
    "bounced",
)
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Budget:
    """How many contacts of which kind fit into a window.

    Attributes
    ----------
    cap : the contact that would come after so many is held.
    media : channels that count, and that are held.
    days, minutes : how long a contact counts. Its day is day one; minutes run from its own moment.
    per : whose contacts are counted together: a person's about one account, all about an account, all of a person.
    counts : `dialled` every attempt, `connected` those that rang, `reached` not those that nobody answered, `talks`
        conversations, and what may have been one.
    inbound : contacts that the debtor began count too.
    consented : contacts that the debtor agreed to beforehand count too.
    where : only contacts at work, or only those elsewhere, count and are held. A call whose number nobody noted may
        have gone to either.
    free : purposes that neither count nor are held.
    """

    cap: int
    media: tuple[str, ...]
    days: int = 0
    minutes: int = 0
    per: Per = "party"
    counts: Counts = "connected"
    inbound: bool = False
    consented: bool = True
    where: Where = "anywhere"
    free: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.cap < 1:
            raise BadInput(
                asked="limit how often somebody is reached",
                found=f"a limit of {self.cap} contacts by {', '.join(self.media)}",
                do="Allow at least one, or switch the limit off; a channel nobody may use is not limited but left out.",
            )


def spent_until(facts: Facts, budget: Budget) -> Instants | None:
    """(asks,) when each ask fits into the budget again; NaT where it does now, and None where all of them do."""
    if len(facts.contacts) < budget.cap or not len(facts.asks):
        return None
    by_party = _party_until(facts, budget)
    if by_party is None:
        return None
    asks = facts.asks
    held = codes.CHANNEL.among(asks.channel, *budget.media)
    if budget.free:
        held &= ~codes.PURPOSE.among(asks.purpose, *budget.free)
    if budget.where != "anywhere":
        held &= _may_be(facts, asks.point, asks.channel, budget.where)
    until = np.where(held, by_party[asks.party], NEVER)
    return None if np.isnat(until).all() else until


def talks(facts: Facts) -> Flags:
    """(contacts,) telephone conversations, calls that may have been one, and reserved calls that may become one."""
    contacts = facts.contacts
    heard = codes.CONNECT.among(contacts.connect, "answered") | (contacts.connect == codes.NOT_GIVEN)
    perhaps = (contacts.conversation == codes.NOT_GIVEN) & heard
    perhaps &= ~codes.DISPOSITION.among(contacts.disposition, *_NO_TALK)
    called = contacts.channel == codes.CHANNEL.of("call")
    return np.asarray(called & ((contacts.conversation == 1) | perhaps | contacts.reserved))


def _party_until(facts: Facts, budget: Budget) -> Instants | None:
    """(parties,) when each party's budget has room again; NaT where it has now, None where all have."""
    counted = _counted(facts, budget)
    if np.count_nonzero(counted) < budget.cap:
        return None
    key, contact, key_of_party = _keyed(facts, budget, counted)
    total = np.bincount(key, minlength=int(key_of_party.max()) + 1)
    if total.max() < budget.cap:
        return None
    full = total >= budget.cap
    chosen = full[key]
    key, contact = key[chosen], contact[chosen]
    begun = facts.contacts.at[contact] if budget.minutes else _days(facts, contact)
    oldest = np.full(len(total), NEVER.astype(begun.dtype))
    oldest[full] = _latest_but(budget.cap, key, begun, np.flatnonzero(full))
    return _ends(facts, oldest[key_of_party], budget)


def _latest_but(cap: int, key: Rows, begun: Instants, keys: Rows) -> Instants:
    """Of each key its `cap`-th latest value. Key and value become one number, because numbers sort fastest alone."""
    first = begun.min()
    since = (begun - first).astype(np.int64)
    width = since.max() + 1
    packed = np.sort(key * width + since)
    last = np.searchsorted(packed, (keys + 1) * width)
    return np.asarray(first + (packed[last - cap] - keys * width))


def _keyed(facts: Facts, budget: Budget, counted: Flags) -> tuple[Rows, Rows, Rows]:
    """Each contact that counts beside what it counts on, and what each party looks at."""
    parties = facts.parties
    if budget.per == "person":
        contact = np.flatnonzero(counted)
        key = facts.contacts.person[contact]
        return key, contact, parties.person
    mentions, party = facts.mentions, facts.mention_parties
    if budget.per == "party":
        chosen = np.flatnonzero(counted[mentions.contact] & (party != NOBODY))
        return party[chosen], mentions.contact[chosen], np.arange(len(parties))
    # What was said to the debtor's attorney was not said to the debtor.
    to_attorney = _is_attorney(facts)[party] & (party != NOBODY)
    chosen = np.flatnonzero(counted[mentions.contact] & ~to_attorney)
    return mentions.account[chosen], mentions.contact[chosen], parties.account


def _counted(facts: Facts, budget: Budget) -> Flags:
    contacts = facts.contacts
    counted = codes.CHANNEL.among(contacts.channel, *budget.media)
    counted &= contacts.at > facts.at - _longest(budget)
    if not budget.inbound:
        counted &= contacts.direction != codes.DIRECTION.of("in")
    if budget.counts == "talks":
        counted &= talks(facts)
    elif budget.counts != "dialled":
        counted &= ~_said(facts, *NOT_CONNECTED, *(("no_answer", "bounced") if budget.counts == "reached" else ()))
    if not budget.consented:
        counted &= contacts.consented != 1
    if budget.free:
        counted &= ~codes.PURPOSE.among(contacts.purpose, *budget.free)
    if budget.where != "anywhere":
        counted &= _may_be(facts, contacts.point, contacts.channel, budget.where)
    return counted


def _longest(budget: Budget) -> np.timedelta64:
    """No contact counts longer than this: clocks that show different days are less than two days apart."""
    return np.timedelta64(budget.minutes, "m") if budget.minutes else (budget.days + 2) * _DAY


def _said(facts: Facts, *words: str) -> Flags:
    """What the line said, or the coded result where nobody noted the line."""
    contacts = facts.contacts
    line = [word for word in words if word in codes.CONNECT.names]
    unsaid = contacts.connect == codes.NOT_GIVEN
    said = codes.CONNECT.among(contacts.connect, *line)
    return np.asarray(said | (unsaid & codes.DISPOSITION.among(contacts.disposition, *words)))


def _may_be(facts: Facts, point: Rows, channel: codes.Coded, where: Where) -> Flags:
    """Points at work, or elsewhere. One that nobody marked is a personal one."""
    at_work = np.zeros(len(facts.points) + 1, dtype=np.bool_)
    at_work[: len(facts.points)] = facts.points.is_work == 1
    fits = at_work[point] if where == "work" else ~at_work[point]
    nowhere = (point == NOBODY) & (channel == codes.CHANNEL.of("call"))
    return np.asarray(fits | nowhere)


def _days(facts: Facts, contact: Rows) -> Instants:
    """The latest calendar day on which each contact may have been where its person is."""
    person = facts.contacts.person[contact]
    return facts.zones.latest_days(facts.person_zones[person], facts.contacts.at[contact], otherwise=facts.zone)


def _ends(facts: Facts, oldest: Instants, budget: Budget) -> Instants | None:
    """When the oldest contact in a full window has left it; NaT where it has, and for attorneys."""
    parties = facts.parties
    rows = np.flatnonzero(~np.isnat(oldest) & ~_is_attorney(facts))
    until = np.full(len(parties), NEVER)
    if budget.minutes:
        until[rows] = oldest[rows] + np.timedelta64(budget.minutes, "m")
    else:
        until[rows] = facts.begins(oldest[rows] + budget.days * _DAY, parties.person[rows])
    until[~(until > facts.at)] = NEVER
    return None if np.isnat(until).all() else until


def _is_attorney(facts: Facts) -> Flags:
    return np.asarray(facts.parties.part == codes.PART.of("attorney"))
