"""Where an account stands on a day: bucket, days past due, money, what stops the roll and when it rolls.

The one definition for the night, the labels and the features: here what statements say and what the ledger says meet,
and the exits (charged off, paid off, left) are told apart. Whether anybody may be called about it is not known here.
"""

from __future__ import annotations

import operator
from functools import cached_property, reduce

import ibis
from ibis import ir

from arrears.buckets import AGEING, Bucket
from features.columns import DEBTOR_KEY, KEY, NO, YES, beside
from features.facts import Facts
from features.ledger import Ledger
from features.roll_forward import STANDING, standing_by_ledger, standing_by_statement
from features.statements import Statements

POSITION = (
    "bucket",
    "days_past_due",
    "past_due_minor",
    "balance_minor",
    "stop_roll_minor",
    "rolls_on",
    "bucket_settled",
    "charged_off",
    "status",
    "has_pending",
)
_EXIT_PAID = ("paid", "settled")
_EXIT_LEFT = ("recalled", "sold")
_BANKRUPT = ("bankruptcy", "discharged")


class Positions:
    """Where every account of the snapshots' debtors stands on the snapshots' days.

    Parameters
    ----------
    gated : leave out of what ages an account the part that is disputed, and let a bankrupt account leave the book. A
        feature never reads such facts, so features are built without.
    """

    def __init__(self, facts: Facts, *, gated: bool) -> None:
        self.facts = facts
        self.gated = gated
        self.statements = Statements(facts)
        self.ledger = Ledger(facts, disputes=gated)

    @cached_property
    def rows(self) -> ir.Table:
        """One row per account and day: the account's own columns, `STANDING` and both buckets."""
        rows = self._with_exits(self._standing())
        return rows.mutate(
            bucket=bucket_of_rank(rows, rows["rank"]),
            bucket_settled=bucket_of_rank(rows, rows.rank_settled),
            rolls_on=ibis.ifelse(rows.charged_off, ibis.null("date"), rows.rolls_on),
        )

    @cached_property
    def with_pending(self) -> ir.Table:
        """The rows, with `has_pending`: a payment is on its way, or waits for an account, and does not count yet."""
        rows, reasons = self.rows, []
        if self.facts.has("payments", "status"):
            rows = beside(rows, _waiting(self.facts.payment_rows, KEY).mutate(own_pending=YES), KEY)
            reasons.append("own_pending")
        if self.facts.has("payments", "debtor_id"):
            # Money on its way that names no account may be meant for any of the debtor's.
            rows = beside(rows, _waiting(self.facts.unapplied_rows, DEBTOR_KEY).mutate(loose_pending=YES), DEBTOR_KEY)
            reasons.append("loose_pending")
            if "statements" in self.facts.present:
                rows = self._with_unapplied(rows)
                reasons.append("unapplied_pending")
        pending = [rows[reason].fill_null(NO) for reason in reasons]
        return rows.mutate(has_pending=reduce(operator.or_, pending, NO))

    def _with_unapplied(self, rows: ir.Table) -> ir.Table:
        # Of money that came after the last status no statement says yet to which of several accounts it went.
        loose = self.facts.unapplied
        came = loose.group_by(DEBTOR_KEY).agg(unapplied_on=loose.paid_on.max())
        rows = beside(rows, came, DEBTOR_KEY)
        rows = beside(rows, self.statements.summary.select(*KEY, "live_end"), KEY)
        waits = (rows.unapplied_on > rows.live_end) & (rows.source != "ledger")
        return rows.mutate(unapplied_pending=waits)

    def _standing(self) -> ir.Table:
        accounts = self.facts.accounts
        by_statement, by_ledger = "statements" in self.facts.present, "dues" in self.facts.present
        if not by_ledger:
            return beside(accounts, standing_by_statement(self.statements.summary), KEY)
        ledger = _nothing_due(beside(accounts, standing_by_ledger(self.ledger.summary), KEY))
        if not by_statement:
            return ledger
        told = standing_by_statement(self.statements.summary)
        told = told.select(*KEY, **{f"told_{name}": told[name] for name in STANDING})
        both = beside(ledger, told, KEY)
        # Left to itself an account goes by its statements from the first status on that is known of it.
        chosen = ibis.cases(
            (both.source == "statement", YES), (both.source == "ledger", NO), else_=both.told_is_known.fill_null(NO)
        )
        both = both.mutate(chosen=chosen)
        either = {name: ibis.ifelse(both.chosen, both[f"told_{name}"], both[name]) for name in STANDING}
        return both.select(*accounts.columns, **either)

    def _with_exits(self, rows: ir.Table) -> ir.Table:
        rows = rows.mutate(charged_off=(rows.charged_off_on <= rows.as_of).fill_null(NO))
        if not (self.gated and "holds" in self.facts.present):
            return rows.mutate(is_bankrupt=NO)
        own, debtors = self._bankruptcies
        rows = beside(rows, own, KEY)
        rows = beside(rows, debtors, DEBTOR_KEY)
        either = rows.own_bankruptcy.fill_null(NO) | rows.debtor_bankruptcy.fill_null(NO)
        return rows.mutate(is_bankrupt=either)

    @cached_property
    def _bankruptcies(self) -> tuple[ir.Table, ir.Table]:
        own = bankruptcies(self.facts.on_accounts("holds")).select(*KEY).distinct()
        debtors = bankruptcies(self.facts.on_debtors("holds")).select(*DEBTOR_KEY).distinct()
        return own.mutate(own_bankruptcy=YES), debtors.mutate(debtor_bankruptcy=YES)


def bucket_of_rank(rows: ir.Table, rank: ir.IntegerValue) -> ir.StringValue:
    """The bucket of a rank, unless the account has left, was paid off or charged off by the row's `as_of`."""
    happened = rows.closed_on.isnull() | (rows.closed_on <= rows.as_of)
    owes_nothing = (rows.balance_minor <= rows.small_balance_minor).fill_null(NO)
    return ibis.cases(
        (rows.is_bankrupt | (rows.status.isin(_EXIT_LEFT) & happened), str(Bucket.LEFT)),
        (rows.status.isin(_EXIT_PAID) & happened, str(Bucket.PAID_OFF)),
        ((rows.status == "closed") & happened & owes_nothing, str(Bucket.PAID_OFF)),
        (rows.charged_off, str(Bucket.CHARGED_OFF)),
        *((rank == place, str(bucket)) for place, bucket in enumerate(AGEING)),
        else_=ibis.null("string"),
    )


def bankruptcies(holds: ir.Table) -> ir.Table:
    """Those of the holds beside a row's `as_of` that make an account bankrupt on it."""
    lasts = holds.ends_on.isnull() | (holds.ends_on >= holds.as_of)
    return holds.filter(holds.kind.isin(_BANKRUPT), holds.starts_on <= holds.as_of, lasts)


def _nothing_due(rows: ir.Table) -> ir.Table:
    """An account of a ledger book without any due is current and owes nothing."""
    zeros = [name for name in STANDING if name not in ("is_known", "rolls_on")]
    return rows.mutate(is_known=rows.is_known.fill_null(NO), **{name: rows[name].fill_null(0) for name in zeros})


def _waiting(payments: ir.Table, key: tuple[str, ...]) -> ir.Table:
    return payments.filter((payments.status == "pending") & ~payments.was_reversed).select(*key).distinct()
