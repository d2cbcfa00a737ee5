"""What became of the built-in portfolio's queue in truth: the one thing no other book can tell on its scoring day.

Its source says who defaulted the month after. That never enters a lake, a feature or a label; it judges the finished
model once, in the validation record.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from arrears.demo.portfolio import default_next_month
from arrears.lake import Lake
from models.artifact import load
from training.evaluate import auc

SCORING_DAY = date(2005, 9, 30)
_TITLE = "Judged by what happened after the scoring day"


def demo_truth(lake: Lake, folder: Path) -> dict[str, Any]:
    """AUC of a propensity model against defaults on the demo's queue; empty for other models and other books.

    Returns
    -------
    dict : one titled section: accounts past due that owe something, share that defaulted, and the AUC of 1 - P(pay).
    """
    model = load(folder)
    if model.name != "propensity" or not _is_demo(lake):
        return {}
    truth = default_next_month()
    defaulted = dict(zip(truth["account_id"].to_pylist(), truth["default"].to_pylist(), strict=True))
    accounts, x, past_due = _queue(lake, model.features)
    y = np.array([float(defaulted[account]) for account in accounts])
    unpaid = 1 - model.predict(x)
    return {
        _TITLE: {
            "as_of": str(SCORING_DAY),
            "accounts": int(past_due.sum()),
            "defaulted_share": float(y[past_due].mean()),
            "auc_of_not_paying_against_default": auc(y[past_due], unpaid[past_due]),
            "auc_on_the_whole_book": auc(y, unpaid),
        }
    }


def _is_demo(lake: Lake) -> bool:
    with lake.connect() as con:
        row = con.execute(
            "SELECT count(DISTINCT account_id), min(account_id), max(account_id) FROM accounts"
        ).fetchone()
    return row == (30_000, "A00001", "A30000")


def _queue(lake: Lake, features: tuple[str, ...]) -> tuple[list[str], Any, Any]:
    """Every account that owes something on the scoring day, and which of them are past due."""
    from features.build import plan
    from features.delinquency import positions_plan
    from features.snapshots import on_days

    with lake.connect() as con:
        on_days(con, lake.settings, [SCORING_DAY])
        table = plan(lake.present, lake.settings, names=features).run(con)
        positions = positions_plan(lake.present, lake.settings).run(con)
    owes = positions["balance_minor"].to_numpy(zero_copy_only=False) > 0
    late = positions["bucket"].to_numpy(zero_copy_only=False) != "CURRENT"
    x = np.column_stack([table[name].to_numpy(zero_copy_only=False) for name in features])
    accounts = np.array(positions["account_id"].to_pylist(), dtype=object)
    return accounts[owes].tolist(), x[owes], late[owes]
