"""Propensity: the chance that an account pays at least what its label asks for, within the label's horizon.

The directions below are the ones nobody disputes: more paid lately never makes paying less likely, being later never
makes it more likely, everything else being equal.
"""

from __future__ import annotations

from models.spec import ModelSpec

PROPENSITY = ModelSpec(
    name="propensity",
    question="Will this account pay at least its threshold within the horizon?",
    kind="binary",
    horizon_days=30,
    monotone={
        "paid_bill_share_last": 1,
        "paid_bill_share_previous": 1,
        "paid_bill_share_before_previous": 1,
        "paid_bill_share_mean_6_cycles": 1,
        "paid_balance_share_90d": 1,
        "paid_full_count_6_cycles": 1,
        "days_past_due": -1,
        "cycles_late_last": -1,
        "cycles_late_count_6_cycles": -1,
        "cycles_late_max_6_cycles": -1,
        "debtor_late_share": -1,
        "debtor_late_share_90d": -1,
        "debtor_late_share_180d": -1,
        "debtor_late_known_share": -1,
        "debtor_late_smoothed_share": -1,
        "promise_kept_share": 1,
        "promise_kept_share_180d": 1,
        "promise_broken_count_180d": -1,
        "returned_count_365d": -1,
    },
    rules_of_thumb=("paid_bill_share_last", "debtor_late_share", "days_past_due", "balance_minor"),
)
"""The spec that `arrears train propensity` fits."""
