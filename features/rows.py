"""The rows that features sum up, by the name a feature gives them in `over`."""

from __future__ import annotations

from functools import cached_property

from ibis import ir

from features.columns import DEBTOR_KEY, KEY, days_between
from features.contact_history import contact_rows, notice_rows
from features.due_history import DueHistory
from features.facts import Facts
from features.feature import Over
from features.positions import Positions
from features.promises import Promises

SUMMED_BY: dict[Over, tuple[str, ...]] = {
    "payments": KEY,
    "all_payments": KEY,
    "cycles": KEY,
    "dues": KEY,
    "notices": KEY,
    "payer": DEBTOR_KEY,
    "history": DEBTOR_KEY,
    "debtor": DEBTOR_KEY,
    "contacts": DEBTOR_KEY,
    "promises": DEBTOR_KEY,
}
"""Whose rows are added up: those of the account on a day, or those of the debtor on a day."""


class Rows:
    """Each kind of row, built when a feature first asks for it."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.positions = Positions(facts, gated=False)

    @cached_property
    def debtor(self) -> ir.Table:
        """Every account of the debtor and where it stands."""
        return self.positions.rows

    @cached_property
    def payments(self) -> ir.Table:
        """Net payments of the account; `last_days_ago` is the age of its newest."""
        paid = self.facts.payments
        return paid.mutate(last_days_ago=paid.days_ago.min().over(group_by=KEY))

    @cached_property
    def all_payments(self) -> ir.Table:
        """Payments of the account as the source tells them, those that do not count included."""
        rows = self.facts.payment_rows
        return rows.mutate(days_ago=days_between(rows.paid_on, rows.as_of))

    @cached_property
    def payer(self) -> ir.Table:
        """Net payments on any account of the debtor."""
        return self.facts.payments

    @cached_property
    def cycles(self) -> ir.Table:
        """The last statements of the account; `settled_back` counts its settled statuses from the newest, 0."""
        cycles = self.positions.statements.cycles
        settled = cycles.is_settled.cast("int64").sum().over(group_by=KEY, order_by="back", rows=(None, 0))
        return cycles.mutate(settled_back=settled - 1)

    @cached_property
    def dues(self) -> ir.Table:
        """Dues of the account after application."""
        dues = self.positions.ledger.dues
        dues = dues.mutate(issued_days_ago=days_between(dues.issued_on.coalesce(dues.due_on), dues.as_of))
        return dues.mutate(last_issued_days_ago=dues.issued_days_ago.min().over(group_by=KEY))

    @cached_property
    def history(self) -> ir.Table:
        """Ageing dues of all accounts of the debtor, and when they were settled."""
        history = DueHistory(self.facts, self.positions.ledger).rows
        return history.mutate(last_settled_on=history.settled_on.max().over(group_by=DEBTOR_KEY))

    @cached_property
    def contacts(self) -> ir.Table:
        """Contacts of the debtor."""
        return contact_rows(self.facts)

    @cached_property
    def notices(self) -> ir.Table:
        """Notices of the account."""
        return notice_rows(self.facts)

    @cached_property
    def promises(self) -> ir.Table:
        """Promises of the debtor, with their status."""
        rows = Promises(self.facts).rows
        return rows.mutate(made_days_ago=days_between(rows.made_on, rows.as_of))
