"""What the dues and payments of a ledger say about an account on a day: the one application of payments to dues.

Application is restated afresh on every day from all that is known: a payment pays the due it names; what names none,
what a named due cannot take and all credits form a pool that pays the rest in order. Prefix sums do it without
recursion: a due gets what the pool holds beyond the dues before it.
"""

from __future__ import annotations

from functools import cached_property

import ibis
from ibis import ir

from features.facts import DEBTOR_KEY, KEY, Facts, days_between, whole
from features.terms import MILLION

_ORDER = ("is_ahead", "pays_rank", "due_on", "due_id")
"""Who is paid first: what is due before what is not yet, then the client's order of kinds, then the oldest."""


class Ledger:
    """Dues of each snapshot's account after every known payment has been applied."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    @cached_property
    def charges(self) -> ir.Table:
        """Every known due that asks for money, with its terms and what payments that name it have paid."""
        terms = self.facts.accounts.select(*KEY, "terms_client", "paid_parts", "small_rest_minor")
        known = self.facts.on_accounts("dues").join(terms, list(KEY))
        known = known.join(self.facts.due_terms, ["terms_client", "kind"])
        known = known.filter(known.amount_minor > 0).mutate(is_ahead=known.due_on > known.as_of)
        known = known.mutate(needed_minor=_needed(known))
        named = self._named
        joined = known.left_join(named, [*KEY, "due_id"]).drop("account_id_right", "as_of_right", "due_id_right")
        return joined.mutate(
            named_minor=ibis.least(joined.named_total_minor.fill_null(0), joined.amount_minor),
        )

    @cached_property
    def pools(self) -> ir.Table:
        """What each account's unnamed payments, excess and credits can pay, in minor units."""
        paid = self.facts.payments.group_by(KEY).agg(paid_minor=whole(self.facts.payments.amount_minor.sum()))
        taken = self.charges.group_by(KEY).agg(taken_minor=whole(self.charges.named_minor.sum()))
        dues = self.facts.on_accounts("dues")
        credited = dues.group_by(KEY).agg(credit_minor=whole((-dues.amount_minor).sum(where=dues.amount_minor < 0)))
        pool = self.facts.stands.select(*KEY, "debtor_id")
        for part in (paid, taken, credited):
            pool = pool.left_join(part, list(KEY)).drop("account_id_right", "as_of_right")
        money = {name: pool[name].fill_null(0) for name in ("paid_minor", "taken_minor", "credit_minor")}
        pool = pool.mutate(**money)
        return pool.mutate(pool_minor=pool.paid_minor - pool.taken_minor + pool.credit_minor)

    @cached_property
    def dues(self) -> ir.Table:
        """Every due after application: `paid_minor`, `left_minor`, `is_paid`, and who it makes late."""
        rows = self.charges.join(self.pools.select(*KEY, "pool_minor"), list(KEY))
        rows = rows.mutate(open_minor=rows.amount_minor - rows.named_minor)
        rows = rows.mutate(before_minor=_sum_before(rows, KEY))
        rows = rows.mutate(pooled_minor=_share(rows.pool_minor - rows.before_minor, rows.open_minor))
        if self.facts.has("payments", "debtor_id"):
            rows = self._with_unapplied(rows)
        rows = rows.mutate(paid_minor=rows.named_minor + rows.pooled_minor)
        return rows.mutate(
            left_minor=rows.amount_minor - rows.paid_minor,
            is_paid=rows.paid_minor >= rows.needed_minor,
            days_late=days_between(rows.due_on, rows.as_of),
        )

    @cached_property
    def summary(self) -> ir.Table:
        """One row per account with dues: what is owed, what is past due, and the oldest due that makes it late."""
        rows = self.dues
        unpaid = ~rows.is_paid
        ageing = unpaid & rows.ages
        oldest = rows.due_on.min(where=ageing).over(group_by=KEY)
        rows = rows.mutate(oldest_on=oldest, unpaid=unpaid, ageing=ageing)
        sums = rows.group_by(KEY).agg(
            oldest_on=rows.oldest_on.min(),
            left_minor=whole(rows.left_minor.sum()),
            past_due_minor=whole(rows.left_minor.sum(where=rows.unpaid & (rows.days_late > 0))),
            oldest_left_minor=whole(rows.left_minor.sum(where=rows.ageing & (rows.due_on == rows.oldest_on))),
            pooled_minor=whole(rows.pooled_minor.sum()),
        )
        joined = sums.join(self.pools.select(*KEY, "pool_minor"), list(KEY))
        unused = ibis.greatest(joined.pool_minor - joined.pooled_minor, 0)
        return joined.mutate(
            balance_minor=joined.left_minor - unused,
            past_due_minor=joined.past_due_minor.fill_null(0),
            oldest_left_minor=joined.oldest_left_minor.fill_null(0),
        )

    @cached_property
    def _named(self) -> ir.Table:
        paid = self.facts.payments.filter(self.facts.payments.due_id.notnull())
        return paid.group_by([*KEY, "due_id"]).agg(
            named_total_minor=whole(paid.amount_minor.sum()), last_named_on=paid.paid_on.max()
        )

    def _with_unapplied(self, rows: ir.Table) -> ir.Table:
        # Money that names only the debtor pays the oldest due of any account, if all belong to one client and currency.
        books = self.facts.accounts
        one_book = books.group_by(DEBTOR_KEY).agg(
            one_book=(books.client.fill_null("").nunique() == 1) & (books.currency.nunique() == 1)
        )
        loose = self.facts.unapplied
        sums = loose.group_by(DEBTOR_KEY).agg(loose_minor=whole(loose.amount_minor.sum()))
        sums = sums.join(one_book.filter(one_book.one_book), list(DEBTOR_KEY)).drop("one_book")
        rows = rows.mutate(open_minor=rows.open_minor - rows.pooled_minor)
        rows = rows.left_join(sums, list(DEBTOR_KEY)).drop("debtor_id_right", "as_of_right")
        rows = rows.mutate(before_minor=_sum_before(rows, DEBTOR_KEY), loose_minor=rows.loose_minor.fill_null(0))
        share = _share(rows.loose_minor - rows.before_minor, rows.open_minor)
        return rows.mutate(pooled_minor=rows.pooled_minor + share)


def _needed(dues: ir.Table) -> ir.IntegerValue:
    # Whole minor units, rounded against the debtor, so that every engine agrees to the last one.
    share = -((-dues.amount_minor * dues.paid_parts) // MILLION)
    rest = ibis.least(dues.small_rest_minor, dues.amount_minor // 10)
    return ibis.least(share, dues.amount_minor - rest)


def _sum_before(rows: ir.Table, key: tuple[str, ...]) -> ir.IntegerValue:
    through = rows.open_minor.sum().over(group_by=key, order_by=_ORDER, rows=(None, 0))
    return whole(through) - rows.open_minor


def _share(available: ir.IntegerValue, wanted: ir.IntegerValue) -> ir.IntegerValue:
    return ibis.least(ibis.greatest(available, 0), wanted)
