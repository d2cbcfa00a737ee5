"""What came of what was asked: none, part or all of it. Rows are accounts that are past due or charged off.

What is asked is all that is past due, and the whole balance after charge-off: the money beyond which the house's label
(`training.labels`) counts nothing. Its threshold, as what stops the roll, is only the least that matters; a share of it
would call one due of three all there was to get. So the expected share times what is asked is expected money.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from arrears.lake import Lake
from models.scorer import Floats
from training.dataset import Dataset, late_or_charged_off, read_dataset
from training.examples import Examples, Money
from training.trained import TrainRequest


@dataclass(frozen=True)
class Repayments:
    """Rows with a mature label, and the share of what was asked that came of each.

    Attributes
    ----------
    examples : the rows; a yes is that anything came.
    share : (n,) 0-1.
    """

    examples: Examples
    share: Floats

    @property
    def balance(self) -> Floats:
        """(n,) minor units, NaN where unknown."""
        return self.examples.column("balance_minor").astype(float)

    def stage(self, name: str) -> Examples:
        """The rows as a booster is taught them, with NaN where it learns nothing.

        `full` learns nothing where nothing came, `share` nothing where nothing or all did.
        """
        if name == "any":
            return self.examples
        came, all_came = self.share > 0, self.share >= 1
        if name == "full":
            return replace(self.examples, y=np.where(came, all_came.astype(float), np.nan))
        return replace(self.examples, y=np.where(came & ~all_came, self.share, np.nan))


def read_repayments(lake: Lake, request: TrainRequest) -> Repayments:
    """Accounts past due or charged off on the asked days whose labels are mature."""
    return repayments(read_dataset(lake, request, only=late_or_charged_off))


def repayments(data: Dataset) -> Repayments:
    """The rows of a dataset that asks something of somebody."""
    panel, labels = data.panel, data.labels
    charged_off = panel.column("charged_off").astype(bool)
    balance, past_due = (
        np.nan_to_num(panel.column(name).astype(float)) for name in ("balance_minor", "past_due_minor")
    )
    asked = np.where(charged_off, balance, past_due)
    # A day counts once all of its labels are over: else the newest would hold none but debts with a short horizon.
    waiting = np.unique(panel.as_of[(labels.needs_minor > 0) & np.isnan(labels.paid)])
    rows = data.rows[(asked[data.rows] > 0) & ~np.isin(panel.as_of[data.rows], waiting)]
    share = np.clip(labels.collected_minor[rows] / asked[rows], 0.0, 1.0)
    examples = Examples(
        panel=panel,
        rows=rows,
        y=(share > 0).astype(float),
        matures_on=labels.matures_on[rows],
        horizon_days=int(labels.horizon_days[rows].max(initial=0)),
        ends=("paying", "unpaid"),
        immature=int(np.isnan(labels.paid[labels.needs_minor > 0]).sum()),
        money=Money(share * asked[rows], asked[rows]),
        rules=tuple(np.unique(labels.rule[rows].astype(str)).tolist()),
    )
    return Repayments(examples, share)
