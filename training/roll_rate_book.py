"""The rows a roll-rate model learns from: features, origin and next bucket of every account on every chosen day.

Features come from the panel that every model shares; status features in it read settled statuses only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from arrears.buckets import AGEING, Bucket
from arrears.clock import end_of_day
from arrears.errors import Refused
from arrears.lake import Lake
from features.delinquency import cycle_statuses
from models.roll_rate import NEXT_RANK
from models.scorer import Floats, Ranks
from training.dataset import Panel, read_panel
from training.fit import refuse_what_cannot_teach
from training.roll_labels import next_buckets
from training.trained import TrainRequest

Days = npt.NDArray[np.datetime64]
Mask = npt.NDArray[np.bool_]

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
    next_rank : (n,) bucket of the next settled status; -1 where the label is missing.
    known_at : (n,) when the label became known, in UTC; not a time where it is missing.
    balance_minor : (n,) owed at the origin, 0 for a credit.
    training_day : the day at whose end the labels were looked at.
    """

    panel: Panel
    rows: npt.NDArray[np.intp]
    origin_rank: Ranks
    next_rank: Ranks
    known_at: Days
    balance_minor: npt.NDArray[np.int64]
    training_day: date

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

    def on(self, days: Sequence[date], *, known_by: datetime | None = None) -> Mask:
        """Rows of these days whose label is mature, and was by `known_by` if that is given."""
        chosen = np.isin(self.panel.as_of[self.rows], np.array(days, dtype="datetime64[D]")) & self.labelled
        if known_by is None:
            return chosen
        return np.asarray(chosen & (self.known_at <= np.datetime64(known_by.replace(tzinfo=None), "us")))


def read_book(lake: Lake, request: TrainRequest) -> Book:
    """Everything known of the whole book on the days asked for, with the labels known on the training day.

    Raises
    ------
    Refused : no account has a settled status, too few labels are mature, or a feature is null in every row.
    """
    panel = read_panel(lake, request)
    zone = lake.settings.portfolio.zone
    with lake.connect() as con:
        statuses = cycle_statuses(lake.present, lake.settings).run(con)
    labels = next_buckets(
        _snapshots(panel, zone),
        statuses,
        standing_at=end_of_day(request.training_day, zone),
        zone=zone,
        settles_days=lake.settings.delinquency.status_settles_days,
    )
    book = _book(panel, labels, request.training_day)
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


def _snapshots(panel: Panel, zone: str) -> pa.Table:
    days = np.unique(panel.as_of)
    ends = {day: end_of_day(day.item(), zone) for day in days}
    keys = panel.positions.select(["account_id", "as_of"])
    return keys.append_column("cutoff", pa.array([ends[day] for day in panel.as_of], pa.timestamp("us", tz="UTC")))


def _book(panel: Panel, labels: pa.Table, training_day: date) -> Book:
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    con.register("labels", labels)
    con.register("keys", panel.positions.select(["account_id", "as_of"]))
    joined = con.execute(
        "SELECT row_number - 1 AS place, origin, next_bucket, CAST(known_at AS TIMESTAMP) AS known_at,"
        " greatest(coalesce(balance_minor, 0), 0) AS owed"
        " FROM (SELECT *, row_number() OVER () AS row_number FROM keys) JOIN labels USING (account_id, as_of)"
        " ORDER BY place"
    ).to_arrow_table()
    origins = _ranks(joined["origin"], {bucket: place for place, bucket in enumerate(AGEING)})
    standing = origins >= 0
    if not standing.any():
        raise Refused(
            asked="read what roll_rate learns from",
            found="no account has a settled status on these days",
            do="Take later days, or load statements with days or cycles past due.",
        )
    return Book(
        panel=panel,
        rows=joined["place"].to_numpy().astype(np.intp)[standing],
        origin_rank=origins[standing],
        next_rank=_ranks(joined["next_bucket"], NEXT_RANK)[standing],
        known_at=joined["known_at"].to_numpy(zero_copy_only=False).astype("datetime64[us]")[standing],
        balance_minor=joined["owed"].to_numpy().astype(np.int64)[standing],
        training_day=training_day,
    )


def _ranks(buckets: pa.ChunkedArray, places: dict[Bucket, int]) -> Ranks:
    known = {bucket.value: place for bucket, place in places.items()}
    encoded = buckets.combine_chunks().dictionary_encode()
    of_code = np.array([known.get(name, -1) for name in encoded.dictionary.to_pylist()] + [-1], dtype=np.int64)
    codes = encoded.indices.fill_null(len(of_code) - 1).to_numpy()
    return np.asarray(of_code[codes], dtype=np.int64)
