"""The log of decisions, read back newest first: who was listed, held, served, passed over or taken away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select

from arrears.state.desk import decisions


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
    table = decisions.c
    wanted = {
        table.night_id: night_id,
        table.action: action,
        table.lane: lane,
        table.collector: collector,
        table.debtor_id: debtor_id,
        table.explores: explores,
    }
    query = select(decisions).where(*(column == value for column, value in wanted.items() if value is not None))
    if since is not None:
        query = query.where(table.at >= since)
    if before is not None:
        query = query.where(table.decision_id < before)
    return connection.execute(query.order_by(table.decision_id.desc()).limit(limit)).mappings().all()
