"""What reversals take back from the payments they name: so much of each of a payment's lines.

A reversal takes from the lines on its own account first, in their order, and what these cannot give from the payment's
other lines. It counts from the moment it is known, whatever day it names: money within a label's horizon may bounce
while the label settles, after `as_of`. It never takes more than was paid.
"""

from __future__ import annotations

from ibis import ir

from features.columns import DEBTOR_KEY, beside, share_of, whole

_PAYMENT = (*DEBTOR_KEY, "payment_id")
LINE = (*_PAYMENT, "line")


def taken_back(lines: ir.Table, reversals: ir.Table) -> ir.Table:
    """One row per line of a reversed payment: `LINE` and `taken_minor`.

    Parameters
    ----------
    lines : debtor_id, as_of, account_id (null: the debtor's), payment_id, line and amount_minor of payments.
    reversals : debtor_id, as_of, account_id, the reversed payment_id, and amount_minor with either sign.
    """
    on_account = (*_PAYMENT, "account_id")
    reversals = reversals.mutate(minor=reversals.amount_minor.abs())
    named = reversals.filter(reversals.account_id.notnull())
    lines = lines.semi_join(reversals, list(_PAYMENT))
    lines = beside(lines, named.group_by(on_account).agg(named_minor=whole(named.minor.sum())), on_account)
    lines = beside(lines, reversals.group_by(_PAYMENT).agg(all_minor=whole(reversals.minor.sum())), _PAYMENT)
    own = share_of(lines.named_minor.fill_null(0) - _before(lines.amount_minor, on_account), lines.amount_minor)
    lines = lines.mutate(own_minor=own)
    lines = lines.mutate(
        open_minor=lines.amount_minor - lines.own_minor,
        rest_minor=lines.all_minor - whole(lines.own_minor.sum().over(group_by=_PAYMENT)),
    )
    more = share_of(lines.rest_minor - _before(lines.open_minor, _PAYMENT), lines.open_minor)
    return lines.select(*LINE, taken_minor=lines.own_minor + more)


def _before(minor: ir.IntegerValue, key: tuple[str, ...]) -> ir.IntegerValue:
    through = minor.sum().over(group_by=key, order_by="line", rows=(None, 0))
    return whole(through) - minor
