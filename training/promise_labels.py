"""Was the promise kept? The label of every promise, by the house's own promise status once its grace is over.

Known when the grace and the days that payments need to settle are over; until then the label is missing. A promise kept
in part is not kept, and one that was cancelled before its grace was over teaches nothing.
"""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from arrears.clock import add_business_days
from arrears.lake import Lake
from features.promises import promises_plan
from features.snapshots import on_promises
from models.promise import PROMISE
from training.dataset import Days
from training.evenings import Evenings, matched, read_evenings, refuse_without, standing_later
from training.examples import Examples
from training.trained import TrainRequest

Floats = npt.NDArray[np.float64]
_UNKNOWN = np.datetime64("NaT", "D")
MOST, LONGEST_DAYS = 0.8, 60
"""Share of the promises that are to be over on an evening that teaches; so many days are waited for at most."""


def read_promises(lake: Lake, request: TrainRequest) -> Examples:
    """Every promise of the asked days whose label is mature, with the features of the evening before it was made.

    Raises
    ------
    Refused : the book has no promises.
    """
    refuse_without(lake, "promise", "promises", "whether they were kept is what this model learns")
    with lake.connect() as con:
        evenings = read_evenings(con, lake, request, on_promises)
        matures = _matures_on(con, lake, evenings)
        is_over = ~np.isnat(matures) & (matures <= np.datetime64(request.training_day, "D"))
        kept = _kept(con, lake, evenings, matures, np.flatnonzero(is_over))
    stood = evenings.panel.as_of[evenings.places].astype("datetime64[D]")
    known = ~np.isnan(kept) & (stood <= newest_evening(stood, matures, request.training_day))
    return Examples(
        panel=evenings.panel,
        rows=evenings.places[known],
        y=kept[known],
        matures_on=matures[known],
        horizon_days=PROMISE.horizon_days,
        ends=("kept", "broken"),
        each="promises",
        immature=int((~is_over).sum()),
        rules=("promise_status",),
    )


def newest_evening(evenings: Days, matures: Days, training_day: date) -> np.datetime64:
    """The newest evening that teaches: by then most promises of an evening are over.

    Of the promises of the last weeks only those for soon are over, and such are kept more often.

    Parameters
    ----------
    evenings : (n,) before the promises. `matures` : (n,) the day on which each label is or will be known, NaT unknown.

    Examples
    --------
    >>> made = np.full(5, np.datetime64("2026-03-01", "D"))
    >>> over = made + np.array([5, 5, 9, 9, 200])  # four of five take nine days at most
    >>> str(newest_evening(made, over, date(2026, 3, 31)))
    '2026-03-22'
    """
    takes = (matures - evenings)[~np.isnat(matures)].astype(np.int64)
    longest = np.quantile(takes, MOST, method="inverted_cdf") if len(takes) else 0
    return np.datetime64(training_day, "D") - int(min(longest, LONGEST_DAYS))


def _matures_on(con: duckdb.DuckDBPyConnection, lake: Lake, evenings: Evenings) -> Days:
    """(n,) the day at whose end each label is known, by what was promised first; NaT where nothing stands of it."""
    made = evenings.happened_at.astype("datetime64[D]")
    first_known = np.maximum(made, evenings.known_on)
    ends = _statuses(con, lake, evenings.stands, first_known)["grace_ends_on"].to_numpy(zero_copy_only=False)
    ends = ends.astype("datetime64[D]")
    country = lake.settings.portfolio.country or None
    clients = evenings.stands["client"].to_numpy(zero_copy_only=False)
    matures = np.full(len(ends), _UNKNOWN)
    for client, day in {*zip(clients, ends, strict=True)}:
        if np.isnat(day):
            continue
        settles = lake.settings.for_client(client).label.settle_business_days
        over = np.datetime64(add_business_days(day.astype(object), settles, country), "D")
        matures[(clients == client) & (ends == day)] = max(over, day + 1)
    return np.maximum(matures, evenings.known_on)


def _kept(
    con: duckdb.DuckDBPyConnection, lake: Lake, evenings: Evenings, matures: Days, over: npt.NDArray[np.intp]
) -> Floats:
    """(n,) 1 kept, 0 broken or kept in part; NaN where the label is missing."""
    kept = np.full(len(matures), np.nan)
    if len(over):
        told = _statuses(con, lake, evenings.stands.take(pa.array(over)), matures[over])
        status = told["status"].to_numpy(zero_copy_only=False).astype(str)
        kept[over] = np.select([status == "kept", np.isin(status, ("partly_kept", "broken"))], [1.0, 0.0], np.nan)
    return kept


def _statuses(con: duckdb.DuckDBPyConnection, lake: Lake, stands: pa.Table, days: Days) -> pa.Table:
    """(n,) `status` and `grace_ends_on` of each promise at the end of its day."""
    with standing_later(con, lake.settings, stands, days) as table:
        said = promises_plan(lake.present, lake.settings, table).run(con)
    said = said.select(["promise_id", "as_of", "status", "grace_ends_on"])
    return matched(con, said.rename_columns(["fact_id", "as_of", "status", "grace_ends_on"]), stands["fact_id"], days)
