"""What could be known at a moment: the one time filter of the house.

Every fact carries `recorded_at` (when the source could know it) and `known_until` (when a correction replaced it). No
other module of the features compares either with a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ibis import ir


def known_on(table: ir.Table, cutoff: ir.TimestampValue | datetime) -> ir.Table:
    """The rows of `table` as they stood at `cutoff`: recorded by then, not yet corrected, not deleted.

    Parameters
    ----------
    table : facts with `recorded_at`, `known_until` and `deleted`.
    cutoff : the last microsecond of the day we stand on, in the portfolio's zone: a moment with a zone, or a column
        of `table` where each row has its own.

    Returns
    -------
    Table with the same columns. A filter and never a window: a load has already written `known_until`.

    Examples
    --------
    >>> import ibis
    >>> facts = ibis.table({"recorded_at": "timestamp('UTC')", "known_until": "timestamp('UTC')", "deleted": "bool"})
    >>> "known_until" in ibis.to_sql(known_on(facts, ibis.timestamp("2026-03-31 23:59:59.999999", timezone="UTC")))
    True
    """
    uncorrected = table.known_until.isnull() | (table.known_until > cutoff)
    return table.filter(table.recorded_at <= cutoff, uncorrected, ~table.deleted)


def recorded_by(table: ir.Table, cutoff: ir.TimestampValue | datetime) -> ir.Table:
    """Every version recorded at or before `cutoff`, corrected and deleted ones too: what `known_on` chooses from.

    Only for what an older version may still tell once a newer one stands; parameters as in `known_on`.
    """
    return table.filter(table.recorded_at <= cutoff)


def is_last_of(table: ir.Table, which: ir.BooleanValue, key: Sequence[str]) -> ir.BooleanValue:
    """True for the version of each `key` that was recorded last among those for which `which` holds."""
    return table.recorded_at == table.recorded_at.max(where=which).over(group_by=key)
