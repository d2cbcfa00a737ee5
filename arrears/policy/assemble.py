"""From rows of the source tables to the facts that rules read: ids become row numbers, closed lists codes.

One assembly serves the night's whole book, one debtor at a claim, and a specification's case: only the rows differ. The
rows are those known at the caller's cutoff, under the column names of the lake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from arrears.clock import day_of
from arrears.errors import BadInput
from arrears.policy import codes
from arrears.policy.asks import asks_of
from arrears.policy.codes import Coded, Codes
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
    Flags,
    Holds,
    Instants,
    Licences,
    Maybe,
    Notices,
    Numbers,
    Parties,
    People,
    Points,
    Promises,
    Rows,
    Words,
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
    read = {name: _Columns(tables.get(name)) for name in _READ}
    debtors, rows = read["debtors"], read["accounts"]
    person_ids, account_ids = _ids(debtors["debtor_id"]), _ids(rows["account_id"])
    person_of, account_of = _Finder(person_ids), _Finder(account_ids)
    point_rows = read["points"]
    point_of = _Finder(_ids(point_rows["point_id"]))
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
        has_address=_given(debtors["postal_code"]) | _given(debtors["city"]),
    )
    points = Points(
        id=_ids(point_rows["point_id"]),
        person=person_of(point_rows["debtor_id"]),
        kind=_coded(point_rows["kind"], codes.POINT),
        line=_coded(point_rows["line_type"], codes.LINE),
        is_work=_maybe(point_rows["is_work"]),
        shared=_maybe(point_rows["shared"]),
        source=_coded(point_rows["source"], codes.SOURCE),
        status=_coded(point_rows["status"], codes.POINT_STATUS),
        checked_on=_days(point_rows["checked_on"]),
        reassigned=_maybe(point_rows["reassigned"]),
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


class _Columns:
    """The columns of a source table; what the source lacks is null."""

    def __init__(self, table: pa.Table | None) -> None:
        self._table = table
        self._length = 0 if table is None else len(table)
        self._names = frozenset(() if table is None else table.column_names)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, name: str) -> pa.ChunkedArray | pa.Array:
        if self._table is not None and name in self._names:
            return self._table[name]
        return pa.nulls(self._length)


class _Finder:
    """Row numbers of ids; NOBODY for an id that is null or not of this book."""

    def __init__(self, ids: Words) -> None:
        self._ids = pa.array(ids.tolist(), pa.string())

    def __call__(self, column: pa.ChunkedArray | pa.Array) -> Rows:
        if not len(column):
            return np.empty(0, np.int64)
        found = pc.index_in(column.cast(pa.string()), value_set=self._ids, skip_nulls=True)
        return np.asarray(_plain(pc.fill_null(found, NOBODY)), np.int64)


def _accounts(rows: _Columns, person_of: _Finder) -> Accounts:
    return Accounts(
        id=_ids(rows["account_id"]),
        person=person_of(rows["debtor_id"]),
        client=_ids(rows["client"]),
        currency=_ids(rows["currency"]),
        role=_coded(rows["role"], codes.ROLE),
        debt_class=_coded(rows["debt_class"], codes.DEBT_CLASS),
        bucket=_coded(rows["bucket"], codes.BUCKET),
        status=_coded(rows["status"], codes.STATUS),
        balance_minor=_numbers(rows["balance_minor"]),
        past_due_minor=_numbers(rows["past_due_minor"]),
        small_balance_minor=_numbers(rows["small_balance_minor"]),
        days_past_due=_numbers(rows["days_past_due"]),
        payment_pending=_maybe(rows["payment_pending"]) == 1,
        secured=_maybe(rows["secured"]),
        opened_on=_days(rows["opened_on"]),
        first_delinquent_on=_days(rows["first_delinquent_on"]),
        limitation_on=_days(rows["limitation_on"]),
        placed_on=_days(rows["placed_on"]),
        first_bill_on=_days(rows["first_bill_on"]),
        charged_off_on=_days(rows["charged_off_on"]),
    )


def _parties(rows: _Columns, accounts: Accounts, account_of: _Finder, person_of: _Finder, when: Moment) -> Parties:
    """Parties of today by the portfolio's clocks, and the primary debtor wherever no row names a primary."""
    account, person = account_of(rows["account_id"]), person_of(rows["debtor_id"])
    today = np.datetime64(day_of(when.at, when.zone), "D")
    starts, ends = _days(rows["starts_on"]), _days(rows["ends_on"])
    runs = (account != NOBODY) & (person != NOBODY) & ~(starts > today) & ~(ends < today)
    part, liable = _coded(rows["role"], codes.PART)[runs], _maybe(rows["liable"])[runs]
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
    rows: _Columns, account_of: _Finder, person_of: _Finder, point_of: _Finder, accounts: Accounts
) -> tuple[Contacts, Discussed]:
    account, person = account_of(rows["account_id"]), person_of(rows["debtor_id"])
    primary = accounts.person[account] if len(accounts) else np.full(len(account), NOBODY)
    person = np.where((person == NOBODY) & (account != NOBODY), primary, person)
    kept = np.flatnonzero(person != NOBODY)
    contacts = Contacts(
        person=person[kept],
        account=account[kept],
        at=_instants(rows["at"])[kept],
        channel=_coded(rows["channel"], codes.CHANNEL)[kept],
        direction=_coded(rows["direction"], codes.DIRECTION)[kept],
        connect=_coded(rows["connect"], codes.CONNECT)[kept],
        disposition=_coded(rows["disposition"], codes.DISPOSITION)[kept],
        conversation=_maybe(rows["conversation"])[kept],
        consented=_maybe(rows["consented"])[kept],
        purpose=_coded(rows["purpose"], codes.PURPOSE)[kept],
        technology=_coded(rows["technology"], codes.TECHNOLOGY)[kept],
        point=point_of(rows["point_id"])[kept],
        reserved=(_maybe(rows["reserved"]) == 1)[kept],
    )
    return contacts, _discussed(rows, account_of, kept)


