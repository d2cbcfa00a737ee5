"""Fitted value iteration: what acting now adds when every later moment is worked well too, learned backward.

Each round asks of every logged moment what the next one was worth under the values of the round before, and learns how
that differs between acting and leaving. So the first round looks one moment ahead, the second two, and so on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from arrears.errors import Refused
from training.sequential.caution import Caution
from training.sequential.episodes import ENDED, UNTOLD, Episodes, Flags, Floats
from training.uplift.trees import Mean, Size

LEAST_OF_EACH_ACTION = 50
"""Moments at which the log acted, and at which it left, below which nobody can tell what acting does."""


@dataclass(frozen=True)
class Iteration:
    """How values are learned.

    Attributes
    ----------
    rounds : moments that are looked ahead.
    discount : what a day later is worth of today.
    level : size of the boosters of what the log's own ways are worth. `difference` : of what acting changes.
    caution : how near to the log the values stay.
    seed : of the drawings of debtors.
    """

    rounds: int = 20
    discount: float = 0.985
    level: Size = field(default_factory=lambda: Size(rounds=60, leaves=15, rate=0.1, least_rows=50))
    difference: Size = field(default_factory=lambda: Size(rounds=40, leaves=8, rate=0.1, least_rows=200, shrink=20.0))
    caution: Caution = field(default_factory=Caution)
    seed: int = 1


@dataclass(frozen=True, eq=False)
class MomentValues:
    """What was learned: how acting now changes the worth of what comes after.

    Attributes
    ----------
    price : of a minute, minor units, at which it was learned.
    """

    price: float
    _differences: Sequence[Mean]
    _shown: Mean
    _caution: Caution

    def supported(self, features: Floats) -> Flags:
        """(n,) True where most moments of the log that were like these could have gone either way."""
        return np.asarray(self._shown.predict(features) > 0.5)  # noqa: PLR2004 - most

    def changes_later(self, features: Floats, at_stake: Floats) -> Floats:
        """(n,) what acting adds beyond `Episodes.adds`, minor units; 0 where the log cannot tell."""
        agreed = self._caution.agreed([each.predict(features) for each in self._differences])
        return np.where(self.supported(features), agreed * at_stake, 0.0)

    def of_one_more(self, features: Floats, adds: Floats, at_stake: Floats) -> Floats:
        """(n,) the marginal value of acting now, minor units, before the price of its minutes.

        Parameters
        ----------
        adds, at_stake : as in the episodes that taught.
        """
        return np.asarray(adds[:, 1] - adds[:, 0] + self.changes_later(features, at_stake))


def fit_values(episodes: Episodes, *, price: float, how: Iteration | None = None) -> MomentValues:
    """Learn what one more action is worth from a log of choices.

    Parameters
    ----------
    price : of a minute, minor units: what the last action that still fits into a day is worth per minute (`price_at`).
        Learn, work by it, read the price off the list that was worked, and learn again: a few times are enough.

    Raises
    ------
    Refused : the log acted, or left, too seldom to tell.

    Notes
    -----
    With r what came until the next moment, V its worth, e the logged chance and t what was done, the boosters learn
    m(s) = E[r + g V(s')] and d(s) from r + g V(s') - m(s) = (t - e(s)) d(s) + noise, all as shares of what is at stake.
    So leaving is worth m - e d and acting m + (1 - e) d, to each of which comes what a one-step model knows (`adds`).
    V is the better of both, the minutes of acting paid, where the log shows both; else the log's mixture.

    `adds` may hold effects under whatever policy, as long as later effects are told by the same model: rewards shaped
    so lead to the same best actions, with the cash that comes anyway taken out of the noise. Sources: Ernst, Geurts,
    Wehenkel (2005), "Tree-based batch mode reinforcement learning", JMLR 6, for fitted iteration; Nie, Wager (2021),
    "Quasi-oracle estimation of heterogeneous treatment effects", Biometrika 108, for d; Ng, Harada, Russell (1999),
    "Policy invariance under reward transformations", ICML, and Kakade, Langford (2002), "Approximately optimal
    approximate reinforcement learning", ICML, for `adds`; Abe et al. (2010), KDD, for the price.
    """
    told = how or Iteration()
    _check(episodes)
    return _Learning(episodes, told, price).run()


class _Learning:
    """One log's boosters: bins of its features are made once, targets change from round to round."""

    def __init__(self, episodes: Episodes, how: Iteration, price: float) -> None:
        import lightgbm

        self._train = lightgbm.train
        self._how, self._episodes, self._price = how, episodes, price
        self._acted = episodes.choices.acted.astype(np.float64)
        self._gain = episodes.adds[:, 1] - episodes.adds[:, 0]
        self._told = np.where(episodes.following != UNTOLD, episodes.weight, 0.0)
        self._discount = how.discount**episodes.days
        self._supported = how.caution.supported(episodes.chance)
        self._data = lightgbm.Dataset(episodes.features, np.zeros(len(episodes)), free_raw_data=True).construct()
        self._drawings = _drawings(episodes, how)

    def run(self) -> MomentValues:
        episodes, how = self._episodes, self._how
        worth, members = np.zeros(len(episodes)), list[Mean]()
        for _ in range(how.rounds):
            later = np.where(episodes.following == ENDED, 0.0, worth[episodes.following])
            target = episodes.choices.outcome + self._discount * later
            target /= episodes.at_stake
            expected = self._fit(target, self._told, how.level).predict(episodes.features)
            members = self._differences(target - expected)
            difference = how.caution.agreed([each.predict(episodes.features) for each in members])
            difference = np.where(self._supported, difference, 0.0)
            worth = self._worth(expected * episodes.at_stake, difference * episodes.at_stake)
        shown = self._fit(self._supported.astype(np.float64), episodes.weight, how.level)
        return MomentValues(self._price, tuple(members), shown, how.caution)

    def _worth(self, expected: Floats, difference: Floats) -> Floats:
        """What each moment is worth: acted on if that pays and the log can tell, else as the log did."""
        episodes, chance = self._episodes, self._episodes.choices.chance
        net = self._gain + difference - self._price * episodes.minutes
        leaving = episodes.adds[:, 0] + expected - chance * difference
        return np.where(self._supported, leaving + np.maximum(net, 0.0), leaving + chance * net)

    def _differences(self, left: Floats) -> list[Mean]:
        surprise = self._acted - self._episodes.choices.chance
        # A log that was sure of what it did, and did it, leaves no surprise to learn from.
        safe = np.where(np.abs(surprise) > 1e-9, surprise, 1.0)  # noqa: PLR2004 - a chance of 0 or 1, rounded
        target = np.where(safe == surprise, left / safe, 0.0)
        return [self._fit(target, self._told * surprise**2 * drawn, self._how.difference) for drawn in self._drawings]

    def _fit(self, target: Floats, weight: Floats, size: Size) -> Mean:
        used = weight > 0
        scale = float(target[used].std()) or 1.0
        # Bins stay, and what is to be learned changes. `set_weight` would keep old weights where all new ones are 1.
        self._data.set_field("label", target / scale)
        self._data.set_field("weight", weight / weight[used].mean())
        parameters: dict[str, Any] = size.parameters(yes_or_no=False)
        return Mean(self._train(parameters, self._data, num_boost_round=size.rounds), scale)


def _drawings(episodes: Episodes, how: Iteration) -> list[Floats]:
    """(n,) weights for each member: all rows of a debtor weigh alike."""
    codes, of_row = np.unique(episodes.choices.debtor, return_inverse=True)
    random = np.random.default_rng(how.seed)
    return [random.exponential(size=len(codes))[of_row] for _ in range(how.caution.members)]


def _check(episodes: Episodes) -> None:
    told = episodes.following != UNTOLD
    acted = int((episodes.choices.acted & told).sum())
    if min(acted, int(told.sum()) - acted) < LEAST_OF_EACH_ACTION:
        raise Refused(
            asked="learn what one more call is worth",
            found=f"{int(told.sum())} moments whose next is known, of which the log acted at {acted}",
            do=f"Let the log act at {LEAST_OF_EACH_ACTION} such moments or more, and leave at as many, by chance.",
        )
