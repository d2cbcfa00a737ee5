"""An interval that may be read on any day and any number of times: for guardrails and open-ended holdouts.

Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, Time-uniform central limit theory and asymptotic confidence sequences
(arXiv 2103.06476, Theorem 2.2). Wider than a planned look's interval, and it asks for no plan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.errors import WrongUse


@dataclass(frozen=True)
class ConfidenceSequence:
    """How wide an interval must be that holds at every number of debtors at once.

    Attributes
    ----------
    alpha : chance that it ever misses.
    tightest_at : number of debtors at which it is to be tightest: about where most decisions fall.
    """

    alpha: float
    tightest_at: float

    def half_width(self, count: float, error: float) -> float:
        """Distance of the two ends from the effect.

        Parameters
        ----------
        count : debtors measured so far, all arms.
        error : standard error of the effect over them.

        Raises
        ------
        WrongUse : nobody was measured.

        Examples
        --------
        >>> round(ConfidenceSequence(alpha=0.05, tightest_at=10_000).half_width(10_000, 1.0), 3)
        3.035
        """
        if count <= 0:
            raise WrongUse(asked="an interval for any day", found=f"{count} debtors", do="Wait for the first ones.")
        return float(error * np.sqrt((1 + 1 / (count * self._rho2)) * self._log(count)))

    def _log(self, count: float) -> float:
        """Twice the log of what the mixture over effects must exceed."""
        return float(np.log((count * self._rho2 + 1) / self.alpha**2))

    @property
    def _rho2(self) -> float:
        # Their equation for the width that is least at a given count, solved to first order.
        narrow = -2 * np.log(self.alpha)
        return float((narrow + np.log(narrow + 1)) / self.tightest_at)
