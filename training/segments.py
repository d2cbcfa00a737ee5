"""Does a model mean what it says everywhere: calibration and loss by bucket and by balance band.

A probability that is right on the whole book can be wrong for the very accounts that are worked.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from training.evaluate import auc, calibration, log_loss
from training.examples import Examples, Places

LEAST_ROWS = 100
Floats = npt.NDArray[np.float64]


def by_segment(data: Examples, rows: Places, p: Floats) -> dict[str, dict[str, dict[str, Any]]]:
    """Rows, share that happened, mean probability, calibration slope and level, AUC and log loss of each segment.

    Parameters
    ----------
    rows : places of the test in `data`; `p` : (len(rows),) their probabilities.

    Returns
    -------
    dict : `bucket` and `balance` (thirds), each segment with at least a hundred rows.
    """
    balance = data.column("balance_minor")[rows].astype(float)
    thirds = np.nan_to_num(np.searchsorted(np.nanquantile(balance, [1 / 3, 2 / 3]), balance)).astype(int)
    names = np.array(["lowest third", "middle third", "highest third"], dtype=object)[thirds]
    keys = {"bucket": data.column("bucket")[rows].astype(str), "balance": names.astype(str)}
    return {kind: _each(values, data.y[rows], p, f"{data.ends[0]}_share") for kind, values in keys.items()}


def _each(values: npt.NDArray[Any], y: Floats, p: Floats, share: str) -> dict[str, dict[str, Any]]:
    said = {}
    for value in np.unique(values):
        own = values == value
        if own.sum() >= LEAST_ROWS:
            said[str(value)] = _scores(y[own], p[own], share)
    return said


def _scores(y: Floats, p: Floats, share: str) -> dict[str, Any]:
    found: dict[str, Any] = {"rows": len(y), share: float(y.mean()), "expected_share": float(p.mean())}
    if 0 < y.mean() < 1:
        slope, level = calibration(y, p)
        found |= {"slope": slope, "level": level, "auc": auc(y, p), "log_loss": log_loss(y, p)}
    return found
