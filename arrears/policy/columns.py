"""Tables of facts as columns: rows of a source table that point into one another by row number.

Ids have become row numbers and closed lists codes (`arrears.policy.codes`), so that a rule compares integers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arrears.policy.codes import Coded
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

NEVER = np.datetime64("NaT", "us")
"""An instant that never comes: as `until`, only a new fact can end the hold."""


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


__all__ = [
    "NEVER",
    "NOBODY",
    "Accounts",
    "Asks",
    "Claims",
    "Coded",
    "Consents",
    "Contacts",
    "Days",
    "Discussed",
    "Disputes",
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
