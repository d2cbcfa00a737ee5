"""What the dues and payments of a ledger say about an account on a day: the one application of payments to dues.

Application is restated afresh on every day from all that is known: a payment pays the due it names; what names none,
what a named due cannot take and all credits form a pool that pays the rest in order. Prefix sums do it without
recursion: a due gets what the pool holds beyond the dues before it.
"""

from __future__ import annotations

from functools import cached_property

import ibis
from ibis import ir

from features.columns import DEBTOR_KEY, KEY, NO, beside, days_between, share_of, whole
from features.facts import Facts
from features.statements import EDGES
from features.terms import part_of

_ORDER = ("is_ahead", "pays_rank", "due_on", "due_id")
"""Who is paid first: what is due before what is not yet, then the client's order of kinds, then the oldest."""


class Ledger:
    """Dues of each snapshot's account after every known payment has been applied.

    Parameters
    ----------
    disputes : the disputed part of what ages an account neither ages it nor counts as past due. It is laid on the
        oldest unpaid dues first; a dispute that names no amount is about all of them.
    """

    def __init__(self, facts: Facts, *, disputes: bool) -> None:
        self.facts = facts
        self.disputes = disputes and "disputes" in facts.present

    @cached_property
    def charges(self) -> ir.Table:
        """Every known due that asks for money, with its terms and what payments that name it have paid."""
        terms = self.facts.accounts.select(*KEY, "terms_client", "paid_parts", "small_rest_minor")
        known = self.facts.on_accounts("dues").join(terms, list(KEY))
        known = known.join(self.facts.due_terms, ["terms_client", "kind"])
        known = known.filter(known.amount_minor > 0).mutate(is_ahead=known.due_on > known.as_of)
        known = known.mutate(needed_minor=_needed(known))
        named = self._named
        joined = beside(known, named, (*KEY, "due_id"))
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
            pool = beside(pool, part, KEY)
        money = {name: pool[name].fill_null(0) for name in ("paid_minor", "taken_minor", "credit_minor")}
        pool = pool.mutate(**money)
        return pool.mutate(pool_minor=pool.paid_minor - pool.taken_minor + pool.credit_minor)

    @cached_property
    def dues(self) -> ir.Table:
        """Every due after application: `paid_minor`, `left_minor`, `is_paid`, and who it makes late."""
        rows = self.charges.join(self.pools.select(*KEY, "pool_minor"), list(KEY))
        rows = rows.mutate(open_minor=rows.amount_minor - rows.named_minor)
        rows = rows.mutate(before_minor=_sum_before(rows, KEY))
        rows = rows.mutate(pooled_minor=share_of(rows.pool_minor - rows.before_minor, rows.open_minor))
        rows = rows.mutate(own_pooled_minor=rows.pooled_minor, own_before_minor=rows.before_minor)
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
        rows = self._demanded
        unpaid = rows.paid_minor + rows.disputed_minor < rows.needed_minor
        rows = rows.mutate(is_unpaid=unpaid, is_ageing=unpaid & rows.ages)
        rows = rows.mutate(oldest_on=rows.due_on.min(where=rows.is_ageing).over(group_by=KEY))
        demanded = rows.left_minor - rows.disputed_minor
        sums = rows.group_by(KEY).agg(
            oldest_on=rows.oldest_on.min(),
            left_minor=whole(rows.left_minor.sum()),
            past_due_minor=whole(demanded.sum(where=rows.is_unpaid & (rows.days_late > 0))),
            oldest_left_minor=whole(demanded.sum(where=rows.is_ageing & (rows.due_on == rows.oldest_on))),
            pooled_minor=whole(rows.own_pooled_minor.sum()),
        )
        # What the pool holds beyond all charges is the debtor's: it makes the balance negative.
        both = self.pools.left_join(sums, [self.pools[name] == sums[name] for name in KEY])
        money = {name: sums[name].fill_null(0) for name in ("left_minor", "past_due_minor", "oldest_left_minor")}
        unused = self.pools.pool_minor - sums.pooled_minor.fill_null(0)
        both = both.select(*(self.pools[name] for name in KEY), sums.oldest_on, **money, unused_minor=unused)
        both = both.mutate(balance_minor=both.left_minor - both.unused_minor)
        return beside(both, self.facts.accounts.select(*KEY, *EDGES), KEY)

    @cached_property
    def _demanded(self) -> ir.Table:
        """The dues with `disputed_minor`: the part of an ageing due's rest that is disputed."""
        if not self.disputes:
            return self.dues.mutate(disputed_minor=ibis.literal(0, "int64"))
        known = self.facts.on_accounts("disputes")
        is_open = (known.opened_on <= known.as_of) & (known.resolved_on.isnull() | (known.resolved_on > known.as_of))
        known = known.filter(is_open)
        sums = known.group_by(KEY).agg(
            contested_minor=whole(known.amount_minor.sum()), contests_all=known.amount_minor.isnull().any()
        )
        rows = beside(self.dues, sums, KEY)
        rows = rows.mutate(
            open_minor=ibis.ifelse(rows.ages & ~rows.is_paid, rows.left_minor, 0),
            contested_minor=rows.contested_minor.fill_null(0),
        )
        before = whole(rows.open_minor.sum().over(group_by=KEY, order_by=("due_on", "due_id"), rows=(None, 0)))
        part = share_of(rows.contested_minor - (before - rows.open_minor), rows.open_minor)
        return rows.mutate(disputed_minor=ibis.ifelse(rows.contests_all.fill_null(NO), rows.open_minor, part))

    @cached_property
    def _named(self) -> ir.Table:
        paid = self.facts.payments.filter(self.facts.payments.due_id.notnull())
        return paid.group_by([*KEY, "due_id"]).agg(named_total_minor=whole(paid.amount_minor.sum()))

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
        rows = beside(rows, sums, DEBTOR_KEY)
        rows = rows.mutate(before_minor=_sum_before(rows, DEBTOR_KEY), loose_minor=rows.loose_minor.fill_null(0))
        share = share_of(rows.loose_minor - rows.before_minor, rows.open_minor)
        return rows.mutate(pooled_minor=rows.pooled_minor + share)


def _needed(dues: ir.Table) -> ir.IntegerValue:
    rest = ibis.least(dues.small_rest_minor, dues.amount_minor // 10)
    return ibis.least(part_of(dues.amount_minor, dues.paid_parts), dues.amount_minor - rest)


def _sum_before(rows: ir.Table, key: tuple[str, ...]) -> ir.IntegerValue:
    through = rows.open_minor.sum().over(group_by=key, order_by=_ORDER, rows=(None, 0))
    return whole(through) - rows.open_minor
