"""Scores with contributions as one array in, one array out: what the scoring calls do on a batch of accounts.

The caller names the version it laid the columns out for, so a promotion between the two halves of a request is an error
and never a wrong score.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from serving.champion import Champions

Floats = NDArray[np.float64]

VERSION, RANK, FIRST_FEATURE = 0, 1, 2
"""Columns of a row that comes in: the champion's version, the bucket's rank, then the model's features in its order."""


def explained_rows(champions: Champions, name: str, rows: Floats) -> Floats:
    """Margin, probability, base and contributions of each row, from one model."""
    raise NotImplementedError
