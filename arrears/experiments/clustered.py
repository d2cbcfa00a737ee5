"""The error of a difference between arms that have staff of their own: what differs between collectors counts.

A good collector lifts all of their debtors, and those are all in one arm. With ten or twenty collectors the usual
sandwich is too narrow, so each collector's sum is set free of its own pull on the arm's mean (CR2), and the degrees of
freedom are those of so many collectors, and not of so many debtors (Bell and McCaffrey, Bias reduction in standard
errors for linear regression with multi-stage samples, Survey Methodology 28 (2002); Imbens and Kolesár, Robust standard
errors in small samples, Review of Economics and Statistics 98 (2016)).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from arrears.experiments.totals import Totals
from arrears.policy.columns import Numbers


def clustered(arms: Sequence[Totals], weights: Sequence[Numbers]) -> tuple[float, float, int]:
    """Standard error, degrees of freedom and collectors of the difference of two arms in which nobody works both.

    Parameters
    ----------
    weights : by arm, what each column adds to a debtor's linearised metric.

    Returns
    -------
    The error is infinite where an arm has one collector alone: nothing tells then how collectors differ.

    Notes
    -----
    Debtors whom no collector worked are independent of each other. The degrees of freedom of the parts are put together
    as Welch and Satterthwaite do.

    Examples
    --------
    >>> from arrears.experiments.measure import measured
    >>> from arrears.experiments.moments import Column
    >>> from arrears.experiments.totals import totals
    >>> rows = {"contacts": [1, 1, 3, 3, 4, 4, 6, 6]}
    >>> collectors = ["C1", "C1", "C2", "C2", "C3", "C3", "C4", "C4"]
    >>> moments = measured([Column("contacts")], ["a"] * 4 + ["b"] * 4, rows, collectors)
    >>> error, freedom, collectors = clustered([totals(moments, arm) for arm in "ab"], [np.ones(1)] * 2)
    >>> round(error, 3), round(freedom, 3), collectors
    (1.414, 2.0, 4)
    """
    parts = [part for arm, weight in zip(arms, weights, strict=True) for part in _parts(arm, weight)]
    variance = sum(each for each, _ in parts)
    collectors = sum(len(arm.clusters) for arm in arms)
    if not np.isfinite(variance):
        return float("inf"), 1.0, collectors
    slack = sum(each**2 / freedom for each, freedom in parts)
    freedom = variance**2 / slack if slack > 0 else float(max(collectors - len(arms), 1))
    return float(np.sqrt(variance)), float(freedom), collectors


def _parts(arm: Totals, weight: Numbers) -> Iterator[tuple[float, float]]:
    """Parts of an arm's variance that are independent of each other, each with its degrees of freedom."""
    if arm.alone_count:
        yield float(weight @ arm.alone @ weight) / (arm.count * (arm.count - 1)), max(arm.alone_count - 1.0, 1.0)
    if arm.clusters:
        sums = np.array([float(weight @ each) for each in arm.clusters.values()])
        sizes = np.array(list(arm.sizes.values()), dtype=np.float64)
        if len(sums) == 1 and not arm.alone_count:
            yield float("inf"), 1.0
            return
        yield float((sums**2 / (1 - sizes / arm.count)).sum()) / arm.count**2, _freedom(sizes)


def _freedom(sizes: Numbers) -> float:
    """Degrees of freedom of so many collectors with so many debtors each: one less than collectors where all are alike.

    Examples
    --------
    >>> round(_freedom(np.full(10, 30.0)), 6), round(_freedom(np.array([200.0, 10, 10, 10])), 3)
    (9.0, 1.204)
    """
    if len(sizes) == 1:
        return 1.0
    share = sizes / sizes.sum()
    pull = share**2 / (1 - share)
    return float(1 / ((share**2).sum() + pull.sum() ** 2 - (pull**2).sum()))
