"""The debtor across all accounts: what is open elsewhere, and how all earlier dues were paid."""

from __future__ import annotations

import ibis
from ibis import ir

from features.account import share
from features.feature import Expression, Feature, Group

GROUP: Group = "debtor"
OTHERS = "all accounts of the debtor"
HABIT = "how earlier dues were paid"
_ACCOUNTS = ("accounts.debtor_id",)
_STATUS = ("statements.cycles_past_due|statements.days_past_due|dues.due_on",)
_PAID = ("payments.amount", "payments.paid_on")
_DUES = ("dues.due_on", "dues.amount", *_PAID)
NO_SETTLED = "No due of the debtor has been settled yet."
MEMORY_DAYS = 60.0
QUARTER = 90


def _settled(rows: ir.Table, days: int | None = None) -> ir.BooleanValue:
    return rows.is_paid if days is None else rows.is_paid & (rows.settled_days_ago < days)


def _late_share(days: int | None) -> Feature:
    def expression(rows: ir.Table) -> ir.Value:
        settled = _settled(rows, days)
        return share(rows.count(where=settled & rows.is_late), rows.count(where=settled))

    window = "" if days is None else f"_{days}d"
    within = "so far" if days is None else f"in the last {days} days"
    return Feature(
        f"debtor_late_share{window}",
        GROUP,
        HABIT,
        f"Share of the debtor's dues settled {within} that were settled after their day.",
        "share",
        "history",
        expression,
        _DUES,
        window_days=days,
        null_means=f"No due of the debtor was settled {within}.",
    )


def _smoothed(rows: ir.Table) -> ir.Value:
    weight = (-rows.settled_days_ago / MEMORY_DAYS).exp()
    lateness = weight * rows.is_late.cast("float64")
    return lateness.sum(where=rows.is_paid) / weight.sum(where=rows.is_paid)


def _days_late(name: str, how: str, expression: Expression) -> Feature:
    return Feature(
        name, GROUP, HABIT, f"{how} of the debtor's settled dues; negative where paid early.", "days", "history",
        expression, _DUES, null_means=NO_SETTLED,
    )  # fmt: skip


DEBTOR_FEATURES: tuple[Feature, ...] = (
    Feature(
        "debtor_account_count",
        GROUP,
        OTHERS,
        "Number of the debtor's known accounts.",
        "count",
        "debtor",
        lambda rows: rows.count(),
        _ACCOUNTS,
    ),
    Feature(
        "debtor_past_due_account_count",
        GROUP,
        OTHERS,
        "Number of the debtor's accounts that are past due, by settled statuses.",
        "count",
        "debtor",
        lambda rows: rows.count(where=rows.days_settled > 0),
        _STATUS,
    ),
    Feature(
        "debtor_days_past_due_max",
        GROUP,
        OTHERS,
        "Most days past due of any of the debtor's accounts, by settled statuses.",
        "days",
        "debtor",
        lambda rows: rows.days_settled.max(),
        _STATUS,
        null_means="No settled status of any account is known yet.",
    ),
    Feature(
        "debtor_balance_minor",
        GROUP,
        OTHERS,
        "All that the debtor owes on every account.",
        "minor units",
        "debtor",
        lambda rows: rows.balance_minor.sum(),
        _ACCOUNTS,
        null_means="No balance of any account is known.",
    ),
    Feature(
        "debtor_days_since_last_paid",
        GROUP,
        OTHERS,
        "Days since the debtor's last net payment on any account.",
        "days",
        "payer",
        lambda rows: rows.days_ago.min(),
        _PAID,
        null_means="The debtor has never paid.",
    ),
    Feature(
        "debtor_paid_90d_minor",
        GROUP,
        OTHERS,
        "The debtor's net payments of the last 90 days on all accounts.",
        "minor units",
        "payer",
        lambda rows: rows.amount_minor.sum(where=rows.days_ago < QUARTER),
        _PAID,
        window_days=90,
        none_is_zero=True,
    ),
    Feature(
        "debtor_due_count",
        GROUP,
        HABIT,
        "Number of invoices and instalments the debtor has been sent.",
        "count",
        "history",
        lambda rows: rows.count(),
        _DUES,
        none_is_zero=True,
    ),
    Feature(
        "debtor_due_settled_count",
        GROUP,
        HABIT,
        "Number of the debtor's dues that have been settled.",
        "count",
        "history",
        lambda rows: rows.count(where=rows.is_paid),
        _DUES,
        none_is_zero=True,
    ),
    _late_share(None),
    _late_share(90),
    _late_share(180),
    Feature(
        "debtor_late_known_share",
        GROUP,
        HABIT,
        "Share of late ones among the debtor's dues that are settled or past their day.",
        "share",
        "history",
        lambda rows: share(rows.count(where=rows.is_late), rows.count(where=rows.is_late.notnull())),
        _DUES,
        null_means="No due of the debtor is settled or past its day.",
    ),
    Feature(
        "debtor_late_smoothed_share",
        GROUP,
        HABIT,
        "Share of settled dues that were late, each weighing less by a factor of e for every 60 days gone by.",
        "share",
        "history",
        _smoothed,
        _DUES,
        null_means=NO_SETTLED,
    ),
    _days_late("debtor_days_late_mean", "Mean days after their day", lambda rows: rows.days_to_pay.mean()),
    _days_late("debtor_days_late_median", "Median days after their day", lambda rows: rows.days_to_pay.median()),
    _days_late("debtor_days_late_max", "Most days after its day", lambda rows: rows.days_to_pay.max()),
    _days_late(
        "debtor_days_late_last",
        "Mean days after their day of the last-settled",
        lambda rows: rows.days_to_pay.mean(where=rows.settled_on == rows.last_settled_on),
    ),
    Feature(
        "debtor_open_minor",
        GROUP,
        OTHERS,
        "What is left on the debtor's unpaid invoices and instalments.",
        "minor units",
        "history",
        lambda rows: rows.left_minor.sum(where=~rows.is_paid),
        _DUES,
        none_is_zero=True,
    ),
    Feature(
        "debtor_past_due_minor",
        GROUP,
        OTHERS,
        "What is left on the debtor's unpaid invoices and instalments past their day.",
        "minor units",
        "history",
        lambda rows: rows.left_minor.sum(where=~rows.is_paid & (rows.days_late > 0)),
        _DUES,
        none_is_zero=True,
    ),
    Feature(
        "debtor_past_due_count",
        GROUP,
        OTHERS,
        "Number of the debtor's unpaid invoices and instalments past their day.",
        "count",
        "history",
        lambda rows: rows.count(where=~rows.is_paid & (rows.days_late > 0)),
        _DUES,
        none_is_zero=True,
    ),
    Feature(
        "debtor_due_mean_minor",
        GROUP,
        OTHERS,
        "Mean amount of the debtor's invoices and instalments.",
        "minor units",
        "history",
        lambda rows: rows.amount_minor.mean(),
        _DUES,
        null_means="The debtor has no due yet.",
    ),
    Feature(
        "due_to_mean_share",
        GROUP,
        "amount owed",
        "This account's invoices and instalments as a multiple of the debtor's mean due.",
        "share",
        "account",
        lambda row: (
            row.due_invoiced_minor / ibis.ifelse(row.debtor_due_mean_minor > 0, row.debtor_due_mean_minor, None)
        ),
        (*_DUES, "dues.kind"),
        null_means="The debtor has no due yet.",
        needs=("due_invoiced_minor", "debtor_due_mean_minor"),
    ),
)
