"""A test before it starts: what its design can find in the book's own past, put on record, and started.

The console, programs and the command ask the same three things here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection

from arrears.errors import ArrearsError, Refused, WrongUse
from arrears.experiments import history, life, records
from arrears.experiments.design import Design
from arrears.experiments.held import NOBODY, Held
from arrears.experiments.measurable import refuse_unmeasured
from arrears.experiments.model_arms import Registered
from arrears.experiments.plan_document import plan_document
from arrears.experiments.power import Spread, refuse_small
from arrears.experiments.records import Experiment
from arrears.experiments.staff import dealt
from arrears.experiments.succession import refuse_overlap
from arrears.experiments.workable import refusals, refuse_unknown, unworkable
from arrears.lake import Lake
from arrears.queues.supervise.roster import roster_of
from serving.past_spread import past_spread

LOGGED = "logged"
"""Where a plan keeps what the logged past says of its challengers."""


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


def prepare(design: Design, lake: Lake, whose: Held = NOBODY) -> Prepared:
    """Work a design's plan out.

    Parameters
    ----------
    whose : debtors that other versions of the test hold.

    Raises
    ------
    WrongUse, Refused : as `past_spread`.
    """
    day, spread = past_spread(design, lake, whose)
    if design.staff == "separate":
        team = roster_of(lake).ids_on(max(design.enrolment.starts, lake.last_day or design.enrolment.starts))
        spread = replace(spread, collectors=len(team))
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
    """Put a design on record with its plan, so that it can be started; the test's id.

    The same design again is kept once while its plan says the same; else the record gets the plan as it is now.

    Parameters
    ----------
    further : what else is known of it, kept beside the plan; what the logged past said stays where it still holds.

    Raises
    ------
    Refused : nobody would measure it, it names a strategy that is not at hand, it cannot find its effect, or that
        version has started and says something else.
    """
    design = prepared.design
    known = standing(connection, design)
    evidence = prepared.document | _logged_still(connection, known, design) | dict(further or {})
    is_kept = known is not None and known.state == "planned" and known.design == design
    if known is not None and is_kept and evidence == history.rests_on(connection, known.experiment_id, "planned"):
        return known.experiment_id
    refuse_unmeasured(design, lake)
    refuse_unknown(design)
    refuse_small(design, prepared.spread)
    return life.plan(connection, design, at=at, by=by, evidence=evidence)


def standing(connection: Connection, design: Design) -> Experiment | None:
    """What is on record by a design's name and version; until the transaction ends nobody else plans or starts one."""
    life.one_at_a_time(connection)
    return records.find(connection, design.name, design.version)


def refuse_unseen(known: Experiment | None, design: Design, stood: str | None) -> None:
    """Let nobody replace a plan that they did not see.

    Parameters
    ----------
    known : as `standing` tells it.
    stood : fingerprint of the plan that is to be replaced; None: of none.

    Raises
    ------
    Refused : another plan stands there.
    """
    is_other = known is not None and known.state == "planned" and known.design != design
    if known is not None and is_other and known.design.fingerprint != stood:
        raise Refused(
            asked=f"keep the plan {design.label}",
            found=f"a plan {design.label} is on record, and says something else",
            do="Tell by its fingerprint that you saw it, or choose another name.",
        )


def next_monday(day: date) -> date:
    """The first Monday after a day.

    Examples
    --------
    >>> str(next_monday(date(2005, 10, 3))), str(next_monday(date(2005, 10, 9)))
    ('2005-10-10', '2005-10-10')
    """
    return day + timedelta(days=7 - day.weekday())


def first_day_after(design: Design, today: date) -> date:
    """The day from which a successor of a design enrols where nobody names one: the next Monday after it has begun."""
    return max(next_monday(today), next_monday(design.enrolment.starts))


def hindrances(
    connection: Connection, design: Design, lake: Lake, *, today: date, registered: Registered | None
) -> list[str]:
    """What would keep a test from being started today, as sentences: each refusal of `start`."""
    running = [each.design for each in records.running(connection)]
    found = refusals([partial(refuse_unmeasured, design, lake)])
    found += unworkable(connection, design, today, registered)
    found += refusals([partial(_deal, design, lake), partial(refuse_overlap, design, running)])
    return [sentences_of(each) for each in found]


def sentences_of(problem: ArrearsError) -> str:
    """What was found and what to do, as sentences.

    Examples
    --------
    >>> sentences_of(WrongUse(asked="start it", found="no reason", do="Say why."))
    'No reason. Say why.'
    """
    return f"{problem.found[:1].upper()}{problem.found[1:]}. {problem.do}"


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
    Refused : as `life.start`, or nobody would measure it.
    """
    if not because.strip():
        raise WrongUse(asked=f"start the test {test.label}", found="no reason", do="Say why.")
    refuse_unmeasured(test.design, lake)
    team = roster_of(lake).ids_on(test.design.enrolment.starts)
    life.start(connection, test, at=at, by=by, because=because, today=today, registered=registered, team=team)


def _logged_still(connection: Connection, known: Experiment | None, design: Design) -> dict[str, Any]:
    """What the logged past said of an earlier text of a plan, while the same arms are compared over the same days."""
    if (
        known is None
        or known.design.primary != design.primary
        or known.design.cohort.currency != design.cohort.currency
    ):
        return {}
    before, now = ([(arm.strategy, arm.model) for arm in each.arms] for each in (known.design, design))
    if before != now:
        return {}
    evidence = history.rests_on(connection, known.experiment_id, "planned") or {}
    return {LOGGED: evidence[LOGGED]} if LOGGED in evidence else {}


def _deal(design: Design, lake: Lake) -> None:
    if design.staff == "separate":
        dealt(design, roster_of(lake).ids_on(design.enrolment.starts))
