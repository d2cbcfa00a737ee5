"""A test before it starts: what its design can find in the book's own past, put on record, and started.

The console, programs and the command ask the same three things here. No debtor leaves this module, only sums do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection

from arrears.errors import Refused, WrongUse
from arrears.experiments import records
from arrears.experiments.cohort import Cohort
from arrears.experiments.design import Design
from arrears.experiments.measurable import refuse_unmeasured
from arrears.experiments.metrics import METRICS
from arrears.experiments.model_arms import Registered
from arrears.experiments.placed import placed
from arrears.experiments.plan_document import plan_document
from arrears.experiments.power import Spread, refuse_small, spread_of
from arrears.experiments.records import Experiment
from arrears.lake import Lake
from arrears.policy.columns import Numbers, Words
from arrears.queues.supervise.roster import roster_of
from features.after import came_after
from features.delinquency import positions_plan
from features.snapshots import on_days
from serving.gate.book import PAST_DUE, bucket_ranks
from serving.present import manifest_changed_at

_BACK = 28
"""Days over which newcomers to a cohort are counted: whole weeks, and about one billing cycle."""

_SETTLED = timedelta(days=20)
"""Within so many days after a horizon any book's payments have settled, whatever a design waits for."""


@dataclass(frozen=True)
class Past:
    """What a metric was, of the debtors of a cohort on a day of the past.

    Attributes
    ----------
    told : (debtors,) the metric's column.
    entered : how many of them had come into the cohort within four weeks.
    """

    told: Numbers
    entered: int


def past_spread(design: Design, lake: Lake) -> tuple[date, Spread]:
    """The primary metric per debtor of the cohort on the latest day whose horizon is over and settled, and that day.

    Raises
    ------
    WrongUse : nothing is loaded, or too few debtors were in the cohort.
    Refused : the book is too short, or every debtor brought the same, so that nothing can be told apart.
    """
    asked = f"plan {design.label} from what was loaded"
    if not lake.exists() or lake.last_day is None or lake.first_day is None:
        raise WrongUse(asked=asked, found="nothing loaded", do="Run: arrears load demo")
    watched = design.watch.matures(lake.last_day) - lake.last_day
    day = lake.last_day - max(watched, timedelta(days=design.primary.horizon_days) + _SETTLED)
    if day < lake.first_day:
        raise Refused(
            asked=asked,
            found=f"what was loaded begins on {lake.first_day} and ends on {lake.last_day}, and {watched.days} days "
            "must be over and settled",
            do="Choose a shorter horizon, or load more of the past.",
        )
    past = _past(
        _Question(
            root=lake.root,
            changed_at=manifest_changed_at(lake.root),
            day=day,
            cohort=design.cohort.model_dump_json(),
            column=METRICS[design.primary.metric].columns[0],
            horizon_days=design.primary.horizon_days,
            settled_on=design.watch.matures(day + timedelta(days=1)),
        )
    )
    if len(past.told) < 2:  # noqa: PLR2004 - one debtor has no spread
        raise WrongUse(asked=asked, found=f"{len(past.told)} debtors of the cohort on {day}", do="Widen the cohort.")
    spread = spread_of(
        past.told.tolist(),
        cap=design.primary.cap_minor,
        stock=len(past.told),
        per_week=7 * past.entered / _BACK,
    )
    if spread.sd == 0:
        raise Refused(
            asked=asked,
            found=f"each of the {spread.stock} debtors of the cohort on {day} brought {spread.mean:g} within "
            f"{design.primary.horizon_days} days",
            do="Choose a longer horizon, or another cohort: where all are alike no test can tell anything.",
        )
    return day, spread


@dataclass(frozen=True)
class Prepared:
    """A design and its plan.

    Attributes
    ----------
    document : as a record keeps it.
    """

    design: Design
    spread: Spread
    document: dict[str, Any]


def prepare(design: Design, lake: Lake) -> Prepared:
    """Work a design's plan out.

    Raises
    ------
    WrongUse, Refused : as `past_spread`.
    """
    day, spread = past_spread(design, lake)
    document = plan_document(design, day, spread, country=lake.settings.portfolio.country)
    return Prepared(design, spread, document)


