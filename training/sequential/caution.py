"""How near to the log learned values stay: where it never acted nothing is claimed, and where it seldom did, little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.sequential.episodes import Flags, Floats


@dataclass(frozen=True)
class Caution:
    """What a difference between two actions must show before it counts.

    Attributes
    ----------
    floor : the least chance with which the log must have taken either action in a state. Below it the state's value is
        the log's own: no better action is claimed there. Source: Fujimoto, Meger, Precup (2019), "Off-policy deep
        reinforcement learning without exploration", ICML, whose maximum runs over actions that the log might take too.
    members : how many models learn each difference, each from its own drawing of the debtors.
    deviations : so many standard deviations among the members are taken off every difference, towards none. Source:
        Kumar, Zhou, Tucker, Levine (2020), "Conservative Q-learning for offline reinforcement learning", NeurIPS, for
        values that hold at least; the drawing of debtors is that of Rubin (1981), "The Bayesian bootstrap".
    """

    floor: float = 0.004
    members: int = 3
    deviations: float = 0.5

    def supported(self, chance: Floats) -> Flags:
        """(n,) True where the log took both actions often enough to tell them apart."""
        return np.asarray((chance >= self.floor) & (chance <= 1 - self.floor))

    def agreed(self, differences: Sequence[Floats]) -> Floats:
        """(n,) as much of the members' mean difference as they agree on.

        Examples
        --------
        >>> Caution(deviations=1.0).agreed([np.array([1.0, 1.0, -3.0]), np.array([3.0, -1.0, -5.0])]).tolist()
        [1.0, 0.0, -3.0]
        """
        mean, spread = np.mean(differences, axis=0), np.std(differences, axis=0)
        return np.asarray(np.sign(mean) * np.maximum(np.abs(mean) - self.deviations * spread, 0.0))
