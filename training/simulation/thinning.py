"""Which rows of a log are kept: nearly all calls by lot, and of the many others about as many as tell something.

A row's chance to be kept depends on what was done, so of the rows that are kept another share was called than of all:
whoever weighs by chances needs that one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.synthetic.chance import Flags, Floats

OF_RULE = 4.0
"""Of those whom the rule calls, so many called ones are kept for each that lot left out."""
NOT_CALLED = 4.0
"""Of those whom lot may call, so many not called ones are kept for each called."""
_LEAST = 1e-9


@dataclass(frozen=True, eq=False)
class Thinned:
    """How n rows of a day are thinned out.

    Attributes
    ----------
    of_called, of_others : with which chance a row is kept if it was called, and if not.
    chance : with which a row that is kept was called.
    """

    of_called: Floats
    of_others: Floats
    chance: Floats

    def share(self, called: Flags) -> Floats:
        """(n,) with which chance each row is kept."""
        return np.where(called, self.of_called, self.of_others)


def thinned(called: Flags, chance: Floats, by_lot: Flags, kept_with: Floats) -> Thinned:
    """Thin out a day's choices.

    Parameters
    ----------
    called, chance : what was done, and with which chance it was to be a call.
    by_lot : chosen, or left, by lot alone.
    kept_with : the chance with which the log itself kept the row: of those not called it may already be a sample.

    Examples
    --------
    >>> rows = np.array([True, False]), np.array([0.1, 0.1]), np.array([True, True]), np.array([1.0, 0.5])
    >>> found = thinned(*rows)  # nine others for each called: the log kept half of them, and here four stay
    >>> found.share(rows[0]).round(3).tolist(), found.chance.round(3).tolist()
    ([1.0, 0.889], [0.2, 0.2])
    """
    told = float(kept_with[~called].min(initial=1.0))
    odds = chance / np.maximum(1 - chance, _LEAST)
    of_called = np.where(by_lot, 1.0, np.minimum(1.0, OF_RULE / np.maximum(odds, _LEAST)))
    of_others = np.where(by_lot, np.minimum(1.0, NOT_CALLED * odds / told), 1.0)
    odds = odds * of_called / np.maximum(of_others * told, _LEAST)
    return Thinned(of_called, of_others, odds / (1 + odds))
