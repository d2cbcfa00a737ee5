"""What a reader keeps of a day's debtors: counts, sums and products that add, and no debtor's row.

Values are whole steps of a column's scale and sums are integers of any size, so adding days in any split and order
gives not nearly but exactly the same, and a variance loses nothing to cancellation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from arrears.errors import WrongUse
from arrears.experiments.metrics import DEBTORS

NOBODY = ""
"""Collector of debtors whom none has worked: each of them is a cluster of its own."""

Cell = tuple[str, str]
"""An arm and a collector."""


@dataclass(frozen=True)
class Column:
    """One number of every debtor.

    Attributes
    ----------
    name : as a metric asks for it, or of a covariate from before the test.
    scale : steps in one unit. Money in minor units and counts need 1; a share that is told to a millionth 1,000,000.
    cap : values beyond it, on either side of 0, count as it. Fixed in the design, before anything is known; None: none.
    """

    name: str
    scale: int = 1
    cap: float | None = None


@dataclass(frozen=True)
class Moments:
    """Sums over debtors, for each arm and collector. Two of them add.

    Attributes
    ----------
    columns : what was measured of each debtor.
    cells : by arm and collector the products, summed over debtors, of every two of (1, the columns in steps), as the
        upper triangle row by row: first the count, then the columns' sums.

    Examples
    --------
    >>> from arrears.experiments.measure import measured
    >>> one = measured([Column("contacts")], ["champion", "challenger"], {"contacts": [2, 3]})
    >>> (one + one).cells
    {('challenger', ''): (2, 6, 18), ('champion', ''): (2, 4, 8)}
    """

    columns: tuple[Column, ...]
    cells: Mapping[Cell, tuple[int, ...]]

    def __add__(self, other: Moments) -> Moments:
        if self.columns != other.columns:
            raise WrongUse(
                asked="add two days of a test",
                found=f"columns {_told(self.columns)} and {_told(other.columns)}",
                do="Measure every day of a test by the same columns, scales and caps.",
            )
        cells = dict(self.cells)
        for cell, products in other.cells.items():
            own = cells.get(cell)
            cells[cell] = products if own is None else tuple(map(int.__add__, own, products))
        return Moments(self.columns, dict(sorted(cells.items())))

    def debtors(self) -> dict[str, int]:
        """Debtors of each arm, those of a household counted one by one.

        Examples
        --------
        >>> Moments((Column(DEBTORS),), {("champion", ""): (1, 3, 9)}).debtors()
        {'champion': 3}
        """
        names = [column.name for column in self.columns]
        place = 1 + names.index(DEBTORS) if DEBTORS in names else 0
        totals: Counter[str] = Counter()
        for (arm, _), products in self.cells.items():
            totals[arm] += products[place]
        return dict(totals)

    def document(self) -> dict[str, Any]:
        """All of it as JSON, of which `read` makes the same again."""
        return {
            "columns": [{"name": each.name, "scale": each.scale, "cap": each.cap} for each in self.columns],
            "cells": [[arm, collector, list(products)] for (arm, collector), products in self.cells.items()],
        }


def read(document: Mapping[str, Any]) -> Moments:
    """The moments in a document.

    Examples
    --------
    >>> kept = Moments((Column("contacts"),), {("champion", "C1"): (1, 2, 4)})
    >>> read(kept.document()) == kept
    True
    """
    return Moments(
        tuple(Column(each["name"], each["scale"], each["cap"]) for each in document["columns"]),
        {(arm, collector): tuple(products) for arm, collector, products in document["cells"]},
    )


def total(days: Iterable[Moments]) -> Moments | None:
    """The sum of days; None of no day.

    Examples
    --------
    >>> total([]) is None
    True
    """
    kept = list(days)
    return reduce(Moments.__add__, kept) if kept else None


def _told(columns: Iterable[Column]) -> str:
    return ", ".join(f"{each.name} (scale {each.scale}, cap {each.cap})" for each in columns)
