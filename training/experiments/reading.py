"""A running test read on a day: what has matured is measured, and the written rule is asked and followed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, text

from arrears.errors import ArrearsError
from arrears.experiments import acting, records
from arrears.experiments.model_arms import Registered
from arrears.experiments.readout import Readout, readout
from arrears.experiments.records import Experiment
from arrears.experiments.seasons import seasons_of
from arrears.lake import Lake
from arrears.state.reading import reading
from training.experiments.daily import measure_days, observed_of
from training.progress import QUIET, Progress

_log = logging.getLogger(__name__)

_READS = 7_204_139
"""The database's locks under which one process at a time reads a test: this number, and the test's id."""


@dataclass(frozen=True)
class Read:
    """What a reading found.

    Attributes
    ----------
    days : sums that were written, one for each day and measure that matured since.
    ended_by : what ended it by itself, of `arrears.state.closed.EXPERIMENT_ENDS`; None while it goes on.
    """

    experiment: Experiment
    readout: Readout
    days: int
    ended_by: str | None


def read_test(
    engine: Engine,
    lake: Lake,
    experiment: Experiment,
    *,
    at: datetime,
    registered: Registered | None = None,
    progress: Progress = QUIET,
) -> Read:
    """Read a test on the lake's last day; where somebody else reads it, after them.

    Parameters
    ----------
    at : the moment of reading.
    registered : tells of the models whose versions arms are.
    """
    with _alone(engine, experiment, waits=True):
        return _read(engine, lake, experiment, at=at, registered=registered, progress=progress)


def read_all(
    engine: Engine, lake: Lake, *, at: datetime, registered: Registered | None = None, progress: Progress = QUIET
) -> list[Read]:
    """Read every test that runs; one that cannot be read today keeps no other, and no night, from ending well.

    A test that somebody else reads at this moment is left to them.
    """
    with reading(engine) as connection:
        running = records.running(connection)
    found = []
    for each in running:
        try:
            with _alone(engine, each, waits=False) as ours:
                if ours:
                    found.append(_read(engine, lake, each, at=at, registered=registered, progress=progress))
                else:
                    _log.info("test.read_elsewhere test=%s", each.label)
        except ArrearsError as problem:
            _log.warning("test.not_read test=%s found=%s", each.label, problem.found)
        except Exception:  # noqa: BLE001 - a fault in one test may not hide the harm of another
            _log.exception("test.not_read test=%s", each.label)
    return found


def _read(
    engine: Engine,
    lake: Lake,
    experiment: Experiment,
    *,
    at: datetime,
    registered: Registered | None,
    progress: Progress,
) -> Read:
    days = measure_days(engine, lake, experiment, at=at, progress=progress)
    with reading(engine) as connection:
        observed = observed_of(connection, experiment, known=lake.last_day)
    as_of = lake.last_day or experiment.design.enrolment.starts
    seasons = seasons_of(experiment.design, lake.settings.portfolio.country)
    found = readout(experiment.design, observed, as_of=as_of, seasons=seasons)
    with engine.begin() as connection:
        ended_by = acting.keep_reading(connection, experiment, found.document(), at=at, registered=registered)
    return Read(experiment, found, days, ended_by)


@contextmanager
def _alone(engine: Engine, experiment: Experiment, *, waits: bool) -> Iterator[bool]:
    """Whether no other process reads the test while this one does.

    Parameters
    ----------
    waits : until no other reads it, so that it is always true.
    """
    lock = {"reads": _READS, "test": experiment.experiment_id}
    with reading(engine) as connection:
        if waits:
            connection.execute(text("SELECT pg_advisory_lock(:reads, CAST(:test AS int))"), lock)
            ours = True
        else:
            asked = text("SELECT pg_try_advisory_lock(:reads, CAST(:test AS int))")
            ours = bool(connection.execute(asked, lock).scalar_one())
        try:
            yield ours
        finally:
            if ours:
                connection.execute(text("SELECT pg_advisory_unlock(:reads, CAST(:test AS int))"), lock)
