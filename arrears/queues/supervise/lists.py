"""Open items as a manager looks at them: in the order in which they are worked or another, with who holds each."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import Connection

from arrears.errors import WrongUse
from arrears.queues.item import Json, Page, WorkItem
from arrears.queues.supervise.chosen import Filter


@dataclass(frozen=True)
class Listed:
    """One open item: what a manager decides by, and where it stands.

    Attributes
    ----------
    assigned_to : on whose list; None: the team's.
    raised : by a manager; above 0 comes first.
    judged_at : how old the facts behind it are.
    held_by, held_until : who has it on the desk, and until when; None where nobody has.
    """

    work_item_id: int
    debtor_id: str
    client: str
    work_group: str
    lane: str
    state: str
    accounts: list[str]
    rank: int
    currency: str
    bucket: str
    balance_minor: int | None
    stop_roll_minor: int | None
    rolls_on: date | None
    propensity: float
    p_roll: float | None
    value_minor: float
    expected_minutes: float
    reasons: Json
    because: str | None
    ways: list[Json]
    assigned_to: str | None
    owner: str | None
    place: float
    raised: int
    ready_at: datetime
    judged_at: datetime
    tries: int
    made_by: str
    explores: bool
    zone: str | None
    held_by: str | None
    held_until: datetime | None


SORTS: Mapping[str, tuple[str, ...]] = {
    "rank": ("-i.raised", "i.rank"),
    "place": ("-i.raised", "i.place"),
    "bucket": ("-coalesce(i.days_past_due, 0)",),
    "balance": ("i.currency", "-coalesce(i.balance_minor, 0)"),
    "stop_roll": ("i.currency", "-coalesce(i.stop_roll_minor, 0)"),
    "rolls_on": ("coalesce(i.rolls_on, DATE '9999-12-31')",),
    "propensity": ("-i.propensity",),
    "p_roll": ("-coalesce(i.p_roll, -1)",),
    "value": ("i.currency", "-i.value_minor"),
    "judged": ("i.judged_at",),
    "ready": ("i.ready_at",),
}
"""What open items may be sorted by, and the rising expressions that do it; amounts one currency after the other."""

_OWN = tuple(field.name for field in fields(Listed) if field.name not in ("held_by", "held_until"))


def open_items(
    connection: Connection,
    fits: Filter,
    *,
    now: datetime,
    sort: str = "rank",
    after: str | None = None,
    limit: int = 50,
) -> Page[Listed]:
    """A page of the open items that fit, nights and successors alike.

    Parameters
    ----------
    sort : one of `SORTS`: `rank` is the night's order, `place` the one a list is worked in. Ties go by the item's id.
    after : the cursor that the page before gave; filter and sort must be the same.

    Raises
    ------
    WrongUse : no such sort, or a cursor that is none of ours.
    """
    keys = _keys(sort)
    conditions, values = fits.conditions(now)
    total = connection.exec_driver_sql(f"SELECT count(*) FROM work_items i WHERE {conditions}", values).scalar_one()  # noqa: S608 - our own words
    if after:
        values |= {f"key{at}": key for at, key in enumerate(_opened(after, [_kind(key) for key in keys]))}
        kinds = ", ".join(f"CAST(%(key{at})s AS {_kind(key)})" for at, key in enumerate(keys))
        conditions += f" AND ({', '.join(keys)}) > ({kinds})"
    told = ", ".join(f"CAST({key} AS text)" for key in keys)
    sql = f"""
        SELECT {", ".join(f"i.{name}" for name in _OWN)}, l.collector AS held_by, l.expires_at AS held_until,
               ARRAY[{told}] AS keys
        FROM work_items i LEFT JOIN LATERAL (
            SELECT collector, expires_at FROM leases
            WHERE work_item_id = i.work_item_id AND ended_at IS NULL LIMIT 1) l ON i.state = 'claimed'
        WHERE {conditions} ORDER BY {", ".join(keys)} LIMIT %(limit)s
    """  # noqa: S608 - our own words
    found = connection.exec_driver_sql(sql, {**values, "limit": limit + 1}).mappings().all()
    rows = [Listed(**{field.name: row[field.name] for field in fields(Listed)}) for row in found[:limit]]
    return Page(rows=rows, total=total, after=_sealed(found[limit - 1]["keys"]) if len(found) > limit else None)


def items_by(connection: Connection, fits: Filter, *, by: datetime, sort: str = "rank") -> list[WorkItem]:
    """Every open item that fits and whose hour comes before a moment, in order; those in somebody's hands too.

    Parameters
    ----------
    by : an item whose hour comes then or later is not among them.
    sort : as in `open_items`.

    Raises
    ------
    WrongUse : no such sort.
    """
    order = ", ".join(_keys(sort))
    conditions, values = fits.conditions(by)
    columns = ", ".join(f"i.{field.name}" for field in fields(WorkItem))
    sql = f"""
        SELECT {columns} FROM work_items i
        WHERE {conditions} AND i.ready_at < %(by)s ORDER BY {order}
    """  # noqa: S608 - our own words
    rows = connection.exec_driver_sql(sql, {**values, "by": by}).mappings()
    return [WorkItem(**row) for row in rows]


def _keys(sort: str) -> tuple[str, ...]:
    if sort not in SORTS:
        raise WrongUse(asked="sort open items", found="no such sort", do=f"Use one of {', '.join(SORTS)}.")
    return (*SORTS[sort], "i.work_item_id")


def clients(connection: Connection) -> list[str]:
    """The clients that open items are of."""
    sql = "SELECT DISTINCT client FROM work_items WHERE state IN ('ready', 'claimed') ORDER BY client"
    return [str(row[0]) for row in connection.exec_driver_sql(sql)]


_KINDS = {
    "i.currency": "text",
    "i.judged_at": "timestamptz",
    "i.ready_at": "timestamptz",
    "i.work_item_id": "bigint",
    "coalesce(i.rolls_on, DATE '9999-12-31')": "date",
}
_READS: Mapping[str, Callable[[str], object]] = {
    "text": str,
    "timestamptz": datetime.fromisoformat,
    "date": date.fromisoformat,
    "bigint": int,
    "double precision": float,
}


def _kind(key: str) -> str:
    return _KINDS.get(key, "double precision")


def _sealed(keys: Sequence[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(keys)).encode()).decode().rstrip("=")


def _opened(cursor: str, kinds: Sequence[str]) -> list[str]:
    """The keys in a cursor, each read as its kind first: what a caller made up must not reach the database."""
    try:
        opened = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        for key, kind in zip(opened, kinds, strict=True):
            _READS[kind](key)
        return list(opened)
    except (ValueError, TypeError):
        pass
    raise WrongUse(asked="read the next page", found="a cursor that is none of ours", do="Start at the first page.")
