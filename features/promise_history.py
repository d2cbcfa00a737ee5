"""How the debtor has kept promises."""

from __future__ import annotations

from ibis import ir

from features.account import share
from features.feature import Feature, Group

GROUP: Group = "promise_history"
CONCEPT = "promises"
_MADE = ("promises.made_on", "promises.due_on", "promises.amount")
HALF_YEAR, YEAR = 180, 365


def _over(rows: ir.Table, days: int) -> ir.BooleanValue:
    """Promises whose grace ended within so many days: those whose end is known."""
    return (rows.status != "open") & (rows.days_ago <= days)


PROMISE_FEATURES: tuple[Feature, ...] = (
    Feature(
        "promise_count_365d",
        GROUP,
        CONCEPT,
        "Promises made in the last 365 days.",
        "count",
        "promises",
        lambda rows: rows.count(where=rows.made_days_ago < YEAR),
        _MADE,
        window_days=YEAR,
        none_is_zero=True,
    ),
    Feature(
        "promise_kept_share_180d",
        GROUP,
        CONCEPT,
        "Share of kept ones among the promises whose grace ended in the last 180 days.",
        "share",
        "promises",
        lambda rows: share(
            rows.count(where=_over(rows, HALF_YEAR) & (rows.status == "kept")), rows.count(where=_over(rows, HALF_YEAR))
        ),
        _MADE,
        window_days=HALF_YEAR,
        null_means="No promise's grace ended in that time.",
    ),
    Feature(
        "promise_kept_share",
        GROUP,
        CONCEPT,
        "Share of kept ones among all promises whose grace has ended.",
        "share",
        "promises",
        lambda rows: share(rows.count(where=rows.status == "kept"), rows.count(where=rows.status != "open")),
        _MADE,
        null_means="No promise's grace has ended yet.",
    ),
    Feature(
        "promise_broken_count_180d",
        GROUP,
        CONCEPT,
        "Promises broken in the last 180 days.",
        "count",
        "promises",
        lambda rows: rows.count(where=_over(rows, HALF_YEAR) & (rows.status == "broken")),
        _MADE,
        window_days=HALF_YEAR,
        none_is_zero=True,
    ),
    Feature(
        "promise_kept_amount_share_365d",
        GROUP,
        CONCEPT,
        "Money that came in as a share of the money promised, over promises whose grace ended in the last 365 days.",
        "share",
        "promises",
        lambda rows: share(
            rows.kept_minor.sum(where=_over(rows, YEAR)), rows.amount_minor.sum(where=_over(rows, YEAR))
        ),
        _MADE,
        window_days=YEAR,
        null_means="No promise's grace ended in that time.",
    ),
    Feature(
        "promise_open_minor",
        GROUP,
        CONCEPT,
        "Money promised and still within its time.",
        "minor units",
        "promises",
        lambda rows: rows.amount_minor.sum(where=rows.status == "open"),
        _MADE,
        none_is_zero=True,
    ),
    Feature(
        "days_since_last_promise",
        GROUP,
        CONCEPT,
        "Days since the newest promise was made.",
        "days",
        "promises",
        lambda rows: rows.made_days_ago.min(),
        _MADE,
        null_means="The debtor has never promised.",
    ),
)
