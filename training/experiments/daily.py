"""A test's debtors, measured day by day: each day's once they have matured, as sums that add, for good.

What was written down is read, and what was measured is written, in short transactions: nothing is held while the book
is asked, which may take minutes where many days have matured at once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from arrears.experiments import enrolments, kept_sums, life
from arrears.experiments.design import Design
from arrears.experiments.design_parts import Protected
from arrears.experiments.enrolments import Enrolled
from arrears.experiments.groups import by_group, members
from arrears.experiments.measurable import AT_DESK, KNOWN_BEFORE
from arrears.experiments.measure import LARGEST, measured
from arrears.experiments.moments import Column, Moments
from arrears.experiments.observed import Observed
from arrears.experiments.records import Experiment
from arrears.experiments.schedule import Watch
from arrears.experiments.unanswered import unanswered
from arrears.lake import Lake
from arrears.state.reading import reading
from features.after import COLUMNS, came_after, told_by
from training.experiments.at_desk import at_desk
from training.experiments.clusters import collectors_of
from training.experiments.whole_weeks import holds_enough, whole_weeks, without_small_cells
from training.progress import QUIET, Progress

PRIMARY = "primary"


def measure_days(
    engine: Engine, lake: Lake, experiment: Experiment, *, at: datetime, progress: Progress = QUIET
) -> int:
    """Write down what came of every day's debtors that have matured since; how many sums were written.

    Parameters
    ----------
    lake : whose last day is the day we stand on; a day counts once a later one is known of, so it is over.
    at : the moment of writing.
    """
    due = _due(engine, lake, experiment)
    with reading(engine) as connection:
        read = kept_sums.measured_through(connection, experiment.experiment_id)
    progress.expect(len(due))
    for measure, last, days in due:
        progress.step(f"{measure.name} of {last}")
        first, *further = (_moments(engine, lake, experiment, measure, day) for day in days)
        moments = sum(further, start=first)
        if measure.protected:
            moments = without_small_cells(moments)
        with engine.begin() as connection:
            on = _counts_from(measure, last, read=read, known=lake.last_day)
            kept_sums.keep(connection, experiment.experiment_id, last, measure.name, moments, on=on, at=at)
    return len(due)


def observed_of(connection: Connection, experiment: Experiment, *, known: date | None = None) -> Observed:
    """Everything that was written down of a test.

    Parameters
    ----------
    known : the lake's last day when it was measured; what matures on that day is not over yet. None: of no matter.
    """
    key, design = experiment.experiment_id, experiment.design
    return Observed(
        matured=kept_sums.by_day(connection, key, PRIMARY),
        guarded={each.name: kept_sums.by_day(connection, key, each.name) for each in design.guardrails},
        assigned=enrolments.drawn(connection, experiment),
        counts_from={each.name: kept_sums.counts_from(connection, key, each.name) for each in design.guardrails},
        unanswered=unanswered(connection, experiment),
        whole_through=None if known is None else known - timedelta(days=1),
    )


def _counts_from(measure: _Measure, day: date, *, read: date | None, known: date | None) -> date:
    """The day on which a day's debtors matured, or the last that is over where they could have been read before.

    They were not since the book told nothing of them then, and looks that were taken meanwhile stay what they were.
    """
    matured = measure.watch.matures(day)
    if measure.name == PRIMARY or read is None or known is None or matured > read:
        return matured
    return max(matured, known - timedelta(days=1))


@dataclass(frozen=True)
class _Measure:
    """What is measured of the debtors of one day, and when."""

    name: str
    columns: tuple[Column, ...]
    watch: Watch
    protected: Protected | None = None


def _measures(design: Design) -> list[_Measure]:
    guardrails = (_Measure(each.name, each.columns, each.watch, each.protected) for each in design.guardrails)
    return [_Measure(PRIMARY, design.columns(), design.watch), *guardrails]


def _due(engine: Engine, lake: Lake, experiment: Experiment) -> list[tuple[_Measure, date, tuple[date, ...]]]:
    """What has matured and is not written down yet: a measure, the day it is written for, and the days it sums."""
    known = lake.last_day
    if known is None:
        return []
    measures = _measures(experiment.design)
    with reading(engine) as connection:
        days = enrolments.days_of(connection, experiment)
        done = {each.name: kept_sums.measured_days(connection, experiment, each.name) for each in measures}
        who = (
            enrolments.enrolled(connection, experiment.experiment_id)
            if any(each.protected for each in measures)
            else []
        )
    found = []
    for each in measures:
        if each.name != PRIMARY and not _is_told(each, lake):
            continue
        if each.protected:
            found += _due_weeks(lake, experiment, each, who, days, done[each.name], known=known)
        else:
            written = set(done[each.name])
            found += [(each, day, (day,)) for day in days if day not in written and each.watch.matures(day) < known]
    return found


def _is_told(measure: _Measure, lake: Lake) -> bool:
    """Whether the book has a table that tells a guardrail: one of which nothing is known is not safe, but unread."""
    asked = {"contacts"} if measure.protected else set(_named(measure, COLUMNS))
    return asked <= told_by(lake.present)


def _due_weeks(
    lake: Lake,
    experiment: Experiment,
    measure: _Measure,
    who: Sequence[Enrolled],
    days: Sequence[date],
    done: Sequence[date],
    *,
    known: date,
) -> list[tuple[_Measure, date, tuple[date, ...]]]:
    """Whole weeks of a gap between groups, whose sums tell of nobody."""
    if measure.protected is None:
        return []
    group = members(lake, measure.protected)
    starts = done[-1] + timedelta(days=1) if done else experiment.design.enrolment.starts
    until = known - timedelta(days=1) - (measure.watch.matures(known) - known)

    def tells_nobody(these: Sequence[date]) -> bool:
        return holds_enough([each for each in who if each.enrolled_on in these], group)

    spans = whole_weeks(starts, days, until=until, tells_nobody=tells_nobody)
    return [(measure, last, these) for last, these in spans]


def _moments(engine: Engine, lake: Lake, experiment: Experiment, measure: _Measure, day: date) -> Moments:
    with reading(engine) as connection:
        who = enrolments.enrolled(connection, experiment.experiment_id, on=day)
        values = _at_desk(connection, lake, who, measure, day)
        collector = _collectors(connection, lake, experiment, who, measure, day)
    values |= _before(who, measure) | _from_lake(lake, who, measure, day, currency=experiment.design.cohort.currency)
    return measured(
        measure.columns,
        [each.arm for each in who],
        values,
        collector,
        household=[each.household for each in who] if experiment.design.household_together else None,
    )


def _at_desk(
    connection: Connection, lake: Lake, who: Sequence[Enrolled], measure: _Measure, day: date
) -> dict[str, Any]:
    if not _named(measure, AT_DESK):
        return {}
    debtors, zone = [each.debtor_id for each in who], lake.settings.portfolio.zone
    desk = at_desk(connection, debtors, day, horizon_days=measure.watch.horizon_days, zone=zone)
    return {"minutes": desk.minutes, "holds_hit": desk.holds_hit}


def _collectors(
    connection: Connection, lake: Lake, experiment: Experiment, who: Sequence[Enrolled], measure: _Measure, day: date
) -> list[str] | None:
    """Whose each debtor is, where arms have staff of their own; None: nobody's debtors are alike."""
    staff = life.staff_of(connection, experiment)
    if staff is None:
        return None
    arms = {each.debtor_id: each.arm for each in who}
    horizon_days, zone = measure.watch.horizon_days, lake.settings.portfolio.zone
    return collectors_of(connection, arms, staff, day, horizon_days=horizon_days, zone=zone)


def _before(who: Sequence[Enrolled], measure: _Measure) -> dict[str, Any]:
    """What was known before; a number too large to be kept is told as the largest, as any function of it may be."""
    found = {}
    for column in measure.columns:
        if column.name in KNOWN_BEFORE:
            most = (LARGEST - 1) / column.scale
            found[column.name] = [min(max(each.covariates.get(column.name, 0.0), -most), most) for each in who]
    return found


def _from_lake(lake: Lake, who: Sequence[Enrolled], measure: _Measure, day: date, *, currency: str) -> dict[str, Any]:
    debtors = [each.debtor_id for each in who]
    columns = ["contacts"] if measure.protected else _named(measure, COLUMNS)
    if not columns:
        return {}
    came: dict[str, Any] = came_after(
        lake,
        debtors,
        day,
        currency=currency,
        horizon_days=measure.watch.horizon_days,
        settled_on=measure.watch.matures(day),
        columns=columns,
    )
    if measure.protected:
        return dict(by_group(debtors, came["contacts"], members(lake, measure.protected)))
    return came


def _named(measure: _Measure, known: Collection[str]) -> list[str]:
    return [column.name for column in measure.columns if column.name in known]
