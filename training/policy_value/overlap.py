"""Does the log know anything about a policy? Where what it would do was never done, no arithmetic tells its value."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from arrears.errors import Refused
from training.policy_value.choices import Choices, Flags, Floats, weights
from training.policy_value.value import effective_rows

FLOOR = 0.01
"""Chance under which an action is hardly ever seen: such a row stands for more than a hundred."""

NO_CHANCE = 1e-5
"""Chance at or under which nothing is learned in any number of days: the log's own word for never."""

MOST_UNSEEN = 0.05
"""Share of what a policy would do differently that may have had no chance in the log."""

FEW_ROWS = 100
"""Effective rows, among those in which a policy parts from the log, under which its interval is not to be trusted.

Measured in a world with known truth, 95 % intervals of SNIPS covered it in 90 % of runs at 33 rows, in 93 % at 94 and
in 94 to 95 % from 143 on; doubly robust ones in 94 to 98 %.
"""


@dataclass(frozen=True)
class Overlap:
    """How much of what a policy does the log has seen.

    Attributes
    ----------
    acts_below_floor : share of the policy's actions whose logged chance lies under `floor`.
    differs : share of the rows in which the policy chooses otherwise than the one that ran, each by how much.
    unseen : share of that difference which the log gave no chance at all.
    max_weight : how many rows the heaviest row stands for.
    effective_rows : how many rows of equal weight would tell as much.
    effective_rows_apart : the same of the rows in which the two part: what a difference rests on.
    warning : what is wrong in plain words; None where nothing is.
    """

    floor: float
    acts_below_floor: float
    differs: float
    unseen: float
    max_weight: float
    effective_rows: float
    effective_rows_apart: float
    rows: int
    warning: str | None


def overlap(choices: Choices, target: Floats, *, ran: Floats | None = None, floor: float = FLOOR) -> Overlap:
    """Compare what a policy would do with the chances of the log.

    Parameters
    ----------
    target : (n,) P(the action) under the policy.
    ran : (n,) the same under the policy that it is held against; None: the chances of the log.
    floor : logged chance of an action, 0-1.

    Examples
    --------
    >>> log = Choices(np.array([True, False]), np.array([0.995, 0.005]), np.zeros(2), np.arange(2))
    >>> found = overlap(log, np.array([0.0, 1.0]))
    >>> found.acts_below_floor, round(found.differs, 3), found.unseen
    (1.0, 0.995, 0.0)
    """
    ran = choices.chance if ran is None else ran
    weight = weights(choices, target)
    found = Overlap(
        floor=floor,
        acts_below_floor=_share(target, choices.chance < floor),
        differs=float(np.abs(target - ran).mean()),
        unseen=_unseen(choices, target),
        max_weight=float(weight.max()),
        effective_rows=effective_rows(weight),
        effective_rows_apart=effective_rows(weight - weights(choices, ran)),
        rows=len(choices),
        warning=None,
    )
    return replace(found, warning=" ".join(_warnings(found)) or None)


def refuse_unseen(choices: Choices, target: Floats) -> None:
    """Say no where the log cannot tell: what the policy would do otherwise was never done.

    Raises
    ------
    Refused : more than `MOST_UNSEEN` of what the policy does differently had no chance, or no row did what it would.
    """
    unseen = _unseen(choices, target)
    if unseen > MOST_UNSEEN or not weights(choices, target).any():
        raise Refused(
            asked=f"the value of a policy from {len(choices)} logged choices",
            found=f"{unseen:.0%} of what it would do otherwise had no chance in the log, so no value is identified",
            do="Let a random slice choose some of the work (desk.random_slice_share above 0) and ask again later.",
        )


def _unseen(choices: Choices, target: Floats) -> float:
    acts, leaves = target > choices.chance, target < choices.chance
    hopeless = (acts & (choices.chance <= NO_CHANCE)) | (leaves & (choices.chance >= 1 - NO_CHANCE))
    return _share(np.abs(target - choices.chance), hopeless)


def _share(of: Floats, where: Flags) -> float:
    total = float(of.sum())
    return float(of[where].sum()) / total if total > 0 else 0.0


def _warnings(found: Overlap) -> list[str]:
    told = []
    if found.unseen > 0:
        told.append(
            f"{found.unseen:.1%} of what it would do otherwise had no chance in the log: nothing speaks for it."
        )
    if found.acts_below_floor > 0:
        told.append(f"{found.acts_below_floor:.0%} of its actions had a logged chance below {found.floor:.0%}.")
    if found.max_weight > 1 / found.floor:
        told.append(f"One row stands for up to {found.max_weight:,.0f}.")
    if found.differs > 0 and found.effective_rows_apart < FEW_ROWS:
        rows = f"{found.effective_rows_apart:,.0f} effective rows"
        told.append(f"Where it parts from the log only {rows} tell its value, so the interval is too short.")
    return told
