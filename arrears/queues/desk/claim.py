"""Take the next item: find it, lock it and everybody whom it may reach, and put it into one collector's hands.

First come callbacks whose hour has struck (one's own, then those that their owner let lie), then one's own list, then
what others let lie, then the team's. Nobody waits here: an item or a person in somebody else's hands is passed over.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from sqlalchemy import Connection

from arrears.queues.desk.decisions import COLUMNS, OF_ITEM
from arrears.queues.desk.statement import Found, first, one, run
from arrears.queues.desk.team import MAY_TAKE, Member
from arrears.queues.item import WorkItem
from arrears.queues.record import plain_json
from arrears.state.closed import WITHOUT_CONTACT
from arrears.state.schema import POOL, POOL_PARTS

WITHOUT_RESERVATION = (*WITHOUT_CONTACT, "inbound")
"""Lanes whose work places no call, so that no limit of frequency is touched."""

_FEW, _MANY, _LEAST = 16, 4_000, 3
_FIELDS = tuple(field.name for field in fields(WorkItem))
_ITEM = ", ".join(f"i.{name}" for name in _FIELDS)

_FREE = """
    i.state = 'ready' AND i.ready_at <= %(at)s AND i.work_item_id <> ALL (%(passed)s)
    AND NOT %(me)s = ANY (i.not_for)
    AND (i.assigned_to IS NOT DISTINCT FROM %(me)s OR NOT %(me)s = ANY (i.kept_from))
    AND (%(lane)s::text IS NULL OR i.lane = %(lane)s)
    AND NOT EXISTS (
        SELECT FROM paused_queues p
        WHERE p.ended_at IS NULL AND p.lane = i.lane AND (p.client IS NULL OR p.client = i.client)
    )
    AND NOT EXISTS (
        SELECT FROM unnest(i.people) AS who WHERE EXISTS (
            SELECT FROM leases l WHERE l.person = who AND l.ended_at IS NULL AND l.expires_at > %(at)s OFFSET 0
        )
    )
"""

_LOCKED = "LIMIT 1 FOR NO KEY UPDATE OF i SKIP LOCKED"


def _first_of(one: str, other: str) -> str:
    """The first row that nobody else has locked, and whether everybody whom it concerns could be locked with it.

    The driver reads a statement's placeholders once, if it is not longer than 4,096 characters: hence two statements.
    """
    whole = f"""
        WITH one AS MATERIALIZED ({one} {_LOCKED}), other AS MATERIALIZED ({other} {_LOCKED}),
        picked AS (SELECT * FROM one UNION ALL SELECT * FROM other)
        SELECT {", ".join(_FIELDS)}, (
            SELECT bool_and(pg_try_advisory_xact_lock(hashtextextended(who, 0)))
            FROM (
                SELECT 'debtor:' || person AS who FROM unnest(picked.people) AS person
                UNION ALL SELECT 'account:' || account FROM unnest(picked.accounts) AS account
            ) AS everybody
        ) FROM picked
    """  # noqa: S608 - our own words
    return " ".join(whole.split())


_LISTED = _first_of(
    f"""
    SELECT i.* FROM work_items i
    WHERE i.lane = 'callback' AND {_FREE}
        AND (i.assigned_to = %(me)s OR (i.assigned_to IS NULL OR i.team_from <= %(at)s) AND {MAY_TAKE})
    ORDER BY (i.assigned_to IS NOT DISTINCT FROM %(me)s) DESC, i.ready_at, i.work_item_id
    """,  # noqa: S608 - our own words
    f"""
    SELECT i.* FROM work_items i
    WHERE NOT EXISTS (SELECT FROM one) AND i.assigned_to = %(me)s AND {_FREE}
    ORDER BY i.raised DESC, i.place, i.work_item_id
    """,  # noqa: S608 - our own words
)
"""Callbacks whose hour has struck, then one's own list."""

_OF_TEAM = _first_of(
    f"""
    SELECT i.* FROM work_items i
    WHERE i.team_from <= %(at)s AND i.assigned_to <> %(me)s AND i.lane <> 'callback' AND {_FREE} AND {MAY_TAKE}
    ORDER BY i.team_from, i.work_item_id
    """,  # noqa: S608 - our own words
    f"""
    SELECT i.* FROM (
        SELECT best.* FROM unnest(%(pools)s::text[]) AS mine CROSS JOIN LATERAL (
            SELECT i.work_item_id, i.raised, i.place FROM work_items i
            WHERE i.assigned_to IS NULL AND ({POOL.replace("coalesce(", "coalesce(i.")}) = mine AND {_FREE}
            ORDER BY i.raised DESC, i.place, i.work_item_id LIMIT %(each)s
        ) AS best
        ORDER BY best.raised DESC, best.place, best.work_item_id LIMIT %(few)s
    ) AS best JOIN work_items i USING (work_item_id)
    WHERE NOT EXISTS (SELECT FROM one) AND i.state = 'ready' AND i.assigned_to IS NULL
    ORDER BY best.raised DESC, best.place, best.work_item_id
    """,  # noqa: S608 - our own words
)
"""What others let lie, then the best of the team's of each kind that the member may take."""

