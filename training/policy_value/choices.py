"""A log of choices as columns: what was done, with which chance, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arrears.errors import BadInput

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Choices:
    """One row a choice, all columns of one length n.

    Attributes
    ----------
    acted : what was done: True for the action, False for leaving it.
    chance : P(the action) with which the log chose, 0-1, whatever it then did.
    outcome : what came of it, as net cash in minor units of one currency.
    debtor : whose row it is, as codes: rows of one debtor rise and fall together.

    Raises
    ------
    BadInput : columns of several lengths, no row, a chance outside 0-1, something that had no chance was done, or an
        outcome that is no number.
    """

    acted: Flags
    chance: Floats
    outcome: Floats
    debtor: Codes

    def __post_init__(self) -> None:
        found = self._wrong()
        if found is not None:
            raise BadInput(
                asked="learn from a log of choices",
                found=found,
                do="Give every row what was done, with which probability of doing it, and what came of it.",
            )

    def _wrong(self) -> str | None:
        lengths = {name: len(getattr(self, name)) for name in ("acted", "chance", "outcome", "debtor")}
        if len(set(lengths.values())) > 1 or not len(self.acted):
            return ", ".join(f"{count} rows of {name}" for name, count in lengths.items())
        if not ((self.chance >= 0) & (self.chance <= 1)).all():
            return "chances outside 0-1"
        if impossible := int((taken(self, self.chance) == 0).sum()):
            return f"{impossible} rows whose choice had no chance"
        return None if np.isfinite(self.outcome).all() else "outcomes that are no numbers"

    def __len__(self) -> int:
        return len(self.acted)


def taken(choices: Choices, chance: Floats) -> Floats:
    """(n,) the probability that `chance`, of acting, gives to what each row did.

    Examples
    --------
    >>> two = Choices(np.array([True, False]), np.array([0.2, 0.2]), np.zeros(2), np.arange(2))
    >>> taken(two, np.array([0.9, 0.9])).round(2).tolist()
    [0.9, 0.1]
    """
    return np.where(choices.acted, chance, 1 - chance)


def weights(choices: Choices, target: Floats) -> Floats:
    """(n,) how many rows of the target each row stands for: what it does with the row's choice over what the log did.

    Parameters
    ----------
    target : (n,) P(the action) under the policy that is valued; 0 or 1 where it is certain.

    Examples
    --------
    >>> two = Choices(np.array([True, False]), np.array([0.25, 0.25]), np.zeros(2), np.arange(2))
    >>> weights(two, np.ones(2)).tolist()
    [4.0, 0.0]
    """
    return taken(choices, target) / taken(choices, choices.chance)
