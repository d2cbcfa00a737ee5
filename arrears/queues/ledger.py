"""The trailing ledger: contacts of the past weeks and contacts that are reserved, as limits of frequency count them.

It lies in PostgreSQL: a night over the whole book and a claim of one debtor read the same rows by one statement, and a
contact of this minute is there before any load brings it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import ColumnElement, Connection, and_, column, exists, select, table, text, tuple_
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.sql.elements import KeyedColumnElement

from arrears.errors import BadInput
from arrears.policy import codes
from arrears.policy.lasting import LASTING_DIRECTION, LASTING_DISPOSITIONS, LASTING_PURPOSE
from arrears.queues.copying import BETWEEN, copy_in, copy_out
from arrears.state.desk import contact_ledger

LOOKS_BACK = timedelta(weeks=5)
"""How far back any limit counts, and some days: the longest window of a place is thirty days."""

Named = ReadOnlyColumnCollection[str, KeyedColumnElement[Any]]

_TEXT, _FLAG, _LIST = pa.string(), pa.bool_(), pa.list_(pa.string())

TRAILING = pa.schema(
    {
        "contact_id": _TEXT,
        "debtor_id": _TEXT,
        "account_id": _TEXT,
        "debts_discussed": _LIST,
        "at": pa.timestamp("us", "UTC"),
        "channel": _TEXT,
        "direction": _TEXT,
        "connect": _TEXT,
        "disposition": _TEXT,
        "conversation": _FLAG,
        "consented": _FLAG,
        "purpose": _TEXT,
        "technology": _TEXT,
        "point_id": _TEXT,
        "reserved": _FLAG,
    }
)
"""What `trailing` returns, as `arrears.policy.assemble` reads contacts."""

_COLUMNS = tuple(column.name for column in contact_ledger.columns)
_FACTS = tuple(name for name in _COLUMNS if name not in ("contact_id", "recorded_at", "source"))
_CLOSED = {
    "channel": codes.CHANNEL,
    "direction": codes.DIRECTION,
    "connect": codes.CONNECT,
    "disposition": codes.DISPOSITION,
    "purpose": codes.PURPOSE,
    "technology": codes.TECHNOLOGY,
}

_TRAILING = """
    SELECT contact_id, debtor_id, account_id, array_to_string(debts_discussed, %(between)s), at, channel, direction,
        connect, disposition, conversation, consented, purpose, technology, point_id, false
    FROM contact_ledger
    WHERE (at >= %(since)s OR direction = %(inwards)s OR disposition = ANY(%(lasting)s) OR purpose = %(location)s
            OR conversation)
        AND recorded_at <= %(at)s AND (source = 'desk' OR NOT %(desk)s)
        AND (%(all)s OR debtor_id = ANY(%(debtors)s)
            OR account_id = ANY(%(accounts)s) OR debts_discussed && %(accounts)s)
    UNION ALL
    SELECT NULL, person, NULL, array_to_string(accounts, %(between)s), reserved_at, channel, 'out', NULL,
        NULL, NULL, NULL, NULL, NULL, point_id, true
    FROM call_reservations CROSS JOIN unnest(people) AS person
    WHERE NOT %(desk)s AND ended_at IS NULL AND expires_at > %(at)s AND reservation_id IS DISTINCT FROM %(without)s
        AND (%(all)s OR people && %(debtors)s OR accounts && %(accounts)s)
"""

_GONE = """
    DELETE FROM contact_ledger AS kept
    WHERE source = 'lake' AND at >= :since AND recorded_at <= :cutoff
    AND NOT EXISTS (SELECT 1 FROM arriving WHERE arriving.contact_id = kept.contact_id)
