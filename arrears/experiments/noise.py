"""The error of a difference between arms: what more debtors make smaller, and what only more collectors would."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt


@dataclass(frozen=True)
class Noise:
    """Variance of a difference between two arms with staff of their own, or with shared staff.

    With m debtors a collector the variance of debtors alone is multiplied by 1 + (m - 1) rho, rho being the share of it
    that lies between collectors: the design effect of Kish, Survey Sampling (1965).

    Attributes
    ----------
    alone : of debtors who are alike in nothing, times the debtors of all arms.
    between : what collectors add, however many debtors they have.
    """

    alone: float
    between: float = 0.0

    def error(self, debtors: int) -> float:
        """Standard error with so many debtors.

        Examples
        --------
        >>> Noise(400.0).error(100), Noise(300.0, 1.0).error(100)
        (2.0, 2.0)
        """
        return sqrt(self.alone / debtors + self.between)

    def debtors(self, error: float) -> int | None:
        """How many it takes to bring the standard error down to one; None: what collectors add alone is as much.

        Examples
        --------
        >>> Noise(400.0).debtors(2.0), Noise(300.0, 1.0).debtors(2.0), Noise(300.0, 4.0).debtors(2.0)
        (100, 100, None)
        """
        room = error**2 - self.between
        return ceil(self.alone / room) if room > 0 else None
