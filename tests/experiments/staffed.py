"""Debtors of two arms with staff of their own, where some collectors bring more than others and the arms do not."""

import numpy as np

from arrears.experiments.estimate import difference
from arrears.experiments.measure import measured
from arrears.experiments.metrics import metric
from arrears.experiments.moments import Column

CASH = Column("net_cash_minor")
_SPREAD = 1000.0
"""Standard deviation of what debtors of one collector pay."""


def staffed(seed, *, debtors, collectors, spread, even=True):
    """One test: even collectors work the champion; `spread` is the standard deviation between collectors."""
    draw = np.random.default_rng([61, seed])
    whose = np.arange(debtors) % collectors
    if not even:
        later = np.minimum(*draw.integers(collectors, size=(2, debtors)))  # the first of them get most
        whose = np.where(np.arange(debtors) < 2 * collectors, whose, later)
    brings = draw.normal(0, spread, collectors)[whose]
    return {
        "arm": np.where(whose % 2, "challenger", "champion"),
        "collector": np.char.mod("C%d", whose),
        "net_cash_minor": np.rint(5000 + brings + draw.normal(0, _SPREAD, debtors)),
    }


def compared(rows, *, is_clustered=True):
    """The difference, with collectors as clusters or each debtor alone."""
    moments = measured([CASH], rows["arm"], rows, rows["collector"] if is_clustered else None)
    return difference(moments, metric("net_cash"), champion="champion", challenger="challenger")


def aa_tests(count, *, debtors, collectors, share_of_collectors, even=True):
    """Shares of tests of equal arms that find a difference at 5 %: each debtor alone, and by collectors.

    Parameters
    ----------
    share_of_collectors : of the variance of what a debtor pays.
    """
    spread = _SPREAD * np.sqrt(share_of_collectors / (1 - share_of_collectors))
    found = np.zeros((count, 2), dtype=bool)
    for seed in range(count):
        rows = staffed(seed, debtors=debtors, collectors=collectors, spread=spread, even=even)
        found[seed] = [compared(rows, is_clustered=how).p < 0.05 for how in (False, True)]
    return found.mean(axis=0)
