"""Contact: the chance that a call reaches the right party, and how that chance moves with the hour of the call.

The booster answers for a call at no hour in particular; the artifact's section `hours` holds what hours multiply it by,
where a test out of time showed that they do. Which hour a call will have is for whoever places it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.artifact import Artifact
from models.hours import Hours
from models.scorer import Floats
from models.spec import ModelSpec

CONTACT = ModelSpec(
    name="contact",
    question="Will a call tomorrow reach the right party?",
    kind="binary",
    horizon_days=1,
    # Who answered more of the calls made lately is, all else being equal, never harder to reach.
    monotone={"call_answered_share_90d": 1},
    parameters={
        "learning_rate": 0.05,
        "num_leaves": 7,
        "min_data_in_leaf": 200,
        "lambda_l2": 50.0,
        "feature_fraction": 0.4,
    },
    rules_of_thumb=("call_answered_share_90d", "rpc_count_90d", "days_since_last_rpc", "days_past_due"),
)
"""The spec that `arrears train contact` fits."""


def per_attempt(artifact: Artifact, x: Floats) -> Floats:
    """Chance that one call reaches the right party, at no hour in particular.

    Parameters
    ----------
    x : (n, features) in the artifact's order.

    Returns
    -------
    (n,) strictly between 0 and 1: what takes the place of a client's `right_party_share`.
    """
    return artifact.predict(x)


def at_hour(
    artifact: Artifact, x: Floats, hours: npt.NDArray[np.int64], classes: npt.ArrayLike, *, channel: str = "call"
) -> Floats:
    """Chance that one attempt at a given hour reaches the right party.

    Parameters
    ----------
    hours : (n,) full hours, 0-23, on the debtor's clock.
    classes : (n,) "consumer", "commercial" or "" where it is not told.

    Returns
    -------
    (n,); `per_attempt` where the artifact keeps no hours.
    """
    p, kept = per_attempt(artifact, x), hours_of(artifact)
    return p if kept is None else kept.chance(p, hours, classes, channel=channel)


def hours_of(artifact: Artifact) -> Hours | None:
    """What hours multiply the chance by; None where a test did not show that they matter."""
    section = artifact.document.get("hours") or {}
    return Hours.of(section["kept"]) if section.get("kept") else None
