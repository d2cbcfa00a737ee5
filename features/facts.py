"""The facts a feature may look at, each already cut to what was known: one row per snapshot and fact.

`Facts` holds unbound Ibis tables of a book's shape, so that everything compiles to SQL once, before any data are
opened. It knows what happened and when; what to make of it is for the groups of features.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import ibis
from ibis import ir

from arrears.settings import Settings
from arrears.tables import TABLES
from features.asof import known_on, recorded_by
from features.columns import DEBTOR_KEY, NO, beside, days_between
from features.reversals import LINE, taken_back
from features.terms import DUE_TERMS, TERMS, terms_client

SNAPSHOTS = {
    "account_id": "string",
    "debtor_id": "string",
    "client": "string",
    "currency": "string",
    "as_of": "date",
    "cutoff": "timestamp('UTC')",
}
ACCOUNT_COLUMNS = (
    *SNAPSHOTS,
    *("opened_on", "credit_limit_minor", "status", "closed_on", "charged_off_on", "placed_on"),
)
"""What the features and the delinquency read of an account."""
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

    @cached_property
    def parties(self) -> ir.Table:
        """Everybody's known part in each account; `party_id` is who, `debtor_id` the account's debtor."""
        joined = self.stands.join(self.table("parties").rename(party_id="debtor_id"), "account_id")
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
        """Every known payment on an account, less what was taken back; `counts`: posted, and some is left.

        Money that names only a debtor who has one account is that account's.
        """
        return _counted(self._on_account, self._taken_back)

    @cached_property
    def payments(self) -> ir.Table:
        """Net payments: posted, less what reversals took back; with `days_ago` and `is_voluntary`."""
        rows = self.payment_rows.filter(self.payment_rows.counts)
        return rows.mutate(days_ago=days_between(rows.paid_on, rows.as_of), is_voluntary=_voluntary(rows))

    @cached_property
    def unapplied(self) -> ir.Table:
        """Net payments that name no account but a debtor who has several."""
        return self.unapplied_rows.filter(self.unapplied_rows.counts)

    @cached_property
    def unapplied_rows(self) -> ir.Table:
        """Every known payment that names no account but a debtor who has several, with `counts`."""
        rows = self.on_debtors("payments").anti_join(self._alone, list(DEBTOR_KEY))
        return _counted(rows if self.has("payments", "debtor_id") else rows.limit(0), self._taken_back)

    @cached_property
    def _on_account(self) -> ir.Table:
        named = self.on_accounts("payments")
        if not self.has("payments", "debtor_id"):
            return named
        loose = self.on_debtors("payments").join(self._alone, list(DEBTOR_KEY))
        return ibis.union(named, loose.select(*named.columns))

    @cached_property
    def _alone(self) -> ir.Table:
        """The account of every debtor who has but one."""
        own = self.stands.group_by(DEBTOR_KEY).agg(
            account_id=self.stands.account_id.min(), accounts=self.stands.count()
        )
        return own.filter(own.accounts == 1).drop("accounts")

    @cached_property
    def _taken_back(self) -> ir.Table | None:
        """What the debtor's reversals take from each line of a payment; None where no row ever reverses one."""
        if not self.has("payments", "reverses"):
            return None
        columns = (*DEBTOR_KEY, "account_id", "payment_id", "line", "amount_minor", "reverses")
        rows = self._on_account.select(*columns)
        if self.has("payments", "debtor_id"):
            loose = self.on_debtors("payments").anti_join(self._alone, list(DEBTOR_KEY))
            loose = loose.mutate(account_id=ibis.null("string"))
            rows = ibis.union(rows, loose.select(*columns))
        reversals = rows.filter(rows.reverses.notnull())
        reversals = reversals.select(*DEBTOR_KEY, "account_id", "amount_minor", payment_id="reverses")
        return taken_back(rows.filter(rows.reverses.isnull()).drop("reverses"), reversals)

    @cached_property
    def due_terms(self) -> ir.Table:
        """Order of payment and ageing of each kind of due, per client."""
        return ibis.table(DUE_TERMS, name="due_terms")


def _voluntary(rows: ir.Table) -> ir.BooleanValue:
    return rows.source.isnull() | (rows.source == "voluntary")


def _counted(rows: ir.Table, taken: ir.Table | None) -> ir.Table:
    rows = rows.filter(rows.paid_on <= rows.as_of)
    posted = rows.status.fill_null("posted") == "posted"
    if taken is None:
        return rows.mutate(counts=posted, was_reversed=NO)
    payments = beside(rows.filter(rows.reverses.isnull()), taken, LINE)
    payments = payments.mutate(was_reversed=(payments.taken_minor >= payments.amount_minor).fill_null(NO))
    counts = (payments.status.fill_null("posted") == "posted") & ~payments.was_reversed
    left = payments.amount_minor - payments.taken_minor.fill_null(0)
    return payments.mutate(counts=counts, amount_minor=left).drop("taken_minor")
