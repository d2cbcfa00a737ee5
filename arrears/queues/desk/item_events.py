"""What happened to an item, step by step: rows that are only ever added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from arrears.queues.desk.statement import run
from arrears.queues.record import plain_json

_NOTE = """
    INSERT INTO work_item_events (work_item_id, at, did, "by", because, detail)
    SELECT item, %(at)s, %(did)s, %(by)s, %(because)s, %(detail)s::jsonb FROM unnest(%(items)s::bigint[]) AS item
"""


def note(
    connection: Connection,
    work_item_ids: Sequence[int],
    did: str,
    *,
    at: datetime,
    by: str,
    because: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add one step to each of some items.

    Parameters
    ----------
    did : of `arrears.state.closed.ITEM_EVENTS`.
    because : a code or a sentence, never a debtor's data; the same holds for `detail`.
    """
    told = {"items": list(work_item_ids), "did": did, "at": at, "by": by, "because": because}
    run(connection, _NOTE, told | {"detail": plain_json(dict(detail or {}))})


def steps(connection: Connection, work_item_id: int) -> list[dict[str, Any]]:
    """Every step of an item, oldest first, as the columns of `work_item_events`."""
    sql = "SELECT * FROM work_item_events WHERE work_item_id = %(item)s ORDER BY event_id"
    return [dict(row) for row in connection.exec_driver_sql(sql, {"item": work_item_id}).mappings()]
