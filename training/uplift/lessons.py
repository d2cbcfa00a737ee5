"""What a learner of effects is taught by: facts, what was done, with which probability, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from arrears.errors import BadInput, Refused

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

LEAST_OF_EACH_ARM = 50
"""Rows that were treated, and rows that were not, below which nobody can tell what a treatment adds."""


class EffectModel(Protocol):
    """A fitted learner."""

    def effect(self, features: Floats) -> Floats:
        """(n,) what the treatment adds to each row's outcome in expectation, in the outcome's unit."""
        ...  # pragma: no cover - a protocol has no body


class Learner(Protocol):
    """A way to learn effects from a log."""

    @property
    def name(self) -> str:
        """How tables and reasons call it."""
        ...  # pragma: no cover - a protocol has no body

    def fit(self, features: Floats, treated: Flags, probability: Floats, outcome: Floats) -> EffectModel:
        """Learn from a log; the arguments are those of `Lessons`."""
        ...  # pragma: no cover - a protocol has no body


@dataclass(frozen=True, eq=False)
class Lessons:
    """A log of n rows that can teach an effect.

    Attributes
    ----------
    features : (n, columns) known before the choice, NaN where unknown.
    treated : (n,) what was done. `probability` : (n,) with which the treatment was chosen, strictly between 0 and 1
        where anything is to be learned.
    outcome : (n,) what came of it: 0 or 1, or an amount.

    Raises
    ------
    BadInput : columns of several lengths, a probability outside 0-1, or an outcome that is no number.
    """

    features: Floats
    treated: Flags
    probability: Floats
    outcome: Floats

    def __post_init__(self) -> None:
        found = self._wrong()
        if found is not None:
            raise BadInput(
                asked="learn an effect from a log",
                found=found,
                do="Give every row its facts, what was done, with which probability of doing it, and what came of it.",
            )

    def _wrong(self) -> str | None:
        lengths = {name: len(getattr(self, name)) for name in ("features", "treated", "probability", "outcome")}
        if len(set(lengths.values())) > 1:
            return ", ".join(f"{count} rows of {name}" for name, count in lengths.items())
        if not ((self.probability >= 0) & (self.probability <= 1)).all():
            return "probabilities outside 0-1"
        return None if np.isfinite(self.outcome).all() else "outcomes that are no numbers"

    def __len__(self) -> int:
        return len(self.outcome)

    @property
    def yes_or_no(self) -> bool:
        """Whether the outcome is 0 or 1 in every row, so that its mean is a probability."""
        return bool(np.isin(self.outcome, (0.0, 1.0)).all())

    def only(self, rows: Flags | Places) -> Lessons:
        """The lessons of these rows."""
        return Lessons(self.features[rows], self.treated[rows], self.probability[rows], self.outcome[rows])


def lessons_of_both_arms(features: Floats, treated: Flags, probability: Floats, outcome: Floats) -> Lessons:
    """The lessons, if both arms can teach.

    Raises
    ------
    Refused : fewer than `LEAST_OF_EACH_ARM` rows were treated, or were not.
    """
    told = Lessons(features, treated.astype(bool), probability, outcome)
    called = int(told.treated.sum())
    if min(called, len(told) - called) < LEAST_OF_EACH_ARM:
        raise Refused(
            asked="learn what a treatment adds",
            found=f"{called} treated and {len(told) - called} untreated rows; {LEAST_OF_EACH_ARM} of each are needed",
            do="Let a random slice choose some of the work, and learn again when its outcomes are over.",
        )
    return told
