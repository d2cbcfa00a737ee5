"""A running test read on a day: what has matured is measured, the written rule is asked, and harm ends it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from arrears.errors import ArrearsError
from arrears.experiments import acting, records
from arrears.experiments.readout import Readout, readout
from arrears.experiments.records import Experiment
from arrears.lake import Lake
from training.experiments.daily import measure_days, observed_of
from training.progress import QUIET, Progress

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Read:
    """What a reading found.

    Attributes
    ----------
    days : sums that were written, one for each day and measure that matured since.
    ended : it did harm, and nobody is worked by it any more.
    """

    experiment: Experiment
    readout: Readout
    days: int
    ended: bool


def read_test(engine: Engine, lake: Lake, experiment: Experiment, *, at: datetime, progress: Progress = QUIET) -> Read:
    """Read a test on the lake's last day.

    Parameters
    ----------
    at : the moment of reading.
    """
    with engine.begin() as connection:
        days = measure_days(connection, lake, experiment, at=at, progress=progress)
        as_of = lake.last_day or experiment.design.enrolment.starts
        found = readout(experiment.design, observed_of(connection, experiment), as_of=as_of)
        ended = acting.keep_reading(connection, experiment, found.document(), at=at)
    return Read(experiment, found, days, ended)


def read_all(engine: Engine, lake: Lake, *, at: datetime, progress: Progress = QUIET) -> list[Read]:
    """Read every test that runs; one that cannot be read today keeps no other, and no night, from ending well."""
    with engine.connect() as connection:
        running = records.running(connection)
    found = []
    for each in running:
        try:
            found.append(read_test(engine, lake, each, at=at, progress=progress))
        except ArrearsError as problem:
            _log.warning("test.not_read test=%s found=%s", each.label, problem.found)
    return found
