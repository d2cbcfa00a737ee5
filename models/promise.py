"""Promise: the chance that a promise made tomorrow would be kept, asked before anybody has promised anything.

What will be promised, how much and by when, is not known before the talk and is no input: the answer says what a
promise of this debtor is worth. It is no reason to call somebody: who keeps promises need not make one.
"""

from __future__ import annotations

from models.spec import ModelSpec

PROMISE = ModelSpec(
    name="promise",
    question="Would a promise made tomorrow be kept?",
    kind="binary",
    horizon_days=30,
    # Who kept more of earlier promises is never, all else being equal, less likely to keep the next.
    monotone={
        "promise_kept_share": 1,
        "promise_kept_share_180d": 1,
        "promise_kept_amount_share_365d": 1,
        "promise_broken_count_180d": -1,
        "returned_count_365d": -1,
    },
    parameters={"learning_rate": 0.03, "num_leaves": 7, "min_data_in_leaf": 40, "feature_fraction": 0.4},
    rules_of_thumb=("promise_kept_share", "paid_90d_minor", "days_since_last_paid", "past_due_minor"),
)
"""The spec that `arrears train promise` fits; most promises are over within its horizon."""
