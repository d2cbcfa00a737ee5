"""What stood before an outcome: who holds the item, which claim it was, and what was tried with the debtor lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from arrears.clock import day_of
from arrears.queues.desk.claim import ITEM_COLUMNS, read_item
from arrears.queues.desk.statement import first, one
from arrears.queues.item import Json, WorkItem
from arrears.queues.next.hours import part_of_day
from arrears.queues.next.outcome import History

LATELY = timedelta(days=14)
"""How far back a part of the day counts as tried."""

SPOKEN = frozenset({"call", "visit"})
_MOST = 40

_ALONE = f"""
    SELECT {ITEM_COLUMNS}, (
        SELECT count(pg_advisory_xact_lock(key)) FROM (
            SELECT DISTINCT hashtextextended(who, 0) AS key FROM (
                SELECT 'debtor:' || person AS who FROM unnest(i.people) AS person
                UNION ALL SELECT 'account:' || account FROM unnest(i.accounts) AS account
            ) AS everybody ORDER BY 1
        ) AS keys
    ) AS locks
    FROM work_items i WHERE i.work_item_id = %(item)s
"""  # noqa: S608 - our own words

_STANDS = """
    WITH locked AS MATERIALIZED (
        SELECT work_item_id, state, follows, made_by, night_id, debtor_id, work_group FROM work_items
        WHERE work_item_id = %(item)s FOR NO KEY UPDATE
    )
    SELECT locked.state,
        (SELECT collector FROM leases WHERE work_item_id = %(item)s AND ended_at IS NULL LIMIT 1) AS holder,
        (
            SELECT (detail ->> 'decision_id')::bigint FROM work_item_events
            WHERE work_item_id = %(item)s AND did = 'claimed' AND "by" = %(me)s ORDER BY event_id DESC LIMIT 1
        ) AS decision_id,
        (
            SELECT max(at) FROM work_item_events WHERE work_item_id = %(item)s AND did = 'claimed' AND "by" = %(me)s
        ) AS claimed_at,
        (
            SELECT before.lane FROM work_items before
            WHERE before.work_item_id = locked.follows AND locked.made_by = 'inbound'
        ) AS lane_before,
        (
            SELECT count(DISTINCT (client, currency, charged_off)) FROM night_accounts
            WHERE night_id = locked.night_id AND debtor_id = locked.debtor_id
        ) AS books,
        (
            SELECT other.work_item_id FROM work_items other
            WHERE other.debtor_id = locked.debtor_id AND other.work_group = locked.work_group
                AND other.state IN ('ready', 'claimed') AND other.work_item_id <> %(item)s
        ) AS other,
        (
            SELECT jsonb_agg(to_jsonb(tried)) FROM (
                SELECT at, disposition, channel, direction, conversation FROM contact_ledger
                WHERE debtor_id = locked.debtor_id AND at >= %(since)s ORDER BY at DESC LIMIT %(most)s
            ) AS tried
        ) AS tried
    FROM locked
