"""What a bucket costs: the empirical roll matrix that could be known on a day, and the loss factors it yields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np

from arrears.buckets import AGEING, Bucket
from arrears.clock import end_of_day
from arrears.policy.columns import Numbers
from arrears.queues.value import Ranks
from arrears.roll_matrix import STATES, LossFactors, Matrix, loss_factors, smoothed
from arrears.roll_rates import monthly, moves, pooled, settled_by
from arrears.settings import Settings
from features.delinquency import cycle_statuses


@dataclass(frozen=True)
class Losses:
    """The matrix of one day and what follows from it."""

    matrix: Matrix
    factors: LossFactors

    @property
    def by_bucket(self) -> Numbers:
        """Share of the exposure lost, by ageing bucket."""
        return np.array([self.factors.by_bucket[bucket] for bucket in AGEING])

    def next_bucket(self, bucket_rank: Ranks) -> Numbers:
        """Chance of each ageing bucket next month, from history alone, (n, 8); a charge-off counts as the oldest."""
        return by_ageing(self.matrix)[np.clip(bucket_rank, 0, len(AGEING) - 1)]


def losses_on(
    con: duckdb.DuckDBPyConnection, present: Mapping[str, frozenset[str]], settings: Settings, as_of: date
) -> Losses:
    """The losses as the statuses known and settled on `as_of` tell them; a book without history loses nothing."""
    statuses = cycle_statuses(present, settings, end_of_day(as_of, settings.portfolio.zone)).run(con)
    settles = settings.delinquency.status_settles_days
    moved = settled_by(moves(statuses), as_of, zone=settings.portfolio.zone, settles_days=settles)
    counts = pooled(monthly(moved)).accounts if len(moved) else np.zeros((len(STATES), len(STATES)))
    matrix = smoothed(counts)
    return Losses(matrix=matrix, factors=loss_factors(matrix, settings.value.recovery_share))


def by_ageing(matrix: Matrix) -> Numbers:
    """A whole matrix as moves between ageing buckets alone: who leaves the book is nobody's loss or cure.

    Examples
    --------
    >>> by_ageing(np.eye(11))[7].tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    """
    kept = matrix[: len(AGEING), : len(AGEING)].copy()
    kept[:, -1] += matrix[: len(AGEING), STATES.index(Bucket.CHARGED_OFF)]
    kept[:, 0] += matrix[: len(AGEING), STATES.index(Bucket.PAID_OFF)]
    total = kept.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(kept, total, out=np.eye(len(AGEING)), where=total > 0))