_POOLS = f"""
    WITH RECURSIVE pools AS (
        SELECT min({POOL}) AS pool FROM work_items WHERE state = 'ready' AND assigned_to IS NULL
        UNION ALL
        SELECT (
            SELECT min({POOL}) FROM work_items
            WHERE state = 'ready' AND assigned_to IS NULL AND ({POOL}) > pools.pool
        ) FROM pools WHERE pools.pool IS NOT NULL
    )
    SELECT pool FROM pools WHERE pool IS NOT NULL
"""  # noqa: S608 - our own words

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
            ) OR EXISTS (
                -- A hold of somebody who could not be reached that night may hold whoever owes with them.
                SELECT FROM source_events WHERE settled_at IS NULL AND source_table IN ('holds', 'parties')
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


@dataclass
class Pools:
    """The team's items by what they ask for: which kinds there are. Asked again after a while, or where none fits.

    Attributes
    ----------
    lasts : for so long the kinds that were found are thought to be all.
    """

    lasts: timedelta = timedelta(seconds=2)
    _kinds: Sequence[tuple[str, Sequence[str | None]]] = ()
    _asked_at: float = -math.inf

    def of(self, connection: Connection, member: Member, lane: str | None, *, anew: bool = False) -> list[str]:
        """The kinds that a member may take."""
        if anew or monotonic() - self._asked_at > self.lasts.total_seconds():
            keys = [str(row[0]) for row in run(connection, _POOLS, {})]
            # In one step: others read it meanwhile.
            self._kinds = [(key, [part or None for part in key.split(chr(31))]) for key in keys]
            self._asked_at = monotonic()
        return [key for key, parts in self._kinds if lane in (None, parts[0]) and _may_take(member, parts)]


def _may_take(member: Member, parts: Sequence[str | None]) -> bool:
    asked = dict(zip(POOL_PARTS, parts, strict=True))
    del asked["lane"]
    return member.may_take(**asked | {"client": asked["client"] or ""})  # type: ignore[arg-type]  # no other is None where it may not be


def candidates(
    connection: Connection,
    member: Member,
    *,
    at: datetime,
    lane: str | None = None,
    pools: Pools | None = None,
    most: int = 20,
) -> Iterator[WorkItem]:
    """Items that a member may take now, best first, each locked until the transaction ends.

    Parameters
    ----------
    lane : only of this lane.
    pools : remembers between claims what the team's items ask for.
    most : after so many no more are offered: whoever passes over that many has a reason that concerns them all.
    """
    passed: list[int] = []
    pools = pools or Pools()
    run(connection, _PLAN_ONCE, {})
    told = {**member.values, "at": at, "lane": lane, "passed": passed}
    for _ in range(most):
        row = _next(connection, member, pools, told)
        if row is None:
            return
        item = read_item(row)
        passed.append(item.work_item_id)
        if row[-1]:  # nobody else is about anybody whom it concerns
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
    leased, news, lease_id, decision_id = one(connection, _TAKE, told)
    if lease_id is None:
        return NotTaken(leased=bool(leased), news=bool(news))
    return Taken(lease_id=int(lease_id), decision_id=int(decision_id), expires_at=until)


def read_item(row: Sequence[Any]) -> WorkItem:
    """The item in a row that begins with the columns of `ITEM_COLUMNS`."""
    return WorkItem(**dict(zip(_FIELDS, row, strict=False)))


ITEM_COLUMNS = _ITEM
"""Every field of `WorkItem`, of a row `i`."""


_PLAN_ONCE = "SELECT set_config('plan_cache_mode', 'force_generic_plan', true)"


def _next(connection: Connection, member: Member, pools: Pools, told: Mapping[str, Any]) -> Found | None:
    if (row := first(connection, _LISTED, told)) is not None:
        return row
    # Of the team's a few of the best are looked at; only where others hold every one of them, many.
    for anew, few in ((False, _FEW), (True, _MANY)):
        mine = pools.of(connection, member, told["lane"], anew=anew)
        asked = {**told, "pools": mine, "few": few, "each": max(few // max(len(mine), 1), _LEAST)}
        if (row := first(connection, _OF_TEAM, asked)) is not None:
            return row
    return None
