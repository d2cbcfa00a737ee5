"""What is owed on the account itself, and on what terms."""

from __future__ import annotations

import ibis
from ibis import ir

from features.columns import days_between
from features.feature import Expression, Feature, Group

GROUP: Group = "account"
_BALANCE = ("accounts.opened_on",)
_BILL = ("statements.balance",)
_DUES = ("dues.amount", "dues.kind")
NO_BILL = "No statement with a balance is known yet."
NO_LIMIT = "No credit limit, or a limit of zero."


def share(part: ir.NumericValue, total: ir.NumericValue) -> ir.FloatingValue:
    """`part / total`, or null where the total is zero, negative or unknown."""
    positive = ibis.ifelse(total > 0, total, ibis.null("int64"))
    return part.cast("float64") / positive.cast("float64")


def _bill(back: int) -> Expression:
    return lambda rows: rows.balance_minor.max(where=rows.back == back)


def _of_kind(*kinds: str) -> Expression:
    return lambda rows: rows.amount_minor.sum(where=rows.kind.isin(kinds))


ACCOUNT_FEATURES: tuple[Feature, ...] = (
    Feature(
        "balance_minor",
        GROUP,
        "amount owed",
        "All that is owed: the newest statement's balance less later payments, or all dues less all payments.",
        "minor units",
        "account",
        lambda row: row.balance_minor,
        _BALANCE,
        null_means="Neither a balance nor a due is known yet.",
    ),
    Feature(
        "credit_limit_minor",
        GROUP,
        "use of limit",
        "The account's credit limit.",
        "minor units",
        "account",
        lambda row: row.credit_limit_minor,
        ("accounts.credit_limit",),
        null_means="No credit limit.",
    ),
    Feature(
        "limit_use_share",
        GROUP,
        "use of limit",
        "What is owed as a share of the credit limit.",
        "share",
        "account",
        lambda row: share(row.balance_minor, row.credit_limit_minor),
        ("accounts.credit_limit",),
        null_means=NO_LIMIT,
    ),
    Feature(
        "bill_last_minor",
        GROUP,
        "amount owed",
        "The balance of the newest statement.",
        "minor units",
        "cycles",
        _bill(0),
        _BILL,
        null_means=NO_BILL,
    ),
    Feature(
        "bill_previous_minor",
        GROUP,
        "amount owed",
        "The balance of the statement before the newest.",
        "minor units",
        "cycles",
        _bill(1),
        _BILL,
        null_means="Fewer than two statements are known.",
    ),
    Feature(
        "bill_mean_6_cycles_minor",
        GROUP,
        "amount owed",
        "Mean balance of the last six statements.",
        "minor units",
        "cycles",
        lambda rows: rows.balance_minor.mean(),
        _BILL,
        null_means=NO_BILL,
    ),
    Feature(
        "bill_max_6_cycles_minor",
        GROUP,
        "amount owed",
        "Highest balance of the last six statements.",
        "minor units",
        "cycles",
        lambda rows: rows.balance_minor.max(),
        _BILL,
        null_means=NO_BILL,
    ),
    Feature(
        "limit_use_change_1_cycle",
        GROUP,
        "use of limit",
        "How much more of the limit the newest statement uses than the one before.",
        "share",
        "account",
        lambda row: (
            share(row.bill_last_minor, row.credit_limit_minor) - share(row.bill_previous_minor, row.credit_limit_minor)
        ),
        (*_BILL, "accounts.credit_limit"),
        null_means="No credit limit, or fewer than two statements are known.",
        needs=("bill_last_minor", "bill_previous_minor"),
    ),
    Feature(
        "bill_change_1_cycle_minor",
        GROUP,
        "amount owed",
        "How much the newest statement's balance lies above the one before.",
        "minor units",
        "account",
        lambda row: row.bill_last_minor - row.bill_previous_minor,
        _BILL,
        null_means="Fewer than two statements are known.",
        needs=("bill_last_minor", "bill_previous_minor"),
    ),
    Feature(
        "days_since_opened",
        GROUP,
        "age of account",
        "Days since the account was opened.",
        "days",
        "account",
        lambda row: days_between(row.opened_on, row.as_of),
        ("accounts.opened_on",),
    ),
    Feature(
        "days_since_placed",
        GROUP,
        "age of account",
        "Days since the account was placed for collection.",
        "days",
        "account",
        lambda row: ibis.ifelse(row.placed_on <= row.as_of, days_between(row.placed_on, row.as_of), ibis.null("int64")),
        ("accounts.placed_on",),
        null_means="The account has not been placed.",
    ),
    Feature(
        "due_invoiced_minor",
        GROUP,
        "amount owed",
        "Sum of all known invoices and instalments.",
        "minor units",
        "dues",
        _of_kind("invoice", "instalment"),
        _DUES,
        none_is_zero=True,
    ),
    Feature(
        "due_fee_minor",
        GROUP,
        "fees and penalties",
        "Sum of all known fees.",
        "minor units",
        "dues",
        _of_kind("fee"),
        _DUES,
        none_is_zero=True,
    ),
    Feature(
        "due_penalty_minor",
        GROUP,
        "fees and penalties",
        "Sum of all known penalties.",
        "minor units",
        "dues",
        _of_kind("penalty"),
        _DUES,
        none_is_zero=True,
    ),
    Feature(
        "due_interest_minor",
        GROUP,
        "fees and penalties",
        "Sum of all known interest.",
        "minor units",
        "dues",
        _of_kind("interest"),
        _DUES,
        none_is_zero=True,
    ),
    Feature(
        "due_fee_penalty_share",
        GROUP,
        "fees and penalties",
        "Fees and penalties as a share of everything ever charged.",
        "share",
        "dues",
        lambda rows: share(
            rows.amount_minor.sum(where=rows.kind.isin(("fee", "penalty"))).fill_null(0), rows.amount_minor.sum()
        ),
        _DUES,
        null_means="Nothing has been charged yet.",
    ),
    Feature(
        "days_since_last_due",
        GROUP,
        "age of account",
        "Days since the newest due was issued; negative where only a later due day is known.",
        "days",
        "dues",
        lambda rows: rows.issued_days_ago.min(),
        ("dues.due_on", "dues.amount"),
        null_means="Nothing has been charged yet.",
    ),
    Feature(
        "due_last_minor",
        GROUP,
        "amount owed",
        "What was charged on the day on which the newest due was issued.",
        "minor units",
        "dues",
        lambda rows: rows.amount_minor.sum(where=rows.issued_days_ago == rows.last_issued_days_ago),
        ("dues.due_on", "dues.amount"),
        null_means="Nothing has been charged yet.",
    ),
)
