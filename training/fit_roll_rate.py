"""Fit the roll-rate chain: one booster for each bucket edge that history speaks of, the deeper edges from moves seen.

Rows are accounts on days; what their columns and labels are is settled before they come here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from arrears.errors import Refused
from models.artifact import Part
from models.roll_rate import LEAST_WORSE, ROLL_RATE, deeper_moves, edge_name, edges_that_history_speaks_of
from models.scorer import Floats, Ranks

ROUNDS = 250
THREADS = 2


@dataclass(frozen=True)
class Chain:
    """A fitted chain, ready for `models.artifact.write(..., parts, moves=moves)`."""

    features: tuple[str, ...]
    parts: tuple[Part, ...]
    moves: Mapping[str, Any]


def fit_chain(
    x: Floats,
    origin_rank: Ranks,
    next_rank: Ranks,
    features: Sequence[str],
    *,
    rounds: int = ROUNDS,
    seed: int = 0,
    parameters: Mapping[str, Any] | None = None,
) -> Chain:
    """Fit every edge on the same rows.

    Parameters
    ----------
    x : (n, features), NaN where a feature is null.
    origin_rank, next_rank : (n,) ageing buckets by rank; `models.roll_rate.NEXT_RANK` says how exits count.
    parameters : LightGBM's, over the spec's.

    Raises
    ------
    Refused : too few accounts were ever late, all were, or a column holds nothing but nulls.
    """
    edges = edges_that_history_speaks_of(next_rank)
    _refuse_what_cannot_teach(x, next_rank, features, edges)
    parts = [_edge(x, next_rank > rank, rank, features, rounds, seed, parameters or {}) for rank in range(edges)]
    return Chain(tuple(features), tuple(parts), deeper_moves(origin_rank, next_rank, edges))


def _refuse_what_cannot_teach(x: Floats, next_rank: Ranks, features: Sequence[str], edges: int) -> None:
    late, on_time = int((next_rank > 0).sum()), int((next_rank == 0).sum())
    if edges == 0 or on_time < LEAST_WORSE:
        raise Refused(
            asked="train roll_rate",
            found=f"{late} mature labels end late and {on_time} end current, and {LEAST_WORSE} of each are needed",
            do="Train on more months, or on a larger book.",
        )
    empty = [name for name, column in zip(features, x.T, strict=True) if np.isnan(column).all()]
    if empty:
        raise Refused(
            asked="train roll_rate",
            found=f"{len(empty)} features are null in all {len(x)} rows: {', '.join(empty)}",
            do="Leave them out, or load the tables they read.",
        )


def _edge(
    x: Floats,
    is_worse: np.ndarray[Any, np.dtype[np.bool_]],
    rank: int,
    features: Sequence[str],
    rounds: int,
    seed: int,
    parameters: Mapping[str, Any],
) -> Part:
    import lightgbm as lgb

    settings = {
        "objective": "binary",
        "verbosity": -1,
        "num_threads": THREADS,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "monotone_constraints": ROLL_RATE.directions(features),
        **ROLL_RATE.parameters,
        **parameters,
    }
    rows = lgb.Dataset(x, is_worse.astype(np.int8), feature_name=list(features), free_raw_data=True)
    booster = lgb.train(settings, rows, num_boost_round=rounds)
    return Part(edge_name(rank), booster, facts={"rows_worse": int(is_worse.sum()), "rows": len(is_worse)})
