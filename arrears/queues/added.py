"""What a call adds to each account, by the ranking that was chosen for its segment, put to money.

Who says so is a model (`models.uplift`); here stands only what its answer is worth. A segment whose log proves nothing
keeps value at risk's own order, and beside segments that prove something the share of that worth that calls were seen
to save.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arrears.policy.columns import Numbers

RANKINGS = ("value_at_risk", "uplift", "repayment", "response")
"""Rankings by which a segment may be worked; an item's term `ranking` is a place in them."""

AT_RISK, UPLIFT, REPAYMENT, RESPONSE = range(len(RANKINGS))


@dataclass(frozen=True)
class Added:
    """What a place on the day's list adds to each account, all columns of one length n.

    Attributes
    ----------
    ranking : place in `RANKINGS` of the one that gives the account's worth.
    share : added chance not to roll, or added share of what is owed; of repayment the chance to pay put to that scale.
        NaN where value at risk stands, and of response.
    saved_share : of what is at risk, the share that a call is taken to save; 1 where no segment proves anything.
    minor : of response, the chance to pay put to money, whatever is at stake; NaN elsewhere.
    adds_minor, low_minor, high_minor : what working the account's segment in this order was proved to add for each
        account worked, with its 95 % interval; NaN where value at risk stands.
    """

    ranking: NDArray[np.int64]
    share: Numbers
    minor: Numbers
    saved_share: Numbers
    adds_minor: Numbers
    low_minor: Numbers
    high_minor: Numbers

    def worth(self, stake_minor: Numbers, at_risk_minor: Numbers) -> Numbers:
        """(n,) money that a call adds before its cost, or its share of what is at risk where no ranking is proved.

        Parameters
        ----------
        stake_minor : what the whole of the share is worth.
        at_risk_minor : the worth by value at risk.
        """
        by_score = np.where(self.ranking == RESPONSE, self.minor, self.share * stake_minor)
        return np.where(self.ranking == AT_RISK, self.saved_share * at_risk_minor, by_score)

    def terms(self, stake_minor: Numbers) -> dict[str, Numbers]:
        """The terms of a formula that tell of it."""
        of_money = np.divide(self.minor, stake_minor, out=np.full(len(self.minor), np.nan), where=stake_minor > 0)
        return {
            "ranking": self.ranking.astype(np.float64),
            "added_share": np.where(self.ranking == RESPONSE, of_money, self.share),
            "saved_share": np.where(self.ranking == AT_RISK, self.saved_share, np.nan),
            "segment_adds_minor": self.adds_minor,
            "segment_low_minor": self.low_minor,
            "segment_high_minor": self.high_minor,
        }


def nothing_told(rows: int) -> Added:
    """Nobody knows what a call adds: value at risk stands for every account.

    Examples
    --------
    >>> nothing_told(2).worth(np.array([900.0, 80.0]), np.array([30.0, 7.0])).tolist()
    [30.0, 7.0]
    """
    unknown = np.full(rows, np.nan)
    return Added(np.full(rows, AT_RISK, dtype=np.int64), unknown, unknown, np.ones(rows), unknown, unknown, unknown)


def ranking_said(place: float) -> str:
    """A ranking as pages and commands name it.

    Examples
    --------
    >>> ranking_said(1.0), ranking_said(0.0)
    ('uplift', 'value at risk')
    """
    return RANKINGS[int(place)].replace("_", " ")
