"""From rows of the source tables to the facts that rules read: ids become row numbers, closed lists codes.

One assembly serves the night's whole book, one debtor at a claim, and a specification's case: only the rows differ. The
rows are those known at the caller's cutoff, under the column names of the lake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arrears.clock import day_of
from arrears.errors import BadInput
from arrears.policy import codes
from arrears.policy.arrow_columns import Columns, Finder, coded, days, given, instants, maybe, numbers, words
from arrears.policy.asks import asks_of
from arrears.policy.columns import (
    NOBODY,
    Accounts,
    Asks,
    Claims,
    Consents,
    Contacts,
    Discussed,
    Disputes,
    Holds,
    Licences,
    Notices,
    Parties,
    People,
    Points,
    Promises,
    Rows,
)
from arrears.policy.facts import Facts
from arrears.policy.location import located_people, located_points, narrowed
from arrears.policy.places import PLACES
from arrears.policy.preferences import read_preferences
from arrears.policy.zones import Zones

_READ = (
    "debtors",
    "accounts",
    "parties",
    "points",
    "holds",
    "preferences",
    "consents",
    "notices",
    "disputes",
    "promises",
    "claims",
    "licences",
    "contacts",
)

EMPTY_ASKS = Asks(*(np.empty(0, np.int64),) * 4, *(np.empty(0, np.int8),) * 3)


@dataclass(frozen=True)
class Moment:
    """When and where a book is judged.

    Attributes
    ----------
    at : the moment, with a zone.
    limits_on : the day whose limits are in force.
    zone, country : the portfolio's own.
    contacts_until : up to when the contact feed is whole; None where nobody says.
    """

    at: datetime
    limits_on: date
    zone: str
    country: str
    contacts_until: datetime | None = None


def assemble(tables: Mapping[str, pa.Table], present: frozenset[str], when: Moment) -> Facts:
    """The facts of a book, with an ask for every person, channel and point.

    Parameters
    ----------
    tables : rows by source table; absent tables are empty. `accounts` carries also where each account stands: bucket,
        balance_minor, past_due_minor, small_balance_minor, days_past_due, payment_pending. `promises` are those that
        still wait, with grace_ends_on; `contacts` those of the past weeks, with `reserved`.
    present : tables and columns that the source supplied, as `points` and `points.checked_on`.

    Raises
    ------
    BadInput : a value of a closed list that no rule knows, or a zone that does not exist.
    """
    read = {name: Columns(tables.get(name)) for name in _READ}
    debtors, rows = read["debtors"], read["accounts"]
    person_ids, account_ids = words(debtors["debtor_id"]), words(rows["account_id"])
    person_of, account_of = Finder(person_ids), Finder(account_ids)
    point_rows = read["points"]
    point_of = Finder(words(point_rows["point_id"]))
    accounts = _accounts(rows, person_of)
    parties = _parties(read["parties"], accounts, account_of, person_of, when)
    people_at = located_people(debtors, when.country)
    points_at = located_points(point_rows, debtors, person_of(point_rows["debtor_id"]), when.country)
    zones = Zones(tuple(sorted({*people_at.zone_names, *points_at.zone_names})))
    people = People(
        id=person_ids,
        business=np.asarray(pc.fill_null(pc.equal(debtors["kind"], "business"), False)),  # noqa: FBT003 - by position
        country=people_at.country,
        zones=narrowed(people_at.masks(zones), people_at, points_at, person_of(point_rows["debtor_id"])),
        stated=people_at.stated,
        places=people_at.places,
        has_address=given(debtors["postal_code"]) | given(debtors["city"]),
    )
    points = Points(
        id=words(point_rows["point_id"]),
        person=person_of(point_rows["debtor_id"]),
        kind=coded(point_rows["kind"], codes.POINT),
        line=coded(point_rows["line_type"], codes.LINE),
        is_work=maybe(point_rows["is_work"]),
        shared=maybe(point_rows["shared"]),
        source=coded(point_rows["source"], codes.SOURCE),
        status=coded(point_rows["status"], codes.POINT_STATUS),
        checked_on=days(point_rows["checked_on"]),
        reassigned=maybe(point_rows["reassigned"]),
        zones=points_at.masks(zones),
        places=points_at.places,
        toll_free=points_at.toll_free,
    )
    contacts, discussed = _contacts(read["contacts"], account_of, person_of, point_of, accounts)
    facts = Facts(
        at=_instant(when.at),
        limits_on=np.datetime64(when.limits_on, "D"),
        zone=when.zone,
        country=when.country,
        present=present,
        contacts_until=np.datetime64("NaT", "us") if when.contacts_until is None else _instant(when.contacts_until),
        accounts=accounts,
        people=people,
        parties=parties,
        points=points,
        holds=_holds(read["holds"], account_of, person_of),
        preferences=read_preferences(read["preferences"], person_of, point_of),
        consents=_consents(read["consents"], person_of, point_of),
        notices=_notices(read["notices"], account_of),
        disputes=_disputes(read["disputes"], account_of),
        promises=_promises(read["promises"], account_of),
        claims=_claims(read["claims"], account_of),
        licences=_licences(read["licences"]),
        contacts=contacts,
        discussed=discussed,
        asks=EMPTY_ASKS,
        zones=zones,
    )
    return facts.asking(asks_of(facts))


def _accounts(rows: Columns, person_of: Finder) -> Accounts:
    return Accounts(
        id=words(rows["account_id"]),
        person=person_of(rows["debtor_id"]),
        client=words(rows["client"]),
        currency=words(rows["currency"]),
        role=coded(rows["role"], codes.ROLE),
        debt_class=coded(rows["debt_class"], codes.DEBT_CLASS),
        bucket=coded(rows["bucket"], codes.BUCKET),
        status=coded(rows["status"], codes.STATUS),
        balance_minor=numbers(rows["balance_minor"]),
        past_due_minor=numbers(rows["past_due_minor"]),
        small_balance_minor=numbers(rows["small_balance_minor"]),
        days_past_due=numbers(rows["days_past_due"]),
        payment_pending=maybe(rows["payment_pending"]) == 1,
        secured=maybe(rows["secured"]),
        opened_on=days(rows["opened_on"]),
        first_delinquent_on=days(rows["first_delinquent_on"]),
        limitation_on=days(rows["limitation_on"]),
        placed_on=days(rows["placed_on"]),
        first_bill_on=days(rows["first_bill_on"]),
        charged_off_on=days(rows["charged_off_on"]),
    )


def _parties(rows: Columns, accounts: Accounts, account_of: Finder, person_of: Finder, when: Moment) -> Parties:
    """Parties of today by the portfolio's clocks, and the primary debtor wherever no row names a primary."""
    account, person = account_of(rows["account_id"]), person_of(rows["debtor_id"])
    today = np.datetime64(day_of(when.at, when.zone), "D")
    starts, ends = days(rows["starts_on"]), days(rows["ends_on"])
    runs = (account != NOBODY) & (person != NOBODY) & ~(starts > today) & ~(ends < today)
    part, liable = coded(rows["role"], codes.PART)[runs], maybe(rows["liable"])[runs]
    account, person = account[runs], person[runs]
    primary = codes.PART.of("primary")
    led = np.zeros(len(accounts), dtype=np.bool_)
    led[account[person == accounts.person[account]]] = True
    alone = np.flatnonzero(~led & (accounts.person != NOBODY))
    return Parties(
        account=np.concatenate([account, alone]),
        person=np.concatenate([person, accounts.person[alone]]),
        part=np.concatenate([part, np.full(len(alone), primary, np.int8)]),
        liable=np.concatenate([liable, np.ones(len(alone), np.int8)]),
    )


