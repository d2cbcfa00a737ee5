"""The log of decisions, read back newest first: who was listed, held, served, passed over or taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from arrears.state.desk import decisions
from arrears.state.newest_first import newest_first


def log(
    connection: Connection,
    *,
    night_id: int | None = None,
    action: str | None = None,
    lane: str | None = None,
    collector: str | None = None,
    debtor_id: str | None = None,
    explores: bool | None = None,
    since: datetime | None = None,
    before: int | None = None,
    limit: int,
) -> Sequence[Mapping[str, Any]]:
    """Decisions, newest first, as the columns of `decisions`.

    Parameters
    ----------
    explores : only those about which a lot decided, or only the others.
    since : only what was decided then or later.
    before : only decisions of a lower id: where the page before ended.
    """
    wanted = {
        "night_id": night_id,
        "action": action,
        "lane": lane,
        "collector": collector,
        "debtor_id": debtor_id,
        "explores": explores,
    }
    found = newest_first(connection, decisions, wanted, since=since, before=before, limit=limit)
    return [{**row, "client": row["work_group"] if row["client"] is None else row["client"]} for row in found]
