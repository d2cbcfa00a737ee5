"""Leases: who holds whom and until when; lengthened while the desk is open, ended by word or by the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from arrears.queues.carry_over import join_serving_night
from arrears.queues.desk.item_events import note
from arrears.queues.desk.statement import first, one, run
from arrears.queues.desk.successor import close, succeed

LAPSED = "lease_ended"
"""The code of an item whose lease ended without a word."""

REAPER = "leases"
"""Who does it, among the events."""


@dataclass(frozen=True)
class Lease:
    """An item in somebody's hands.

    Attributes
    ----------
    lease_id : of its first person: one claim, one such number.
    """

    lease_id: int
    work_item_id: int
    collector: str
    taken_at: datetime
    expires_at: datetime


_HELD = """
    SELECT min(lease_id) AS lease_id, work_item_id, collector, min(taken_at) AS taken_at, min(expires_at) AS expires_at
    FROM leases WHERE ended_at IS NULL AND {} GROUP BY work_item_id, collector ORDER BY 4, 2
"""
_HELD_BY = f"""
    SELECT late.overdue, mine.* FROM (
        SELECT EXISTS (SELECT FROM leases WHERE ended_at IS NULL AND expires_at <= %(at)s) AS overdue
    ) AS late LEFT JOIN ({_HELD.format("collector = %(me)s AND expires_at > %(at)s")}) AS mine ON true
"""  # noqa: S608 - our own words
_LOCK = "SELECT 1 FROM work_items WHERE work_item_id = %(item)s FOR NO KEY UPDATE"
_EXTEND = """
    WITH longer AS (
        UPDATE leases SET expires_at = greatest(expires_at, %(until)s)
        WHERE work_item_id = %(item)s AND collector = %(me)s AND ended_at IS NULL AND expires_at > %(at)s
        RETURNING person, taken_at
    ), reserved AS (
        UPDATE call_reservations SET expires_at = greatest(expires_at, %(until)s)
        WHERE ended_at IS NULL AND claimed_by = %(me)s AND people && (SELECT array_agg(person) FROM longer)
            AND reserved_at IN (SELECT taken_at FROM longer)
    )
    SELECT count(*) FROM longer
"""
_END = """
    WITH ended AS (
        UPDATE leases SET ended_at = %(at)s
        WHERE work_item_id = ANY (%(items)s) AND ended_at IS NULL AND (NOT %(overdue)s OR expires_at <= %(at)s)
        RETURNING work_item_id, person, collector, taken_at
    ), freed AS (
        UPDATE call_reservations SET ended_at = %(at)s, contact_id = %(contact)s
        WHERE ended_at IS NULL AND people && (SELECT array_agg(person) FROM ended)
            AND (claimed_by, reserved_at) IN (SELECT collector, taken_at FROM ended)
    )
    SELECT DISTINCT work_item_id FROM ended
"""
_OVERDUE = """
    SELECT i.work_item_id FROM work_items i
    WHERE i.work_item_id IN (
        SELECT work_item_id FROM leases
        WHERE ended_at IS NULL AND expires_at <= %(at)s AND (%(people)s::text[] IS NULL OR person = ANY (%(people)s))
        ORDER BY expires_at LIMIT %(limit)s
    )
    FOR NO KEY UPDATE SKIP LOCKED
"""
_BACK_TO = """
    SELECT i.work_item_id, before.lane, greatest(before.ready_at, %(at)s), before.team_from
    FROM work_items i LEFT JOIN work_items before ON before.work_item_id = i.follows
    WHERE i.work_item_id = ANY (%(items)s) AND i.lane = 'inbound' AND i.made_by = 'inbound'
"""


def held_by(connection: Connection, collector: str, at: datetime) -> tuple[list[Lease], bool]:
    """What a collector holds now, longest held first, and whether a lease of anybody ran out that nobody has ended."""
    rows = run(connection, _HELD_BY, {"me": collector, "at": at})
    return [Lease(*row[1:]) for row in rows if row[1] is not None], bool(rows[0][0])


def lease_of(connection: Connection, work_item_id: int) -> Lease | None:
    """The lease on an item that nobody has ended, overdue or not."""
    row = first(connection, _HELD.format("work_item_id = %(item)s"), {"item": work_item_id})
    return None if row is None else Lease(*row)


def extend(connection: Connection, work_item_id: int, *, collector: str, at: datetime, until: datetime) -> bool:
    """Lengthen a lease that still runs, and the contact reserved with it; False where it has ended or is another's."""
    run(connection, _LOCK, {"item": work_item_id})  # whoever ends overdue leases takes this lock, too
    told = {"item": work_item_id, "me": collector, "at": at, "until": until}
    if not one(connection, _EXTEND, told)[0]:
        return False
    note(connection, [work_item_id], "extended", at=at, by=collector)
    return True


def give_up(
    connection: Connection,
    work_item_ids: Sequence[int],
    *,
    at: datetime,
    contact_id: str | None = None,
    only_overdue: bool = False,
) -> list[int]:
    """End the leases on some items and the contacts reserved with them; the items that were held.

    Parameters
    ----------
    contact_id : the contact that came of it; None: nobody was contacted.
    """
    told = {"items": list(work_item_ids), "at": at, "contact": contact_id, "overdue": only_overdue}
    return [int(row[0]) for row in run(connection, _END, told)]


def expire(
    connection: Connection, *, at: datetime, people: Sequence[str] | None = None, limit: int = 200
) -> dict[int, int | None]:
    """End overdue leases: each item expires and comes back as a new one, ready for anybody it was ready for.

    Parameters
    ----------
    people : only leases on these; None: everybody's.

    Returns
    -------
    dict[int, int | None] : each expired item with its successor; None where a call that came in had opened it.
    """
    told = {"at": at, "people": None if people is None else list(people), "limit": limit}
    overdue = [int(row[0]) for row in run(connection, _OVERDUE, told)]
    # The lock may have waited for whoever lengthened the lease: what is overdue is asked again under it.
    ended = give_up(connection, overdue, at=at, only_overdue=True) if overdue else []
    return give_back(connection, ended, state="expired", because=LAPSED, at=at, by=REAPER)


def give_back(
    connection: Connection, work_item_ids: Sequence[int], *, state: str, because: str, at: datetime, by: str
) -> dict[int, int | None]:
    """Close claimed items whose work did not happen; each comes back as it was before the claim.

    Where a night ran meanwhile it comes back as that night has it, or not at all if there is no more work. Who was
    looked up goes back to the lane they were taken from, and waits there as before, or leaves, where no lane had them.
    """
    if not work_item_ids:
        return {}
    rows = run(connection, _BACK_TO, {"items": list(work_item_ids), "at": at})
    places = {int(item): None if place[0] is None else tuple(place) for item, *place in rows}
    back: dict[int, int | None] = {}
    for place in {None, *places.values()}:
        going = [item for item in work_item_ids if item in places and places[item] == place]
        changed = {} if place is None else dict(zip(("lane", "ready_at", "team_from"), place, strict=True))
        if place is None:  # these came from no lane, or are not of a call that came in
            gone = close(connection, going, state=state, because=because, at=at, by=by, only=("claimed",))
            back |= dict.fromkeys(gone)
            going = [item for item in work_item_ids if item not in places]
        back |= succeed(
            connection,
            going,
            state=state,
            because=because,
            at=at,
            by=by,
            made_by="return",
            changed=changed,
            only=("claimed",),
        )
    joined = join_serving_night(connection, [new for new in back.values() if new is not None], at=at)
    return {old: new if new is None else joined.get(new, new) for old, new in back.items()}