def _discussed(rows: _Columns, account_of: _Finder, kept: Rows) -> Discussed:
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


def _holds(rows: _Columns, account_of: _Finder, person_of: _Finder) -> Holds:
    return Holds(
        account=account_of(rows["account_id"]),
        person=person_of(rows["debtor_id"]),
        kind=_coded(rows["kind"], codes.HOLD),
        starts_on=_days(rows["starts_on"]),
        ends_on=_days(rows["ends_on"]),
        form=_coded(rows["form"], codes.FORM),
        received_at=_instants(rows["received_at"]),
        named=_given(rows["contact_name"]) | _given(rows["contact_details"]),
        chapter=_ids(rows["chapter"]),
    )


def _consents(rows: _Columns, person_of: _Finder, point_of: _Finder) -> Consents:
    """Consents; one for a number that is not in the book is for no number here, and certainly not for all."""
    point = point_of(rows["point_id"])
    kept = np.flatnonzero((point != NOBODY) | ~_given(rows["point_id"]))
    return Consents(
        person=person_of(rows["debtor_id"])[kept],
        point=point[kept],
        kind=_coded(rows["kind"], codes.CONSENT)[kept],
        given_on=_days(rows["given_on"])[kept],
        revoked_on=_days(rows["revoked_on"])[kept],
    )


def _notices(rows: _Columns, account_of: _Finder) -> Notices:
    return Notices(
        account=account_of(rows["account_id"]),
        kind=_coded(rows["kind"], codes.NOTICE),
        channel=_coded(rows["channel"], codes.CHANNEL),
        sent_on=_days(rows["sent_on"]),
        returned_on=_days(rows["returned_on"]),
        level=_numbers(rows["level"]),
    )


