"""When each due was settled: the day on which the money that pays it had come in.

Application is restated on every day (`features.ledger`); here the same pool is walked in the order in which it was
filled, so that every settled due gets a day and a lateness.
"""

from __future__ import annotations

from functools import cached_property

import ibis
from ibis import ir

from features.columns import DEBTOR_KEY, KEY, beside, days_between, whole
from features.facts import Facts
from features.ledger import Ledger

_DUE_KEY = (*KEY, "due_id")


class DueHistory:
    """Ageing dues of every account with `settled_on`, `days_to_pay` and `is_late`."""

    def __init__(self, facts: Facts, ledger: Ledger) -> None:
        self.facts = facts
        self.ledger = ledger

    @cached_property
    def rows(self) -> ir.Table:
        """One row per ageing due; `is_late` is null while it is neither paid nor past its day."""
        dues = self.ledger.dues.filter(self.ledger.dues.ages)
        named = self._named_days
        dues = beside(dues, named, _DUE_KEY)
        dues = dues.mutate(target_minor=dues.own_before_minor + dues.needed_minor - dues.named_minor)
        filled = self._pool_days
        dues = dues.asof_join(filled, dues.target_minor <= filled.filled_minor, predicates=list(KEY))
        dues = dues.drop("account_id_right", "as_of_right")
        dues = self._with_loose_day(dues)
        by_pool = ibis.greatest(dues.filled_on.coalesce(dues.loose_on), dues.last_named_on)
        settled = ibis.ifelse(dues.named_minor >= dues.needed_minor, dues.named_on, by_pool)
        dues = dues.mutate(settled_on=ibis.ifelse(dues.is_paid, settled, ibis.null("date")))
        dues = dues.mutate(
            days_to_pay=days_between(dues.due_on, dues.settled_on),
            settled_days_ago=days_between(dues.settled_on, dues.as_of),
        )
        late = ibis.cases((dues.is_paid, dues.days_to_pay > 0), (dues.days_late > 0, True), else_=ibis.null("boolean"))
        return dues.mutate(is_late=late)

    @cached_property
    def _parts(self) -> ir.Table:
        """Every payment split into what its named due takes, in the order of payment, and what joins the pool."""
        paid = self.facts.payments.select(*_DUE_KEY, "payment_id", "line", "paid_on", "amount_minor")
        charges = self.ledger.charges.select(*_DUE_KEY, "needed_minor", asked_minor="amount_minor")
        joined = beside(paid, charges, _DUE_KEY)
        through = joined.amount_minor.sum().over(
            group_by=_DUE_KEY, order_by=["paid_on", "payment_id", "line"], rows=(None, 0)
        )
        joined = joined.mutate(through_minor=whole(through))
        before = joined.through_minor - joined.amount_minor
        taken = ibis.least(joined.through_minor, joined.asked_minor) - ibis.least(before, joined.asked_minor)
        taken = ibis.ifelse(joined.asked_minor.isnull(), 0, taken)
        return joined.mutate(taken_minor=taken, pooled_minor=joined.amount_minor - taken)

    @cached_property
    def _named_days(self) -> ir.Table:
        parts = self._parts.filter(self._parts.asked_minor.notnull())
        return parts.group_by(_DUE_KEY).agg(
            named_on=parts.paid_on.min(where=parts.through_minor >= parts.needed_minor),
            last_named_on=parts.paid_on.max(where=parts.taken_minor > 0),
        )

    @cached_property
    def _pool_days(self) -> ir.Table:
        dues = self.facts.on_accounts("dues")
        issued = ibis.least(dues.issued_on.coalesce(dues.due_on), dues.as_of)
        credits_in = dues.filter(dues.amount_minor < 0).select(*KEY, filled_on=issued, part_minor=-dues.amount_minor)
        paid_in = self._parts.select(*KEY, filled_on="paid_on", part_minor="pooled_minor")
        both = ibis.union(paid_in, credits_in)
        daily = both.group_by([*KEY, "filled_on"]).agg(part_minor=whole(both.part_minor.sum()))
        filled = daily.part_minor.sum().over(group_by=KEY, order_by="filled_on", rows=(None, 0))
        daily = daily.mutate(filled_minor=whole(filled))
        return daily.filter(daily.part_minor > 0).select(*KEY, "filled_on", "filled_minor")

    def _with_loose_day(self, dues: ir.Table) -> ir.Table:
        if not self.facts.has("payments", "debtor_id"):
            return dues.mutate(loose_on=ibis.null("date"))
        loose = self.facts.unapplied
        days = loose.group_by(DEBTOR_KEY).agg(loose_on=loose.paid_on.max())
        return beside(dues, days, DEBTOR_KEY)
