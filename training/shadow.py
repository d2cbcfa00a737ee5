"""How well a model in the shadow and its champion said what came, on the same accounts of the same nights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
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
from models.shadow_judged import FEWEST_DEBTORS, Judged
from models.shadow_log import ShadowScores
from training.evaluate import log_loss, row_log_loss
from training.labels import propensity_labels
from training.roll_labels import next_buckets, origins, statuses_by

_KEYS = ("account_id", "as_of")
_RANKS = {"bucket": pa.array([str(bucket) for bucket in AGEING]), "rank": pa.array(range(len(AGEING)))}
_NEXT = {"bucket": pa.array([str(bucket) for bucket in NEXT_RANK]), "rank": pa.array(list(NEXT_RANK.values()))}
_LEVEL = 0.95


def judged(lake: Lake, model: str, said: ShadowScores, *, on: date | None = None) -> Judged:
    """Judge what was said against what is known by now.

    Parameters
    ----------
    said : of one model's version beside one champion, as `models.shadow_log.scores_of` reads it.
    on : the day by whose end outcomes are known; None: the lake's last.
    """
    on = on or lake.last_day
    if not len(said.account_id) or on is None:
        return Judged(0, 0)
    answers = pa.table({name: getattr(said, name) for name in (*_KEYS, "answer", "champion_answer")})
    asked = answers.select(_KEYS)
    label = _paid(lake, asked, on) if model == "propensity" else _rolled(lake, asked, on)
    known = answers.join(label, list(_KEYS), join_type="inner").sort_by([(name, "ascending") for name in _KEYS])
    if not len(known):
        return Judged(0, 0)
    y, own, champion = (known[name].to_numpy() for name in ("outcome", "answer", "champion_answer"))
    better = row_log_loss(y, own) - row_log_loss(y, champion)
    low, high = _interval(better, known["debtor_id"].to_numpy())
    return Judged(
        len(y),
        days=pc.count_distinct(known["as_of"]).as_py(),
        debtors=pc.count_distinct(known["debtor_id"]).as_py(),
        happened=float(y.mean()),
        log_loss=log_loss(y, own),
        champion_log_loss=log_loss(y, champion),
        difference=float(better.mean()),
        low=low,
        high=high,
    )


def _interval(values: Floats, debtors: np.ndarray[Any, np.dtype[np.str_]]) -> tuple[float | None, float | None]:
    """Of a mean whose values of one debtor go together; none of few debtors, whose spread says too little.

    Student's quantile with one degree of freedom less than debtors, and the variance of their sums times G / (G - 1)
    (Cameron and Miller 2015, A practitioner's guide to cluster-robust inference, section VI).

    Examples
    --------
    >>> values, debtors = np.tile([1.0, -1.0], 30), np.array([str(place) for place in range(60)])
    >>> low, high = _interval(values, debtors)
    >>> round(low, 2), round(high, 2)
    (-0.26, 0.26)
    >>> low, high = _interval(np.tile(values, 4), np.tile(debtors, 4))  # what each says again is nothing new
    >>> round(low, 2), round(high, 2)
    (-0.26, 0.26)
    >>> _interval(values[:29], debtors[:29])
    (None, None)
    """
    from scipy.special import stdtrit

    names, place = np.unique(debtors, return_inverse=True)
    count = len(names)
    if count < FEWEST_DEBTORS:
        return None, None
    mean = float(values.mean())
    sums = np.bincount(place, weights=values - mean)
    error = float(np.sqrt(count / (count - 1) * (sums**2).sum())) / len(values)
    half = float(stdtrit(count - 1, (1 + _LEVEL) / 2)) * error
    return mean - half, mean + half


def _paid(lake: Lake, asked: pa.Table, on: date) -> pa.Table:
    """The accounts and days whose label has matured, each with its debtor and `outcome`, 1 or 0."""
    with lake.connect() as con:
        positions = _positions(con, lake, asked)
        labels = propensity_labels(con, lake.settings, lake.present, positions, training_day=on)
    known = positions.select([*_KEYS, "debtor_id"]).append_column("outcome", pa.array(labels.paid))
    return known.filter(~np.isnan(labels.paid))


def _rolled(lake: Lake, asked: pa.Table, on: date) -> pa.Table:
    """Into a worse bucket by the next settled status; only where the bucket that was seen was itself settled."""
    zone, settles_days = lake.settings.portfolio.zone, lake.settings.delinquency.status_settles_days
    standing_at = end_of_day(on, zone)
    statuses = statuses_by(lake, standing_at)
    with lake.connect() as con:
        positions = _positions(con, lake, asked)
    return pa.concat_tables(
        _rolled_from(
            positions.filter(pc.equal(positions["as_of"], day)),
            statuses,
            end_of_day(day.as_py(), zone),
            standing_at=standing_at,
            zone=zone,
            settles_days=settles_days,
        )
        for day in asked["as_of"].unique().sort()
    )


def _rolled_from(
    rows: pa.Table,
    statuses: Callable[[datetime], pa.Table],
    cutoff: datetime,
    *,
    standing_at: datetime,
    zone: str,
    settles_days: int,
) -> pa.Table:
    """What became of the accounts of one day."""
    here = rows.select([*_KEYS, "debtor_id", "bucket"]).append_column(
        "cutoff", pa.array([cutoff] * len(rows), pa.timestamp("us", "UTC"))
    )
    stood = origins(here, statuses(cutoff), zone=zone, settles_days=settles_days)
    found = next_buckets(stood, statuses(standing_at), standing_at=standing_at, zone=zone, settles_days=settles_days)
    found = found.filter(
        pc.and_kleene(pc.equal(found["origin"], found["bucket"]), pc.is_in(found["next_bucket"], _NEXT["bucket"]))
    )
    here_rank, next_rank = (
        known["rank"].take(pc.index_in(found[name], known["bucket"]))
        for name, known in (("bucket", _RANKS), ("next_bucket", _NEXT))
    )
    outcome = pc.cast(pc.greater(next_rank, here_rank), pa.float64())
    return found.select([*_KEYS, "debtor_id"]).append_column("outcome", outcome)


def _positions(con: duckdb.DuckDBPyConnection, lake: Lake, asked: pa.Table) -> pa.Table:
    """Where the accounts asked for stood on their days, sorted by account and day; `snapshots` holds them alone."""
    on_days(con, lake.settings, asked["as_of"].unique().sort().to_pylist())
    con.register("asked", asked)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE snapshots AS SELECT * FROM snapshots SEMI JOIN asked USING (account_id, as_of)"
    )
    con.unregister("asked")
    return positions_plan(lake.present, lake.settings).run(con)
