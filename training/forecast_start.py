"""What a forecast starts from: the accounts' last settled statuses on a day, the model's answers, the months before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa

from arrears.buckets import AGEING
from arrears.clock import end_of_day
from arrears.errors import WrongUse
from arrears.lake import Lake
from arrears.roll_rates import RollRates, monthly, moves, settled_by
from features.build import plan
from features.delinquency import cycle_statuses
from features.snapshots import on_days
from models.artifact import Artifact
from training.forecast import Start
from training.roll_labels import origins


@dataclass(frozen=True)
class Standing:
    """A start with what it was taken from.

    Attributes
    ----------
    start : for `training.forecast.forecast`.
    months : the roll matrices settled by the day, oldest first.
    settled_on : the newest statement day whose status was settled.
    """

    start: Start
    months: Sequence[RollRates]
    settled_on: date | None


def standing_on(lake: Lake, as_of: date, currency: str, artifact: Artifact | None) -> Standing:
    """Everything a forecast needs, as known at the end of `as_of`, for the accounts of one currency.

    Raises
    ------
    WrongUse : no account was known on that day.
    """
    settings, zone = lake.settings, lake.settings.portfolio.zone
    with lake.connect() as con:
        on_days(con, settings, [as_of])
        con.execute("DELETE FROM snapshots WHERE currency <> ?", [currency])
        snapshots = con.execute("SELECT account_id, as_of, cutoff FROM snapshots ORDER BY 1").to_arrow_table()
        if not snapshots.num_rows:
            raise WrongUse(
                asked=f"forecast from {as_of}",
                found=f"no account in {currency} on that day; the lake holds {lake.first_day} to {lake.last_day}",
                do="Choose a day within it.",
            )
        statuses = _of(con, cycle_statuses(lake.present, settings, end_of_day(as_of, zone)).run(con), currency)
        settles_days = settings.delinquency.status_settles_days
        stood = origins(snapshots, statuses, zone=zone, settles_days=settles_days)
        features = plan(lake.present, settings, names=artifact.features).run(con) if artifact else None
    settled = settled_by(moves(statuses), as_of, zone=zone, settles_days=settles_days)
    return Standing(
        start=_start(stood, features, artifact),
        months=monthly(settled),
        settled_on=max(stood["origin_end"].to_pylist(), default=None),
    )


def _of(con: duckdb.DuckDBPyConnection, statuses: pa.Table, currency: str) -> pa.Table:
    con.register("statuses", statuses)
    chosen = "SELECT * FROM statuses WHERE account_id IN (SELECT account_id FROM accounts WHERE currency = ?)"
    return con.execute(chosen, [currency]).to_arrow_table()


def _start(stood: pa.Table, features: pa.Table | None, artifact: Artifact | None) -> Start:
    places = {bucket.value: rank for rank, bucket in enumerate(AGEING)}
    found = np.array([places.get(name, -1) for name in stood["origin"].to_pylist()], dtype=np.int64)
    owed = np.array([max(amount or 0, 0) for amount in stood["balance_minor"].to_pylist()], dtype=np.int64)
    standing = found >= 0
    answer = None
    if artifact is not None and features is not None:
        row_of = {account: row for row, account in enumerate(features["account_id"].to_pylist())}
        rows = np.array([row_of[account] for account in stood["account_id"].to_pylist()], dtype=np.intp)[standing]
        columns = {name: features[name].to_numpy()[rows] for name in artifact.features if name in features.column_names}
        answer = artifact.predict(artifact.matrix(columns, len(rows)), found[standing])
    return Start(found[standing], owed[standing], answer)
