"""The rows a model learns from: every account on every chosen day, with its features, where it stood and its label.

Standing on days, features and positions come from `features`, labels from `training.labels`; this file puts them side
by side and leaves out what nobody can learn from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, get_args

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import ValidationError

from arrears.buckets import AGEING, Bucket
from arrears.errors import BadInput, WrongUse
from arrears.lake import Lake
from arrears.settings import DueKind, LabelRule
from features.build import plan
from features.delinquency import positions_plan
from features.snapshots import on_days, on_due, on_opening
from models.lawful import approvals_of, refuse_unlawful
from training.labels import Labels, propensity_labels
from training.trained import TrainRequest

Days = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Only = Callable[[pa.Table], Mask]
EXITS = ("PAID_OFF", "LEFT")
_WEEK = 7


@dataclass(frozen=True)
class Panel:
    """Accounts on days, with features and positions, sorted by account and day.

    Attributes
    ----------
    features : names of the columns of `x`, without those that only tell the day.
    x : (n, features), NaN where null.
    positions : Arrow table of `features.delinquency.positions_plan`.
    debtors : (n,) codes from 0.
    as_of : (n,) days.
    left_out : feature -> why it is not in `x`.
    fingerprint : of the feature definitions and settings.
    """

    features: tuple[str, ...]
    x: Floats
    positions: pa.Table
    debtors: npt.NDArray[np.int64]
    as_of: Days
    left_out: dict[str, str]
    fingerprint: str

    def column(self, name: str) -> npt.NDArray[Any]:
        """A position's column as an array; null numbers are NaN."""
        found: npt.NDArray[Any] = self.positions[name].to_numpy(zero_copy_only=False)
        return found


@dataclass(frozen=True)
class Dataset:
    """The rows of a panel that owe something, with their propensity labels; `paid` is NaN where not mature."""

    panel: Panel
    labels: Labels
    rows: npt.NDArray[np.intp]

    @property
    def late_minor(self) -> Floats:
        """(panel,) what an account is late with: all that is past due, and the whole balance after charge-off.

        Where a book does not tell how much is past due it is what the label asks, as what stops the roll.
        """
        past_due, balance = (
            np.nan_to_num(self.panel.column(f"{name}_minor").astype(float)) for name in ("past_due", "balance")
        )
        before = np.where(past_due > 0, past_due, self.labels.needs_minor.astype(float))
        return np.where(self.panel.column("charged_off").astype(bool), balance, before)


def read_panel(lake: Lake, request: TrainRequest) -> Panel:
    """Stand on the days that a request asks for and compute everything known on them.

    Raises
    ------
    WrongUse : a rule or a feature that does not exist, or days that the lake does not cover.
    """
    with lake.connect() as con:
        _stand(con, lake, request)
        return panel_of(con, lake, request.without)


def read_dataset(lake: Lake, request: TrainRequest, *, only: Only | None = None) -> Dataset:
    """The panel with its propensity labels: the rows that have one.

    Parameters
    ----------
    only : which positions to look at, as `late`; features of the others are not computed.
    """
    _check_threshold(request.threshold)
    with lake.connect() as con:
        _stand(con, lake, request)
        if only is not None:
            _keep(con, lake, only)
        panel = panel_of(con, lake, request.without)
        labels = propensity_labels(
            con,
            lake.settings,
            lake.present,
            panel.positions,
            training_day=request.training_day,
            horizon_days=request.horizon_days,
            threshold=request.threshold,
        )
    in_book = ~np.isin(panel.column("bucket").astype(str), EXITS)
    return Dataset(panel, labels, np.flatnonzero(in_book & ~np.isnan(labels.paid)))


def late(positions: pa.Table) -> Mask:
    """(n,) past due and before charge-off."""
    bucket = positions["bucket"].to_numpy(zero_copy_only=False).astype(str)
    return np.asarray(np.isin(bucket, [str(each) for each in AGEING if each != Bucket.CURRENT]))


def late_or_charged_off(positions: pa.Table) -> Mask:
    """(n,) past due, or charged off."""
    bucket = positions["bucket"].to_numpy(zero_copy_only=False).astype(str)
    return np.asarray(late(positions) | (bucket == Bucket.CHARGED_OFF))


def _keep(con: duckdb.DuckDBPyConnection, lake: Lake, only: Only) -> None:
    """Leave among the snapshots only those whose positions are chosen."""
    positions = positions_plan(lake.present, lake.settings).run(con)
    con.register("kept", positions.select(["account_id", "as_of"]).filter(pa.array(only(positions))))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE snapshots AS SELECT * FROM snapshots SEMI JOIN kept USING (account_id, as_of)"
    )
    con.unregister("kept")


