"""When a test enrols and when it may be read: whole weeks, on debtors whose horizon is over and settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict, Field, model_validator

WEEK = timedelta(days=7)
_CYCLES = 2


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

    starts: date
    weeks: int = Field(ge=1, le=104)
    debtors: int = Field(ge=2)
    pay_cycle_days: int = Field(default=14, ge=1, le=31)

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


def looks(enrolment: Enrolment, *, horizon_days: int, settlement_days: int) -> tuple[PlannedLook, ...]:
    """Every look of a test, one a week.

    Parameters
    ----------
    horizon_days, settlement_days : of the metric that decides: how long a debtor is watched, and how long it takes
        until what was booked in that time stands.

    Examples
    --------
    >>> first = looks(Enrolment(starts=date(2026, 6, 1), weeks=8, debtors=100), horizon_days=30, settlement_days=5)[0]
    >>> str(first.closes), str(first.on), first.may_promote
    ('2026-06-07', '2026-07-12', False)
    """
    enough = enrolment.weeks_to_promote or enrolment.weeks
    closes = [enrolment.starts + week * WEEK - timedelta(days=1) for week in range(1, enrolment.weeks + 1)]
    return tuple(
        PlannedLook(
            number=number,
            closes=day,
            on=matures(day, horizon_days=horizon_days, settlement_days=settlement_days),
            may_promote=number >= enough,
            is_last=number == enrolment.weeks,
        )
        for number, day in enumerate(closes, start=1)
    )


def matures(enrolled: date, *, horizon_days: int, settlement_days: int) -> date:
    """The day by whose end a debtor may be measured that was enrolled on a day.

    Examples
    --------
    >>> str(matures(date(2026, 6, 1), horizon_days=30, settlement_days=5))
    '2026-07-06'
    """
    return enrolled + timedelta(days=horizon_days + settlement_days)
