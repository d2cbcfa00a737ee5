"""A test that is being planned in the console: what was typed, what it could find, and what stands in its way."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from arrears.errors import ArrearsError, BadInput
from arrears.experiments import power
from arrears.experiments.as_toml import as_toml
from arrears.experiments.design import Design, read_design
from arrears.experiments.held import Held, held
from arrears.experiments.measurable import refuse_unmeasured
from arrears.experiments.power import Spread, coming
from arrears.experiments.records import Experiment
from arrears.experiments.succession import successor
from arrears.experiments.workable import refuse_unknown
from arrears.queues.in_force import in_force
from arrears.state.reading import reading
from models.under_test import UnderTest
from serving import planned
from serving.console.experiments_form import read_form, typed_of
from serving.console.experiments_told import written
from serving.console.experiments_typed import Typed
from serving.console.forms import Form, one
from serving.console.words import count, many, share
from serving.deployment import Deployment
from serving.past_spread import past_spread
from serving.planned import sentences_of

WEEKS = 8
WORTH_FINDING = 0.05
"""Share of what a debtor brings that is looked for, or more, where nobody says what is worth having."""

_UNSAID = {"effect": "1", "debtors": "2"}
"""Fields that may be left empty, and what stands in for them while the book is asked."""


@dataclass
class Draft:
    """What is on the page.

    Attributes
    ----------
    text : the design as TOML; as it was typed where that cannot be read.
    text_fault : why it cannot.
    prepared : what it could find; None where something is wrong.
    filled : by field, where its number comes from if nobody typed it.
    hindrances : what would keep it from being started as things stand.
    """

    typed: Typed
    text: str = ""
    text_fault: str = ""
    prepared: planned.Prepared | None = None
    filled: dict[str, str] = field(default_factory=dict)
    hindrances: list[str] = field(default_factory=list)


def blank(deployment: Deployment, currency: str) -> Draft:
    """A form to begin from: the strategy in force, evenly against whatever is chosen, from the next Monday on."""
    with reading(deployment.engine) as connection:
        chosen = in_force(connection)
    fields: dict[str, Sequence[str]] = {
        "arm": ["champion", "challenger"],
        "follows": [f"{chosen.name}/{chosen.version}", ""],
        "share": ["50", "50"],
        "currency": [currency],
        "buckets": ["1-29", "30-59", "60-89"],
        "entry": ["both"],
        "strata": ["bucket", "entry"],
        "household": ["yes"],
        "metric": ["net_cash"],
        "horizon": ["30"],
        "settlement": ["5"],
        "secondary": ["cash_per_minute"],
        "covariates": ["balance_before_minor", "champion_score"],
        "starts": [planned.next_monday(deployment.day).isoformat()],
        "weeks": [str(WEEKS)],
        "pay_cycle": ["14"],
        "rail": ["complaints", "contacts"],
        "margin": ["0.002", "0.5"],
        "rail_horizon": ["14", "14"],
        "rail_settlement": ["0", "0"],
        "low": ["0"],
        "high": ["100"],
        "alpha": ["5"],
        "power": ["80"],
    }
    return Draft(Typed(fields))


def of_design(deployment: Deployment, design: Design) -> Draft:
    """A design in the form; what it can find is not asked yet, since on a large book that takes its time."""
    return _shown(deployment, Draft(typed_of(design)), design)


def following(test: Experiment, day: date) -> Design:
    """A successor to begin from: the same shares still, from the next Monday on.

    Raises
    ------
    WrongUse, BadInput : it has not begun yet by that day.
    """
    own = test.design
    starts = planned.first_day_after(own, day)
    shares = {arm.name: arm.share for arm in own.arms}
    return successor(own, shares=shares, starts=starts, weeks=own.enrolment.weeks, debtors=own.enrolment.debtors)


def read_typed(deployment: Deployment, form: Form) -> Draft:
    """What was typed into the form, with what it could find."""
    empty = [name for name in _UNSAID if not one(form, name).strip()]
    probe = read_form({**form, **{name: [_UNSAID[name]] for name in empty}})
    if probe.design is None:
        # What may be left empty is no fault beside others.
        probe.fields |= {name: [""] for name in empty}
    if not empty or probe.design is None:
        return _planned(deployment, Draft(probe))
    try:
        fields, filled = _unsaid(deployment, probe.design, empty)
    except ArrearsError as problem:
        typed = Typed({name: list(values) for name, values in form.items()})
        typed.fault("design", sentences_of(problem))
        return Draft(typed)
    return _planned(deployment, Draft(read_form({**form, **fields}), filled=filled))


def read_text(deployment: Deployment, text: str, begun: Callable[[], Draft]) -> Draft:
    """What was written as TOML, in the form, with what it could find.

    Parameters
    ----------
    begun : gives what the page began from, which is shown again where the text cannot be read.
    """
    try:
        design = read_design(text, where="the text")
    except BadInput as problem:
        draft = begun()
        draft.text, draft.text_fault = text, problem.found
        return draft
    return _planned(deployment, Draft(typed_of(design)))


def _shown(deployment: Deployment, draft: Draft, design: Design) -> Draft:
    """The same with its text and what is in its way."""
    draft.text = as_toml(design)
    draft.typed.fields["base"] = [draft.text]
    with reading(deployment.engine) as connection:
        registered = UnderTest(deployment.registry, deployment.lake)
        draft.hindrances = planned.hindrances(
            connection, design, deployment.lake, today=deployment.day, registered=registered
        )
    return draft


def _planned(deployment: Deployment, draft: Draft) -> Draft:
    """The same with what it could find, too."""
    design = draft.typed.design
    if design is None:
        return draft
    _shown(deployment, draft, design)
    try:
        refuse_unmeasured(design, deployment.lake)
        refuse_unknown(design)
        draft.prepared = planned.prepare(design, deployment.lake, _held(deployment, design))
    except ArrearsError as problem:
        draft.typed.fault("design", sentences_of(problem))
        return draft
    _tell_too_small(draft.typed, design, draft.prepared.document)
    return draft


def _held(deployment: Deployment, design: Design) -> Held:
    with reading(deployment.engine) as connection:
        return held(connection, design)


def _tell_too_small(typed: Typed, design: Design, document: Mapping[str, Any]) -> None:
    """Beside the fields, in the numbers of the plan, why it cannot find what it looks for."""
    plan, currency, enrols = document["plan"], document["currency"], document["enrols"]
    if document["will_come"] < enrols:
        weeks = many(design.enrolment.weeks, "week")
        typed.fault("debtors", f"Only about {count(document['will_come'])} debtors come in {weeks}")
    if not document["enough"]:
        worth, finds = (
            written(each, "money", currency) for each in (document["worth_finding_minor"], plan["finds_minor"])
        )
        when = f"they come in {many(plan['weeks'], 'week')}" if plan["weeks"] else "so many never come"
        takes = (
            f"That takes {count(plan['debtors'])} debtors: {when}"
            if plan["debtors"]
            else "However many debtors come in, so few collectors of each arm's own differ by more"
        )
        typed.fault(
            "effect",
            f"{count(enrols)} debtors find {worth} {currency} in {share(plan['power'])} of tests, and "
            f"{share(design.stop.power)} are asked for. {takes}. "
            f"{count(enrols)} find {finds} {currency} or more",
        )


def _unsaid(deployment: Deployment, design: Design, empty: list[str]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Numbers for fields that were left empty, from the book's own past."""
    _, spread = past_spread(design, deployment.lake, _held(deployment, design))
    currency, weeks = design.cohort.currency, design.enrolment.weeks
    fields, filled = {}, {}
    if "debtors" in empty:
        come = max(int(coming(spread, weeks, design)), 2)
        design = design.model_copy(update={"enrolment": design.enrolment.model_copy(update={"debtors": come})})
        fields["debtors"] = [str(come)]
        filled["debtors"] = f"as many as come in {many(weeks, 'week')}"
    if "effect" in empty:
        minor = _worth_looking_for(design, spread)
        whole = design.model_copy(
            update={"primary": design.primary.model_copy(update={"smallest_effect_minor": minor})}
        )
        fields["effect"] = [*typed_of(whole).fields["effect"]]
        mean, part = written(spread.mean, "money", currency), share(minor / max(abs(spread.mean), 1.0))
        filled["effect"] = (
            f"{part} of the {mean} {currency} that a debtor brings, which so many debtors can find: "
            "say what is worth it"
        )
    return fields, filled


def _worth_looking_for(design: Design, spread: Spread) -> float:
    """A twentieth of what a debtor brings, or as much more as it takes to be found, to two digits."""
    finds = power.planned(design, spread).finds_minor
    wished = max(abs(spread.mean) * WORTH_FINDING, finds, 1.0)
    if not math.isfinite(wished):
        return max(abs(spread.mean), 1.0)
    step = 10.0 ** (math.floor(math.log10(wished)) - 1)
    return math.ceil(wished / step) * step
