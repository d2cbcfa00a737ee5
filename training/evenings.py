"""Calls and promises as rows to learn from: what was known on the evening before each, and the day its label is known.

`features.snapshots` says for which fact an account stands on which evening; a label is read from what was known at the
end of a later day, so neither the fact itself nor a later correction can reach the features.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from arrears.clock import end_of_day
from arrears.errors import BadInput, Refused, WrongUse
from arrears.lake import Lake
from arrears.policy.zonetime import local
from arrears.settings import Settings
from features.facts import SNAPSHOTS
from features.snapshots import STOOD_FOR
from features.terms import arrow_schema
from training.dataset import Days, Panel, panel_of
from training.examples import Places
from training.labels import LABEL_DAYS
from training.trained import TrainRequest

_SAID, _WANTED = "said_of_facts", "wanted_facts"

Stand = Callable[[duckdb.DuckDBPyConnection, Settings, date, date], int]
Instants = npt.NDArray[np.datetime64]
Words = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Evenings:
    """Facts in the order of their accounts and evenings.

    Attributes
    ----------
    panel : every account and evening once.
    stands : Arrow table with `fact_id`, `account_id`, `debtor_id`, `client` and `currency` of each fact.
    places : (n,) each fact's row of the panel.
    happened_at : (n,) UTC; of a promise the day it was made.
    known_on : (n,) the day, in the portfolio's zone, on which it was first told.
    """

    panel: Panel
    stands: pa.Table
    places: Places
    happened_at: Instants
    known_on: Days

    @property
    def fact_ids(self) -> Words:
        """(n,)."""
        found: Words = self.stands["fact_id"].to_numpy(zero_copy_only=False)
        return found


def read_evenings(con: duckdb.DuckDBPyConnection, lake: Lake, request: TrainRequest, stand: Stand) -> Evenings:
    """Stand on the evening before every fact of a kind and compute everything known then.

    Parameters
    ----------
    stand : `features.snapshots.on_calls` or `on_promises`.

    Raises
    ------
    BadInput : an empty lake. WrongUse : days that have none of these facts.
    """
    if lake.first_day is None or lake.last_day is None:
        raise BadInput(asked="train a model", found="the lake holds no fact", do="Load a source first: `arrears load`.")
    first = request.from_ or lake.first_day
    last = min(request.to or lake.last_day, request.training_day)
    if not stand(con, lake.settings, first, last):
        raise WrongUse(
            asked=f"stand on evenings from {first} to {last}",
            found="nothing to learn from followed any of them",
            do="Choose other days with --from and --to.",
        )
    panel = panel_of(con, lake, request.without)
    told = con.execute(f"SELECT * FROM {STOOD_FOR} ORDER BY place, fact_id").to_arrow_table()  # noqa: S608 - our own name
    instants = {name: _instants(told[name]) for name in ("happened_at", "first_known_at")}
    zone = lake.settings.portfolio.zone
    return Evenings(
        panel=panel,
        stands=told.select(["fact_id", "account_id", "debtor_id", "client", "currency"]),
        places=told["place"].to_numpy().astype(np.intp),
        happened_at=instants["happened_at"],
        known_on=local(instants["first_known_at"], zone).astype("datetime64[D]"),
    )


@contextmanager
def standing_later(con: duckdb.DuckDBPyConnection, settings: Settings, stands: pa.Table, days: Days) -> Iterator[str]:
    """For a while a snapshots table of these accounts on these later days; its name.

    Parameters
    ----------
    stands : (n,) `account_id`, `debtor_id`, `client` and `currency`.
    days : (n,).
    """
    ends = {day: end_of_day(day.astype(object), settings.portfolio.zone) for day in np.unique(days)}
    own = {name: stands[name] for name in ("account_id", "debtor_id", "client", "currency")}
    rows = pa.table({**own, "as_of": days, "cutoff": [ends[day] for day in days]}, schema=arrow_schema(SNAPSHOTS))
    con.register(LABEL_DAYS, rows.group_by(list(SNAPSHOTS)).aggregate([]))
    try:
        yield LABEL_DAYS
    finally:
        con.unregister(LABEL_DAYS)


def matched(
    con: duckdb.DuckDBPyConnection, said: pa.Table, fact_ids: pa.Array | pa.ChunkedArray, days: Days
) -> pa.Table:
    """What is said of each fact on its day: (n,) rows in the order of `fact_ids`, nulls where nothing is said.

    Parameters
    ----------
    said : `fact_id`, `as_of` and whatever is said, one row per fact and day.
    fact_ids, days : (n,).
    """
    con.register(_SAID, said)
    con.register(_WANTED, pa.table({"fact_id": fact_ids, "as_of": pa.array(days), "row": np.arange(len(days))}))
    try:
        sql = f"SELECT * FROM {_WANTED} LEFT JOIN {_SAID} USING (fact_id, as_of) ORDER BY row"  # noqa: S608 - our own names
        return con.execute(sql).to_arrow_table()
    finally:
        con.unregister(_SAID)
        con.unregister(_WANTED)


def refuse_without(lake: Lake, model: str, table: str, because: str) -> None:
    """Say no where a book has no table from which a model learns.

    Raises
    ------
    Refused : the book has no such table, or one without any row.
    """
    if table not in lake.present:
        raise Refused(
            asked=f"train {model}", found=f"the book has no {table}", do=f"Load the table {table}: {because}."
        )


def _instants(column: pa.ChunkedArray) -> Instants:
    found: Instants = column.to_numpy(zero_copy_only=False).astype("datetime64[us]")
    return found