def _check_threshold(threshold: str | None) -> None:
    try:
        LabelRule(horizon_days=1, threshold=threshold or "any")
    except ValidationError as problem:
        raise WrongUse(
            asked=f"label by the threshold {threshold}",
            found="no such rule",
            do="Choose stop_roll, any, balance:SHARE[:FLOOR] or due:SHARE, with shares from 0 to 1.",
        ) from problem


def days_between(first: date, last: date, every: str) -> list[date]:
    """The days to stand on from `first` to `last`.

    Examples
    --------
    >>> [str(day) for day in days_between(date(2005, 4, 1), date(2005, 6, 29), "month")]
    ['2005-04-30', '2005-05-31']
    """
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    match every:
        case "month":
            return [day for day in days if (day + timedelta(days=1)).day == 1]
        case "week":
            return [day for day in days if day.isoweekday() == _WEEK]
        case "day":
            return days
    raise WrongUse(asked=f"stand on every {every}", found="no such step", do="Choose month, week or day.")


def _stand(con: duckdb.DuckDBPyConnection, lake: Lake, request: TrainRequest) -> None:
    if lake.first_day is None or lake.last_day is None:
        raise BadInput(asked="train a model", found="the lake holds no fact", do="Load a source first: `arrears load`.")
    first = request.from_ or lake.first_day
    last = min(request.to or lake.last_day, request.training_day)
    rule, _, kind = request.as_of_rule.partition(":")
    if rule == "on_days":
        count = on_days(con, lake.settings, days_between(first, last, request.every))
    elif rule == "on_opening":
        count = on_opening(con, lake.settings, first, last)
    elif rule == "on_due" and kind in get_args(DueKind):
        count = on_due(con, lake.settings, kind)  # type: ignore[arg-type] # narrowed by the line above
    else:
        raise WrongUse(
            asked=f"stand on days by the rule {request.as_of_rule}",
            found="no such rule",
            do=f"Choose on_days, on_opening or on_due:KIND with one of {', '.join(get_args(DueKind))}.",
        )
    if not count:
        raise WrongUse(
            asked=f"stand on days from {first} to {last}",
            found=f"no account there; the lake holds {lake.first_day} to {lake.last_day}",
            do="Choose days within it.",
        )


def panel_of(con: duckdb.DuckDBPyConnection, lake: Lake, without: Sequence[str] = ()) -> Panel:
    """Everything known about the `snapshots` that stand on a connection.

    Parameters
    ----------
    without : features to leave out.

    Raises
    ------
    WrongUse : a feature that does not exist.
    """
    features = plan(lake.present, lake.settings)
    unknown = sorted(set(without) - set(features.names))
    if unknown:
        raise WrongUse(
            asked=f"leave out {', '.join(unknown)}",
            found="this book has no feature of that name",
            do="`arrears features` lists what it has.",
        )
    wanted = [name for name in features.names if name not in without]
    refuse_unlawful("train a model", wanted, approvals_of(lake))
    table = features.run(con)
    positions = positions_plan(lake.present, lake.settings).run(con)
    x = np.column_stack([table[name].to_numpy(zero_copy_only=False) for name in wanted])
    as_of = table["as_of"].to_numpy(zero_copy_only=False).astype("datetime64[D]")
    left_out = dict.fromkeys(without, "left out on request")
    left_out |= _said_before(wanted, x) | dict.fromkeys(_only_the_day(wanted, x, as_of), "says only which day it is")
    kept = [place for place, name in enumerate(wanted) if name not in left_out]
    return Panel(
        features=tuple(wanted[place] for place in kept),
        x=np.ascontiguousarray(x[:, kept], dtype=np.float64),
        positions=positions,
        debtors=positions["debtor_id"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64),
        as_of=as_of,
        left_out=left_out,
        fingerprint=features.fingerprint,
    )


def _only_the_day(names: Sequence[str], x: Floats, as_of: Days) -> list[str]:
    """Features that never differ between two accounts on the same day: a calendar in disguise, or a constant."""
    order = np.argsort(as_of, kind="stable")
    same_day = as_of[order][1:] == as_of[order][:-1]
    if not same_day.any():
        return []
    told = []
    for name, column in zip(names, x.T, strict=True):
        ahead, behind = column[order][1:][same_day], column[order][:-1][same_day]
        if not np.isnan(column).all() and np.array_equal(ahead, behind, equal_nan=True):
            told.append(name)
    return told


def _said_before(names: Sequence[str], x: Floats) -> dict[str, str]:
    """Features equal on every row to an earlier one, as a debtor's to the account's where nobody has two.

    A tree would share its splits between the two, and a reason would be told twice in other words.
    """
    first: dict[bytes, str] = {}
    repeated: dict[str, str] = {}
    for name, column in zip(names, x.T, strict=True):
        same = first.setdefault(column.tobytes(), name)
        if same != name and not np.isnan(column).all():
            repeated[name] = f"the same as {same} on every row"
    return repeated
