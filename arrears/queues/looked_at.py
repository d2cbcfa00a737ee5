"""Whose papers were looked at lately: what is worked without a word to the debtor does not come back every morning."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from arrears.queues.lanes import WITHOUT_WAYS
from arrears.state.closed import BY_ALL, BY_CLIENT

AGAIN_AFTER = timedelta(days=30)
"""A hold that still stands after so long is looked at again."""

LookedAt = frozenset[tuple[str, str, str]]
"""Person, work group and lane."""

_WORKED = """
    SELECT DISTINCT debtor_id, {} AS work_group, lane FROM work_items
    WHERE state = 'worked' AND lane = ANY (:lanes) AND state_since > :since AND state_since <= :now
"""


def looked_at(connection: Connection, now: datetime, *, grouped_by: str = BY_ALL) -> LookedAt:
    """Everybody whose item in a lane without ways was worked in the days before a moment.

    Parameters
    ----------
    grouped_by : what makes the work groups of the night that asks.
    """
    sql = _WORKED.format("client" if grouped_by == BY_CLIENT else "work_group")
    values = {"lanes": list(WITHOUT_WAYS), "since": now - AGAIN_AFTER, "now": now}
    return frozenset((row.debtor_id, row.work_group, row.lane) for row in connection.execute(text(sql), values))
