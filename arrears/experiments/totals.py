"""One arm's sums as means and centred products: exact in integers until the last division."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.errors import BadInput, WrongUse
from arrears.experiments.moments import NOBODY, Moments
from arrears.policy.columns import Numbers


@dataclass(frozen=True)
class Totals:
    """An arm, in the columns' own units.

    Attributes
    ----------
    count : debtors.
    names : of the columns.
    means : shape (columns,).
    products : shape (columns, columns), sums of products about the means.
    alone : the same about the arm's means, of debtors whom no collector worked.
    clusters : by collector the sums about the arm's means of that collector's debtors, shape (columns,).
    sizes : by collector how many those are.
    """

    count: int
    names: tuple[str, ...]
    means: Numbers
    products: Numbers
    alone: Numbers
    alone_count: int
    clusters: dict[str, Numbers]
    sizes: dict[str, int]

    def column(self, name: str) -> int:
        """Where a column stands.

        Raises
        ------
        WrongUse : it was not measured.
        """
        if name not in self.names:
            raise WrongUse(
                asked=f"read a test by {name}",
                found=f"only {', '.join(self.names)} measured",
                do="Measure every column that the metrics and covariates name.",
            )
        return self.names.index(name)


def totals(moments: Moments, arm: str) -> Totals:
    """An arm of the moments.

    Raises
    ------
    BadInput : fewer than two debtors, so nothing can be said of how they differ.

    Examples
    --------
    >>> from arrears.experiments.moments import Column
    >>> found = totals(Moments((Column("contacts"),), {("champion", ""): (2, 4, 10)}), "champion")
    >>> found.means.tolist(), found.products.tolist()
    ([2.0], [[2.0]])
    """
    cells = {collector: each for (name, collector), each in moments.cells.items() if name == arm}
    sums = [sum(each) for each in zip(*cells.values(), strict=True)] or [0]
    count = sums[0]
    if count < 2:  # noqa: PLR2004 - one debtor differs from nobody
        raise BadInput(asked=f"read the arm {arm}", found=f"{count} debtors measured", do="Wait for more of them.")
    size = len(moments.columns)
    scales = [column.scale for column in moments.columns]
    linear = sums[1 : size + 1]
    places = _triangle(size)

    def about(products: tuple[int, ...] | list[int]) -> Numbers:
        # For n debtors of the arm and m here: sum (x - X/n)(y - Y/n) = (n^2 xy - n (x Y + y X) + m X Y) / n^2.
        own, here = products[0], products[1 : size + 1]
        told = np.zeros((size, size))
        for one, other in places:
            whole = count * count * products[_at(size, one, other)] + own * linear[one] * linear[other]
            whole -= count * (here[one] * linear[other] + here[other] * linear[one])
            told[one, other] = told[other, one] = whole / (count * count * scales[one] * scales[other])
        return told

    def beside(products: tuple[int, ...]) -> Numbers:
        here = products[1 : size + 1]
        apart = (count * each - products[0] * whole for each, whole in zip(here, linear, strict=True))
        return np.array([each / (count * scale) for each, scale in zip(apart, scales, strict=True)])

    loose = cells.get(NOBODY, (0,) * len(sums))
    return Totals(
        count=count,
        names=tuple(column.name for column in moments.columns),
        means=np.array([each / (count * scale) for each, scale in zip(linear, scales, strict=True)]),
        products=about(sums),
        alone=about(loose),
        alone_count=loose[0],
        clusters={collector: beside(each) for collector, each in cells.items() if collector != NOBODY},
        sizes={collector: each[0] for collector, each in cells.items() if collector != NOBODY},
    )


def _triangle(size: int) -> list[tuple[int, int]]:
    return [(one, other) for one in range(size) for other in range(one, size)]


def _at(size: int, one: int, other: int) -> int:
    """Where the product of two columns stands in a cell, behind the count and the sums."""
    return 1 + size + one * size - one * (one - 1) // 2 + other - one
