"""The facts a feature may look at, each already cut to what was known: one row per snapshot and fact.

`Facts` holds unbound Ibis tables of a book's shape, so that everything compiles to SQL once, before any data are
opened. It knows what happened and when; what to make of it is for the groups of features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import ibis
from ibis import ir

from arrears.settings import Settings
from arrears.tables import TABLES
from features.asof import known_on, recorded_by
from features.terms import DUE_TERMS, TERMS, terms_client

SNAPSHOTS = {
    "account_id": "string",
    "debtor_id": "string",
    "client": "string",
    "currency": "string",
    "as_of": "date",
    "cutoff": "timestamp('UTC')",
}
NO, YES = ibis.literal(value=False), ibis.literal(value=True)
ACCOUNT_COLUMNS = (
    *SNAPSHOTS,
    *("opened_on", "credit_limit_minor", "status", "closed_on", "charged_off_on", "placed_on"),
)
"""What the features and the delinquency read of an account."""
KEY = ("account_id", "as_of")
DEBTOR_KEY = ("debtor_id", "as_of")
_IBIS_TYPES = {
    "VARCHAR": "string",
    "DATE": "date",
    "TIMESTAMPTZ": "timestamp('UTC')",
    "BIGINT": "int64",
    "DOUBLE": "float64",
    "BOOLEAN": "boolean",
    "VARCHAR[]": "array<string>",
}


def lake_table(name: str) -> ir.Table:
    """A table of the lake, unbound: its name and columns as `arrears.tables` declares them."""
    return ibis.table({column: _IBIS_TYPES[kind] for column, kind in TABLES[name].lake_schema().items()}, name=name)


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


class Facts:
    """Everything known about the accounts of a `snapshots` table and about all other accounts of their debtors.

    Parameters
    ----------
    present : the tables a book has and the columns its source supplied, named as in files.
    settings : of the portfolio; what differs per client comes from the joined terms.
    snapshots : name of the table that says who is looked at on which days.
    """

    def __init__(self, present: Mapping[str, frozenset[str]], settings: Settings, snapshots: str = "snapshots") -> None:
        self.present = present
        self.settings = settings
        self.snapshots = ibis.table(SNAPSHOTS, name=snapshots)

    def has(self, table: str, *columns: str) -> bool:
        """True where the book has the table and its source supplied all these columns."""
        return table in self.present and set(columns) <= self.present[table]

    def table(self, name: str) -> ir.Table:
        """The table of the lake, or one of its shape without rows where the book has none."""
        full = lake_table(name)
        if name in self.present:
            return full
        nulls = {column: ibis.null(kind) for column, kind in full.schema().items()}
        return self.snapshots.filter(NO).select(**nulls)

    @cached_property
    def accounts(self) -> ir.Table:
        """Every known account of every debtor in the snapshots, on each of the debtor's days, with its terms."""
        stands = self.snapshots.select("debtor_id", "as_of", "cutoff").distinct()
        joined = stands.join(self.table("accounts"), "debtor_id")
        known = known_on(joined, joined.cutoff)
        known = known.filter(known.opened_on <= known.as_of)
        known = known.select(
            *ACCOUNT_COLUMNS, terms_client=terms_client(known.client, self.settings), terms_currency=known.currency
        )
        return known.join(ibis.table(TERMS, name="terms"), ["terms_client", "terms_currency"])

    @cached_property
    def stands(self) -> ir.Table:
        """The accounts again, with nothing but the keys that facts are joined by."""
        return self.accounts.select("account_id", "debtor_id", "as_of", "cutoff")

    def on_accounts(self, name: str) -> ir.Table:
        """Rows of a table that name an account, as known on each of the account's days."""
        joined = self._beside_accounts(name)
        return known_on(joined, joined.cutoff).drop("recorded_at", "known_until", "deleted")

    def versions_on_accounts(self, name: str) -> ir.Table:
        """Every version of those rows that was recorded by the account's day, also those that were corrected since."""
        joined = self._beside_accounts(name)
        return recorded_by(joined, joined.cutoff)

    def _beside_accounts(self, name: str) -> ir.Table:
        facts = self.table(name)
        facts = facts.drop("debtor_id") if "debtor_id" in facts.columns else facts
        return self.stands.join(facts, "account_id")

    def on_debtors(self, name: str) -> ir.Table:
        """Rows of a table that name no account but a debtor, as known on each of the debtor's days."""
        facts = self.table(name)
        facts = facts.filter(facts.account_id.isnull()).drop("account_id")
        joined = self.stands.select("debtor_id", "as_of", "cutoff").distinct().join(facts, "debtor_id")
        return known_on(joined, joined.cutoff).drop("recorded_at", "known_until", "deleted")

    @cached_property
    def payment_rows(self) -> ir.Table:
        """Every known payment on an account, with `counts`: posted, and not taken back since."""
        return _counted(self.on_accounts("payments"), self._undone)

    @cached_property
    def payments(self) -> ir.Table:
        """Net payments: posted, never returned or reversed; with `days_ago` and `is_voluntary`."""
        rows = self.payment_rows.filter(self.payment_rows.counts)
        return rows.mutate(days_ago=days_between(rows.paid_on, rows.as_of), is_voluntary=_voluntary(rows))

    @cached_property
    def unapplied(self) -> ir.Table:
        """Net payments that name a debtor and no account."""
        return self.unapplied_rows.filter(self.unapplied_rows.counts)

    @cached_property
    def unapplied_rows(self) -> ir.Table:
        """Every known payment that names a debtor and no account, with `counts`."""
        rows = self.on_debtors("payments")
        return _counted(rows if self.has("payments", "debtor_id") else rows.limit(0), self._undone)

    @cached_property
    def _undone(self) -> ir.Table | None:
        """Ids of payments that were taken back, by whichever of the debtor's rows; None where no row ever does."""
        if not self.has("payments", "reverses"):
            return None
        rows = _reversals(self.on_accounts("payments"))
        if self.has("payments", "debtor_id"):
            rows = ibis.union(rows, _reversals(self.on_debtors("payments")))
        return rows.distinct()

    @cached_property
    def due_terms(self) -> ir.Table:
        """Order of payment and ageing of each kind of due, per client."""
        return ibis.table(DUE_TERMS, name="due_terms")


def _voluntary(rows: ir.Table) -> ir.BooleanValue:
    return rows.source.isnull() | (rows.source == "voluntary")


def _reversals(rows: ir.Table) -> ir.Table:
    # By when it was known alone: money within a label's horizon may bounce while the label settles, after `as_of`.
    rows = rows.filter(rows.reverses.notnull())
    return rows.select(*DEBTOR_KEY, payment_id="reverses")


def _counted(rows: ir.Table, undone: ir.Table | None) -> ir.Table:
    rows = rows.filter(rows.paid_on <= rows.as_of)
    posted = rows.status.fill_null("posted") == "posted"
    if undone is None:
        return rows.mutate(counts=posted, was_reversed=NO)
    # A reversal takes back the whole payment it names, all its lines, from the day it is known.
    payments = beside(rows.filter(rows.reverses.isnull()), undone.mutate(undone=YES), (*DEBTOR_KEY, "payment_id"))
    was_reversed = payments.undone.fill_null(NO)
    counts = (payments.status.fill_null("posted") == "posted") & ~was_reversed
    return payments.mutate(counts=counts, was_reversed=was_reversed).drop("undone")
