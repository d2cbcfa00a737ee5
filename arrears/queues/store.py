"""What the queue's readers ask PostgreSQL, one sentence a question; nights are written by `record`.

Every function takes an open connection and returns values of `arrears.queues.item`. Lists are paged by cursor: a page
costs the same however deep it lies, and nothing is skipped when items leave the queue between two pages.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Connection, RowMapping, text

from arrears.errors import WrongUse
from arrears.queues.item import BucketTotal, HeldCount, JudgedAccount, Night, Page, QueueTotal, WorkItem
from arrears.state.closed import OPEN_STATES

Row = TypeVar("Row")

SORTS: Mapping[str, str] = {
    "rank": "rank",
    "priority": "priority",
    "value": "value_minor",
    "balance": "coalesce(balance_minor, 0)",
    "past_due": "coalesce(past_due_minor, 0)",
    "stop_roll": "coalesce(stop_roll_minor, 0)",
    "rolls_on": "coalesce(rolls_on, DATE '9999-12-31')",
    "days_past_due": "coalesce(days_past_due, 0)",
    "propensity": "propensity",
    "p_roll": "coalesce(p_roll, -1)",
    "account": "lead_account_id",
}
"""What a list of items can be sorted by, and the expression that does it; a null sorts as written here."""

MONEY_SORTS = frozenset({"priority", "value", "balance", "past_due", "stop_roll"})
"""Sorts by amounts: one currency after the other, as amounts of two do not compare."""

_NUMBER = (int, float)
_CURSORS: Mapping[str, tuple[type, type]] = {"rolls_on": (date, int), "account": (str, int)}
"""What the cursor of a sort holds where its key is no number."""


def latest_night(connection: Connection) -> Night | None:
    """The night whose items are served now, if any."""
    return _one(connection, Night, "SELECT * FROM nights WHERE state = 'served' ORDER BY night_id DESC LIMIT 1")


def night(connection: Connection, night_id: int) -> Night | None:
    """One night."""
    return _one(connection, Night, "SELECT * FROM nights WHERE night_id = :night", night=night_id)


def superseded_by(connection: Connection, night_id: int) -> int | None:
    """The night that took a night's place, or kept it from serving; None where it is the one that serves."""
    sql = text("SELECT superseded_by FROM nights WHERE night_id = :night")
    found: int | None = connection.execute(sql, {"night": night_id}).scalar_one()
    return found


def latest_night_of(connection: Connection, as_of: date) -> Night | None:
    """The latest night that stood on a day, superseded or not."""
    sql = "SELECT * FROM nights WHERE as_of = :as_of ORDER BY night_id DESC LIMIT 1"
    return _one(connection, Night, sql, as_of=as_of)


def nights(connection: Connection, *, limit: int = 50) -> list[Night]:
    """The latest nights, newest first."""
    return _all(connection, Night, "SELECT * FROM nights ORDER BY night_id DESC LIMIT :limit", limit=limit)


def queues(connection: Connection, night_id: int) -> list[QueueTotal]:
    """Every queue of a night, and of those before it, with what still waits in it, by currency."""
    return _all(
        connection,
        QueueTotal,
        """
        SELECT lane, currency, count(*) AS ready, coalesce(sum(balance_minor), 0)::bigint AS balance_minor,
               sum(value_minor) AS value_minor, sum(expected_minutes) AS expected_minutes, min(rolls_on) AS next_roll
        FROM work_items WHERE night_id <= :night AND state = 'ready' GROUP BY lane, currency ORDER BY lane, currency
        """,
        night=night_id,
    )


def items(
    connection: Connection,
    night_id: int,
    *,
    lane: str | None = None,
    bucket: str | None = None,
    state: str | None = None,
    rolls_by: date | None = None,
    search: str | None = None,
    sort: str = "rank",
    descending: bool = False,
    after: str | None = None,
    limit: int = 50,
) -> Page[WorkItem]:
    """A page of a night's items.

    Parameters
    ----------
    state : one of the open states lists what is in it now, of this night and of those before it.
    rolls_by : only items whose lead account enters the next bucket by this day.
    search : the beginning of an account's or a debtor's id.
    sort : one of `SORTS`; one of `MONEY_SORTS` lists one currency after the other. Ties are told apart by id.
    after : the cursor that the page before gave; sort and filters must be the same.

    Raises
    ------
    WrongUse : no such sort, or a cursor that is none of ours.
    """
    asked = {"lane": lane, "bucket": bucket, "state": state, "rolls_by": rolls_by, "search": prefix(search)}
    tests = {
        "lane": "lane = :lane",
        "bucket": "bucket = :bucket",
        "state": "state = :state",
        "rolls_by": "rolls_on <= :rolls_by",
        "search": "(debtor_id ILIKE :search OR EXISTS (SELECT FROM unnest(accounts) a WHERE a ILIKE :search))",
    }
    # Somebody worked while a night ran comes back with an item that follows one of the night before.
    whose = "night_id <= :night" if state in OPEN_STATES else "night_id = :night"
    filters = " AND ".join([whose, *(tests[name] for name, value in asked.items() if value is not None)])
    values = {"night": night_id, **{name: value for name, value in asked.items() if value is not None}}
    total = connection.execute(text(f"SELECT count(*) FROM work_items WHERE {filters}"), values).scalar_one()  # noqa: S608 - our own words
    return _page(connection, filters, values, total=total, sort=sort, descending=descending, after=after, limit=limit)


