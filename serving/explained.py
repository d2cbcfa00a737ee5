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
from serving.champion import Champions

Floats = NDArray[np.float64]
Ranks = NDArray[np.int64]

VERSION, RANK, FIRST_FEATURE = 0, 1, 2
"""Columns of a row that comes in: the champion's version, the bucket's rank, then the model's features in its order."""

BASE, FIRST_CONTRIBUTION = 0, 1
"""Columns of a row that goes out: the booster's base, then what each feature adds to it, in log-odds."""


class OtherVersion(Exception):
    """The rows were laid out for a version that this process no longer holds; ask again with the new one."""


def rows_for(loaded: Loaded, x: Floats, ranks: Ranks) -> Floats:
    """Rows as a scoring call takes them.

    Parameters
    ----------
    x : (n, features) in the order of the loaded artifact.
    ranks : (n,) of the bucket each account stands in; a model of one booster does not look at it.
    """
    return np.column_stack([np.full(len(x), float(loaded.version)), ranks.astype(float), x])


def explained_rows(champions: Champions, name: str, rows: Floats) -> Floats:
    """Base and contributions of each row from the booster that answers for it.

    Raises
    ------
    OtherVersion : a row was laid out for another version than any held.
    """
    answer = np.empty((len(rows), rows.shape[1] - 1))
    for version in np.unique(rows[:, VERSION]):
        of_version = np.flatnonzero(rows[:, VERSION] == version)
        loaded = champions.held(name, str(int(version)))
        if loaded is None:
            raise OtherVersion
        for booster, chosen in _by_booster(loaded.artifact, rows[of_version, RANK].astype(np.int64)):
            wanted = of_version[chosen]
            answer[wanted] = _explained(loaded.artifact, booster, rows[wanted, FIRST_FEATURE:])
    return answer


def _by_booster(artifact: Artifact, ranks: Ranks) -> Sequence[tuple[str, Ranks]]:
    if artifact.document["kind"] == "binary":
        return [(artifact.boosters[0], np.arange(len(ranks)))]
    names = np.array([explained_booster(artifact, int(rank)) for rank in ranks])
    return [(str(name), np.flatnonzero(names == name)) for name in np.unique(names)]


def _explained(artifact: Artifact, booster: str, x: Floats) -> Floats:
    from models.reasons import shap_values

    base, contributions = shap_values(artifact, booster, x)
    return np.column_stack([np.full(len(x), base), contributions])
