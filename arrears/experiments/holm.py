"""Several questions asked of one test, answered so that the chance of any false answer stays what was allowed.

Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6 (1979).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate


def holm(chances: Sequence[float]) -> list[float]:
    """Each chance, corrected for all of them: at or below the allowed error it still holds.

    Examples
    --------
    >>> holm([0.04, 0.01, 0.03])
    [0.06, 0.03, 0.06]
    """
    order = sorted(range(len(chances)), key=lambda place: chances[place])
    scaled = (min(1.0, (len(chances) - rank) * chances[place]) for rank, place in enumerate(order))
    corrected = dict(zip(order, accumulate(scaled, max), strict=True))
    return [corrected[place] for place in range(len(chances))]
