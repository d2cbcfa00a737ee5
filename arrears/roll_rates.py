"""How accounts moved between buckets: the empirical roll matrix, month by month or pooled, by accounts or by money.

Statuses come from `features.delinquency.cycle_statuses`, one row per account and statement month. What a matrix says
about months ahead and losses is arithmetic in `arrears.roll_matrix`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal

import duckdb
import numpy as np
import pyarrow as pa

from arrears.buckets import Bucket
from arrears.clock import end_of_day
from arrears.errors import Refused
from arrears.roll_matrix import STATES, Matrix, shares

By = Literal["count", "balance"]

_MOVES = """
WITH stated AS (
    SELECT account_id, bucket, balance_minor, recorded_at,
           last_day(cycle_end) AS month, date_diff('month', DATE '1970-01-01', cycle_end) AS number
    FROM statuses
    QUALIFY row_number() OVER (PARTITION BY account_id, number ORDER BY cycle_end DESC) = 1
), book AS (SELECT max(number) AS newest FROM stated),
seen AS (SELECT account_id, max(number) AS last_number, FROM stated GROUP BY account_id)
SELECT account_id, start.month AS month_from, last_day(start.month + to_months(CAST(? AS INTEGER))) AS month_to,
       start.bucket AS bucket_from, coalesce(after.bucket, 'LEFT') AS bucket_to,
       greatest(coalesce(start.balance_minor, 0), 0) AS balance_minor, after.recorded_at AS known_at
FROM stated AS start
JOIN seen USING (account_id)
CROSS JOIN book
LEFT JOIN stated AS after ON after.account_id = start.account_id AND after.number = start.number + ?
-- Silence is leaving only once a later month of the book has been silent too; before that nobody knows yet.
WHERE after.account_id IS NOT NULL OR (last_number < start.number + ? AND start.number + ? < newest)
"""


def moves(statuses: pa.Table, *, months: int = 1) -> pa.Table:
    """Every account's move over so many statement months.

    Parameters
    ----------
    statuses : one row per account and statement
        `account_id`, `cycle_end` date, `bucket` text, `balance_minor` int, `recorded_at` when the status was first
        known.
    months : the step; 1 is the roll, more follow a cohort.

    Returns
    -------
    Table with `account_id`, `month_from`, `month_to` (last days of months), `bucket_from`, `bucket_to`,
    `balance_minor` (at the start, 0 for a credit) and `known_at` (null where the account just left).

    Notes
    -----
    An account that is never stated again has moved to LEFT, so no matrix loses accounts; one that is stated again later
    has a gap, and that month's move is unknown.
    """
    con = _connect()
    con.register("statuses", statuses)
    return con.execute(_MOVES, [months, months, months, months]).to_arrow_table()


def settled_by(moved: pa.Table, as_of: date, *, zone: str, settles_days: int) -> pa.Table:
    """The moves that a person standing on `as_of` can rely on: both ends recorded, and old enough to be settled."""
    con = _connect()
    con.register("moved", moved)
    return con.execute(
        "SELECT * FROM moved WHERE month_to + CAST(? AS INTEGER) <= CAST(? AS DATE)"
        " AND coalesce(known_at <= ?, true) ORDER BY ALL",
        [settles_days, as_of, end_of_day(as_of, zone)],
    ).to_arrow_table()


@dataclass(frozen=True)
class RollRates:
    """The moves of one month, or of several pooled.

    Attributes
    ----------
    month_from, month_to : last days of the first month left and the last month reached.
    accounts : (11, 11) accounts from row to column, in the order of `STATES`.
    balance_minor : (11, 11) the money those accounts owed at the month's start.
    """

    month_from: date
    month_to: date
    accounts: Matrix
    balance_minor: Matrix

    def counts(self, by: By) -> Matrix:
        """Accounts or money, as asked."""
        return self.accounts if by == "count" else self.balance_minor

    def shares(self, by: By) -> Matrix:
        """Share of each bucket that ends in each bucket; NaN in a row where nothing started."""
        return shares(self.counts(by))


def monthly(moved: pa.Table) -> list[RollRates]:
    """One roll matrix per pair of months, oldest first.

    Examples
    --------
    >>> monthly(moves(example_statuses()))[0].accounts[0, :3].tolist()
    [2.0, 1.0, 0.0]
    """
    con = _connect()
    con.register("moved", moved)
    cells = con.execute(
        "SELECT month_from, month_to, bucket_from, bucket_to, count(*), sum(balance_minor) FROM moved"
        " GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    pairs = dict.fromkeys((first, second) for first, second, *_ in cells)
    return [
        _matrix(first, second, [cell[2:] for cell in cells if cell[:2] == (first, second)]) for first, second in pairs
    ]


def _matrix(first: date, second: date, cells: Sequence[tuple[str, str, int, int]]) -> RollRates:
    accounts, money = np.zeros((2, len(STATES), len(STATES)))
    for bucket_from, bucket_to, count, balance in cells:
        cell = STATES.index(Bucket(bucket_from)), STATES.index(Bucket(bucket_to))
        accounts[cell], money[cell] = count, balance
    return RollRates(first, second, accounts, money)


def pooled(months: Sequence[RollRates]) -> RollRates:
    """All months in one matrix.

    Raises
    ------
    Refused : there is no month to pool.
    """
    if not months:
        raise Refused(
            asked="pool the moves of these months",
            found="no account has a status in two following months",
            do="Take a longer span, or load more statements.",
        )
    return RollRates(
        min(month.month_from for month in months),
        max(month.month_to for month in months),
        np.sum([month.accounts for month in months], axis=0),
        np.sum([month.balance_minor for month in months], axis=0),
    )


def between(months: Sequence[RollRates], first: date, last: date) -> list[RollRates]:
    """The months whose two ends both lie in [first, last]."""
    return [month for month in months if month.month_from >= first and month.month_to <= last]


def bucket_counts(statuses: pa.Table) -> Mapping[date, Mapping[Bucket, int]]:
    """How many accounts stood in each bucket at the end of each statement month.

    Examples
    --------
    >>> {str(day): counts[Bucket.CURRENT] for day, counts in bucket_counts(example_statuses()).items()}
    {'2026-01-31': 3, '2026-02-28': 2}
    """
    con = _connect()
    con.register("statuses", statuses)
    found: dict[date, dict[Bucket, int]] = {}
    for month, bucket, count in con.execute(
        "SELECT last_day(cycle_end), bucket, count(*) FROM statuses GROUP BY ALL ORDER BY 1"
    ).fetchall():
        found.setdefault(month, dict.fromkeys(STATES, 0))[Bucket(bucket)] = count
    return found


def _connect() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    # DuckDB draws its own progress on stdout, where a command's one JSON document goes.
    con.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    return con


def example_statuses() -> pa.Table:
    """Three accounts over two months, one of which becomes late: for docstrings and tests."""
    ends = [date(2026, 1, 31)] * 3 + [date(2026, 2, 28)] * 3
    return pa.table(
        {
            "account_id": ["A1", "A2", "A3"] * 2,
            "cycle_end": pa.array(ends, pa.date32()),
            "bucket": ["CURRENT"] * 3 + ["CURRENT", "CURRENT", "1-29"],
            "balance_minor": pa.array([100, 200, 300, 90, 200, 310], pa.int64()),
            "recorded_at": pa.array([datetime.combine(day, time.max, UTC) for day in ends]),
        }
    )
