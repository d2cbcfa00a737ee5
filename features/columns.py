"""Keys and small steps that every expression shares: who on which day, sums, days, and joins that lose no row."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
from ibis import ir

KEY = ("account_id", "as_of")
DEBTOR_KEY = ("debtor_id", "as_of")
NO, YES = ibis.literal(value=False), ibis.literal(value=True)


def whole(total: ir.IntegerValue) -> ir.IntegerValue:
    """A sum as an int64: DuckDB widens sums of integers to 128 bits, which Arrow could only carry as decimals.

    Ibis takes such a sum for an int64 already and would leave a plain cast out, hence the step in between.
    """
    return total.cast("decimal(38, 0)").cast("int64")


def days_between(early: ir.DateValue, late: ir.DateValue) -> ir.IntegerValue:
    """Whole days from `early` to `late`; negative where `late` comes first."""
    return late.delta(early, unit="day")


def days_after(day: ir.DateValue, count: ir.IntegerValue) -> ir.DateValue:
    """The day that lies `count` days after `day`."""
    return (day.cast("timestamp") + count.as_interval("D")).cast("date")


def beside(left: ir.Table, right: ir.Table, key: Sequence[str]) -> ir.Table:
    """Every row of `left` with the columns of `right` that match it by `key`, or nulls."""
    joined = left.left_join(right, [left[name] == right[name] for name in key])
    own = {name: left[name] for name in left.columns}
    return joined.select(**own, **{name: right[name] for name in right.columns if name not in key})


def share_of(available: ir.IntegerValue, wanted: ir.IntegerValue) -> ir.IntegerValue:
    """What one who wants so much gets of what is available, which may be less than nothing."""
    return ibis.least(ibis.greatest(available, 0), wanted)
