"""The smallest world in which the best order of a queue is known: debtors, who was called by chance, and who then paid.

Eight independent facts and a balance say how likely a debtor pays alone and how much a call adds. What a system may see
(`SmallBook`) and what only the world knows (`SmallTruth`) are two objects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]
Log = Literal["random", "targeted"]

LOGGED = 120_000
JUDGED = 60_000
CAPACITY = 0.10
"""Share of the debtors that can be called."""

RANDOM_SHARE = 0.20
TARGETED_SHARE = 0.20
TARGETED_PROBABILITY = 0.95
EXPLORED_PROBABILITY = 0.0125
FEATURES = (*(f"x{place}" for place in range(8)), "log_balance")
MEAN_LOG_BALANCE = 6.5


@dataclass(frozen=True, eq=False)
class SmallBook:
    """What is known of n debtors after the day: facts, the choice made, its probability, and who paid.

    Attributes
    ----------
    features : (n, 9), columns as in `FEATURES`.
    balance_minor : (n,) all that the debtor owes, in minor units.
    treated : (n,) was called. `probability` : (n,) with which the call was chosen, as logged.
    paid : (n,) 1 where the whole balance was paid within the horizon, else 0.
    """

    features: Floats
    balance_minor: Whole
    treated: Flags
    probability: Floats
    paid: Floats

    def __len__(self) -> int:
        return len(self.paid)


@dataclass(frozen=True, eq=False)
class SmallTruth:
    """What no log tells: each debtor's chance to pay without a call and with one, (n,) each."""

    paid_without: Floats
    paid_with: Floats

    def added_minor(self, book: SmallBook) -> Floats:
        """Cash that a call adds in expectation, per debtor, in minor units."""
        return np.asarray((self.paid_with - self.paid_without) * book.balance_minor, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class SmallWorld:
    """A log to learn from and debtors to judge on, who were drawn independently."""

    logged: SmallBook
    judged: SmallBook


def small_world(
    seed: int, *, log: Log = "random", logged: int = LOGGED, judged: int = JUDGED, effect: float = 1.0
) -> tuple[SmallWorld, tuple[SmallTruth, SmallTruth]]:
    """Draw a world and its truth.

    Parameters
    ----------
    seed : the same seed gives the same world. Another log over the same seed has the same debtors.
    log : `random` calls one debtor in five; `targeted` calls the upper fifth of a rule with 0.95 and the others with
        0.0125, so that 5 % of its calls explore.
    effect : what each call adds, times this; 0 plants a world in which calls do nothing.

    Returns
    -------
    tuple : the world, and the truth of its log and of its judged debtors.

    Notes
    -----
    x ~ N(0, I8), log balance ~ N(6.5, 1). Paid without a call: sigmoid(-1.2 + 1.1 x0 - 0.6 x1 + 0.4 x2 x3 - 0.15 (log
    balance - 6.5)). A call reaches: sigmoid(-0.6 + 0.8 x4 - 0.5 x5). Its effect on those who would not have paid: 0.35
    times reached times exp(-(x0 + 0.2)^2 / 1.2) times sigmoid(0.8 x6 + 0.3). So those who pay anyway gain little, and
    so do those who never will: a queue by probability to pay is nearly the worst there is. x7 says nothing.

    Examples
    --------
    >>> world, (truth, _) = small_world(1, logged=1000, judged=10)
    >>> world.logged.features.shape, bool((truth.paid_with >= truth.paid_without).all())
    ((1000, 9), True)
    """
    random = np.random.default_rng(seed)
    first, truth = _book(random, logged, log, effect)
    second, later = _book(random, judged, log, effect)
    return SmallWorld(first, second), (truth, later)


def share_of_best(order_by: Floats, added: Floats, *, capacity: float = CAPACITY) -> float:
    """What the highest of `order_by` add, over what the best choice of as many would add.

    Examples
    --------
    >>> share_of_best(np.array([3.0, 2.0, 1.0]), np.array([1.0, 0.0, 4.0]), capacity=1 / 3)
    0.25
    """
    called = round(capacity * len(added))
    chosen = np.argsort(-order_by, kind="stable")[:called]
    return float(added[chosen].sum() / np.sort(added)[::-1][:called].sum())


def _book(random: np.random.Generator, debtors: int, log: Log, effect: float) -> tuple[SmallBook, SmallTruth]:
    x = random.standard_normal((debtors, 8))
    log_balance = random.normal(MEAN_LOG_BALANCE, 1.0, debtors)
    truth = _truth(x, log_balance, effect)
    probability = _probability(x, log_balance, log)
    treated = random.random(debtors) < probability
    paid = random.random(debtors) < np.where(treated, truth.paid_with, truth.paid_without)
    balance_minor = np.round(np.exp(log_balance) * 100).astype(np.int64)
    features = np.column_stack([x, log_balance])
    return SmallBook(features, balance_minor, treated, probability, paid.astype(np.float64)), truth


def _truth(x: Floats, log_balance: Floats, effect: float) -> SmallTruth:
    over = log_balance - MEAN_LOG_BALANCE
    alone = _sigmoid(-1.2 + 1.1 * x[:, 0] - 0.6 * x[:, 1] + 0.4 * x[:, 2] * x[:, 3] - 0.15 * over)
    reached = _sigmoid(-0.6 + 0.8 * x[:, 4] - 0.5 * x[:, 5])
    persuaded = 0.35 * reached * np.exp(-((x[:, 0] + 0.2) ** 2) / 1.2) * _sigmoid(0.8 * x[:, 6] + 0.3)
    return SmallTruth(alone, alone + effect * persuaded * (1 - alone))


def _probability(x: Floats, log_balance: Floats, log: Log) -> Floats:
    if log == "random":
        return np.full(len(x), RANDOM_SHARE)
    rule = 0.8 * x[:, 0] + log_balance - MEAN_LOG_BALANCE
    upper = rule >= np.quantile(rule, 1 - TARGETED_SHARE)
    return np.where(upper, TARGETED_PROBABILITY, EXPLORED_PROBABILITY)


def _sigmoid(margin: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-margin)), dtype=np.float64)