def item(connection: Connection, work_item_id: int) -> WorkItem | None:
    """One item."""
    return _one(connection, WorkItem, "SELECT * FROM work_items WHERE work_item_id = :item", item=work_item_id)


def item_of(connection: Connection, night_id: int, account_id: str) -> WorkItem | None:
    """The item in which an account is worked, or was last; None where its night held it or it was not past due."""
    sql = """
        SELECT i.* FROM work_items i JOIN night_accounts a USING (debtor_id)
        WHERE a.night_id = :night AND a.account_id = :account AND :account = ANY (i.accounts)
            AND (i.night_id = :night OR i.state IN ('ready', 'claimed'))
        ORDER BY i.state IN ('ready', 'claimed') DESC, i.work_item_id DESC LIMIT 1
    """
    return _one(connection, WorkItem, sql, night=night_id, account=account_id)


def account(connection: Connection, night_id: int, account_id: str) -> JudgedAccount | None:
    """One account as a night judged it; None where it was not past due."""
    sql = "SELECT * FROM night_accounts WHERE night_id = :night AND account_id = :account"
    return _one(connection, JudgedAccount, sql, night=night_id, account=account_id)


def accounts(connection: Connection, night_id: int, account_ids: list[str]) -> list[JudgedAccount]:
    """Several accounts as a night judged them, by id."""
    sql = "SELECT * FROM night_accounts WHERE night_id = :night AND account_id = ANY (:ids) ORDER BY account_id"
    return _all(connection, JudgedAccount, sql, night=night_id, ids=account_ids)


def accounts_of(connection: Connection, night_id: int, debtor_id: str) -> list[JudgedAccount]:
    """All past-due accounts of a debtor as a night judged them, by id."""
    sql = "SELECT * FROM night_accounts WHERE night_id = :night AND debtor_id = :debtor ORDER BY account_id"
    return _all(connection, JudgedAccount, sql, night=night_id, debtor=debtor_id)


def late_accounts(connection: Connection, night_id: int, bucket: str) -> list[JudgedAccount]:
    """The accounts of a bucket, and those charged off, as a night judged them, by id."""
    sql = """
        SELECT * FROM night_accounts WHERE night_id = :night AND (bucket = :bucket OR charged_off) ORDER BY account_id
    """
    return _all(connection, JudgedAccount, sql, night=night_id, bucket=bucket)


def held(
    connection: Connection, night_id: int, *, code: str | None = None, after: str | None = None, limit: int = 50
) -> Page[JudgedAccount]:
    """A page of the accounts that a night held, by id; `code` keeps those held for that reason among others."""
    because = "AND held_because @> jsonb_build_array(jsonb_build_object('code', CAST(:code AS text)))" if code else ""
    filters = f"night_id = :night AND verdict = 'held' {because}"
    values: dict[str, Any] = {"night": night_id, **({"code": code} if code else {})}
    total = connection.execute(text(f"SELECT count(*) FROM night_accounts WHERE {filters}"), values).scalar_one()  # noqa: S608 - our own words
    start = _opened(after, str)[0] if after else ""
    sql = f"SELECT * FROM night_accounts WHERE {filters} AND account_id > :start ORDER BY account_id LIMIT :limit"  # noqa: S608 - our own words
    rows = _all(connection, JudgedAccount, sql, **values, start=start, limit=limit)
    more = len(rows) == limit and rows
    return Page(rows=rows, total=total, after=_sealed(rows[-1].account_id) if more else None)


def held_by_reason(connection: Connection, night_id: int) -> list[HeldCount]:
    """How many accounts each reason holds, most first; an account with two reasons counts under both."""
    return _all(
        connection,
        HeldCount,
        """
        SELECT h ->> 'code' AS code, min(h ->> 'sentence') AS sentence, count(*) AS accounts,
               count(*) FILTER (WHERE h ->> 'until' IS NULL) AS open_ended,
               min((h ->> 'until')::timestamptz) AS first_until
        FROM night_accounts CROSS JOIN jsonb_array_elements(held_because) AS h
        WHERE night_id = :night GROUP BY 1 ORDER BY accounts DESC, code
        """,
        night=night_id,
    )


