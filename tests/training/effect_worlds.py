"""Worlds with a known jump at 0, for tests of the effect check and for its bench."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """Rows with the true jump of `y` at 0, per unit of `treated` where that is given."""

    x: Floats
    y: Floats
    clusters: npt.NDArray[np.int64]
    jump: float
    treated: Floats | None = None

    @property
    def above(self) -> npt.NDArray[np.bool_]:
        return self.x >= 0


def cash(random: np.random.Generator, rows: int) -> World:
    """Balances as a book has them, most of whom pay nothing; who owes 5,000 or more is worked, and 3 in 10 pay 200."""
    balance = random.lognormal(8.3, 0.8, rows)
    x = balance - 5000
    pays = random.random(rows) < 0.15 + 0.25 / (1 + balance / 4000)
    y = pays * balance * random.beta(1.2, 8, rows) + (x >= 0) * (random.random(rows) < 0.3) * 200.0
    return World(x, y, np.arange(rows), 60.0)


def worked_more(random: np.random.Generator, rows: int) -> World:
    """A propensity at which the chance of being worked goes from 2 to 8 in 10; working is worth 100 at the cut."""
    x = random.beta(2, 3, rows) - 0.4
    treated = (random.random(rows) < np.where(x >= 0, 0.8, 0.2)).astype(float)
    y = random.exponential(300 * (0.6 + x)) + 100.0 * treated + 50 * np.sin(4 * x)
    return World(x, y, np.arange(rows), 100.0, treated)


def debtors(random: np.random.Generator, rows: int) -> World:
    """Every debtor has two accounts, alike in where they stand and in what happens to them."""
    debtor = np.repeat(np.arange(rows // 2), 2)
    x = 0.7 * random.normal(0, 1, rows // 2)[debtor] + 0.5 * random.normal(0, 1, len(debtor))
    y = np.sin(2 * x) + random.normal(0, 1, rows // 2)[debtor] + random.normal(0, 0.5, len(debtor)) + (x >= 0)
    return World(x, y, debtor, 1.0)


def days(random: np.random.Generator, rows: int) -> World:
    """Whole days past due about a threshold."""
    x = random.integers(-29, 61, rows).astype(float)
    y = 5 + np.exp(-x / 40) + 0.5 * (x >= 0) + random.exponential(1, rows)
    return World(x, y, np.arange(rows), 0.5)


def crooked(random: np.random.Generator, rows: int) -> World:
    """The curve of Lee's elections, on which the literature tries such intervals: bent hard just at the cut."""
    x = 2 * random.beta(2, 4, rows) - 1
    below = np.polynomial.Polynomial([0.48, 1.27, 7.18, 20.21, 21.54, 7.33])
    beyond = np.polynomial.Polynomial([0.52, 0.84, -3.0, 7.99, -9.01, 3.56])
    y = np.where(x < 0, below(x), beyond(x)) + random.normal(0, 0.1295, rows)
    return World(x, y, np.arange(rows), 0.04)


WORLDS: dict[str, Callable[[np.random.Generator, int], World]] = {
    "cash": cash,
    "worked_more": worked_more,
    "debtors": debtors,
    "days": days,
}
"""Worlds like a book's."""
