"""The rows a roll-rate model learns from: features, origin and next bucket of every account on every chosen day.

Features come from the panel that every model shares; status features in it read settled statuses only. An origin is
what was known at the end of its own day; a label is what was known by the moment from which the book is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from arrears.buckets import AGEING, Bucket
from arrears.clock import end_of_day
from arrears.errors import Refused
from arrears.lake import Lake
from models.roll_rate import NEXT_RANK
from models.scorer import Floats, Ranks
from training.dataset import Panel, read_panel
from training.fit import refuse_what_cannot_teach
from training.progress import QUIET, Progress
from training.roll_labels import StatusesBy, next_buckets, origins, statuses_by
from training.trained import TrainRequest

Mask = npt.NDArray[np.bool_]

RANKS = {bucket: place for place, bucket in enumerate(AGEING)}

LEAST_OF_EACH = 300
"""Mature labels that must end late, and as many that must end current, before anything is learned."""


@dataclass(frozen=True)
class Book:
    """Accounts on days, in the order of account and day; only those with a settled status.

    Attributes
    ----------
    panel : features and positions of all accounts, also of those without a status.
    rows : (n,) places in the panel.
    origin_rank : (n,) bucket of the last settled status.
    next_rank : (n,) bucket of the next settled status, as known at the moment from which the book is looked at (the
        end of the training day, unless `known_by` made it); -1 where the label is missing.
    balance_minor : (n,) owed at the origin, 0 for a credit.
    training_day : no fact recorded after its end is in here.
    next_rank_by : what `next_rank` is at the end of an earlier day.
    """

    panel: Panel
    rows: npt.NDArray[np.intp]
    origin_rank: Ranks
    next_rank: Ranks
    balance_minor: npt.NDArray[np.int64]
    training_day: date
    next_rank_by: Callable[[datetime], Ranks]

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the columns of x."""
        return self.panel.features

    @property
    def labelled(self) -> Mask:
        """(n,) True where the label is mature."""
        return np.asarray(self.next_rank >= 0, dtype=np.bool_)

    def x(self, chosen: Mask) -> Floats:
        """(chosen, features)."""
        return self.panel.x[self.rows[chosen]]

    def debtors(self, chosen: Mask) -> Ranks:
        """(chosen,) codes from 0."""
        return np.asarray(np.unique(self.panel.debtors[self.rows[chosen]], return_inverse=True)[1], dtype=np.int64)

    def labelled_days(self) -> list[date]:
        """Days with at least one mature label, oldest first."""
        return [day.item() for day in np.unique(self.panel.as_of[self.rows][self.labelled])]

    def on(self, days: Sequence[date]) -> Mask:
        """Rows of these days whose label is mature."""
        return np.isin(self.panel.as_of[self.rows], np.array(days, dtype="datetime64[D]")) & self.labelled

    def known_by(self, moment: datetime) -> Book:
        """The same rows with their labels as they were known then: later statuses and corrections are absent."""
        return replace(self, next_rank=self.next_rank_by(moment))


def read_book(lake: Lake, request: TrainRequest, progress: Progress = QUIET) -> Book:
    """Everything known of the whole book on the days asked for, with the labels known on the training day.

    Raises
    ------
    Refused : no account has a settled status, too few labels are mature, or a feature is null in every row.
    """
    progress.part("features")
    panel = read_panel(lake, request)
    zone, settles_days = lake.settings.portfolio.zone, lake.settings.delinquency.status_settles_days
    standing_at = end_of_day(request.training_day, zone)
    statuses = statuses_by(lake, standing_at)
    stood = _origins(panel, statuses, zone, settles_days, progress)

    @cache
    def next_rank_by(moment: datetime) -> Ranks:
        found = next_buckets(stood, statuses(moment), standing_at=moment, zone=zone, settles_days=settles_days)
        return _ranks(found.sort_by("place")["next_bucket"], NEXT_RANK)

    book = Book(
        panel=panel,
        rows=stood["place"].to_numpy().astype(np.intp),
        origin_rank=_ranks(stood["origin"], RANKS),
        next_rank=next_rank_by(standing_at),
        balance_minor=np.maximum(stood["balance_minor"].fill_null(0).to_numpy().astype(np.int64), 0),
        training_day=request.training_day,
        next_rank_by=next_rank_by,
    )
    taught = book.next_rank[book.labelled]
    refuse_what_cannot_teach(
        "roll_rate",
        book.x(book.labelled),
        (taught > 0).astype(np.float64),
        panel.features,
        least=LEAST_OF_EACH,
        immature=int((~book.labelled).sum()),
        classes=("late", "current"),
    )
    return book


def _origins(panel: Panel, statuses: StatusesBy, zone: str, settles_days: int, progress: Progress) -> pa.Table:
    """Origins in an ageing bucket, each by what was known at the end of its own day, in the order of the panel."""
    keys = panel.positions.select(["account_id", "as_of"]).append_column("place", pa.array(np.arange(len(panel.as_of))))
    found = []
    for day in np.unique(panel.as_of):
        progress.part(f"statuses known on {day}")
        cutoff = end_of_day(day.item(), zone)
        snapshots = keys.filter(pa.array(panel.as_of == day))
        moments = pa.array([cutoff] * len(snapshots), pa.timestamp("us", tz="UTC"))
        snapshots = snapshots.append_column("cutoff", moments)
        found.append(origins(snapshots, statuses(cutoff), zone=zone, settles_days=settles_days))
    stood = pa.concat_tables(found)
    stood = stood.filter(pa.array(_ranks(stood["origin"], RANKS) >= 0)).sort_by("place")
    if not len(stood):
        raise Refused(
            asked="read what roll_rate learns from",
            found="no account has a settled status on these days",
            do="Take later days, or load statements with days or cycles past due.",
        )
    return stood


def _ranks(buckets: pa.ChunkedArray, places: dict[Bucket, int]) -> Ranks:
    known = {bucket.value: place for bucket, place in places.items()}
    encoded = buckets.combine_chunks().dictionary_encode()
    of_code = np.array([known.get(name, -1) for name in encoded.dictionary.to_pylist()] + [-1], dtype=np.int64)
    codes = encoded.indices.fill_null(len(of_code) - 1).to_numpy()
    return np.asarray(of_code[codes], dtype=np.int64)
