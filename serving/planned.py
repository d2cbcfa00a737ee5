"""A test before it starts: what its design can find in the book's own past, put on record, and started.

The console, programs and the command ask the same three things here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from arrears.errors import WrongUse
from arrears.experiments import records
from arrears.experiments.design import Design
from arrears.experiments.measurable import refuse_unmeasured
from arrears.experiments.model_arms import Registered
from arrears.experiments.plan_document import plan_document
from arrears.experiments.power import Spread, refuse_small
from arrears.experiments.records import Experiment
from arrears.lake import Lake
from arrears.queues.supervise.roster import roster_of
from serving.past_spread import past_spread


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
    records.one_at_a_time(connection)
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
