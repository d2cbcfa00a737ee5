"""A test's debtors, measured day by day: each day's once they have matured, as sums that add, for good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from arrears.errors import Refused
from arrears.experiments import records
from arrears.experiments.design import Design
from arrears.experiments.measure import measured
from arrears.experiments.metrics import METRICS
from arrears.experiments.moments import Column
from arrears.experiments.observed import Observed
from arrears.experiments.records import Enrolled, Experiment
from arrears.experiments.schedule import matures
from arrears.lake import Lake
from features.after import COLUMNS, came_after
from training.experiments.at_desk import at_desk
from training.progress import QUIET, Progress

PRIMARY = "primary"
MEASURED = frozenset({*COLUMNS, "minutes", "holds_hit"})
"""Columns of metrics that are read from the lake and the desk."""

KNOWN_BEFORE = frozenset({"balance_before_minor", "past_due_before_minor", "bucket_before", "champion_score"})
"""Covariates that a night writes down of whoever comes in."""


def refuse_unmeasured(design: Design) -> None:
    """Let no test start by what nobody would measure.

    Raises
    ------
    Refused : a metric or covariate of it is not measured, with those that are.
    """
    named = (design.primary.metric, *design.secondary, *(each.metric for each in design.guardrails))
    metrics = sorted({name for name in named if not MEASURED.issuperset(METRICS[name].columns)})
    before = sorted({each.name for each in design.covariates} - KNOWN_BEFORE)
    if metrics or before:
        raise Refused(
            asked=f"start the test {design.label}",
            found=f"{', '.join([*metrics, *before])} would not be measured",
            do=f"Use columns {', '.join(sorted(MEASURED))} and covariates {', '.join(sorted(KNOWN_BEFORE))}.",
        )


def measure_days(
    connection: Connection, lake: Lake, experiment: Experiment, *, at: datetime, progress: Progress = QUIET
) -> int:
    """Write down what came of every day's debtors that have matured since; how many sums were written.

    Parameters
    ----------
    lake : whose last day is the day we stand on; a day counts once a later one is known of, so it is over.
    at : the moment of writing.
    """
    design, known = experiment.design, lake.last_day
    if known is None:
        return 0
    by_day = _by_day(records.enrolled(connection, experiment.experiment_id))
    written = 0
    for measure, columns, horizon, settlement in _measures(design):
        done = records.sums(connection, experiment.experiment_id, measure)
        due = [day for day in by_day if day not in done]
        due = [day for day in due if matures(day, horizon_days=horizon, settlement_days=settlement) < known]
        progress.expect(len(due))
        for day in due:
            progress.step(f"{measure} of {day}")
            on = matures(day, horizon_days=horizon, settlement_days=settlement)
            who, currency = by_day[day], design.cohort.currency
            values = _values(connection, lake, who, day, currency=currency, horizon_days=horizon, settled_on=on)
            moments = measured(
                columns,
                [each.arm for each in who],
                values,
                household=[each.household for each in who] if design.household_together else None,
            )
            records.keep_sums(connection, experiment.experiment_id, day, measure, moments, on=on, at=at)
            written += 1
    return written


def observed_of(connection: Connection, experiment: Experiment) -> Observed:
    """Everything that was written down of a test."""
    key, design = experiment.experiment_id, experiment.design
    assigned: dict[date, Counter[str]] = {}
    for day, who in _by_day(records.enrolled(connection, key)).items():
        units = {each.household if design.household_together else each.debtor_id: each.arm for each in who}
        assigned[day] = Counter(units.values())
    return Observed(
        matured=records.sums(connection, key, PRIMARY),
        guarded={each.metric: records.sums(connection, key, each.metric) for each in design.guardrails},
        assigned=assigned,
    )


def _measures(design: Design) -> list[tuple[str, tuple[Column, ...], int, int]]:
    """What is measured, with its columns, horizon and settlement days."""
    primary = design.primary
    return [
        (PRIMARY, design.columns(), primary.horizon_days, primary.settlement_days),
        *((each.metric, each.columns, each.horizon_days, each.settlement_days) for each in design.guardrails),
    ]


def _by_day(who: Sequence[Enrolled]) -> dict[date, list[Enrolled]]:
    found: dict[date, list[Enrolled]] = {}
    for each in sorted(who, key=lambda one: (str(one.enrolled_on), one.debtor_id)):
        if each.enrolled_on is not None:
            found.setdefault(each.enrolled_on, []).append(each)
    return found


def _values(
    connection: Connection,
    lake: Lake,
    who: Sequence[Enrolled],
    day: date,
    *,
    currency: str,
    horizon_days: int,
    settled_on: date,
) -> dict[str, Any]:
    debtors = [each.debtor_id for each in who]
    desk = at_desk(connection, debtors, day, horizon_days=horizon_days, zone=lake.settings.portfolio.zone)
    before = {name: [each.covariates.get(name, 0.0) for each in who] for name in KNOWN_BEFORE}
    came = came_after(lake, debtors, day, currency=currency, horizon_days=horizon_days, settled_on=settled_on)
    return {**before, **came, "minutes": desk.minutes, "holds_hit": desk.holds_hit}
