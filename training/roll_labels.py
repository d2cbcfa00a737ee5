"""What a roll-rate model learns: where an account stood by the last settled status, and where the next one put it.

Both read statuses as they were known at a moment, which the caller chooses: the origin at the end of its own day, the
label on the day from which it is looked at. A label is missing until the next status is recorded and settled, and where
a month was never stated; it is never guessed. Exits count as `models.roll_rate.NEXT_RANK` says.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import duckdb
import pyarrow as pa

from arrears.lake import Lake
from features.delinquency import cycle_statuses

StatusesBy = Callable[[datetime], pa.Table]
"""The statuses of a book as they were known at a moment."""

_SETTLED = """
SELECT account_id, cycle_end, bucket, balance_minor,
       greatest(recorded_at, timezone($zone, CAST(cycle_end + CAST($settles_days AS INTEGER) AS TIMESTAMP))) AS known_at
FROM statuses
"""
# A hash join, of which the newest is kept: DuckDB's ASOF join takes six hundred times as long on text keys.
_ORIGINS = f"""
WITH settled AS ({_SETTLED})
SELECT snapshots.*, settled.cycle_end AS origin_end, settled.bucket AS origin, settled.balance_minor
FROM snapshots
JOIN settled ON settled.account_id = snapshots.account_id AND settled.known_at <= snapshots.cutoff
QUALIFY row_number() OVER (PARTITION BY snapshots.account_id, snapshots.as_of ORDER BY settled.cycle_end DESC) = 1
ORDER BY snapshots.account_id, snapshots.as_of
"""  # noqa: S608 - own text only
_NEXT = f"""
WITH settled AS ({_SETTLED}), moves AS (
    SELECT account_id, cycle_end, lead(cycle_end) OVER later AS next_end, lead(bucket) OVER later AS next_bucket,
           lead(known_at) OVER later AS next_known_at,
           -- After a gap the next status tells of several months, so of the next one nothing is known.
           date_diff('month', cycle_end, lead(cycle_end) OVER later) <= 1 AS is_next
    FROM settled WINDOW later AS (PARTITION BY account_id ORDER BY cycle_end)
)
SELECT origins.*, moves.next_end, moves.next_bucket
FROM origins
LEFT JOIN moves ON moves.account_id = origins.account_id AND moves.cycle_end = origins.origin_end
    AND moves.is_next AND moves.next_known_at <= $standing_at
ORDER BY origins.account_id, origins.as_of
"""  # noqa: S608 - own text only


def statuses_by(lake: Lake, last: datetime) -> StatusesBy:
    """A function that tells the statuses of a lake as they were known at a moment, none later than `last`.

    A correction counts from the moment at which it was recorded and never before. Where months are told once and never
    corrected they are read once, and hold statuses of later months too: whoever reads them looks at `recorded_at`.
    """

    def known_by(moment: datetime) -> pa.Table:
        with lake.connect() as con:
            return cycle_statuses(lake.present, lake.settings, moment).run(con)

    if cycle_statuses(lake.present, lake.settings).are_corrected:
        return known_by
    told_once = known_by(last)
    return lambda _: told_once


def origins(snapshots: pa.Table, statuses: pa.Table, *, zone: str, settles_days: int) -> pa.Table:
    """Where every snapshot stood whose account had a settled status.

    Parameters
    ----------
    snapshots : `account_id`, `as_of` date, `cutoff` moment, and whatever else is to be kept.
    statuses : as `arrears.roll_rates.moves` takes them, as known at the cutoff.
    zone, settles_days : when a day ends, and how many days after a cycle's end its status can be trusted.

    Returns
    -------
    The snapshots with `origin_end`, `origin` and `balance_minor` (at the origin), sorted by account and day.
    """
    given = {"zone": zone, "settles_days": settles_days}
    return _connected(snapshots=snapshots, statuses=statuses).execute(_ORIGINS, given).to_arrow_table()


def next_buckets(
    origins: pa.Table, statuses: pa.Table, *, standing_at: datetime, zone: str, settles_days: int
) -> pa.Table:
    """What came after every origin, as far as it was known at a moment.

    Parameters
    ----------
    origins : what `origins` gave.
    statuses : as there, as known at `standing_at`.
    standing_at : what was recorded or settled later is missing.
    zone, settles_days : as there.

    Returns
    -------
    The origins with `next_end` and `next_bucket`, null while the label is not mature or if the origin's own status was
    taken back since; sorted by account and day.
    """
    given = {"zone": zone, "settles_days": settles_days, "standing_at": standing_at}
    return _connected(origins=origins, statuses=statuses).execute(_NEXT, given).to_arrow_table()


def _connected(**tables: pa.Table) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    # DuckDB draws its own progress on stdout, where a command's one JSON document goes.
    con.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    for name, table in tables.items():
        con.register(name, table)
    return con
