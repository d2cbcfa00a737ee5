"""Each ranking's value on rows that it was not fitted on, and how surely it is better than the fallback's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np

from arrears.errors import Refused
from training.policy_value.choices import Choices
from training.policy_value.doubly_robust import Predicted, doubly_robust_difference
from training.policy_value.overlap import FEW_ROWS
from training.policy_value.value import Value
from training.uplift.calibrated import Calibrated
from training.uplift.lessons import Floats
from training.uplift.rankings import worked


@dataclass(frozen=True)
class Candidate:
    """A ranking and what is known of it.

    Attributes
    ----------
    adds : what working by it adds per row, over working nobody, in the outcome's unit; None where the log cannot tell.
    beats : the same over working by the fallback; None for the fallback itself.
    expected : that lead again, from effects put to scale (`Calibrated`): surer, and not quite without assumptions.
    p_adds, p_beats : chance of such a lead if there was none, one-sided, Holm's correction for all candidates.
    unknown : why the log cannot tell; None where it can.
    """

    name: str
    adds: Value | None
    beats: Value | None
    expected: Value | None
    p_adds: float
    p_beats: float
    unknown: str | None


def candidates(
    orders: Mapping[str, Floats],
    choices: Choices,
    predicted: Predicted,
    balance: Floats,
    *,
    capacity: float,
    fallback: str,
) -> tuple[Candidate, ...]:
    """Value every ranking under a capacity.

    Parameters
    ----------
    orders : by name, (n,) scores of models that never saw the row's debtor. `fallback` is one of them.
    choices : the log that judges.
    predicted : expected outcomes, of models that never saw the row's debtor either.
    balance : (n,) what is owed, in the outcome's unit.
    capacity : share of the rows that can be worked.

    Notes
    -----
    A learner is not told apart from chance by its best of many tries: all candidates are tested together. Source: Holm
    (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6.
    """
    nobody = np.zeros(len(choices))
    chosen = {name: worked(score, capacity).astype(np.float64) for name, score in orders.items()}
    adds = {name: _difference(choices, target, nobody, predicted) for name, target in chosen.items()}
    beats = {
        name: _difference(choices, target, chosen[fallback], predicted)
        for name, target in chosen.items()
        if name != fallback
    }
    scaled = Calibrated(orders, choices, predicted, balance)
    p_adds = dict(zip(adds, holm([_one_sided(found) for found in adds.values()]), strict=True))
    p_beats = dict(zip(beats, holm([_one_sided(found) for found in beats.values()]), strict=True))
    return tuple(
        Candidate(
            name=name,
            adds=_known(adds[name]),
            beats=_known(beats.get(name)),
            expected=scaled.difference(chosen[name], chosen[fallback]) if _known(beats.get(name)) else None,
            p_adds=p_adds[name],
            p_beats=p_beats.get(name, 1.0),
            unknown=next((found for found in (adds[name], beats.get(name)) if isinstance(found, str)), None),
        )
        for name in orders
    )


def holm(chances: Sequence[float]) -> list[float]:
    """Chances of leads by luck, corrected for being several.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(chances)), key=lambda place: chances[place])
    corrected, highest = [1.0] * len(chances), 0.0
    for before, place in enumerate(order):
        highest = min(1.0, max(highest, (len(chances) - before) * chances[place]))
        corrected[place] = highest
    return corrected


def _difference(choices: Choices, target: Floats, other: Floats, predicted: Predicted) -> Value | str:
    """The value of one choice over the other, or why there is none."""
    if np.array_equal(target, other):
        return "it works the very same rows"
    try:
        found = doubly_robust_difference(choices, target, other, predicted)
    except Refused as refusal:
        return refusal.found
    if found.effective_rows < FEW_ROWS:
        return f"only {found.effective_rows:,.0f} effective rows tell; {FEW_ROWS} are needed"
    return found


def _known(found: Value | str | None) -> Value | None:
    return found if isinstance(found, Value) else None


def _one_sided(found: Value | str) -> float:
    if isinstance(found, str) or not 0 < found.standard_error < float("inf"):
        return 1.0
    return 0.5 * erfc(found.estimate / found.standard_error / sqrt(2))
