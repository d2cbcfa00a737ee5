"""How well a model in the shadow and its champion said what came, on the same accounts of the same nights."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arrears.buckets import AGEING
from arrears.clock import end_of_day
from arrears.lake import Lake
from features.delinquency import positions_plan
from features.snapshots import on_days
from models.roll_rate import NEXT_RANK
from models.scorer import Floats
from models.shadow_log import ShadowScores
from training.evaluate import log_loss, row_log_loss
from training.labels import propensity_labels
from training.roll_labels import next_buckets, origins, statuses_by

_RANKS = {str(bucket): place for place, bucket in enumerate(AGEING)}
_LIKELY = 1.96
"""Standard errors on both sides of a 95 % interval."""


@dataclass(frozen=True)
class Judged:
    """Both models' log losses, once outcomes are known.

    Attributes
    ----------
    accounts, days : whose label has matured; an account on two days counts twice.
    happened : the share of them that paid, or rolled.
    log_loss, champion_log_loss : None where no label has matured yet.
    difference, low, high : the model's less the champion's, with a 95 % interval in which a debtor's rows go together;
        below 0 the model was better.
    """

    accounts: int
    days: int
    happened: float | None = None
    log_loss: float | None = None
    champion_log_loss: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None

    def document(self) -> dict[str, Any]:
        """As a command tells it."""
        return asdict(self)


def judged(lake: Lake, model: str, said: ShadowScores, *, on: date | None = None) -> Judged:
    """Judge what was said against what is known by now.

    Parameters
    ----------
    said : of one model's version, as `models.shadow_log.scores_of` reads it.
    on : the day by whose end outcomes are known; None: the lake's last.
    """
    on = on or lake.last_day
    if not said.account_id or on is None:
        return Judged(0, 0)
    asked = pa.table({"account_id": list(said.account_id), "as_of": pa.array(said.as_of, pa.date32())})
    label = _paid(lake, asked, on) if model == "propensity" else _rolled(lake, asked, on)
    keys = list(zip(said.account_id, said.as_of, strict=True))
    outcome = np.array([label.get(key, ("", np.nan))[1] for key in keys])
    known = ~np.isnan(outcome)
    if not known.any():
        return Judged(0, 0)
    debtors = np.array([label.get(key, ("", np.nan))[0] for key in keys])[known]
    y, own, champion = outcome[known], said.answer[known], said.champion_answer[known]
    better = row_log_loss(y, own) - row_log_loss(y, champion)
    spread = _LIKELY * _standard_error(better, debtors)
    mean = float(better.mean())
    days = {day for (_, day), is_known in zip(keys, known.tolist(), strict=True) if is_known}
    losses = {"log_loss": log_loss(y, own), "champion_log_loss": log_loss(y, champion)}
    happened = float(y.mean())
    return Judged(len(y), len(days), happened, **losses, difference=mean, low=mean - spread, high=mean + spread)


def _standard_error(values: Floats, debtors: np.ndarray[Any, np.dtype[np.str_]]) -> float:
    """Of a mean whose values of one debtor go together.

    Examples
    --------
    >>> round(_standard_error(np.array([1.0, -1.0, 1.0, -1.0]), np.array(["a", "b", "c", "d"])), 2)
    0.5
    >>> _standard_error(np.array([1.0, -1.0, 1.0, -1.0]), np.array(["a", "a", "b", "b"]))
    0.0
    """
    _, place = np.unique(debtors, return_inverse=True)
    sums = np.bincount(place, weights=values - values.mean())
    return float(np.sqrt((sums**2).sum())) / len(values)


Outcomes = dict[tuple[str, date], tuple[str, float]]
"""By account and day the debtor, and 1 or 0 where the label has matured."""


def _paid(lake: Lake, asked: pa.Table, on: date) -> Outcomes:
    with lake.connect() as con:
        positions = _positions(con, lake, asked)
        labels = propensity_labels(con, lake.settings, lake.present, positions, training_day=on)
    return _by_key(positions, labels.paid)


def _rolled(lake: Lake, asked: pa.Table, on: date) -> Outcomes:
    """Into a worse bucket by the next settled status; only where the bucket that was seen was itself settled."""
    zone, settles_days = lake.settings.portfolio.zone, lake.settings.delinquency.status_settles_days
    standing_at = end_of_day(on, zone)
    statuses = statuses_by(lake, standing_at)
    with lake.connect() as con:
        positions = _positions(con, lake, asked)
    days = sorted(set(asked["as_of"].to_pylist()))
    told: Outcomes = {}
    for day in days:
        rows = positions.filter(pc.equal(positions["as_of"], pa.scalar(day, pa.date32())))
        cutoff = end_of_day(day, zone)
        here = rows.select(["account_id", "as_of", "debtor_id", "bucket"]).append_column(
            "cutoff", pa.array([cutoff] * len(rows), pa.timestamp("us", "UTC"))
        )
        stood = origins(here, statuses(cutoff), zone=zone, settles_days=settles_days)
        found = next_buckets(
            stood, statuses(standing_at), standing_at=standing_at, zone=zone, settles_days=settles_days
        )
        for row in found.select(["account_id", "debtor_id", "bucket", "origin", "next_bucket"]).to_pylist():
            next_rank = NEXT_RANK.get(row["next_bucket"])
            if next_rank is not None and row["origin"] == row["bucket"]:
                rolled = next_rank > _RANKS[row["bucket"]]
                told[row["account_id"], day] = (row["debtor_id"], float(rolled))
    return told


def _positions(con: duckdb.DuckDBPyConnection, lake: Lake, asked: pa.Table) -> pa.Table:
    """Where the accounts asked for stood on their days, sorted by account and day; `snapshots` holds them alone."""
    on_days(con, lake.settings, sorted(set(asked["as_of"].to_pylist())))
    con.register("asked", asked)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE snapshots AS SELECT * FROM snapshots SEMI JOIN asked USING (account_id, as_of)"
    )
    con.unregister("asked")
    return positions_plan(lake.present, lake.settings).run(con)


def _by_key(positions: pa.Table, outcome: Floats) -> Outcomes:
    keys = zip(*(positions[name].to_pylist() for name in ("account_id", "as_of", "debtor_id")), strict=True)
    return {
        (account, day): (debtor, value) for (account, day, debtor), value in zip(keys, outcome.tolist(), strict=True)
    }
