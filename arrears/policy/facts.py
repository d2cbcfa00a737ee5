"""The facts that rules read: tables as columns (`arrears.policy.columns`), and what follows from several of them.

Everything here was known at the cutoff the caller read it at. Where the facts come from is for the caller;
`arrears.policy.assemble` makes them from rows of the source tables.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from arrears.policy.codes import POINT
from arrears.policy.columns import (
    NOBODY,
    Accounts,
    Asks,
    Claims,
    Consents,
    Contacts,
    Days,
    Discussed,
    Disputes,
    Holds,
    Instants,
    Licences,
    Masks,
    Notices,
    Parties,
    People,
    Points,
    Preferences,
    Promises,
    Rows,
)
from arrears.policy.zones import Zones

_POSTAL = POINT.of("postal")
_NO_DAY = np.datetime64("NaT", "D")


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
