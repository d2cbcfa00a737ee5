"""What was paid on the account: how much, how often, how recently, and against which bill."""

from __future__ import annotations

from collections.abc import Callable

import ibis
from ibis import ir

from features.account import share
from features.feature import Feature, Group

GROUP: Group = "payment_history"
CONCEPT = "recent payments"
YEAR = 365
_PAID = ("payments.amount", "payments.paid_on")
_BILLED = (*_PAID, "statements.balance")


def _paid_within(days: int) -> Feature:
    return Feature(
        f"paid_{days}d_minor",
        GROUP,
        CONCEPT,
        f"Net payments of the last {days} days.",
        "minor units",
        "payments",
        lambda rows: rows.amount_minor.sum(where=rows.days_ago < days),
        _PAID,
        window_days=days,
        none_is_zero=True,
    )


def _count_within(days: int) -> Feature:
    return Feature(
        f"paid_count_{days}d",
        GROUP,
        CONCEPT,
        f"Number of net payments of the last {days} days.",
        "count",
        "payments",
        lambda rows: rows.count(where=rows.days_ago < days),
        _PAID,
        window_days=days,
        none_is_zero=True,
    )


def _share_of_bill(back: int, name: str, which: str) -> Feature:
    def expression(rows: ir.Table) -> ir.Value:
        return share(rows.paid_minor, rows.bill_before_minor).max(where=rows.back == back)

    return Feature(
        name,
        GROUP,
        "payments against bills",
        f"What was paid during {which} cycle as a share of the bill before it.",
        "share",
        "cycles",
        expression,
        _BILLED,
        null_means="That bill is unknown, or nothing was billed.",
    )


def _cycle_count(name: str, sentence: str, condition: Callable[[ir.Table], ir.BooleanValue]) -> Feature:
    return Feature(
        name,
        GROUP,
        "payments against bills",
        sentence,
        "cycles",
        "cycles",
        lambda rows: rows.count(where=condition(rows)),
        (*_BILLED, "statements.minimum_due"),
        none_is_zero=True,
    )


def _paid_minimum(rows: ir.Table) -> ir.BooleanValue:
    return (rows.minimum_before_minor > 0) & (rows.paid_minor >= rows.minimum_before_minor)


def _paid_full(rows: ir.Table) -> ir.BooleanValue:
    return (rows.bill_before_minor > 0) & (rows.paid_minor >= rows.bill_before_minor)


def _paid_below_minimum(rows: ir.Table) -> ir.BooleanValue:
    return (rows.minimum_before_minor > 0) & (rows.paid_minor < rows.minimum_before_minor)


PAYMENT_FEATURES: tuple[Feature, ...] = (
    *(_paid_within(days) for days in (30, 60, 90, 180, 365)),
    *(_count_within(days) for days in (90, 365)),
    Feature(
        "days_since_last_paid",
        GROUP,
        CONCEPT,
        "Days since the last net payment.",
        "days",
        "payments",
        lambda rows: rows.days_ago.min(),
        _PAID,
        null_means="Nothing has been paid yet.",
    ),
    Feature(
        "paid_last_minor",
        GROUP,
        CONCEPT,
        "Net payments on the last day on which anything was paid.",
        "minor units",
        "payments",
        lambda rows: rows.amount_minor.sum(where=rows.days_ago == rows.last_days_ago),
        _PAID,
        null_means="Nothing has been paid yet.",
    ),
    Feature(
        "paid_balance_share_90d",
        GROUP,
        CONCEPT,
        "Net payments of the last 90 days as a share of themselves and what is still owed.",
        "share",
        "account",
        lambda row: share(row.paid_90d_minor, row.paid_90d_minor + ibis.greatest(row.balance_minor.fill_null(0), 0)),
        _PAID,
        window_days=90,
        null_means="Nothing was paid and nothing is owed.",
        needs=("paid_90d_minor",),
    ),
    _share_of_bill(0, "paid_bill_share_last", "the newest"),
    _share_of_bill(1, "paid_bill_share_previous", "the last but one"),
    _share_of_bill(2, "paid_bill_share_before_previous", "the last but two"),
    _cycle_count(
        "paid_full_count_6_cycles", "Cycles of the last six in which the bill before was paid in full.", _paid_full
    ),
    _cycle_count(
        "paid_minimum_count_6_cycles",
        "Cycles of the last six in which at least the minimum due was paid.",
        _paid_minimum,
    ),
    _cycle_count(
        "paid_below_minimum_count_6_cycles",
        "Cycles of the last six in which less than the minimum due was paid.",
        _paid_below_minimum,
    ),
    Feature(
        "paid_bill_share_mean_6_cycles",
        GROUP,
        "payments against bills",
        "Mean share of each bill that was paid in the cycle after it, over the last six cycles, counting at most all.",
        "share",
        "cycles",
        lambda rows: share(rows.paid_minor, rows.bill_before_minor).clip(upper=1.0).mean(),
        _BILLED,
        null_means="No bill has been followed by a whole cycle yet.",
    ),
    Feature(
        "returned_count_365d",
        GROUP,
        "returned payments",
        "Payments of the last 365 days that were returned.",
        "count",
        "all_payments",
        lambda rows: rows.count(where=(rows.status == "returned") & (rows.days_ago < YEAR)),
        ("payments.paid_on", "payments.status"),
        window_days=YEAR,
        none_is_zero=True,
    ),
)
