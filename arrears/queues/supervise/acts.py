"""What a manager did to the queues: each act one transaction with its reason, on the audit trail, and undone by its id.

An act's id is the id of its line on the trail. Every item that it changed has a step of its own, which holds the act,
what was and what is, so that it can be taken back where nobody has moved the item on since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, text

from arrears.errors import WrongUse
from arrears.queues.supervise.chosen import Chosen
from arrears.state.schema import audit

LONGEST = 200
"""Characters of a reason."""

MOST_RAISED = 9


@dataclass(frozen=True)
class Column:
    """A state column that acts change: its type in SQL, and the step that tells of it."""

    name: str
    kind: str
    step: str


COLUMNS: Mapping[str, Column] = {
    "items.reassigned": Column("assigned_to", "text", "reassigned"),
    "items.raised": Column("raised", "integer", "raised"),
    "items.put_off": Column("ready_at", "timestamptz", "snoozed"),
    "absence.announced": Column("assigned_to", "text", "reassigned"),
}
"""What each act changes on items."""


@dataclass(frozen=True)
class Act:
    """One line of the trail that a manager wrote; `is_undone` once somebody took it back."""

    act: int
    at: datetime
    who: str
    did: str
    subject: str
    detail: Mapping[str, Any]
    is_undone: bool


@dataclass(frozen=True)
class Changed:
    """What became of an act on items.

    Attributes
    ----------
    act : its id.
    items : how many it changed.
    same : were so already.
    unfit : may not be worked by the collector they were meant for, or were given back by them.
    gone : asked for by id, and claimed or closed meanwhile.
    """

    act: int
    items: int
    same: int = 0
    unfit: int = 0
    gone: int = 0


def new_act(connection: Connection) -> int:
    """The id of an act that is about to be done."""
    sql = text("SELECT nextval(pg_get_serial_sequence('audit', 'audit_id'))")
    return int(connection.execute(sql).scalar_one())


def write(
    connection: Connection,
    act: int,
    *,
    at: datetime,
    by: str,
    did: str,
    subject: str,
    because: str | None,
    **detail: object,
) -> None:
    """Put an act on the trail; in its own transaction, once its counts are known."""
    told = {**detail, **({} if because is None else {"because": because})}
    row = {"audit_id": act, "at": at, "who": by, "did": did, "subject": subject, "detail": told}
    connection.execute(insert(audit).values(row))


def act_of(connection: Connection, act: int) -> Act | None:
    """One act of a manager, as the trail has it; None where there is none of that id."""
    sql = text("""
        SELECT a.audit_id AS act, a.at, a.who, a.did, a.subject, a.detail,
               EXISTS (SELECT FROM audit u WHERE u.did = 'act.undone' AND u.subject = CAST(a.audit_id AS text))
                   AS is_undone
        FROM audit a WHERE a.audit_id = :act
    """)
    row = connection.execute(sql, {"act": act}).mappings().first()
    return None if row is None else Act(**row)


def reason(because: str) -> str:
    """A reason as it is kept.

    Raises
    ------
    WrongUse : it is empty, or longer than `LONGEST`.

    Examples
    --------
    >>> reason("  Ann is ill ")
    'Ann is ill'
    """
    told = because.strip()
    if not told or len(told) > LONGEST:
        raise WrongUse(
            asked="change queues",
            found=f"a reason of {len(told)} characters",
            do=f"Say why, in 1 to {LONGEST} characters, and name no debtor.",
        )
    return told


def change(
    connection: Connection,
    chosen: Chosen,
    did: str,
    value: object,
    *,
    act: int,
    at: datetime,
    by: str,
    because: str,
    fits: tuple[str, Mapping[str, Any]] = ("true", {}),
    only: tuple[str, Mapping[str, Any]] = ("true", {}),
) -> Changed:
    """Set one state column of ready items; whoever holds or is just claiming one keeps it as it is.

    Parameters
    ----------
    did : of `COLUMNS`.
    fits : what rows `i` must fulfil to be changed, with its values; the others are counted.
    only : what rows `i` must fulfil to be meant at all.
    """
    column = COLUMNS[did]
    conditions, values = chosen.conditions(at)
    most = "" if chosen.most is None else "LIMIT %(most)s"
    sql = f"""
        WITH asked AS (
            SELECT i.work_item_id, i.{column.name} AS was, ({fits[0]}) AS fits FROM work_items i
            WHERE i.state = 'ready' AND {conditions} AND ({only[0]})
            ORDER BY i.raised DESC, i.place, i.work_item_id {most} FOR UPDATE SKIP LOCKED
        ), changed AS (
            UPDATE work_items w SET {column.name} = %(value)s::{column.kind} FROM asked
            WHERE w.work_item_id = asked.work_item_id AND asked.fits
              AND asked.was IS DISTINCT FROM %(value)s::{column.kind}
            RETURNING w.work_item_id, asked.was
        ), noted AS (
            INSERT INTO work_item_events (work_item_id, at, did, "by", because, detail)
            SELECT work_item_id, %(at)s, %(step)s, %(by)s, %(because)s, jsonb_build_object(
                'act', %(act)s::bigint, 'was', to_jsonb(was), 'now', to_jsonb(%(value)s::{column.kind})) FROM changed
        )
        SELECT (SELECT count(*) FROM changed) AS items, count(*) AS asked, count(*) FILTER (WHERE NOT fits) AS unfit
        FROM asked
    """  # noqa: S608 - our own words
    told = {"value": value, "act": act, "at": at, "by": by, "because": because, "step": column.step}
    row = connection.exec_driver_sql(sql, {**values, **fits[1], **only[1], **told, "most": chosen.most}).one()
    meant = row.asked if chosen.items is None else len(set(chosen.items))
    same = row.asked - row.unfit - row.items
    return Changed(act=act, items=row.items, same=same, unfit=row.unfit, gone=meant - row.asked)