def _disputes(rows: _Columns, account_of: _Finder) -> Disputes:
    return Disputes(
        account=account_of(rows["account_id"]),
        opened_on=_days(rows["opened_on"]),
        submitted_on=_days(rows["submitted_on"]),
        received_at=_instants(rows["received_at"]),
        form=_coded(rows["form"], codes.FORM),
        amount_minor=_numbers(rows["amount_minor"]),
        code=_ids(rows["code"]),
        resolved_on=_days(rows["resolved_on"]),
    )


def _promises(rows: _Columns, account_of: _Finder) -> Promises:
    return Promises(
        account=account_of(rows["account_id"]),
        due_on=_days(rows["due_on"]),
        grace_ends_on=_days(rows["grace_ends_on"]),
    )


def _claims(rows: _Columns, account_of: _Finder) -> Claims:
    return Claims(
        account=account_of(rows["account_id"]),
        status=_coded(rows["status"], codes.CLAIM),
        filed_on=_days(rows["filed_on"]),
        decided_on=_days(rows["decided_on"]),
    )


def _licences(rows: _Columns) -> Licences:
    positions = {place: position for position, place in enumerate(PLACES)}
    told = _ids(rows["place"])
    if unknown := sorted({place for place in told.tolist() if place not in positions}):
        raise BadInput(
            asked="judge by licences",
            found=f"a place that no limit knows: {', '.join(unknown[:5])}",
            do="Write places as US-NY or US-NY-NYC.",
        )
    return Licences(
        place=np.array([positions[place] for place in told.tolist()], np.int64),
        kind=_ids(rows["kind"]),
        starts_on=_days(rows["starts_on"]),
        ends_on=_days(rows["ends_on"]),
        live=np.isin(np.char.lower(_ids(rows["status"])), ("active", "live", "valid", "current")),
    )


def _ids(column: pa.ChunkedArray | pa.Array) -> Words:
    if not len(column):
        return np.empty(0, "U1")
    return np.array(pc.fill_null(column.cast(pa.string()), "").to_pylist(), dtype=np.str_)


def _coded(column: pa.ChunkedArray | pa.Array, known: Codes) -> Coded:
    if not len(column):
        return np.empty(0, np.int8)
    if column.null_count == len(column):
        return np.full(len(column), codes.NOT_GIVEN, np.int8)
    text = column.cast(pa.string())
    text = pc.if_else(pc.equal(text, ""), None, text)
    found = pc.index_in(text, value_set=pa.array(known.names), skip_nulls=True)
    if found.null_count > text.null_count:
        known.of(
            next(each for each in text.to_pylist() if each not in (None, *known.names))
        )  # says what could be there
    return np.asarray(_plain(pc.fill_null(found, codes.NOT_GIVEN)), np.int8)


def _maybe(column: pa.ChunkedArray | pa.Array) -> Maybe:
    if not len(column):
        return np.empty(0, np.int8)
    if column.null_count == len(column):
        return np.full(len(column), -1, np.int8)
    return np.asarray(_plain(pc.fill_null(column.cast(pa.bool_()).cast(pa.int8()), -1)), np.int8)


def _numbers(column: pa.ChunkedArray | pa.Array) -> Numbers:
    return np.asarray(_plain(column.cast(pa.float64())), np.float64)


def _days(column: pa.ChunkedArray | pa.Array) -> Days:
    return np.asarray(_plain(column.cast(pa.date32())), "M8[D]")


def _instants(column: pa.ChunkedArray | pa.Array) -> Instants:
    return np.asarray(_plain(column.cast(pa.timestamp("us", "UTC"))), "M8[us]")


def _given(column: pa.ChunkedArray | pa.Array) -> Flags:
    return np.asarray(_ids(column) != "")


def _plain(column: pa.ChunkedArray | pa.Array) -> NDArray[Any]:
    return np.asarray(column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column.to_numpy())


def _instant(at: datetime) -> np.datetime64:
    return np.datetime64(int(at.timestamp() * 1_000_000), "us")
