"""The booster that every learner is made of: its size, and one fit of it that is the same on every machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.uplift.lessons import Floats

FIXED: Mapping[str, Any] = {
    "verbosity": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
}


@dataclass(frozen=True)
class Size:
    """How much a booster may learn.

    Attributes
    ----------
    rounds, leaves, rate : trees, leaves of each, and how much of each counts.
    least_rows : in a leaf. `shrink` : L2 on leaf values.
    seed : of whatever is drawn.
    """

    rounds: int = 200
    leaves: int = 15
    rate: float = 0.05
    least_rows: int = 20
    shrink: float = 0.0
    seed: int = 1

    def parameters(self, *, yes_or_no: bool) -> dict[str, Any]:
        """As LightGBM names them."""
        return {
            **FIXED,
            "objective": "binary" if yes_or_no else "regression",
            "num_leaves": self.leaves,
            "learning_rate": self.rate,
            "min_data_in_leaf": self.least_rows,
            "lambda_l2": self.shrink,
            "seed": self.seed,
        }


PLAIN = Size()
"""For outcomes."""

CAREFUL = Size(rounds=100, leaves=8, least_rows=1000, shrink=100.0)
"""For effects, which are small beside the noise in which they are seen."""


@dataclass(frozen=True, eq=False)
class Mean:
    """A fitted expectation."""

    fitted: Any  # lightgbm.Booster
    scale: float

    def predict(self, x: Floats) -> Floats:
        """(n,) expected outcome of each row."""
        return np.asarray(self.fitted.predict(x, num_threads=1), dtype=np.float64) * self.scale


def fit_mean(x: Floats, y: Floats, *, size: Size, yes_or_no: bool, directions: tuple[int, ...] = ()) -> Mean:
    """Fit what `y` is in expectation, given `x`.

    Parameters
    ----------
    yes_or_no : `y` is 0 or 1, and log loss is lowered; else squared error.
    directions : of each column: 1 where more of it may only raise the expectation, -1 lower, 0 free; all free if empty.
    """
    import lightgbm

    parameters = size.parameters(yes_or_no=yes_or_no)
    if directions:
        parameters["monotone_constraints"] = list(directions)
    # Leaf penalties are in the outcome's unit: cents and thousands must be shrunken alike.
    scale = 1.0 if yes_or_no else float(y.std()) or 1.0
    data = lightgbm.Dataset(x, y / scale, free_raw_data=True)
    return Mean(lightgbm.train(parameters, data, num_boost_round=size.rounds), scale)