def _contacts(
    rows: Columns, account_of: Finder, person_of: Finder, point_of: Finder, accounts: Accounts
) -> tuple[Contacts, Discussed]:
    account, person = account_of(rows["account_id"]), person_of(rows["debtor_id"])
    primary = accounts.person[account] if len(accounts) else np.full(len(account), NOBODY)
    person = np.where((person == NOBODY) & (account != NOBODY), primary, person)
    kept = np.flatnonzero(person != NOBODY)
    contacts = Contacts(
        person=person[kept],
        account=account[kept],
        at=instants(rows["at"])[kept],
        channel=coded(rows["channel"], codes.CHANNEL)[kept],
        direction=coded(rows["direction"], codes.DIRECTION)[kept],
        connect=coded(rows["connect"], codes.CONNECT)[kept],
        disposition=coded(rows["disposition"], codes.DISPOSITION)[kept],
        conversation=maybe(rows["conversation"])[kept],
        consented=maybe(rows["consented"])[kept],
        purpose=coded(rows["purpose"], codes.PURPOSE)[kept],
        technology=coded(rows["technology"], codes.TECHNOLOGY)[kept],
        point=point_of(rows["point_id"])[kept],
        reserved=(maybe(rows["reserved"]) == 1)[kept],
    )
    return contacts, _discussed(rows, account_of, kept)


