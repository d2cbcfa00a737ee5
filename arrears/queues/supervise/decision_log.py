"""The log of decisions, read back newest first: who was listed, held, served, passed over or taken away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping

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
) -> Sequence[RowMapping]:
    """Decisions, newest first, as the columns of `decisions`.

    Parameters
    ----------
    explores : only those of the random slice, or only the others.
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
    return newest_first(connection, decisions, wanted, since=since, before=before, limit=limit)
