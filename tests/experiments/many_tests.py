"""Many tests of two arms that are read every week, by the engine that reads one."""

from dataclasses import dataclass

import numpy as np

from arrears.experiments.estimate import difference
from arrears.experiments.measure import measured
from arrears.experiments.metrics import metric
from arrears.experiments.moments import Column

COLUMNS = (Column("net_cash_minor", cap=30_000), Column("before_minor"))


@dataclass(frozen=True)
class Read:
    """The standard errors seen at each look of each test, and the share of the debtors that had matured."""

    z: np.ndarray
    information: np.ndarray


def paid(draw, count):
    """Cash of debtors of whom more than half pay nothing, with a balance that tells part of it: CV about 1.7."""
    before = draw.lognormal(8, 0.7, count)
    cash = (draw.random(count) < 0.42) * before * draw.uniform(0.2, 2, count)
    return np.rint(np.minimum(cash, 30_000)), np.rint(before)


def read_weekly(tests, *, looks, per_arm, effect=0.0, seed=1, first=0):
    """Read every test at every look, with one covariate.

    Parameters
    ----------
    per_arm : debtors that mature in each arm between two looks.
    effect : share by which the challenger's debtors pay more.
    first : number of the first test, so that a run can be shared out.
    """
    z = np.empty((tests, looks))
    arm = np.repeat(["champion", "challenger"], per_arm)
    lifted = 1 + effect * (arm == "challenger")
    for test in range(tests):
        draw = np.random.default_rng([seed, first + test])
        known = None
        for look in range(looks):
            cash, before = paid(draw, 2 * per_arm)
            week = measured(COLUMNS, arm, {"net_cash_minor": cash * lifted, "before_minor": before})
            known = week if known is None else known + week
            found = difference(
                known, metric("net_cash"), champion="champion", challenger="challenger", covariates=["before_minor"]
            )
            z[test, look] = found.z
    return Read(z, np.arange(1, looks + 1) / looks)


def stopped(read, low, high):
    """Which tests crossed above, which at all, and the share of the horizon at which each ended."""
    above, out = read.z >= np.array(high), (read.z >= np.array(high)) | (read.z <= np.array(low))
    crossed = out.any(axis=1)
    first = np.where(crossed, out.argmax(axis=1), read.z.shape[1] - 1)
    rows = np.arange(len(read.z))
    return above[rows, first] & crossed, crossed, read.information[first]
