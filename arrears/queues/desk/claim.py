"""Take the next item: find it, lock it and everybody whom it may reach, and put it into one collector's hands.

First come callbacks whose hour has struck (one's own, then those that their owner let lie), then one's own list, then
what others let lie, then the team's. Nobody waits here: an item or a person in somebody else's hands is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from arrears.queues.desk.decisions import COLUMNS, OF_ITEM
from arrears.queues.desk.team import MAY_TAKE, Member
from arrears.queues.item import WorkItem
from arrears.queues.record import plain_json
from arrears.state.closed import WITHOUT_CONTACT
from arrears.state.schema import POOL, POOL_PARTS

WITHOUT_RESERVATION = (*WITHOUT_CONTACT, "inbound")
"""Lanes whose work places no call, so that no limit of frequency is touched."""

_FEW, _MANY = 16, 400
_FIELDS = tuple(field.name for field in fields(WorkItem))
_ITEM = ", ".join(f"i.{name}" for name in _FIELDS)

_FREE = """
    i.state = 'ready' AND i.ready_at <= %(at)s AND i.work_item_id <> ALL (%(passed)s) AND NOT %(me)s = ANY (i.not_for)
    AND (%(lane)s::text IS NULL OR i.lane = %(lane)s)
    AND NOT EXISTS (
        SELECT FROM paused_queues p
        WHERE p.ended_at IS NULL AND p.lane = i.lane AND (p.work_group IS NULL OR p.work_group = i.work_group)
    )
    AND NOT EXISTS (
        SELECT FROM leases l WHERE l.ended_at IS NULL AND l.expires_at > %(at)s AND l.person = ANY (i.people)
    )
"""

_ALONE = """
    SELECT bool_and(pg_try_advisory_xact_lock(hashtextextended(who, 0)))
    FROM (
        SELECT 'debtor:' || person AS who FROM unnest(picked.people) AS person
        UNION ALL SELECT 'account:' || account FROM unnest(picked.accounts) AS account
    ) AS everybody
"""


def _one_of(found: str) -> str:
    """The first row that nobody else has locked, and whether everybody it concerns could be locked with it."""
    return f"""
        WITH picked AS MATERIALIZED ({found} LIMIT 1 FOR NO KEY UPDATE OF i SKIP LOCKED)
        SELECT {_ITEM.replace("i.", "picked.")}, ({_ALONE}) AS alone FROM picked
    """  # noqa: S608 - our own words


_CALLBACKS = _one_of(f"""
    SELECT {_ITEM} FROM work_items i
    WHERE i.lane = 'callback' AND {_FREE}
        AND (i.assigned_to = %(me)s OR (i.assigned_to IS NULL OR i.team_from <= %(at)s) AND {MAY_TAKE})
    ORDER BY (i.assigned_to IS NOT DISTINCT FROM %(me)s) DESC, i.ready_at, i.work_item_id
""")  # noqa: S608 - our own words
_OWN = _one_of(f"""
    SELECT {_ITEM} FROM work_items i
    WHERE i.assigned_to = %(me)s AND {_FREE}
    ORDER BY i.raised DESC, i.place, i.work_item_id
""")  # noqa: S608 - our own words
_LET_LIE = _one_of(f"""
    SELECT {_ITEM} FROM work_items i
    WHERE i.team_from <= %(at)s AND i.assigned_to <> %(me)s AND i.lane <> 'callback' AND {_FREE} AND {MAY_TAKE}
    ORDER BY i.team_from, i.work_item_id
""")  # noqa: S608 - our own words

_PARTS = ", ".join(f"nullif(part[{place}], '') AS {name}" for place, name in enumerate(POOL_PARTS, start=1))
_OF_TEAM = _one_of(f"""
    SELECT {_ITEM} FROM (
        WITH RECURSIVE pools AS (
            SELECT min({POOL}) AS pool FROM work_items WHERE state = 'ready' AND assigned_to IS NULL
            UNION ALL
            SELECT (
                SELECT min({POOL}) FROM work_items
                WHERE state = 'ready' AND assigned_to IS NULL AND ({POOL}) > pools.pool
            ) FROM pools WHERE pools.pool IS NOT NULL
        ), mine AS (
            SELECT pool FROM (
                SELECT pool, {_PARTS} FROM pools CROSS JOIN LATERAL string_to_array(pool, chr(31)) AS part
            ) AS i
            WHERE (%(lane)s::text IS NULL OR i.lane = %(lane)s) AND {MAY_TAKE}
        )
        SELECT best.* FROM mine CROSS JOIN LATERAL (
            SELECT i.work_item_id, i.raised, i.place FROM work_items i
            WHERE i.assigned_to IS NULL AND ({POOL.replace("coalesce(", "coalesce(i.")}) = mine.pool AND {_FREE}
            ORDER BY i.raised DESC, i.place, i.work_item_id LIMIT %(few)s
        ) AS best
        ORDER BY best.raised DESC, best.place, best.work_item_id LIMIT %(few)s
    ) AS best JOIN work_items i USING (work_item_id)
    WHERE i.state = 'ready' AND i.assigned_to IS NULL
    ORDER BY best.raised DESC, best.place, best.work_item_id
