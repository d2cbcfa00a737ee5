"""Self-cure: the chance that a past-due account comes back to current though nobody contacts it.

Who cures alone needs no call today. The directions are those of propensity that nobody disputes.
"""

from __future__ import annotations

from models.propensity import PROPENSITY
from models.spec import ModelSpec

SELF_CURE = ModelSpec(
    name="self_cure",
    question="Will this past-due account come back to current if nobody contacts it?",
    kind="binary",
    horizon_days=30,
    monotone=PROPENSITY.monotone,
    parameters={
        "learning_rate": 0.05,
        "num_leaves": 7,
        "min_data_in_leaf": 60,
        "lambda_l2": 20.0,
        "feature_fraction": 0.5,
    },
    rules_of_thumb=("days_past_due", "past_due_balance_share", "days_since_last_paid", "balance_minor"),
)
"""The spec that `arrears train self_cure` fits."""
