"""Events that the open items have not followed yet, and whose items each may move."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime

from sqlalchemy import Connection, text

from arrears.events.event import Event
from arrears.events.standing import rows_where
from arrears.lake import Lake, looking

_MOVES_NOTHING = """
    UPDATE source_events AS e SET settled_at = :at
    WHERE settled_at IS NULL AND origin <> 'api' AND e.source_table NOT IN ('holds', 'parties') AND NOT EXISTS (
        SELECT FROM work_items AS i
        WHERE i.state IN ('ready', 'claimed') AND i.people @> ARRAY[e.debtor_id]
            AND i.state_since < e.recorded_at)
"""

_UNSETTLED = """
    SELECT event_id, source_table, row_key, row, debtor_id, account_id, recorded_at, settled_at, origin
    FROM source_events AS e
    WHERE settled_at IS NULL AND event_id <= COALESCE(CAST(:newest AS bigint), event_id) AND (
        debtor_id = ANY (CAST(:debtors AS text[]))
        OR CAST(:debtors AS text[]) IS NULL AND NOT EXISTS (
            SELECT FROM leases AS l WHERE l.person = e.debtor_id AND l.ended_at IS NULL AND l.expires_at > :at
        ) AND NOT EXISTS (
            SELECT FROM leases AS l JOIN work_item_events AS n USING (work_item_id)
            WHERE l.ended_at IS NULL AND l.expires_at > :at
                AND n.did = 'noticed' AND (n.detail ->> 'event_id')::bigint = e.event_id))
    ORDER BY event_id LIMIT :most
"""
_NEWEST = "SELECT COALESCE(max(event_id), 0) FROM source_events WHERE settled_at IS NULL"


def settle_what_moves_nothing(connection: Connection, *, at: datetime) -> int:
    """Mark what the desk told of people who have no item but the one that came of it; how many events that were.

    Holds and parts in an account are never passed over: they may hold another debtor's item.
    """
    done = connection.execute(text(_MOVES_NOTHING).execution_options(preserve_rowcount=True), {"at": at})
    return done.rowcount


def newest_unsettled(connection: Connection) -> int:
    """The number of the newest event that waits; 0 where none does."""
    return int(connection.execute(text(_NEWEST)).scalar_one())


def unsettled(
    connection: Connection, *, debtors: Sequence[str] | None, at: datetime, most: int, newest: int | None = None
) -> list[Event]:
    """Events that wait, oldest first.

    Parameters
    ----------
    debtors : only what concerns them; None: all but what waits for somebody's lease: on whom it names, or on an item
        whose collector was told of it.
    newest : none with a greater number; None: all.
    """
    asked = {"debtors": None if debtors is None else list(debtors), "at": at, "most": most, "newest": newest}
    return [Event(**row) for row in connection.execute(text(_UNSETTLED), asked).mappings()]


def about_work(lake: Lake, event: Event) -> list[str]:
    """The debtors whose items an event may move.

    The one it names, the account's own, and every debtor in whose account the named one has a part.
    """
    found = {event.debtor_id} if event.debtor_id is not None else set()
    with closing(looking()) as con:
        accounts = {event.account_id} if event.account_id is not None else set()
        if event.debtor_id is not None:
            parts = rows_where(con, lake, "parties", ("account_id",), "debtor_id", [event.debtor_id])
            accounts |= {str(account) for (account,) in parts}
        owners = rows_where(con, lake, "accounts", ("debtor_id",), "account_id", filter(None, accounts))
    return sorted(found | {str(owner) for (owner,) in owners})