""")  # noqa: S608 - our own words

_TAKE = f"""
    WITH known AS (
        SELECT
            EXISTS (
                SELECT FROM leases WHERE ended_at IS NULL AND person = ANY (%(people)s)
            ) AS leased,
            EXISTS (
                SELECT FROM contact_ledger
                WHERE recorded_at > %(judged_at)s AND (debtor_id = ANY (%(people)s)
                    OR account_id = ANY (%(accounts)s) OR debts_discussed && %(accounts)s)
            ) OR EXISTS (
                SELECT FROM source_events
                WHERE drained_at IS NULL AND (debtor_id = ANY (%(people)s) OR account_id = ANY (%(accounts)s))
            ) OR EXISTS (
                SELECT FROM call_reservations
                WHERE ended_at IS NULL AND expires_at > %(at)s
                    AND (people && %(people)s OR accounts && %(accounts)s)
            ) AS news
    ), claimed AS (
        UPDATE work_items SET state = 'claimed', state_since = %(at)s
        WHERE work_item_id = %(item)s AND state = 'ready'
            AND (SELECT NOT leased AND (%(judged)s OR NOT news) FROM known)
        RETURNING *
    ), leased AS (
        INSERT INTO leases (work_item_id, person, collector, taken_at, expires_at)
        SELECT work_item_id, unnest(people), %(collector)s, %(at)s, %(until)s FROM claimed
        RETURNING lease_id
    ), reserved AS (
        INSERT INTO call_reservations (people, accounts, channel, claimed_by, reserved_at, expires_at)
        SELECT people, accounts, %(channel)s, %(collector)s, %(at)s, %(until)s FROM claimed
        WHERE lane <> ALL (%(without)s)
    ), decided AS (
        INSERT INTO decisions ({COLUMNS}) SELECT {OF_ITEM} FROM claimed i RETURNING decision_id
    ), noted AS (
        INSERT INTO work_item_events (work_item_id, at, did, "by", because, detail)
        SELECT claimed.work_item_id, %(at)s, 'claimed', %(collector)s, %(because)s,
            %(detail)s::jsonb || jsonb_build_object('decision_id', decided.decision_id)
        FROM claimed, decided
    )
    SELECT known.leased, known.news, (SELECT min(lease_id) FROM leased), (SELECT decision_id FROM decided) FROM known
"""  # noqa: S608 - our own words


@dataclass(frozen=True)
class Taken:
    """An item that somebody holds from now on."""

    lease_id: int
    decision_id: int
    expires_at: datetime


@dataclass(frozen=True)
class NotTaken:
    """Why an item could not be taken.

    Attributes
    ----------
    leased : somebody's lease on one of its people has not been ended.
    news : something became known since its verdict, so only the rules themselves can tell.
    """

    leased: bool
    news: bool


def candidates(
    connection: Connection,
    member: Member,
    *,
    at: datetime,
    lane: str | None = None,
    most: int = 20,
) -> Iterator[WorkItem]:
    """Items that a member may take now, best first, each locked until the transaction ends.

    Parameters
    ----------
    lane : only of this lane.
    most : after so many no more are offered: whoever passes over that many has a reason that concerns them all.
    """
    passed: list[int] = []
    told = {**member.values, "at": at, "lane": lane, "passed": passed}
    for _ in range(most):
        item, alone = _next(connection, told)
        if item is None:
            return
        passed.append(item.work_item_id)
        if alone:
            yield item


def take(
    connection: Connection,
    item: WorkItem,
    *,
    collector: str,
    at: datetime,
    lease: timedelta,
    judged: bool,
    detail: Mapping[str, Any] | None = None,
    because: str | None = None,
    channel: str = "call",
) -> Taken | NotTaken:
    """Put a locked item into a collector's hands: its state, a lease a person, a reserved contact, and the log.

    Parameters
    ----------
    item : one of `candidates`, or one whose row and people the transaction has locked otherwise.
    judged : the rules were asked in this transaction; else it is taken only if nothing became known since its verdict.
    detail, because : for its event.
    channel : by which the reserved contact would be made.
    """
    until = at + lease
    told = {
        "item": item.work_item_id,
        "people": item.people,
        "accounts": item.accounts,
        "judged_at": item.judged_at,
        "judged": judged,
        "at": at,
        "until": until,
        "collector": collector,
        "channel": channel,
        "without": list(WITHOUT_RESERVATION),
        "detail": plain_json(dict(detail or {})),
        "because": because,
        "action": "served",
        "is_eligible": True,
        "codes": [],
    }
    leased, news, lease_id, decision_id = connection.exec_driver_sql(_TAKE, told).one()
    if lease_id is None:
        return NotTaken(leased=bool(leased), news=bool(news))
    return Taken(lease_id=int(lease_id), decision_id=int(decision_id), expires_at=until)


def read_item(row: Sequence[Any]) -> WorkItem:
    """The item in a row that begins with the columns of `ITEM_COLUMNS`."""
    return WorkItem(**dict(zip(_FIELDS, row, strict=False)))


ITEM_COLUMNS = _ITEM
"""Every field of `WorkItem`, of a row `i`."""


def _next(connection: Connection, told: Mapping[str, Any]) -> tuple[WorkItem | None, bool]:
    for sql in (_CALLBACKS, _OWN, _LET_LIE):
        if (row := connection.exec_driver_sql(sql, told).first()) is not None:
            return read_item(row), bool(row.alone)
    # Of the team's a few of the best are looked at; only where others hold every one of them, many.
    for few in (_FEW, _MANY):
        if (row := connection.exec_driver_sql(_OF_TEAM, {**told, "few": few}).first()) is not None:
            return read_item(row), bool(row.alone)
    return None, False
