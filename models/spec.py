"""What a model is before anyone fits it: the question it answers, how far it looks ahead, what is certain about it.

A spec is data. Fitting belongs to `training`, keeping fitted models to `models.registry`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["binary", "chain", "effect", "two_part"]
"""`binary`: one booster, one probability. `chain`: one booster per bucket edge, from which every bucket follows.
`effect`: boosters of each segment, asked with a treatment and without it. `two_part`: whether anything comes, whether
it is all, and the share where it is a part."""


@dataclass(frozen=True)
class ModelSpec:
    """One model's question and everything about it that does not come from data.

    Parameters
    ----------
    name : as in `arrears train NAME` and in the registry.
    question : the question as a sentence that a manager can read.
    kind : how the boosters become an answer.
    horizon_days : how far a label looks past `as_of`.
    monotone : feature -> +1 or -1, only where the direction is certain; features a book lacks are ignored.
    parameters : LightGBM's, over `training.fit`'s defaults.
    rules_of_thumb : features whose tenths make the simplest rules to beat.
    """

    name: str
    question: str
    kind: Kind
    horizon_days: int
    monotone: Mapping[str, int] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    rules_of_thumb: tuple[str, ...] = ()

    def directions(self, features: Sequence[str]) -> list[int]:
        """LightGBM's `monotone_constraints` for these features, 0 where the direction is not certain.

        Examples
        --------
        >>> ModelSpec("demo", "Does it pay?", "binary", 30, monotone={"dpd": -1}).directions(["paid", "dpd"])
        [0, -1]
        """
        return [self.monotone.get(name, 0) for name in features]
