"""A small book in which everybody's chance to pay, called or not, is known, logged by one of several policies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from training.policy_value.choices import Choices
from training.policy_value.doubly_robust import Predicted

MANY = 1_000_000
LARGE_BALANCE = 7.78
"""Log balance of the target's smallest: one in ten owes more."""


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


@dataclass(frozen=True)
class Book:
    """People drawn from a known law: traits, log balance, and the chance to pay without and with a call."""

    traits: np.ndarray
    log_balance: np.ndarray
    left: np.ndarray
    called: np.ndarray

    @property
    def target(self):
        """Call whoever owes most."""
        return (self.log_balance > LARGE_BALANCE).astype(float)

    @property
    def score(self):
        """What the logging policy ranks by; one in five stands above 1.08."""
        return 0.8 * self.traits[:, 0] + self.log_balance - 6.5

    @property
    def rival(self):
        """Call the fifth that the logging policy likes best."""
        return (self.score > 1.08).astype(float)

    def worth(self, policy):
        return float((np.exp(self.log_balance) * np.where(policy > 0, self.called, self.left)).mean())


def book(random, count):
    """So many people, as in the world of the facts on which the queue's orders were compared."""
    x, log_balance = random.normal(size=(count, 8)), random.normal(6.5, 1, count)
    left = sigmoid(-1.2 + 1.1 * x[:, 0] - 0.6 * x[:, 1] + 0.4 * x[:, 2] * x[:, 3] - 0.15 * (log_balance - 6.5))
    reached = sigmoid(-0.6 + 0.8 * x[:, 4] - 0.5 * x[:, 5])
    effect = 0.35 * reached * np.exp(-((x[:, 0] + 0.2) ** 2) / 1.2) * sigmoid(0.8 * x[:, 6] + 0.3)
    return Book(x, log_balance, left, left + effect * (1 - left))


@dataclass(frozen=True)
class Run:
    """One log, and what may be asked of it."""

    choices: Choices
    features: np.ndarray
    target: np.ndarray
    rival: np.ndarray

    @property
    def rule_of_thumb(self):
        """An outcome model that was never fitted: three in ten pay, four in ten if called."""
        balance = np.exp(self.features[:, -1])
        return Predicted(0.4 * balance, 0.3 * balance)


@dataclass(frozen=True)
class KnownWorld:
    """A way of logging."""

    chance: Callable

    def log(self, rows, seed):
        random = np.random.default_rng(seed)
        people = book(random, rows)
        chance = self.chance(people)
        acted = random.random(rows) < chance
        pays = random.random(rows) < np.where(acted, people.called, people.left)
        choices = Choices(acted, chance, np.exp(people.log_balance) * pays, np.arange(rows))
        return Run(choices, np.column_stack([people.traits, people.log_balance]), people.target, people.rival)

    @property
    def truth(self):
        return _truths()[0]

    @property
    def rival_truth(self):
        return _truths()[1]


@cache
def _truths():
    people = book(np.random.default_rng(20), MANY)
    return people.worth(people.target), people.worth(people.rival)


WORLDS = {
    "random": KnownWorld(lambda people: np.full(len(people.log_balance), 0.2)),
    "supervised": KnownWorld(lambda people: np.clip(sigmoid(1.5 * (people.score - 1.08)), 0.05, 0.95)),
    "targeted": KnownWorld(lambda people: np.where(people.rival > 0, 0.95, 0.0125)),
}
"""A fifth by lot; by lot, the likelier the better ranked; and ranked with 5 % of exploration."""
