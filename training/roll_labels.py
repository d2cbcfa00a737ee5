"""What a roll-rate model learns: where an account stood by the last settled status, and where the next one put it.

A label is missing until the next status is recorded and settled, and where a month was never stated; it is never
guessed. Exits count as
`models.roll_rate.NEXT_RANK` says.
"""

from __future__ import annotations

from datetime import datetime

import duckdb
import pyarrow as pa

# A hash join, of which the newest is kept: DuckDB's ASOF join takes six hundred times as long on text keys.
_NEXT = """
WITH settled AS (
    SELECT account_id, cycle_end, bucket, balance_minor,
           greatest(recorded_at, timezone(?, CAST(cycle_end + CAST(? AS INTEGER) AS TIMESTAMP))) AS known_at
    FROM statuses
), moves AS (
    SELECT *, lead(cycle_end) OVER later AS next_end, lead(bucket) OVER later AS next_bucket,
           lead(known_at) OVER later AS next_known_at,
           -- After a gap the next status tells of several months, so of the next one nothing is known.
           date_diff('month', cycle_end, lead(cycle_end) OVER later) <= 1 AS is_next
    FROM settled WINDOW later AS (PARTITION BY account_id ORDER BY cycle_end)
)
SELECT snapshots.account_id, snapshots.as_of, moves.cycle_end AS origin_end, moves.bucket AS origin,
       CASE WHEN is_next AND next_known_at <= ? THEN next_end END AS next_end,
       CASE WHEN is_next AND next_known_at <= ? THEN next_bucket END AS next_bucket,
       CASE WHEN is_next AND next_known_at <= ? THEN next_known_at END AS known_at, balance_minor
FROM snapshots
JOIN moves ON moves.account_id = snapshots.account_id AND moves.known_at <= snapshots.cutoff
QUALIFY row_number() OVER (PARTITION BY snapshots.account_id, snapshots.as_of ORDER BY moves.cycle_end DESC) = 1
ORDER BY snapshots.account_id, snapshots.as_of
"""


def next_buckets(
    snapshots: pa.Table, statuses: pa.Table, *, standing_at: datetime, zone: str, settles_days: int
) -> pa.Table:
    """Origin and next bucket of every snapshot whose account has a settled status.

    Parameters
    ----------
    snapshots : `account_id`, `as_of` date, `cutoff` moment.
    statuses : as `arrears.roll_rates.moves` takes them.
    standing_at : the moment at which the model is trained; what became known later is missing.
    zone, settles_days : when a day ends, and how many days after a cycle's end its status can be trusted.

    Returns
    -------
    Table with `account_id`, `as_of`, `origin_end`, `origin`, `next_end`, `next_bucket` and `known_at` (null while the
    label is not mature), `balance_minor` (at the origin), sorted by account and day.
    """
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    con.register("snapshots", snapshots)
    con.register("statuses", statuses)
    return con.execute(_NEXT, [zone, settles_days, standing_at, standing_at, standing_at]).to_arrow_table()
