"""When a test enrols and when it may be read: whole weeks, on debtors whose horizon is over and settled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticKnownError

from arrears.experiments.asked_of_new import between

WEEK = timedelta(days=7)
_CYCLES = 2
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LONGEST_CYCLE_DAYS = 31
"""Within so many days, the first one counted, every account's billing cycle ends."""


class Enrolment(BaseModel):
    """The weeks in which debtors come into a test, and how many are expected.

    Attributes
    ----------
    starts : first day.
    weeks : whole weeks; they must hold two pay cycles and the end of a month, or the arms' debtors would be paid at
        other times than the book's.
    debtors : planned over all weeks and arms; a look's information is its share of them.
    pay_cycle_days : how often the cohort is paid.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    starts: Annotated[date, between(date(1900, 1, 1), date(2999, 12, 31))]
    weeks: int = Field(ge=1, le=104)
    debtors: Annotated[int, Field(ge=2), between(2, 1_000_000_000)]
    pay_cycle_days: int = Field(default=14, ge=1, le=31)

    @field_validator("starts", mode="before")
    @classmethod
    def _is_a_day(cls, told: object) -> object:
        if isinstance(told, int | float) or (isinstance(told, str) and not _DAY.fullmatch(told)):
            # A number, as text too, would be read as seconds since 1970.
            raise PydanticKnownError("date_parsing", {"error": "no day"})
        return told

    @property
    def last_day(self) -> date:
        """The last day on which anybody comes in."""
        return self.starts + self.weeks * WEEK - timedelta(days=1)

    @model_validator(mode="after")
    def _is_long_enough(self) -> Enrolment:
        if self.weeks_to_promote is None:
            message = (
                f"{7 * self.weeks} days of enrolment from {self.starts} to {self.last_day} must hold two pay cycles "
                f"({_CYCLES * self.pay_cycle_days} days) and the end of a month"
            )
            raise ValueError(message)
        return self

    @property
    def weeks_to_promote(self) -> int | None:
        """The least number of weeks after which a look may promote; None: these are too few.

        Examples
        --------
        >>> Enrolment(starts=date(2026, 6, 1), weeks=8, debtors=100).weeks_to_promote
        5
        """
        return next((weeks for weeks in range(1, self.weeks + 1) if self._is_whole(weeks)), None)

    def _is_whole(self, weeks: int) -> bool:
        after = self.starts + weeks * WEEK
        has_month_end = (after.year, after.month) != (self.starts.year, self.starts.month)
        return 7 * weeks >= _CYCLES * self.pay_cycle_days and has_month_end


@dataclass(frozen=True)
class Watch:
    """How long debtors are watched for a metric, and how long it takes until what was booked in that time stands.

    Attributes
    ----------
    horizon_days : the first of them is the day of enrolment.
    settlement_days : after the last of them.
    at_cycle_end : each account is watched on until the first end of a billing cycle on or after the day that follows
        the horizon, since where it stands is told only then. No cycle is longer than `LONGEST_CYCLE_DAYS`.
    """

    horizon_days: int
    settlement_days: int = 0
    at_cycle_end: bool = False

    def closes(self, enrolled: date) -> date:
        """The last day that may count for a debtor who was enrolled on a day.

        Examples
        --------
        >>> str(Watch(30).closes(date(2026, 6, 1))), str(Watch(30, at_cycle_end=True).closes(date(2026, 6, 1)))
        ('2026-06-30', '2026-07-31')
        """
        after = enrolled + timedelta(days=self.horizon_days)
        return after + timedelta(days=LONGEST_CYCLE_DAYS - 1 if self.at_cycle_end else -1)

    def matures(self, enrolled: date) -> date:
        """The day by whose end a debtor may be measured who was enrolled on a day.

        Examples
        --------
        >>> str(Watch(30, 5).matures(date(2026, 6, 1))), str(Watch(30, 5, at_cycle_end=True).matures(date(2026, 6, 1)))
        ('2026-07-06', '2026-08-05')
        """
        cycle = LONGEST_CYCLE_DAYS - 1 if self.at_cycle_end else 0
        return enrolled + timedelta(days=self.horizon_days + cycle + self.settlement_days)


@dataclass(frozen=True)
class PlannedLook:
    """A day on which the test is read.

    Attributes
    ----------
    number : from 1.
    closes : debtors count that were enrolled up to this day; it ends a whole week.
    on : the first day by whose end all of them have matured.
    may_promote : enough weeks are in; an earlier look may only stop the test.
    is_last : nobody comes in after it.
    """

    number: int
    closes: date
    on: date
    may_promote: bool
    is_last: bool


def looks(enrolment: Enrolment, watch: Watch) -> tuple[PlannedLook, ...]:
    """Every look of a test, one a week.

    Parameters
    ----------
    watch : how long debtors are watched for the metric that decides.

    Examples
    --------
    >>> first = looks(Enrolment(starts=date(2026, 6, 1), weeks=8, debtors=100), Watch(30, 5))[0]
    >>> str(first.closes), str(first.on), first.may_promote
    ('2026-06-07', '2026-07-12', False)
    """
    enough = enrolment.weeks_to_promote or enrolment.weeks
    closes = [enrolment.starts + week * WEEK - timedelta(days=1) for week in range(1, enrolment.weeks + 1)]
    return tuple(
        PlannedLook(
            number=number,
            closes=day,
            on=watch.matures(day),
            may_promote=number >= enough,
            is_last=number == enrolment.weeks,
        )
        for number, day in enumerate(closes, start=1)
    )
