"""What the statements of a system of record say about an account on a day.

A statement stands whole as last known, except that a null status (no days, no cycles) means *not yet known*: the last
known status is rolled forward, be it of an older version or of an older cycle. Payments after a statement reduce what
it said; nothing else changes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import ibis
from ibis import ir

from features.asof import is_last_of, known_on
from features.columns import KEY, beside, days_between, whole
from features.facts import Facts

EDGES = tuple(f"edge_{number}" for number in range(1, 8))
CYCLES = 6
"""How many cycles back the features look."""


class Statements:
    """Statements as known on each snapshot's day, and the two statuses that can be read from them.

    The *live* status is the newest one known: it decides who is past due. The *settled* status is the newest one of a
    cycle that ended `status_settles_days` or more before the day: the only one a model may read.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    @cached_property
    def rows(self) -> ir.Table:
        """One row per statement known on the day; `back` counts from the newest, 0, into the past."""
        terms = self.facts.accounts.select(*KEY, "settles_days", *EDGES)
        versions = with_last_status(self.facts.versions_on_accounts("statements"), KEY)
        known = known_on(versions, versions.cutoff)
        known = known.filter(known.cycle_end <= known.as_of).join(terms, list(KEY))
        has_status = _has_status(known)
        known = known.mutate(
            back=ibis.row_number().over(group_by=KEY, order_by=known.cycle_end.desc()).cast("int64"),
            has_status=has_status,
            is_settled=has_status & (days_between(known.cycle_end, known.as_of) >= known.settles_days),
            cycles_late=known.cycles_past_due.coalesce(_cycles_of_days(known)).clip(lower=0, upper=7),
        )
        return known.mutate(
            live_end=_newest(known, known.has_status),
            settled_end=_newest(known, known.is_settled),
            billed_end=_newest(known, known.balance_minor.notnull()),
            minimum_end=_newest(known, known.minimum_due_minor.notnull()),
        )

    @cached_property
    def summary(self) -> ir.Table:
        """One row per account and day: both statuses, the newest bill, and what was paid after each."""
        rows = self.rows
        values = {}
        for name in ("live", "settled"):
            own = rows.cycle_end == rows[f"{name}_end"]
            values[f"{name}_end"] = rows[f"{name}_end"].max()
            for column in ("days_past_due", "cycles_past_due", "past_due_minor", "minimum_due_minor"):
                values[f"{name}_{column}"] = rows[column].max(where=own)
        values["billed_end"] = rows.billed_end.max()
        values["billed_minor"] = rows.balance_minor.max(where=rows.cycle_end == rows.billed_end)
        values["minimum_end"] = rows.minimum_end.max()
        values["minimum_due_minor"] = rows.minimum_due_minor.max(where=rows.cycle_end == rows.minimum_end)
        values["minimum_due_on"] = rows.due_on.max(where=rows.cycle_end == rows.minimum_end)
        summary = self._with_paid_since(rows.group_by(KEY).agg(**values))
        return beside(summary, self.facts.accounts.select(*KEY, "small_balance_minor", *EDGES), KEY)

    @cached_property
    def cycles(self) -> ir.Table:
        """One row per recent statement: its status if settled, its bill, and what was paid in the cycle it closes."""
        rows = self.rows.mutate(
            opened_on=_lagged(self.rows, "cycle_end"),
            bill_before_minor=_lagged(self.rows, "balance_minor"),
            minimum_before_minor=_lagged(self.rows, "minimum_due_minor"),
        )
        rows = rows.filter(rows.back < CYCLES)
        paid = self.facts.payments.select(*KEY, "paid_on", "amount_minor")
        in_cycle = [paid.paid_on > rows.opened_on, paid.paid_on <= rows.cycle_end]
        joined = rows.join(paid, [*(rows[name] == paid[name] for name in KEY), *in_cycle])
        sums = joined.group_by([*KEY, "back"]).agg(paid_minor=whole(joined.amount_minor.sum()))
        joined = beside(rows, sums, (*KEY, "back"))
        nothing = ibis.ifelse(joined.opened_on.notnull(), 0, ibis.null("int64"))
        return joined.mutate(paid_minor=joined.paid_minor.coalesce(nothing))

    def _with_paid_since(self, summary: ir.Table) -> ir.Table:
        paid = self.facts.payments.select(*KEY, "paid_on", "amount_minor")
        joined = summary.join(paid, list(KEY))
        sums = joined.group_by(KEY).agg(
            **{
                f"paid_since_{name}_minor": whole(joined.amount_minor.sum(where=joined.paid_on > joined[f"{name}_end"]))
                for name in ("live", "settled", "billed", "minimum")
            }
        )
        both = beside(summary, sums, KEY)
        names = [name for name in sums.columns if name not in KEY]
        return both.mutate(**{name: both[name].fill_null(0) for name in names})


def with_last_status(versions: ir.Table, key: Sequence[str]) -> ir.Table:
    """Statements with the last status that any version of theirs told: a correction without one leaves it as it was.

    Parameters
    ----------
    versions : every version of statements that was recorded by the moment looked at, as `recorded_by` gives them.
    key : what a cycle's versions share beside `cycle_end`.

    Returns
    -------
    Table with the same rows. A deletion takes the status away with its statement.
    """
    cycle = (*key, "cycle_end")
    tells = _has_status(versions) | versions.deleted
    versions = versions.mutate(told_last=is_last_of(versions, tells, cycle))
    own = versions.told_last & ~versions.deleted
    last = {name: versions[name].max(where=own).over(group_by=cycle) for name in ("days_past_due", "cycles_past_due")}
    return versions.mutate(**last).drop("told_last")


def _has_status(rows: ir.Table) -> ir.BooleanValue:
    return rows.days_past_due.notnull() | rows.cycles_past_due.notnull()


def _newest(rows: ir.Table, where: ir.BooleanValue) -> ir.DateValue:
    return rows.cycle_end.max(where=where).over(group_by=KEY)


def _lagged(rows: ir.Table, column: str) -> ir.Value:
    return rows[column].lag().over(group_by=KEY, order_by=rows.cycle_end)


def _cycles_of_days(rows: ir.Table) -> ir.IntegerValue:
    passed = [(rows.days_past_due >= rows[f"edge_{number}"]).cast("int64") for number in range(1, 8)]
    return sum(passed[1:], passed[0])
