"""What the data looked like when the model was made, for a monitor to compare with later: shapes, never rows.

Deciles and shares of nulls only; no value here belongs to one account.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from models.artifact import Part
from models.scorer import calibrated_margin, sigmoid
from training.examples import Examples

_TENTHS = np.linspace(0.1, 0.9, 9)


def reference(data: Examples, part: Part) -> dict[str, Any]:
    """Deciles of every feature and of the score on the newest training day, with shares of nulls."""
    newest = data.on([data.days()[-1]])
    x = data.x[newest]
    margins = np.asarray(part.booster.predict(x, raw_score=True), dtype=np.float64)
    scores = sigmoid(calibrated_margin(margins, part.calibration))
    shapes = {name: _shape(column) for name, column in zip(data.features, x.T, strict=True)}
    return {
        "as_of": str(data.days()[-1]),
        "rows": len(newest),
        f"{data.ends[0]}_share": float(data.y[newest].mean()),
        "features": shapes,
        "score": _shape(scores),
    }


def _shape(column: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, Any]:
    known = column[~np.isnan(column)]
    tenths = np.quantile(known, _TENTHS).tolist() if len(known) else []
    return {"null_share": float(np.isnan(column).mean()), "tenths": tenths}
