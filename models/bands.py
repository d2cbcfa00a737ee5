"""Bands around an expected share or amount: how far from it the truth lies in so many cases of ten, by size of balance.

What a band is and how it is read; `training.conformal` fits them. Each group of balances has its own reach, so that a
band holds among small debts as often as among large ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from arrears.errors import BadInput
from models.scorer import Floats

Groups = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Bands:
    """Bands of one answer.

    Attributes
    ----------
    coverage : share of cases whose truth lies in their band, 0-1.
    edges : inner edges of the groups' balances, rising; the lower edge belongs to the group above it.
    reach : per group from the smallest balance to the largest, and last for an unknown one, how far a band goes to
        either side, in the answer's unit; None where too few cases were known, and the band is all that can be.
    rows : per group how many cases it was fitted on.
    least, most : what the answer can be at all; None: no end.

    Examples
    --------
    >>> bands = Bands(coverage=0.9, edges=(50_000.0,), reach=(0.3, 0.1, None), rows=(99, 99, 0), least=0.0, most=1.0)
    >>> low, high = bands.around(np.array([0.2, 0.2, 0.2]), np.array([40_000.0, 50_000.0, np.nan]))
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([0.0, 0.1, 0.0], [0.5, 0.3, 1.0])
    >>> Bands.of(bands.document()) == bands
    True
    """

    coverage: float
    edges: tuple[float, ...]
    reach: tuple[float | None, ...]
    rows: tuple[int, ...]
    least: float | None = None
    most: float | None = None

    def __post_init__(self) -> None:
        groups = len(self.edges) + 2
        wrong = {
            "coverage": not 0 < self.coverage < 1,
            "edges": any(later <= edge for edge, later in pairwise(self.edges)),
            "reach": len(self.reach) != groups or any(each is not None and not each >= 0 for each in self.reach),
            "rows": len(self.rows) != groups,
            "least": self.least is not None and self.most is not None and self.least >= self.most,
        }
        if any(wrong.values()):
            raise BadInput(
                asked="use bands",
                found=f"{', '.join(name for name, is_wrong in wrong.items() if is_wrong)} cannot be so",
                do=f"Give a coverage inside 0-1, rising edges, and {groups} groups with a reach of 0 or more each.",
            )

    def group(self, balance: Floats) -> Groups:
        """(n,) the group of each balance, 0 for the smallest; the last for an unknown one."""
        return group_of(balance, self.edges)

    def around(self, expected: Floats, balance: Floats) -> tuple[Floats, Floats]:
        """The bands of some answers.

        Parameters
        ----------
        expected : (n,) in the answer's unit.
        balance : (n,) minor units of the currency whose balances the bands were fitted on; NaN where unknown.

        Returns
        -------
        (n,) lower and (n,) upper ends, within `least` and `most`; infinite where a band has no end.
        """
        reach = np.array([np.inf if each is None else each for each in self.reach])[self.group(balance)]
        least, most = (-np.inf if self.least is None else self.least), (np.inf if self.most is None else self.most)
        return np.clip(expected - reach, least, most), np.clip(expected + reach, least, most)

    def document(self) -> dict[str, Any]:
        """The bands as JSON."""
        return {name: list(told) if isinstance(told, tuple) else told for name, told in asdict(self).items()}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Bands:
        """The bands in a document.

        Raises
        ------
        BadInput : a field is missing, unknown, or cannot be so.
        """
        told: dict[str, Any] = {
            name: tuple(each) if isinstance(each, list) else each for name, each in document.items()
        }
        try:
            return cls(**told)
        except TypeError as problem:
            fields = ", ".join(cls.__dataclass_fields__)
            raise BadInput(
                asked="read bands", found=f"fields {', '.join(map(str, document))}", do=f"Write {fields}."
            ) from problem


def group_of(balance: Floats, edges: tuple[float, ...]) -> Groups:
    """(n,) the group of each balance between these inner edges; the last, one beyond the largest, for an unknown one.

    Examples
    --------
    >>> group_of(np.array([-5.0, 99.0, 100.0, np.nan]), (0.0, 100.0)).tolist()
    [0, 1, 2, 3]
    """
    found = np.searchsorted(np.array(edges), balance, side="right")
    return np.where(np.isnan(balance), len(edges) + 1, found).astype(np.int64)
