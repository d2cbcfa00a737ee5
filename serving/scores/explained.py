"""Scores with contributions as one array in, one array out: what the scoring calls do on a batch of accounts.

The caller names the version it laid the columns out for, so a promotion between the two halves of a request is an error
and never a wrong score. Whose rows travel together is decided by BentoML, so rows of several boosters may meet here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.artifact import Artifact
from models.registry import Loaded
from models.roll_rate import explained_booster
from serving.scores.champion import MODELS, Champions

Floats = NDArray[np.float64]
Ranks = NDArray[np.int64]

SCORING_CALL = "/explained"
"""Where BentoML answers with `explained_rows`; no one but this process may ask there."""

MODEL, VERSION, RANK, FIRST_FEATURE = 0, 1, 2, 3
"""Columns of a row that comes in: the model's place in `MODELS`, the champion's version, the bucket's rank, then the
model's features in its order; rows of a model with fewer features end in NaN."""

BASE, FIRST_CONTRIBUTION = 0, 1
"""Columns of a row that goes out: the booster's base, then what each feature adds to it, in log-odds; then NaN."""


class OtherVersion(Exception):
    """The rows were laid out for a version that this process no longer holds; ask again with the new one."""


def rows_for(loaded: Loaded, x: Floats, ranks: Ranks) -> Floats:
    """Rows as a scoring call takes them.

    Parameters
    ----------
    x : (n, features) in the order of the loaded artifact.
    ranks : (n,) of the bucket each account stands in; a model of one booster does not look at it.
    """
    model, version = float(MODELS.index(loaded.name)), float(loaded.version)
    return np.column_stack([np.full(len(x), model), np.full(len(x), version), ranks.astype(float), x])


def together(several: Sequence[Floats]) -> Floats:
    """Rows of several models in one array, the shorter ones filled up with NaN.

    Examples
    --------
    >>> together([np.ones((1, 2)), np.zeros((1, 1))]).tolist()
    [[1.0, 1.0], [0.0, nan]]
    """
    widest = max(rows.shape[1] for rows in several)
    return np.vstack([np.pad(rows, ((0, 0), (0, widest - rows.shape[1])), constant_values=np.nan) for rows in several])


def explained_rows(champions: Champions, rows: Floats) -> Floats:
    """Base and contributions of each row from the booster that answers for it.

    Raises
    ------
    OtherVersion : a row was laid out for another version than any held.
    """
    answer = np.full((len(rows), rows.shape[1] - FIRST_FEATURE + FIRST_CONTRIBUTION), np.nan)
    for model, version in np.unique(rows[:, [MODEL, VERSION]], axis=0).astype(np.int64).tolist():
        of_version = np.flatnonzero((rows[:, MODEL] == model) & (rows[:, VERSION] == version))
        loaded = champions.held(MODELS[model], str(version))
        if loaded is None:
            raise OtherVersion
        width = len(loaded.artifact.features)
        for booster, chosen in _by_booster(loaded.artifact, rows[of_version, RANK].astype(np.int64)):
            wanted = of_version[chosen]
            told = _explained(loaded.artifact, booster, rows[wanted, FIRST_FEATURE : FIRST_FEATURE + width])
            answer[wanted, : FIRST_CONTRIBUTION + width] = told
    return answer


def _by_booster(artifact: Artifact, ranks: Ranks) -> Sequence[tuple[str, Ranks]]:
    if artifact.document["kind"] == "binary":
        return [(artifact.boosters[0], np.arange(len(ranks)))]
    names = np.array([explained_booster(artifact, int(rank)) for rank in ranks])
    return [(str(name), np.flatnonzero(names == name)) for name in np.unique(names)]


def _explained(artifact: Artifact, booster: str, x: Floats) -> Floats:
    from models.contributions import shap_values

    base, contributions = shap_values(artifact, booster, x)
    return np.column_stack([np.full(len(x), base), contributions])
