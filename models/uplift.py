"""Uplift: what a place on the day's list adds to what comes in, segment by segment, where a log of decisions proves it.

A segment is the accounts of one client and currency that can still roll (`loss`) or that cannot (`fee`). Which ranking
each is worked by was chosen on rows that none of them had seen; the artifact's section `selection` says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from arrears.policy.columns import Flags, Numbers, Words
from arrears.queues.added import AT_RISK, RANKINGS, RESPONSE, Added
from models.artifact import Artifact
from models.spec import ModelSpec

UPLIFT = ModelSpec(
    name="uplift",
    question="What does a place on the day's list add to what comes in?",
    kind="effect",
    horizon_days=30,
)
"""The spec that `arrears train uplift` fits."""

LOSS, FEE = "loss", "fee"
"""Bases of a worth: the loss that not rolling saves, and the fee on what comes in."""


def segments_of(document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The segments of an uplift model's document, each with its ranking and why it was chosen."""
    told: Sequence[Mapping[str, Any]] = document["selection"]["segments"]
    return told


def said_of(segment: Mapping[str, Any]) -> str:
    """A segment in words.

    Examples
    --------
    >>> said_of({"client": "bank", "basis": "loss", "currency": "USD"})
    'bank, USD, before charge-off'
    """
    where = "before charge-off" if segment["basis"] == LOSS else "after charge-off or for others"
    return ", ".join([*([segment["client"]] if segment["client"] else []), segment["currency"], where])


def outcomes_through(artifact: Artifact) -> date:
    """The last day whose cash a model has seen: of a list that was worked until then it knows what came."""
    return date.fromisoformat(artifact.document["training"]["outcomes_through"])


def added(artifact: Artifact, x: Numbers, *, client: Words, currency: Words, can_roll: Flags) -> Added:
    """What a call adds to each account, by the ranking of its segment; value at risk where the model has none.

    Parameters
    ----------
    x : (n, features) as `artifact.matrix` lays them out. The other columns are (n,), too.
    """
    ranking = np.full(len(x), AT_RISK, dtype=np.int64)
    share, minor, adds, low, high = np.full((5, len(x)), np.nan)
    saved = np.full(len(x), artifact.document["selection"].get("saved_share_elsewhere", 1.0))
    for segment in segments_of(artifact.document):
        place = RANKINGS.index(segment["ranking"])
        is_own = (client == segment["client"]) & (currency == segment["currency"])
        rows = np.flatnonzero(is_own & (can_roll == (segment["basis"] == LOSS)))
        if place == AT_RISK:
            saved[rows] = segment["scale"]
        if place == AT_RISK or not len(rows):
            continue
        ranking[rows] = place
        answer = artifact.scorer.of_segment(x[rows], segment) * segment["scale"]
        (minor if place == RESPONSE else share)[rows] = answer
        proved = segment["adds_minor"]
        adds[rows], low[rows], high[rows] = proved["estimate"], proved["low"], proved["high"]
    return Added(ranking, share, minor, saved, adds, low, high)
