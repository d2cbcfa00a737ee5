"""How late the account is and has been, read only from statuses that have settled."""

from __future__ import annotations

import ibis
from ibis import ir

from features.account import share
from features.feature import Expression, Feature, Group

GROUP: Group = "delinquency_history"
CONCEPT = "how late"
_CYCLES = ("statements.cycles_past_due|statements.days_past_due",)
_ANY = ("statements.cycles_past_due|statements.days_past_due|dues.due_on",)
NO_STATUS = "No settled status is known yet."


def _late(rows: ir.Table) -> ir.IntegerValue:
    return ibis.ifelse(rows.is_settled, rows.cycles_late, ibis.null("int64"))


def _status(nth: int) -> Expression:
    return lambda rows: rows.cycles_late.max(where=rows.is_settled & (rows.settled_back == nth))


DELINQUENCY_FEATURES: tuple[Feature, ...] = (
    Feature(
        "days_past_due",
        GROUP,
        CONCEPT,
        "Days past due, rolled forward from the last settled status, or by the ledger.",
        "days",
        "account",
        lambda row: row.days_settled,
        _ANY,
        null_means=NO_STATUS,
    ),
    Feature(
        "cycles_late_last",
        GROUP,
        CONCEPT,
        "Cycles past due by the last settled status.",
        "cycles",
        "cycles",
        _status(0),
        _CYCLES,
        null_means=NO_STATUS,
    ),
    Feature(
        "cycles_late_previous",
        GROUP,
        CONCEPT,
        "Cycles past due by the settled status before the last.",
        "cycles",
        "cycles",
        _status(1),
        _CYCLES,
        null_means="Fewer than two settled statuses are known.",
    ),
    Feature(
        "cycles_late_max_6_cycles",
        GROUP,
        CONCEPT,
        "Most cycles past due in any settled status of the last six cycles.",
        "cycles",
        "cycles",
        lambda rows: _late(rows).max(),
        _CYCLES,
        null_means=NO_STATUS,
    ),
    Feature(
        "cycles_late_count_6_cycles",
        GROUP,
        CONCEPT,
        "How many settled statuses of the last six cycles were past due.",
        "count",
        "cycles",
        lambda rows: rows.count(where=rows.is_settled & (rows.cycles_late > 0)),
        _CYCLES,
        none_is_zero=True,
    ),
    Feature(
        "cycles_late_change_1_cycle",
        GROUP,
        CONCEPT,
        "How many cycles later the last settled status is than the one before.",
        "cycles",
        "account",
        lambda row: row.cycles_late_last - row.cycles_late_previous,
        _CYCLES,
        null_means="Fewer than two settled statuses are known.",
        needs=("cycles_late_last", "cycles_late_previous"),
    ),
    Feature(
        "past_due_balance_share",
        GROUP,
        "amount past due",
        "What is past due as a share of all that is owed.",
        "share",
        "account",
        lambda row: share(row.past_due_settled_minor, row.balance_minor),
        ("statements.past_due|dues.amount",),
        null_means="Nothing is owed, or what is past due is not known.",
    ),
    Feature(
        "past_due_minor",
        GROUP,
        "amount past due",
        "What is past due, by the last settled status less later payments, or by the ledger.",
        "minor units",
        "account",
        lambda row: row.past_due_settled_minor,
        ("statements.past_due|dues.amount",),
        null_means="What is past due is not known.",
    ),
    Feature(
        "cycles_since_late",
        GROUP,
        CONCEPT,
        "Settled statuses since one was past due, 0 if the last one was.",
        "cycles",
        "cycles",
        lambda rows: rows.settled_back.min(where=rows.is_settled & (rows.cycles_late > 0)),
        _CYCLES,
        null_means="No settled status of the last six cycles was past due.",
    ),
)