def _discussed(rows: Columns, account_of: Finder, kept: Rows) -> Discussed:
    listed = rows["debts_discussed"]
    if not len(listed) or listed.null_count == len(listed):
        return Discussed(np.empty(0, np.int64), np.empty(0, np.int64))
    whole = listed.combine_chunks() if isinstance(listed, pa.ChunkedArray) else listed
    place = np.full(len(rows), NOBODY)
    place[kept] = np.arange(len(kept))
    contact = place[np.asarray(pc.list_parent_indices(whole))]
    account = account_of(pc.list_flatten(whole))
    known = (contact != NOBODY) & (account != NOBODY)
    return Discussed(contact[known], account[known])


def _holds(rows: Columns, account_of: Finder, person_of: Finder) -> Holds:
    return Holds(
        account=account_of(rows["account_id"]),
        person=person_of(rows["debtor_id"]),
        kind=coded(rows["kind"], codes.HOLD),
        starts_on=days(rows["starts_on"]),
        ends_on=days(rows["ends_on"]),
        form=coded(rows["form"], codes.FORM),
        received_at=instants(rows["received_at"]),
        named=given(rows["contact_name"]) | given(rows["contact_details"]),
        chapter=words(rows["chapter"]),
    )


def _consents(rows: Columns, person_of: Finder, point_of: Finder) -> Consents:
    """Consents; one for a number that is not in the book is for no number here, and certainly not for all."""
    point = point_of(rows["point_id"])
    kept = np.flatnonzero((point != NOBODY) | ~given(rows["point_id"]))
    return Consents(
        person=person_of(rows["debtor_id"])[kept],
        point=point[kept],
        kind=coded(rows["kind"], codes.CONSENT)[kept],
        given_on=days(rows["given_on"])[kept],
        revoked_on=days(rows["revoked_on"])[kept],
    )


def _notices(rows: Columns, account_of: Finder) -> Notices:
    return Notices(
        account=account_of(rows["account_id"]),
        kind=coded(rows["kind"], codes.NOTICE),
        channel=coded(rows["channel"], codes.CHANNEL),
        sent_on=days(rows["sent_on"]),
        returned_on=days(rows["returned_on"]),
        level=numbers(rows["level"]),
    )


def _disputes(rows: Columns, account_of: Finder) -> Disputes:
    return Disputes(
        account=account_of(rows["account_id"]),
        opened_on=days(rows["opened_on"]),
        submitted_on=days(rows["submitted_on"]),
        received_at=instants(rows["received_at"]),
        form=coded(rows["form"], codes.FORM),
        amount_minor=numbers(rows["amount_minor"]),
        code=words(rows["code"]),
        resolved_on=days(rows["resolved_on"]),
    )


def _promises(rows: Columns, account_of: Finder) -> Promises:
    return Promises(
        account=account_of(rows["account_id"]),
        due_on=days(rows["due_on"]),
        grace_ends_on=days(rows["grace_ends_on"]),
    )


def _claims(rows: Columns, account_of: Finder) -> Claims:
    return Claims(
        account=account_of(rows["account_id"]),
        status=coded(rows["status"], codes.CLAIM),
        filed_on=days(rows["filed_on"]),
        decided_on=days(rows["decided_on"]),
    )


def _licences(rows: Columns) -> Licences:
    positions = {place: position for position, place in enumerate(PLACES)}
    told = words(rows["place"])
    if unknown := sorted({place for place in told.tolist() if place not in positions}):
        raise BadInput(
            asked="judge by licences",
            found=f"a place that no limit knows: {', '.join(unknown[:5])}",
            do="Write places as US-NY or US-NY-NYC.",
        )
    return Licences(
        place=np.array([positions[place] for place in told.tolist()], np.int64),
        kind=words(rows["kind"]),
        starts_on=days(rows["starts_on"]),
        ends_on=days(rows["ends_on"]),
        live=np.isin(np.char.lower(words(rows["status"])), ("active", "live", "valid", "current")),
    )


def _instant(at: datetime) -> np.datetime64:
    return np.datetime64(int(at.timestamp() * 1_000_000), "us")
