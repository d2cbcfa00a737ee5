"""The facts that rules read, as columns: tables that point into one another by row number, and the asks to be judged.

Everything here was known at the cutoff the caller read it at. Ids have become row numbers and closed lists codes
(`arrears.policy.codes`), so a rule compares integers over a million rows and over one alike. Where the facts come from
is for the caller; `arrears.policy.assemble` makes them from rows of the source tables.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from arrears.policy.codes import NOT_GIVEN, POINT, Coded
from arrears.policy.zones import Zones
from arrears.policy.zonetime import Days, Instants

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]
Words = NDArray[np.str_]
Rows = NDArray[np.int64]
Masks = NDArray[np.uint64]
Maybe = NDArray[np.int8]
"""1 yes, 0 no, -1 not known."""

NOBODY = -1
"""A row number that points nowhere."""

_POSTAL = POINT.of("postal")

NEVER = np.datetime64("NaT", "us")
"""An instant that never comes: as `until`, only a new fact can end the hold."""

_NO_DAY = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class Accounts:
    """One debt each; money in minor units, NaN where unknown, days NaT.

    `person` is the primary debtor's row; `small_balance_minor` the limit at or below which owing is owing nothing.
    """

    id: Words
    person: Rows
    client: Words
    currency: Words
    role: Coded
    debt_class: Coded
    bucket: Coded
    status: Coded
    balance_minor: Numbers
    past_due_minor: Numbers
    small_balance_minor: Numbers
    days_past_due: Numbers
    payment_pending: Flags
    secured: Maybe
    opened_on: Days
    first_delinquent_on: Days
    limitation_on: Days
    placed_on: Days
    first_bill_on: Days
    charged_off_on: Days

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True)
class People:
    """Debtors and everyone else who has a part in an account.

    `zones` are the zones in which a person may be by what is known of the person alone, `stated` tells that the person
    named the one zone; `places` are the states and cities whose law may look (bits of `arrears.policy.places.PLACES`),
    `country` an ISO 3166 code, "" where unknown.
    """

    id: Words
    business: Flags
    country: Words
    zones: Masks
    stated: Flags
    places: Masks
    has_address: Flags

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True)
class Parties:
    """Who has which part in an account today; the primary debtor always has one."""

    account: Rows
    person: Rows
    part: Coded
    liable: Maybe

    def __len__(self) -> int:
        return len(self.account)


@dataclass(frozen=True)
class Points:
    """Numbers and addresses. `zones` and `places` are what the point alone points to: a number's area code."""

    id: Words
    person: Rows
    kind: Coded
    line: Coded
    is_work: Maybe
    shared: Maybe
    source: Coded
    status: Coded
    checked_on: Days
    reassigned: Maybe
    zones: Masks
    places: Masks
    toll_free: Flags

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True)
class Holds:
    """Rows of the holds table: of an account, or of a person (the other is NOBODY). `named` : who speaks is known."""

    account: Rows
    person: Rows
    kind: Coded
    starts_on: Days
    ends_on: Days
    form: Coded
    received_at: Instants
    named: Flags
    chapter: Words


@dataclass(frozen=True)
class Preferences:
    """What people asked for, already read: a band of minutes of the day on weekdays, a place, a channel or a point.

    Attributes
    ----------
    minutes_from, minutes_to : of the local day, half-open; a band over midnight is two rows. 0 and 1440 if not `time`.
    weekdays : bit 0 for Monday; all seven where no day is named.
    place : the place's name, "" unless `place`.
    channel : NOT_GIVEN unless `channel`.
    point : NOBODY unless `point`.
    """

    person: Rows
    kind: Coded
    allow: Flags
    starts_on: Days
    ends_on: Days
    minutes_from: Rows
    minutes_to: Rows
    weekdays: Rows
    place: Words
    channel: Coded
    point: Rows


@dataclass(frozen=True)
class Consents:
    """What a person agreed to; `point` NOBODY: for every point."""

    person: Rows
    point: Rows
    kind: Coded
    given_on: Days
    revoked_on: Days


@dataclass(frozen=True)
class Notices:
    """Letters that law or house rules ask for."""

    account: Rows
    kind: Coded
    channel: Coded
    sent_on: Days
    returned_on: Days
    level: Numbers


@dataclass(frozen=True)
class Disputes:
    """Debts or parts of debts that are contested; `amount_minor` NaN: all of it."""

    account: Rows
    opened_on: Days
    submitted_on: Days
    received_at: Instants
    form: Coded
    amount_minor: Numbers
    code: Words
    resolved_on: Days


@dataclass(frozen=True)
class Promises:
    """Promises that still wait for their money, by account; `grace_ends_on` is the last day that a rule waits."""

    account: Rows
    due_on: Days
    grace_ends_on: Days


@dataclass(frozen=True)
class Claims:
    """Bills that another payer was asked to pay."""

    account: Rows
    status: Coded
    filed_on: Days
    decided_on: Days