def keep(
    connection: Connection,
    prepared: Prepared,
    lake: Lake,
    *,
    at: datetime,
    by: str,
    further: Mapping[str, Any] | None = None,
) -> int:
    """Put a design on record with its plan, so that it can be started; the test's id. The same design twice is once.

    Parameters
    ----------
    further : what else is known of it, kept beside the plan.

    Raises
    ------
    Refused : nobody would measure it, it cannot find its effect, or that version has started and says something else.
    """
    design = prepared.design
    known = records.find(connection, design.name, design.version)
    if known is not None and known.state == "planned" and known.design == design and not further:
        return known.experiment_id
    refuse_unmeasured(design, lake)
    refuse_small(design, prepared.spread)
    return records.plan(connection, design, at=at, by=by, evidence=prepared.document | dict(further or {}))


def start(
    connection: Connection,
    test: Experiment,
    lake: Lake,
    *,
    at: datetime,
    by: str,
    because: str,
    today: date,
    registered: Registered | None,
) -> None:
    """Let nights enrol debtors from the design's first day on.

    Parameters
    ----------
    today : of the portfolio.
    registered : tells of the models whose versions its arms are.

    Raises
    ------
    WrongUse : no reason.
    Refused : as `records.start`, or nobody would measure it.
    """
    if not because.strip():
        raise WrongUse(asked=f"start the test {test.label}", found="no reason", do="Say why.")
    refuse_unmeasured(test.design, lake)
    team = roster_of(lake).ids_on(test.design.enrolment.starts)
    records.start(connection, test, at=at, by=by, because=because, today=today, registered=registered, team=team)


@dataclass(frozen=True)
class _Question:
    """What is asked of the past: the same of the same loads, however many weeks somebody tries, is answered once."""

    root: Path
    changed_at: int
    day: date
    cohort: str
    column: str
    horizon_days: int
    settled_on: date


@lru_cache(maxsize=16)
def _past(asked: _Question) -> Past:
    lake, cohort = Lake(asked.root), Cohort.model_validate_json(asked.cohort)
    known = in_cohort(cohort, lake, asked.day)
    entered = set(known) - set(in_cohort(cohort, lake, asked.day - timedelta(days=_BACK)))
    came = came_after(
        lake,
        known,
        asked.day + timedelta(days=1),
        currency=cohort.currency,
        horizon_days=asked.horizon_days,
        settled_on=asked.settled_on,
        columns=(asked.column,),
    )
    return Past(np.asarray(came[asked.column], dtype=np.float64), len(entered))


def in_cohort(cohort: Cohort, lake: Lake, day: date) -> list[str]:
    """The debtors that a night of that evening would have found in the cohort, in the order of their ids."""
    with lake.connect() as con:
        on_days(con, lake.settings, [day])
        found = positions_plan(lake.present, lake.settings).run(con)
    frame = found.to_pandas()
    frame = frame[frame["bucket"].isin(PAST_DUE)]

    def words(name: str) -> Words:
        return np.array(frame[name].astype(object).where(frame[name].notna(), "").tolist(), dtype=np.str_)

    currency, bucket, client = words("currency"), words("bucket"), words("client")
    stand = placed(
        debtor_id=words("debtor_id"),
        account_id=words("account_id"),
        currency=currency,
        bucket_rank=bucket_ranks(bucket),
        balance_minor=frame["balance_minor"].to_numpy(dtype=np.float64, na_value=np.nan),
        past_due_minor=frame["past_due_minor"].to_numpy(dtype=np.float64, na_value=np.nan),
    )
    # Whoever is there already is what a test would find: who is new to the cohort is told by an earlier day.
    entry = "stock" if cohort.entry == "both" else cohort.entry
    holds = cohort.holds(
        currency=currency[stand.lead],
        bucket=bucket[stand.lead],
        client=client[stand.lead],
        entry=np.full(len(stand.lead), entry),
        balance_minor=stand.owed,
    )
    told: list[str] = stand.debtor_id[holds].tolist()
    return told