def aging(connection: Connection, night_id: int) -> list[BucketTotal]:
    """The past-due book by bucket and currency, best bucket first."""
    return _all(
        connection,
        BucketTotal,
        """
        SELECT bucket, currency, count(*) AS accounts, count(*) FILTER (WHERE verdict = 'held') AS held,
               coalesce(sum(balance_minor), 0)::bigint AS balance_minor,
               sum(past_due_minor)::bigint AS past_due_minor
        FROM night_accounts WHERE night_id = :night GROUP BY bucket, currency
        ORDER BY array_position(ARRAY['CURRENT', '1-29', '30-59', '60-89', '90-119', '120-149', '150-179', '180+',
                                      'CHARGED_OFF'], bucket), currency
        """,
        night=night_id,
    )


def open_items(connection: Connection, night_id: int, *, lane: str = "pay") -> list[WorkItem]:
    """Every item of a night, and of those before it, that still waits in a lane, best first."""
    sql = """
        SELECT * FROM work_items WHERE night_id <= :night AND lane = :lane AND state = 'ready'
        ORDER BY rank, work_item_id
    """
    return _all(connection, WorkItem, sql, night=night_id, lane=lane)


def recorded_accounts(connection: Connection, night_id: int, columns: Sequence[str]) -> list[Mapping[str, Any]]:
    """Every account a night judged, by id, with these columns: for a replay."""
    sql = f'SELECT {", ".join(columns)} FROM night_accounts WHERE night_id = :night ORDER BY account_id COLLATE "C"'  # noqa: S608 - our own words
    return [dict(row) for row in connection.execute(text(sql), {"night": night_id}).mappings()]


def recorded_items(connection: Connection, night_id: int, columns: Sequence[str]) -> list[Mapping[str, Any]]:
    """Every item a night served, by rank, with these columns: for a replay."""
    sql = f"SELECT {', '.join(columns)} FROM work_items WHERE night_id = :night AND made_by = 'night' ORDER BY rank"  # noqa: S608 - our own words
    return [dict(row) for row in connection.execute(text(sql), {"night": night_id}).mappings()]


def _page(
    connection: Connection,
    filters: str,
    values: dict[str, Any],
    *,
    total: int,
    sort: str,
    descending: bool,
    after: str | None,
    limit: int,
) -> Page[WorkItem]:
    if sort not in SORTS:
        raise WrongUse(
            asked=f"sort items by {sort}", found="no such sort", do=f"Use one of {', '.join(sorted(SORTS))}."
        )
    key, beyond, way = SORTS[sort], "<" if descending else ">", "DESC" if descending else "ASC"
    part = "currency" if sort in MONEY_SORTS else "''::text"
    if after:
        values["part"], values["key"], values["tie"] = _opened(after, str, *_CURSORS.get(sort, (_NUMBER, int)))
        later = f"{key} {beyond} :key OR ({key} = :key AND work_item_id > :tie)"
        filters += f" AND ({part} > :part OR ({part} = :part AND ({later})))"
    order = f"{part}, {key} {way}, work_item_id"
    sql = f"SELECT *, {part} AS part, {key} AS sort_key FROM work_items WHERE {filters} ORDER BY {order} LIMIT :limit"  # noqa: S608 - our own words
    found = connection.execute(text(sql), values | {"limit": limit + 1}).mappings().all()
    rows = [_made(WorkItem, row) for row in found[:limit]]
    cursor = None
    if len(found) > limit:
        cursor = _sealed(*(found[limit - 1][name] for name in ("part", "sort_key", "work_item_id")))
    return Page(rows=rows, total=total, after=cursor)


def prefix(search: str | None) -> str | None:
    """A pattern for ILIKE that fits what begins with some words; None where there are none.

    Examples
    --------
    >>> prefix(" A_1 ") == chr(92).join(["A", "_1%"]), prefix("")
    (True, None)
    """
    if not search:
        return None
    escaped = search.strip().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"{escaped}%"


def _sealed(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts, default=str).encode()).decode().rstrip("=")


def _opened(cursor: str, *kinds: type | tuple[type, ...]) -> list[Any]:
    """The values in a cursor, each of its kind: what a caller made up must not reach the database."""
    try:
        opened = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if isinstance(opened, list) and len(opened) == len(kinds) and all(map(_is_a, opened, kinds)):
            return [
                date.fromisoformat(part) if kind is date else part for part, kind in zip(opened, kinds, strict=True)
            ]
    except ValueError:
        pass
    raise WrongUse(asked="read the next page", found="a cursor that is none of ours", do="Start at the first page.")


def _is_a(part: object, kind: type | tuple[type, ...]) -> bool:
    return isinstance(part, str if kind is date else kind) and not isinstance(part, bool)


def _one(connection: Connection, kind: type[Row], sql: str, **values: object) -> Row | None:
    row = connection.execute(text(sql), values).mappings().first()
    return None if row is None else _made(kind, row)


def _all(connection: Connection, kind: type[Row], sql: str, **values: object) -> list[Row]:
    return [_made(kind, row) for row in connection.execute(text(sql), values).mappings()]


def _made(kind: type[Row], row: RowMapping) -> Row:
    return kind(**{field.name: row[field.name] for field in fields(kind)})  # type: ignore[arg-type]  # dataclasses all