@dataclass(frozen=True)
class Licences:
    """Where the collecting entity may collect; `place` is a bit number of `arrears.policy.places.PLACES`."""

    place: Rows
    kind: Words
    starts_on: Days
    ends_on: Days
    live: Flags


@dataclass(frozen=True)
class Contacts:
    """The trailing contact ledger: every attempt and conversation of the past weeks, and every call that is reserved.

    Attributes
    ----------
    account : the account it was about; NOBODY where none was named, so that it counts on each of the person's.
    reserved : a call that somebody holds a claim for; it counts like one that was made.
    """

    person: Rows
    account: Rows
    at: Instants
    channel: Coded
    direction: Coded
    connect: Coded
    disposition: Coded
    conversation: Maybe
    consented: Maybe
    purpose: Coded
    technology: Coded
    point: Rows
    reserved: Flags

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True)
class Discussed:
    """Further accounts that a contact was about, beside `Contacts.account`."""

    contact: Rows
    account: Rows


@dataclass(frozen=True)
class Asks:
    """What is to be judged: who may be reached about which account, by which channel, where, how and what for.

    `party` is a row of `Parties`; `point` is NOBODY where the channel needs none or none is known.
    """

    account: Rows
    person: Rows
    party: Rows
    point: Rows
    channel: Coded
    technology: Coded
    purpose: Coded

    def __len__(self) -> int:
        return len(self.account)

    def where(self, chosen: Flags | Rows) -> Asks:
        """Those of the asks that are chosen, by a flag each or by their rows."""
        return Asks(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Facts:
    """All tables of one book at one moment.

    Attributes
    ----------
    at : the moment judged, UTC.
    limits_on : the day whose limits are in force.
    zone : the portfolio's own zone, in which a day is counted where nobody's location is known.
    country : the portfolio's country, whose holidays are no business days; "" where unknown.
    present : tables and columns that a source supplied, as `points` and `points.checked_on`.
    contacts_until : the last instant up to which the contact feed is whole; NEVER where nobody says.
    through : the last local day that is judged, where a whole day is: what begins on it has begun. NaT: the moment
        alone.
    """

    at: np.datetime64
    limits_on: np.datetime64
    zone: str
    country: str
    present: frozenset[str]
    contacts_until: np.datetime64
    accounts: Accounts
    people: People
    parties: Parties
    points: Points
    holds: Holds
    preferences: Preferences
    consents: Consents
    notices: Notices
    disputes: Disputes
    promises: Promises
    claims: Claims
    licences: Licences
    contacts: Contacts
    discussed: Discussed
    asks: Asks
    zones: Zones
    through: np.datetime64 = _NO_DAY

    def has(self, *names: str) -> bool:
        """True where a source supplied each of these tables or columns."""
        return all(name in self.present for name in names)

    def asking(self, asks: Asks) -> Facts:
        """The same facts with other asks."""
        return self._knowing(replace(self, asks=asks), _NOT_OF_ASKS)

    def at_instant(self, at: np.datetime64) -> Facts:
        """The same facts at another moment."""
        return self._knowing(replace(self, at=at), _NOT_OF_MOMENT)

    def through_day(self, day: date) -> Facts:
        """The same facts, of which a whole day is judged."""
        return self._knowing(replace(self, through=np.datetime64(day, "D")), _WORKED_OUT)

    def _knowing(self, other: Facts, still_true: frozenset[str]) -> Facts:
        """Other facts with what was worked out here, so that a whole book need not work it out twice."""
        other.__dict__.update({name: self.__dict__[name] for name in still_true if name in self.__dict__})
        return other

    @cached_property
    def person_zones(self) -> Masks:
        """(people,) every zone a person may be in: the stated one alone, else the address's and every number's."""
        masks, points = self.people.zones.copy(), self.points
        theirs = np.flatnonzero(points.person != NOBODY)  # a point may belong to somebody who is not of this book
        free = theirs[~self.people.stated[points.person[theirs]]]
        np.bitwise_or.at(masks, points.person[free], points.zones[free])
        return masks

    @cached_property
    def zone_kinds(self) -> tuple[tuple[int, ...], Rows]:
        """The distinct sets of zones in which people may be, and (people,) which of them each one's is."""
        masks = self.person_zones
        if len(masks) == 1:
            return (int(masks[0]),), np.zeros(1, np.int64)
        kinds, which = np.unique(masks, return_inverse=True)
        return tuple(kinds.tolist()), which

    @cached_property
    def person_places(self) -> Masks:
        """(people,) every state and city in which a person lives or gets mail."""
        masks, points = self.people.places.copy(), self.points
        mail = np.flatnonzero((points.kind == _POSTAL) & (points.person != NOBODY))
        np.bitwise_or.at(masks, points.person[mail], points.places[mail])
        return masks

    @cached_property
    def ask_places(self) -> Masks:
        """(asks,) every state and city whose law may look at an ask: the person's, and the point's area code's."""
        return self.person_places[self.asks.person] | _at(self.points.places, self.asks.point)

    @cached_property
    def today(self) -> Days:
        """(people,) the earliest calendar day that a person's clocks may show: there every window still runs."""
        return self.zones.earliest_day(self.person_zones, self.at, otherwise=self.zone)

    @cached_property
    def contact_days(self) -> Days:
        """(contacts,) the latest calendar day that the person's clocks may have shown at each contact."""
        return self.zones.latest_days(self.person_zones[self.contacts.person], self.contacts.at, otherwise=self.zone)

    def begins(self, days: Days, person: Rows) -> Instants:
        """The instant from which each day has begun for each person in every zone; NaT stays NaT.

        Parameters
        ----------
        days, person : (n,) calendar days, and rows of `people`.
        """
        return self.zones.begin(days, self.person_zones[person], otherwise=self.zone)

    def begins_somewhere(self, days: Days, person: Rows) -> Instants:
        """The instant at which each day begins in the first of each person's zones; NaT stays NaT.

        When a day forbids something, it is forbidden from then on; parameters as in `begins`.
        """
        return self.zones.begin_somewhere(days, self.person_zones[person], otherwise=self.zone)

    @cached_property
    def mentions(self) -> Discussed:
        """Every pair of contact and account that it counts on.

        A contact counts on the account it names and on those discussed; one that names none counts on every account in
        which its person has a part.
        """
        contacts, parties = self.contacts, self.parties
        named = np.flatnonzero(contacts.account != NOBODY)
        discussed = self._further
        told = np.zeros(len(contacts), dtype=np.bool_)
        told[named] = True
        told[discussed.contact] = True
        silent = np.flatnonzero(~told)
        order = np.argsort(parties.person, kind="stable")
        sorted_person = parties.person[order]
        first = np.searchsorted(sorted_person, contacts.person[silent], side="left")
        last = np.searchsorted(sorted_person, contacts.person[silent], side="right")
        counts = last - first
        spread = np.repeat(first - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts) + np.arange(counts.sum())
        contact = np.concatenate([named, discussed.contact, np.repeat(silent, counts)])
        account = np.concatenate([contacts.account[named], discussed.account, parties.account[order][spread]])
        return Discussed(contact=contact, account=account)

    @cached_property
    def _further(self) -> Discussed:
        """The accounts discussed, each once, without those that their contacts name."""
        further = self.contacts.account[self.discussed.contact] != self.discussed.account
        if not len(further):
            return self.discussed
        width = len(self.accounts) + 1
        pairs = np.unique(self.discussed.contact[further] * width + self.discussed.account[further])
        return Discussed(contact=pairs // width, account=pairs % width)

    @cached_property
    def mention_parties(self) -> Rows:
        """(mentions,) the row of `parties` of each contact's person in each account; NOBODY where they have no part."""
        parties, mentions = self.parties, self.mentions
        person = self.contacts.person[mentions.contact]
        found = np.full(len(person), NOBODY)
        if not len(person) or not len(parties):
            return found
        first = np.full(len(self.accounts), NOBODY)
        first[parties.account[::-1]] = np.arange(len(parties))[::-1]
        lead = first[mentions.account]
        alone = (lead != NOBODY) & (parties.person[lead] == person)
        found[alone] = lead[alone]
        rest = np.flatnonzero(~alone)
        if len(rest):
            width = len(self.people)
            keys = parties.account * width + parties.person
            order = np.argsort(keys, kind="stable")
            wanted = mentions.account[rest] * width + person[rest]
            place = np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)
            match = keys[order[place]] == wanted
            found[rest[match]] = order[place][match]
        return found


_WORKED_OUT = frozenset(name for name, made in vars(Facts).items() if isinstance(made, cached_property))
_NOT_OF_ASKS, _NOT_OF_MOMENT = _WORKED_OUT - {"ask_places"}, _WORKED_OUT - {"today"}


def _at(column: Masks, rows: Rows) -> Masks:
    """The column at each row, 0 where a row points nowhere."""
    if not len(column):
        return np.zeros(len(rows), dtype=np.uint64)
    return np.where(rows == NOBODY, np.uint64(0), column[rows])


__all__ = [
    "NEVER",
    "NOBODY",
    "NOT_GIVEN",
    "Accounts",
    "Asks",
    "Claims",
    "Coded",
    "Consents",
    "Contacts",
    "Days",
    "Discussed",
    "Disputes",
    "Facts",
    "Flags",
    "Holds",
    "Instants",
    "Licences",
    "Masks",
    "Maybe",
    "Notices",
    "Numbers",
    "Parties",
    "People",
    "Points",
    "Preferences",
    "Promises",
    "Rows",
    "Words",
]