"""


@dataclass(frozen=True)
class Stands:
    """An item and all that its outcome is judged by, locked until the transaction ends.

    Attributes
    ----------
    holder : who has its lease now, if anybody.
    decision_id, claimed_at : of the collector's own claim; None: they never had it.
    lane_before : of who was looked up: the lane they were taken from.
    one_book : all the debtor's accounts are of one creditor and currency, on one side of charge-off.
    other : another open item of the same person and group, which came of this one.
    tried : contacts of the past weeks, the latest first.
    """

    item: WorkItem
    state: str
    holder: str | None
    decision_id: int | None
    claimed_at: datetime | None
    lane_before: str | None
    one_book: bool
    other: int | None
    tried: Sequence[Json]

    @property
    def lane(self) -> str | None:
        """The lane in which the debtor is worked, whoever called whom; None: in none."""
        return self.lane_before if self.item.made_by == "inbound" and self.item.lane == "inbound" else self.item.lane

    def history(
        self,
        *,
        zone: str,
        at: datetime,
        disposition: str = "",
        channel: str = "call",
        point_id: str | None = None,
        skips_today: int = 0,
        open_promises: Sequence[str] = (),
    ) -> History:
        """What `arrears.queues.next` wants to know of the time before an outcome.

        Parameters
        ----------
        zone : the debtor's.
        disposition, channel, point_id : of the outcome.
        open_promises : of the work group, where the outcome may call them off.
        """
        return History(
            lane=self.lane or "pay",
            tries_today=tries_on(self.tried, at, zone),
            parts_tried=parts_tried(self.tried, zone),
            points_left=points_left(self.item.ways, channel, point_id),
            other_channels_left=reached_otherwise(self.item.ways, channel, point_id),
            in_a_row=in_a_row(self.tried, disposition),
            open_promises=tuple(open_promises),
            one_book=self.one_book,
            skips_today=skips_today,
        )


def opened(connection: Connection, work_item_id: int, *, collector: str, at: datetime) -> Stands | None:
    """Wait until nobody else decides about the item or its people, then read how it stands; None: no such item."""
    row = first(connection, _ALONE, {"item": work_item_id})
    if row is None:
        return None
    told = {"item": work_item_id, "me": collector, "since": at - LATELY, "most": _MOST}
    # A statement of its own: it sees what the others did while this one waited for its locks.
    state, holder, decision_id, claimed_at, lane_before, books, other, tried = one(connection, _STANDS, told)
    return Stands(
        item=read_item(row),
        state=state,
        holder=holder,
        decision_id=decision_id,
        claimed_at=claimed_at,
        lane_before=lane_before,
        one_book=books <= 1,
        other=other,
        tried=[{**each, "at": datetime.fromisoformat(each["at"])} for each in tried or ()],
    )


def tries_on(tried: Sequence[Json], at: datetime, zone: str) -> int:
    """Calls and visits made on the day of a moment, where the debtor is.

    Examples
    --------
    >>> from datetime import UTC
    >>> call = {"at": datetime(2026, 6, 1, 13, tzinfo=UTC), "channel": "call", "direction": "out"}
    >>> tries_on([call, call | {"direction": "in"}], datetime(2026, 6, 1, 23, tzinfo=UTC), "America/New_York")
    1
    """
    day = day_of(at, zone)
    return sum(_is_try(each) and day_of(each["at"], zone) == day for each in tried)


def parts_tried(tried: Sequence[Json], zone: str) -> tuple[str, ...]:
    """Parts of the debtor's day in which nobody was reached since the last talk, the last tried last.

    Parameters
    ----------
    tried : the latest first.
    """
    found: list[str] = []
    for each in tried:
        if each["conversation"]:
            break
        part = part_of_day(each["at"], zone) if _is_try(each) else None
        if part is not None and part not in found:
            found.append(part)
    return tuple(reversed(found))


def in_a_row(tried: Sequence[Json], disposition: str) -> int:
    """How many contacts just before were this very disposition.

    Examples
    --------
    >>> in_a_row([{"disposition": "voicemail"}, {"disposition": "voicemail"}, {"disposition": "busy"}], "voicemail")
    2
    """
    count = 0
    for each in tried:
        if each["disposition"] != disposition:
            break
        count += 1
    return count


def points_left(ways: Sequence[Mapping[str, Any]], channel: str, point_id: str | None) -> tuple[str, ...]:
    """The other points of a channel, those after this one first.

    Examples
    --------
    >>> ways = [{"channel": "call", "point": point} for point in ("P1", "P2", "P3")]
    >>> points_left(ways, "call", "P2")
    ('P3', 'P1')
    """
    points = list(dict.fromkeys(way["point"] for way in ways if way["channel"] == channel and way["point"]))
    here = points.index(point_id) if point_id in points else -1
    return tuple(points[here + 1 :] + points[: max(here, 0)])


def reached_otherwise(ways: Sequence[Mapping[str, Any]], channel: str, point_id: str | None) -> bool:
    """Whether another channel reaches the debtor, by another number or address than this one.

    Examples
    --------
    >>> phone, letter = {"channel": "sms", "point": "P1"}, {"channel": "letter", "point": None}
    >>> reached_otherwise([phone], "call", "P1"), reached_otherwise([phone, letter], "call", "P1")
    (False, True)
    """
    return any(way["channel"] != channel and (way["point"] is None or way["point"] != point_id) for way in ways)


def _is_try(contact: Json) -> bool:
    return contact["direction"] == "out" and contact["channel"] in SPOKEN
