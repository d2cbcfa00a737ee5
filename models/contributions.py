"""Exact path-dependent SHAP values of a booster: what each feature adds to its raw margin.

Many rows go through woodelf, a few through LightGBM itself; both give the same numbers.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from models.artifact import Artifact
from models.scorer import Floats

FEW_ROWS = 64
"""Up to here LightGBM's own contributions are faster than preparing woodelf."""

TREES_AT_ONCE = 50
"""Woodelf adds up in single precision; short sums, added in double, keep it within 2e-5 of LightGBM."""


def shap_values(artifact: Artifact, booster: str, x: Floats, *, batch: bool | None = None) -> tuple[float, Floats]:
    """Exact path-dependent SHAP values of one booster.

    Parameters
    ----------
    batch : through woodelf or not; None decides by the number of rows.

    Returns
    -------
    The base in log-odds, and (n, features) contributions; base and a row's contributions sum to its raw margin.
    """
    model = artifact.scorer.boosters[booster]
    many = len(x) > FEW_ROWS if batch is None else batch
    if len(x) == 0 or model.num_trees() == 0:
        return _base(model, len(artifact.features)), np.zeros((len(x), len(artifact.features)))
    if many:
        return _base(model, len(artifact.features)), _by_woodelf(model, artifact.features, x)
    threads = {"num_threads": 1} if len(x) == 1 else {}
    whole = np.asarray(model.predict(x, pred_contrib=True, **threads), dtype=np.float64)
    return float(whole[0, -1]), whole[:, :-1]


def _base(model: Any, width: int) -> float:  # noqa: ANN401 - a lightgbm.Booster, imported only where one is made
    nothing_known = np.full((1, width), np.nan)
    return float(np.asarray(model.predict(nothing_known, pred_contrib=True, num_threads=1))[0, -1])


def _by_woodelf(model: Any, features: Sequence[str], x: Floats) -> Floats:  # noqa: ANN401 - a lightgbm.Booster
    # Woodelf may print and show bars; nothing but the answer may reach a command's stdout.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        import pandas as pd
        from woodelf import WoodelfExplainer
        from woodelf.core.trees.decision_trees_ensemble import DecisionTreesEnsemble
        from woodelf.core.trees.parse_models import load_decision_tree_ensemble_model

        table = pd.DataFrame(x, columns=list(features))
        trees = load_decision_tree_ensemble_model(model, list(features)).trees
        total = np.zeros(x.shape)
        for first in range(0, len(trees), TREES_AT_ONCE):
            some = WoodelfExplainer(DecisionTreesEnsemble(trees[first : first + TREES_AT_ONCE]))
            total += np.asarray(some.shap_values(table, verbose=False), dtype=np.float64)
    return total
