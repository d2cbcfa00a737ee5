"""Fit the roll-rate chain: one booster for each bucket edge that history speaks of, the deeper edges from moves seen.

Rows are accounts on days; what their columns and labels are is settled before they come here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from arrears.buckets import AGEING
from arrears.errors import Refused
from models.artifact import Part, load, write
from models.roll_rate import LEAST_WORSE, ROLL_RATE, deeper_moves, edge_name, edges_that_history_speaks_of
from models.scorer import Floats, Ranks
from training.fit import booster
from training.progress import QUIET, Progress

ROUNDS = 125


@dataclass(frozen=True)
class Chain:
    """A fitted chain, ready for `models.artifact.write(..., parts, moves=moves)`."""

    features: tuple[str, ...]
    parts: tuple[Part, ...]
    moves: Mapping[str, Any]

    def answer(self, x: Floats, bucket_rank: Ranks) -> tuple[Floats, Floats]:
        """(n, 8) chances over the ageing buckets and (n,) chances to roll, by the very code that will serve them."""
        with TemporaryDirectory() as folder:
            answers = load(write(Path(folder), ROLL_RATE, self.features, self.parts, moves=self.moves)).scorer.answers(
                x, bucket_rank
            )
        return np.column_stack([answers[bucket] for bucket in AGEING]), answers["p_roll"]

    def margins(self, x: Floats) -> Floats:
        """(n, edges) raw log-odds of the boosters."""
        return np.column_stack([part.booster.predict(x, raw_score=True) for part in self.parts])


def fit_chain(
    x: Floats,
    origin_rank: Ranks,
    next_rank: Ranks,
    features: Sequence[str],
    *,
    rounds: int = ROUNDS,
    parameters: Mapping[str, Any] | None = None,
    progress: Progress = QUIET,
) -> Chain:
    """Fit every edge on the same rows.

    Parameters
    ----------
    x : (n, features), NaN where a feature is null.
    origin_rank, next_rank : (n,) ageing buckets by rank; `models.roll_rate.NEXT_RANK` says how exits count.
    parameters : LightGBM's, over the spec's.
    progress : told of every booster.

    Raises
    ------
    Refused : too few accounts ended late to learn from.
    """
    edges = edges_that_history_speaks_of(next_rank)
    if edges == 0:
        raise Refused(
            asked="train roll_rate",
            found=f"{int((next_rank > 0).sum())} mature labels end late, and {LEAST_WORSE} are needed",
            do="Train on more months, or on a larger book.",
        )
    parts = []
    for rank in range(edges):
        progress.part(f"booster {rank + 1} of {edges}: worse than {AGEING[rank]}")
        parts.append(_edge(x, next_rank > rank, rank, features, rounds, parameters))
    return Chain(tuple(features), tuple(parts), deeper_moves(origin_rank, next_rank, edges))


def _edge(
    x: Floats,
    is_worse: npt.NDArray[np.bool_],
    rank: int,
    features: Sequence[str],
    rounds: int,
    parameters: Mapping[str, Any] | None,
) -> Part:
    fitted = booster(x, is_worse.astype(np.float64), ROLL_RATE, features, rounds=rounds, parameters=parameters)
    return Part(edge_name(rank), fitted, facts={"rows_worse": int(is_worse.sum()), "rows": len(is_worse)})
