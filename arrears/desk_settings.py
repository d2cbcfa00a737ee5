"""How a house's desk works: the section `[desk]` of a portfolio's settings."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from arrears.lanes import LANES
from arrears.tables import TABLES

To = Literal["owner", "team", "skill"]
"""Who gets an item: the same collector first, anybody of the team, or whoever has a skill."""

_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")
_DAY = r"(mon|tue|wed|thu|fri|sat|sun)"
_WEEKDAYS = re.compile(rf"{_DAY}(-{_DAY})?(,{_DAY}(-{_DAY})?)*")
OF_CLIENT = frozenset(
    {"coverage_days", "high_balance", "high_balance_skill", "promise_longest_days", "replan_after_broken", "month_goal"}
)
"""What one client may have otherwise; the rest is one for all, as one desk works them all."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Ready(_Section):
    """When an item is ready again: exactly one of so many hours, days or business days, or a named moment.

    Attributes
    ----------
    at : `now`; `callback_at`, the moment agreed on; `broken`, the first morning on which a promise that was not kept
        may be spoken of.
    other_part : it waits for a part of the debtor's day in which nobody has tried yet.
    """

    hours: int | None = Field(default=None, ge=1)
    days: int | None = Field(default=None, ge=1)
    business_days: int | None = Field(default=None, ge=1)
    at: Literal["now", "callback_at", "broken"] | None = None
    other_part: bool = False

    @model_validator(mode="after")
    def _says_one_time(self) -> Ready:
        told = [each for each in (self.hours, self.days, self.business_days, self.at) if each is not None]
        if len(told) != 1:
            message = "ready says exactly one of hours, days, business_days and at"
            raise ValueError(message)
        if self.at is not None and self.other_part:
            message = "other_part goes with hours, days or business_days"
            raise ValueError(message)
        return self


class OutcomeChange(_Section):
    """What a house does otherwise after one disposition; what becomes a fact and what is asked is not its to change."""

    key: str | None = None
    title: str | None = None
    sentence: str | None = None
    lane: str | None = None
    ready: Ready | None = None
    to: To | None = None
    skill: str | None = None


class Quota(_Section):
    """How much of a collector's ready work may come from one lane, as shares."""

    least: float = Field(default=0.0, ge=0, le=1)
    most: float = Field(default=1.0, gt=0, le=1)

    @model_validator(mode="after")
    def _least_is_not_above_most(self) -> Quota:
        if self.least > self.most:
            message = "least is not more than most"
            raise ValueError(message)
        return self


class DeskSettings(_Section):
    """How collectors work: leases, skips, callbacks, shares of lanes, promises, and what happens next by outcome."""

    lease_minutes: int = Field(gt=0, le=240)
    skip_budget: int = Field(ge=0)
    callback_owner_minutes: int = Field(ge=0)
    tries_per_day: int = Field(ge=1)
    random_slice_share: float = Field(ge=0, le=0.1)
    holdout_share: float = Field(ge=0, le=0.1)
    holdout_days: int = Field(gt=0)
    edge_share: float = Field(ge=0, le=1)
    fairness_cap: float = Field(ge=0, le=1)
    owner_bonus: float = Field(ge=0, le=1)
    working_day: str
    working_days: str
    lane_quotas: dict[str, Quota]
    promise_longest_days: int = Field(ge=1)
    replan_after_broken: int = Field(ge=1)
    coverage_days: int = Field(ge=0)
    high_balance: float = Field(ge=0)
    high_balance_skill: str
    month_goal: dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]]
    outcomes: dict[str, OutcomeChange]

    @field_validator("working_day")
    @classmethod
    def _day_can_be_read(cls, working_day: str) -> str:
        if not _HOURS.fullmatch(working_day) or working_day[:5] >= working_day[6:]:
            message = "write the working day as 09:00-17:00"
            raise ValueError(message)
        return working_day

    @field_validator("working_days")
    @classmethod
    def _days_can_be_read(cls, working_days: str) -> str:
        if not _WEEKDAYS.fullmatch(working_days):
            message = "write the working days as mon-fri or mon,wed,sat"
            raise ValueError(message)
        return working_days

    @field_validator("lane_quotas")
    @classmethod
    def _quotas_can_be_met(cls, quotas: dict[str, Quota]) -> dict[str, Quota]:
        if strange := sorted(set(quotas) - set(LANES)):
            message = f"{', '.join(strange)} is no lane"
            raise ValueError(message)
        if sum(quota.least for quota in quotas.values()) > 1:
            message = "the least shares of all lanes are more than the whole"
            raise ValueError(message)
        return quotas

    @field_validator("month_goal")
    @classmethod
    def _goals_are_in_currencies(cls, goals: dict[str, float]) -> dict[str, float]:
        if goals:
            from arrears.money import refuse_unknown  # a tenth of a second, which most desks need not spend

            refuse_unknown(goals)
        return goals

    @field_validator("outcomes")
    @classmethod
    def _outcomes_exist(cls, outcomes: dict[str, OutcomeChange]) -> dict[str, OutcomeChange]:
        if strange := sorted(set(outcomes) - set(TABLES["contacts"].column("disposition").choices)):
            message = f"{', '.join(strange)} is no disposition"
            raise ValueError(message)
        return outcomes

    @model_validator(mode="after")
    def _high_balances_go_to_somebody(self) -> DeskSettings:
        if self.high_balance and not self.high_balance_skill:
            message = "high_balance needs high_balance_skill: who works them"
            raise ValueError(message)
        return self
