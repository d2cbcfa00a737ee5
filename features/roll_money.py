"""What rolled and what was kept from rolling after a day, in money, as it stands at the end of a billing cycle.

Nothing here is a feature: what came after a day is what tests are judged by (`features.after`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from arrears.buckets import AGEING, Bucket
from arrears.clock import end_of_day
from arrears.experiments.schedule import LONGEST_CYCLE_DAYS
from arrears.settings import Settings
from features.delinquency import cycle_statuses, positions_plan, refuse_untold
from features.snapshots import at_moment

_STANDS, _STOOD = "roll_stands", "roll_stood"
_PAST_ANY_MONTH = 32
_EXITS = [str(Bucket.CHARGED_OFF), str(Bucket.PAID_OFF), str(Bucket.LEFT)]
_NONE_TOLD = pa.table(
    {
        "account_id": pa.array([], pa.string()),
        "cycle_end": pa.array([], pa.date32()),
        "bucket": pa.array([], pa.string()),
    }
)
_CAN_ROLL = AGEING[1:-1]
"""Late, and some bucket follows: of 180 days and more past due nothing is left to roll but the charge-off itself."""

_RANKS: Mapping[str, int] = {
    **{str(bucket): place for place, bucket in enumerate(AGEING)},
    str(Bucket.CHARGED_OFF): len(AGEING) - 1,
    str(Bucket.PAID_OFF): 0,
}
"""What the bucket at the end counts as, as for the roll-rate model; an account that was sold, recalled or went bankrupt
(LEFT) tells nothing about paying."""

_ROLLED = """
WITH stated AS (
    SELECT account_id, bucket FROM roll_statuses
    WHERE cycle_end BETWEEN $after AND $last
        AND cycle_end + CAST($settles_days AS INTEGER) <= CAST($settled_on AS DATE)
    QUALIFY row_number() OVER (PARTITION BY account_id ORDER BY cycle_end) = 1
), ended AS (
    SELECT stood.debtor_id, coalesce(stood.balance_minor, stood.past_due_minor) AS owed, stood.bucket AS began_in,
        coalesce(stated.bucket, gone.bucket) AS ended_in
    FROM roll_stood AS stood LEFT JOIN stated USING (account_id) LEFT JOIN roll_ended AS gone USING (account_id)
    WHERE stood.currency = $currency
)
SELECT debtor_id, CAST(sum(CASE WHEN first.place >= final.place THEN owed ELSE -owed END) AS BIGINT)
FROM ended JOIN roll_ranks AS first ON first.bucket = began_in AND first.can_roll
    JOIN roll_ranks AS final ON final.bucket = ended_in
WHERE owed > 0 GROUP BY debtor_id
"""


def net_roll_money(
    con: duckdb.DuckDBPyConnection,
    present: Mapping[str, frozenset[str]],
    settings: Settings,
    debtors: Sequence[str],
    day: date,
    *,
    currency: str,
    horizon_days: int,
    settled_on: date,
) -> dict[str, int]:
    """Balance kept from rolling less balance that rolled, by debtor.

    Parameters
    ----------
    con : that shows the book's tables.
    present, settings : as `features.delinquency.positions_plan` takes them.
    day : the first that counts.
    currency : of the accounts that count.
    horizon_days : how many days are watched at least. Each account is watched on until the first end of a billing cycle
        on or after the day that follows them, at most `schedule.LONGEST_CYCLE_DAYS` on; in a book without statuses
        the cycle is the calendar month.
    settled_on : the day by whose end all counts that is known.

    Returns
    -------
    dict : minor units, for those of whom something counts. An account counts with what was owed on it at the end of
    the day before (where that is unknown, what was past due), if it was late then, not charged off and less than 180
    days past due: in full and above zero where it ends in no worse bucket, below zero where it ends in a worse one.

    Raises
    ------
    BadInput : nothing in the book tells how late an account is.

    Notes
    -----
    An account whose status at that end is not known, or not settled, by `settled_on` counts only if it was paid off or
    charged off by then; nothing is guessed.
    """
    refuse_untold(present, settings)
    after, known_by = day + timedelta(days=horizon_days), end_of_day(settled_on, settings.portfolio.zone)
    last = after + timedelta(days=LONGEST_CYCLE_DAYS - 1)
    statuses = cycle_statuses(present, settings, known_by, accounts=_STOOD, cycles=(after, last))
    last = last if statuses.are_corrected else _month_end(after)
    stands = partial(_standing, con, present, settings, debtors)
    stood, ended = stands(known_on=day - timedelta(days=1)), stands(known_on=settled_on, as_of=last)
    con.register(_STOOD, stood)
    told = statuses.run(con) if statuses.are_corrected else _NONE_TOLD
    if statuses.are_corrected:
        ended = ended.filter(pc.is_in(ended["bucket"], value_set=pa.array(_EXITS)))
    shown = {"roll_statuses": told, "roll_ended": ended, "roll_ranks": _ranks()}
    for name, table in shown.items():
        con.register(name, table)
    asked = {
        "after": after,
        "last": last,
        "settled_on": settled_on,
        "settles_days": settings.delinquency.status_settles_days,
        "currency": currency,
    }
    return {str(who): int(amount) for who, amount in con.execute(_ROLLED, asked).fetchall()}


def _standing(
    con: duckdb.DuckDBPyConnection,
    present: Mapping[str, frozenset[str]],
    settings: Settings,
    debtors: Sequence[str],
    *,
    known_on: date,
    as_of: date | None = None,
) -> pa.Table:
    """Where the debtors' accounts stood on a day, as known by the end of another; by default of the same."""
    at_moment(con, settings, end_of_day(known_on, settings.portfolio.zone), debtors, table=_STANDS)
    if as_of is not None:
        con.execute(f"UPDATE {_STANDS} SET as_of = ?", [as_of])  # noqa: S608 - our own name
    return positions_plan(present, settings, _STANDS).run(con)


def _ranks() -> pa.Table:
    buckets = list(_RANKS)
    can_roll = [bucket in map(str, _CAN_ROLL) for bucket in buckets]
    return pa.table({"bucket": buckets, "place": list(_RANKS.values()), "can_roll": can_roll})


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=_PAST_ANY_MONTH)).replace(day=1) - timedelta(days=1)
