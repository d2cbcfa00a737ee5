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


def crossed(seed, *, debtors, collectors, spread, worked_by):
    """One test in which each debtor is worked by so many collectors of their arm, and is told as the first one's.

    Notes
    -----
    Each of them brings an equal part. What the others bring is alike among debtors of different first collectors, so
    clusters by the first do not hold all of what is alike.
    """
    draw = np.random.default_rng([63, seed])
    brings = draw.normal(0, spread, collectors)
    first = np.arange(debtors) % collectors
    arm = first % 2
    whose = [first, *(2 * draw.integers(0, collectors // 2, debtors) + arm for _ in range(worked_by - 1))]
    of_debtor = np.mean([brings[each] for each in whose], axis=0)
    return {
        "arm": np.where(arm, "challenger", "champion"),
        "collector": np.char.mod("C%d", first),
        "net_cash_minor": np.rint(5000 + of_debtor + draw.normal(0, _SPREAD, debtors)),
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