"""


def trailing(
    connection: Connection,
    *,
    since: datetime,
    at: datetime,
    debtors: Sequence[str] | None = None,
    accounts: Sequence[str] = (),
    without: int | None = None,
    only_desk: bool = False,
) -> pa.Table:
    """Contacts since a moment, those that count for ever, and those that are reserved and wait for their outcome.

    Parameters
    ----------
    since : contacts that began before it are left out unless they last; `at` less `LOOKS_BACK` suffices for limits.
    at : what was recorded later is not known yet; a reservation counts while its lease ends later.
    debtors, accounts : only contacts of one of these people, or about one of these accounts; None: the whole book.
    without : a reservation that does not count: whoever holds it asks whether they may go on.
    only_desk : nothing that a load has brought, and no reservation: what the lake does not know yet.

    Returns
    -------
    pa.Table : columns as `TRAILING`, in no order.
    """
    lasting = {"inwards": LASTING_DIRECTION, "lasting": list(LASTING_DISPOSITIONS), "location": LASTING_PURPOSE}
    values = lasting | {"since": since, "at": at, "without": without, "between": BETWEEN, "desk": only_desk}
    people = {"all": debtors is None, "debtors": list(debtors or ()), "accounts": list(accounts)}
    return copy_out(connection, _TRAILING, values | people, TRAILING)


def record(connection: Connection, contact: Mapping[str, Any], *, recorded_at: datetime, source: str = "desk") -> bool:
    """Keep one contact; the same one twice changes nothing, one recorded later corrects it.

    Parameters
    ----------
    contact : columns of `contacts` by name; those that the ledger does not keep are left out.
    source : `desk` where it is first recorded here, `lake` where a load brought it.

    Returns
    -------
    bool : something changed.

    Raises
    ------
    BadInput : a value of a closed list that no rule knows, or neither debtor nor account.
    """
    row: dict[str, Any] = {name: contact.get(name) for name in _COLUMNS}
    for name, known in _CLOSED.items():
        known.array([row[name]])
    if row["debtor_id"] is None and row["account_id"] is None:
        raise BadInput(
            asked="record a contact",
            found=f"{row['contact_id']} names neither debtor_id nor account_id",
            do="Name at least one of them.",
        )
    return connection.execute(_kept(), row | {"recorded_at": recorded_at, "source": source}).first() is not None


@cache
def _kept() -> ReturningInsert[tuple[Any]]:
    """Put together once: every outcome at the desk runs it."""
    return _over(insert(contact_ledger), _FACTS).returning(contact_ledger.c.contact_id)


def import_weeks(
    connection: Connection,
    contacts: pa.Table,
    *,
    cutoff: datetime,
    looks_back: timedelta = LOOKS_BACK,
    whole: bool = True,
) -> int:
    """Take over the contacts of the past weeks from the lake, whatever was taken over before.

    What the lake corrected is replaced, what it removed goes, and what the desk recorded stays until the lake has it.

    Parameters
    ----------
    contacts : rows of the source table as known at `cutoff`, with `recorded_at`.
    cutoff : contacts that began up to `looks_back` before it count.
    whole : these are all contacts of the weeks, so that what is missing was removed; False: only some of them.

    Returns
    -------
    int : how many contacts were added, replaced or removed.

    Raises
    ------
    BadInput : a value of a closed list that no rule knows.
    """
    since = cutoff - looks_back
    rows = contacts.filter(pc.greater_equal(contacts["at"], pa.scalar(since, contacts.schema.field("at").type)))
    rows = _ledger_rows(rows)
    connection.execute(text("DROP TABLE IF EXISTS arriving"))
    connection.execute(text("CREATE TEMP TABLE arriving (LIKE contact_ledger) ON COMMIT DROP"))
    copy_in(connection, "arriving", rows)
    connection.execute(text("ANALYZE arriving"))
    removed = connection.execute(text(_GONE), {"since": since, "cutoff": cutoff}).rowcount if whole else 0
    # What the desk recorded is the lake's from now on, so that it goes if the lake removes it.
    compared = (*_FACTS, "source")
    arriving, kept = table("arriving", *(column(name) for name in _COLUMNS)), contact_ledger.c
    same = ~_differ(arriving.c, kept, compared)
    known = exists().where(arriving.c.contact_id == kept.contact_id, same)
    new = select(arriving).where(~known).order_by(arriving.c.debtor_id, arriving.c.at)  # as the indexes lie
    merged = _over(insert(contact_ledger).from_select(_COLUMNS, new), compared)
    return removed + connection.execute(merged.execution_options(preserve_rowcount=True)).rowcount


def _over(added: Insert, compared: Sequence[str]) -> Insert:
    """Replace a row of the same id, unless it says the same or was recorded later."""
    new, old = added.excluded, contact_ledger.c
    return added.on_conflict_do_update(
        index_elements=[old.contact_id],
        set_={name: new[name] for name in _COLUMNS[1:]},
        where=and_(new.recorded_at >= old.recorded_at, _differ(new, old, compared)),
    )


def _differ(one: Named, other: Named, names: Sequence[str]) -> ColumnElement[bool]:
    return tuple_(*(one[name] for name in names)).is_distinct_from(tuple_(*(other[name] for name in names)))


def _ledger_rows(contacts: pa.Table) -> pa.Table:
    """The columns that the ledger keeps, as it types them; a column that the source lacks is empty."""
    types = {"at": TRAILING.field("at").type, "recorded_at": TRAILING.field("at").type}
    columns = {}
    for name in _COLUMNS[:-1]:
        wanted = types.get(name) or (TRAILING.field(name).type if name in TRAILING.names else _TEXT)
        found = contacts[name] if name in contacts.column_names else pa.nulls(len(contacts))
        columns[name] = found.cast(wanted)
    for name, known in _CLOSED.items():
        known.array(pc.unique(columns[name]).to_pylist())
    return pa.table(columns | {"source": pa.array(["lake"] * len(contacts), _TEXT)})
