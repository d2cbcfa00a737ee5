"""Repayment: how much of what is asked will come, as none, part or all of it, and what share where it is part.

Shares of a debt that come are bunched at nothing and at everything, so one booster that answers with a mean says what
hardly ever happens. Two questions and a share say the rest: does anything come, is it all, and if not, how much.
"""

from __future__ import annotations

import numpy as np

from models.artifact import Artifact
from models.bands import Bands
from models.propensity import PROPENSITY
from models.scorer import Floats
from models.spec import ModelSpec

STAGES = ("any", "full", "share")
"""Boosters: P(anything comes), P(all comes if anything does), and the share that comes where it is only a part."""

REPAYMENT = ModelSpec(
    name="repayment",
    question="How much of what this account is late with will be paid within the horizon?",
    kind="two_part",
    horizon_days=30,
    monotone=PROPENSITY.monotone,
    parameters={
        "learning_rate": 0.05,
        "num_leaves": 15,
        "min_data_in_leaf": 100,
        "lambda_l2": 20.0,
        "feature_fraction": 0.5,
    },
    rules_of_thumb=("days_past_due", "days_since_last_paid", "past_due_balance_share", "balance_minor"),
)
"""The spec that `arrears train repayment` fits."""


def expected_minor(artifact: Artifact, x: Floats, asked_minor: Floats) -> Floats:
    """(n,) money expected within the horizon.

    Parameters
    ----------
    asked_minor : (n,) what is past due, or the whole balance after charge-off.
    """
    return np.asarray(artifact.scorer.answers(x)["expected_share"] * asked_minor, dtype=np.float64)


def bands_of(artifact: Artifact, currency: str) -> Bands | None:
    """Bands around the expected share for balances in a currency; None where too few were known of it."""
    found = (artifact.document.get("bands") or {}).get(currency)
    return Bands.of(found) if found else None
