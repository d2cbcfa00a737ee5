"""What became of the built-in portfolio's queue in truth: the one thing no other book can tell on its scoring day.

Its source says who defaulted the month after. That never enters a lake, a feature or a label; it judges the finished
model once, in the validation record.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from arrears.buckets import Bucket
from arrears.demo.portfolio import default_next_month
from models.artifact import Part
from models.scorer import calibrated_margin, sigmoid
from training.dataset import Panel
from training.evaluate import auc

SCORING_DAY = date(2005, 9, 30)
_TITLE = "Judged by what happened after the scoring day"


def demo_truth(panel: Panel, part: Part) -> dict[str, Any]:
    """AUC of a propensity model against defaults on the demo's queue; empty for other books.

    Returns
    -------
    dict : one titled section: accounts past due that owe something, share that defaulted, and the AUC of 1 - P(pay).
    """
    owes = (panel.as_of == np.datetime64(SCORING_DAY)) & (panel.column("balance_minor") > 0)
    if not owes.any() or not _is_demo(panel):
        return {}
    truth = default_next_month()
    defaulted = dict(zip(truth["account_id"].to_pylist(), truth["default"].to_pylist(), strict=True))
    y = np.array([float(defaulted[account]) for account in panel.column("account_id")[owes]])
    late = panel.column("bucket")[owes] != Bucket.CURRENT
    margins = np.asarray(part.booster.predict(panel.x[owes], raw_score=True), dtype=np.float64)
    unpaid = 1 - sigmoid(calibrated_margin(margins, part.calibration))
    return {
        _TITLE: {
            "as_of": str(SCORING_DAY),
            "accounts": int(late.sum()),
            "defaulted_share": float(y[late].mean()),
            "auc_of_not_paying_against_default": auc(y[late], unpaid[late]),
            "auc_on_the_whole_book": auc(y, unpaid),
        }
    }


def _is_demo(panel: Panel) -> bool:
    accounts = np.unique(panel.column("account_id").astype(str))
    return (len(accounts), accounts[0], accounts[-1]) == (30_000, "A00001", "A30000")
