"""How fresh the facts are: the last load, what came in since, and what has not settled or been drained yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from arrears.lake import Lake


@dataclass(frozen=True)
class Feed:
    """The age of what the desk knows; a moment is None where there was none.

    Attributes
    ----------
    loaded_at : the last load of the lake.
    event_at : the last fact that came between loads.
    fresh, unsettled : facts that no load has brought yet; those whose debtors' items have not followed them.
    oldest_unsettled_at : since when the oldest of these waits.
    """

    loaded_at: datetime | None
    event_at: datetime | None
    fresh: int
    unsettled: int
    oldest_unsettled_at: datetime | None


def feed(connection: Connection, lake: Lake) -> Feed:
    """How fresh the facts are now."""
    sql = text("""
        SELECT (SELECT max(recorded_at) FROM source_events) AS event_at,
               (SELECT count(*) FROM source_events WHERE drained_at IS NULL) AS fresh,
               (SELECT count(*) FROM source_events WHERE settled_at IS NULL) AS unsettled,
               (SELECT min(recorded_at) FROM source_events WHERE settled_at IS NULL) AS oldest_unsettled_at
    """)
    loads = lake.manifest.loads
    loaded_at = datetime.fromisoformat(loads[-1].loaded_at) if loads else None
    return Feed(loaded_at=loaded_at, **connection.execute(sql).mappings().one())
