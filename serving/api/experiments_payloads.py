"""What programs get of tests of challengers: amounts in minor units, days as ISO dates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from arrears.experiments.history import Deed
from arrears.experiments.records import Experiment
from arrears.queues.in_force import Move
from arrears.queues.supervise.acts import LONGEST


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ExperimentPlan(_Sent):
    """A test to be planned."""

    design: Annotated[
        dict[str, Any],
        Field(description="As a design's TOML file has it: arms, cohort, enrolment, primary, guardrails, stop."),
    ]
    keep: Annotated[bool, Field(description="Put it on record, so that it can be started.")] = False
    stood: Annotated[
        str | None,
        Field(
            max_length=64, description="Fingerprint of the plan that this one replaces; null where none is on record."
        ),
    ] = None


class ExperimentStart(_Sent):
    """A planned test to be started."""

    because: Annotated[
        str,
        Field(min_length=1, max_length=LONGEST, pattern=r"^[^\x00]*$", description="Why: it stands in the history."),
    ]
    version: Annotated[int | None, Field(ge=1, le=2**31 - 1, description="The newest where none is named.")] = None


class ExperimentWithdrawal(_Sent):
    """A plan to be thrown away before it starts."""

    because: Annotated[
        str,
        Field(min_length=1, max_length=LONGEST, pattern=r"^[^\x00]*$", description="Why: it stands in the history."),
    ]
    version: Annotated[
        int | None, Field(ge=1, le=2**31 - 1, description="To be named where several versions have not ended.")
    ] = None
    stood: Annotated[
        str | None,
        Field(max_length=64, description="Fingerprint of the plan that was seen: another one is left as it is."),
    ] = None


class ExperimentArm(_Answer):
    """One arm, and how many debtors came into it so far."""

    name: str
    role: Literal["champion", "challenger"]
    share: float
    strategy: str | None
    model: str | None
    debtors: int
    ended_on: Annotated[
        date | None, Field(description="It did harm: from this day on nobody is worked by it; null while it runs.")
    ]


class ExperimentSummary(_Answer):
    """A test and how it stands."""

    experiment_id: int
    name: str
    version: int
    sentence: str
    state: Literal["planned", "running", "ended", "withdrawn"]
    planned_at: datetime
    planned_by: str
    started_on: Annotated[date | None, Field(description="The first day whose night enrols; null until started.")]
    ended_on: Annotated[date | None, Field(description="From this day on nobody is worked by it; null while it runs.")]
    ended_by: Annotated[
        Literal["promoted", "harm", "no_difference", "stopped"] | None, Field(description="What ended it.")
    ]
    closed_on: Annotated[
        date | None, Field(description="All was decided: from this day on nobody comes in; null while it enrols.")
    ]
    arms: list[ExperimentArm]


class ExperimentUnanswered(_Answer):
    """An arm whose version of a model did not answer on some nights, so that the night's own did."""

    arm: str
    nights: int
    first: date
    last: date
    debtors: Annotated[int, Field(description="Of the arm, past due, in the night that had most.")]
    because: Annotated[str, Field(description="Why, in the last of these nights.")]


class ExperimentAct(_Answer):
    """One thing that was done with a test."""

    act_id: int
    at: datetime
    by: str
    did: Literal["planned", "withdrawn", "started", "read", "arm_ended", "closed", "ended", "rolled_back"]
    because: str


class StrategyMove(_Answer):
    """A strategy came into force."""

    at: datetime
    strategy: str
    replaces: str
    by: str
    because: str
    experiment_id: int | None
    takes_back: Annotated[bool, Field(description="It takes the promotion before it back.")]


class Experiments(_Answer):
    """Every test, the newest first, and the strategy in force."""

    in_force: str
    moves: Annotated[list[StrategyMove], Field(description="The newest first.")]
    experiments: list[ExperimentSummary]


class ExperimentPlanned(_Answer):
    """What a design can find in the book."""

    experiment_id: Annotated[int | None, Field(description="On record; null where it was only worked out.")]
    name: str
    version: int
    plan: Annotated[dict[str, Any], Field(description="Debtors, weeks, power, looks and money in minor units.")]
    hindrances: Annotated[list[str], Field(description="What would keep it from being started as things stand.")]


class ExperimentDocument(ExperimentSummary):
    """One test in full."""

    design: Annotated[dict[str, Any], Field(description="As it was written; it never changes once started.")]
    fingerprint: Annotated[str, Field(description="Differs for any other design; whoever replaces a plan names it.")]
    plan: Annotated[
        dict[str, Any] | None, Field(description="Debtors, weeks, power and looks as planned; null without a plan.")
    ]
    reading: Annotated[
        dict[str, Any] | None,
        Field(description="The newest reading: looks, bounds, guardrails, verdict; null before one."),
    ]
    unanswered: Annotated[
        list[ExperimentUnanswered],
        Field(description="While any is there the rule neither promotes nor finds that nothing is worth having."),
    ]
    acts: Annotated[list[ExperimentAct], Field(description="Oldest first.")]


def summary_of(test: Experiment, debtors: dict[str, int]) -> dict[str, Any]:
    """The fields of a summary."""
    own = ("experiment_id", "state", "planned_at", "planned_by", "started_on", "ended_on", "ended_by", "closed_on")
    design = test.design
    return {name: getattr(test, name) for name in own} | {
        "name": design.name,
        "version": design.version,
        "sentence": design.sentence,
        "arms": [
            ExperimentArm(**arm.model_dump(), debtors=debtors.get(arm.name, 0), ended_on=test.arms_ended.get(arm.name))
            for arm in design.arms
        ],
    }


def act_of(act: Deed) -> ExperimentAct:
    """An act in the API's words."""
    return ExperimentAct.model_validate(act)


def move_of(move: Move) -> StrategyMove:
    """A move in the API's words."""
    told = {name: getattr(move, name) for name in StrategyMove.model_fields if name != "takes_back"}
    return StrategyMove(**told, takes_back=move.rolls_back is not None)
