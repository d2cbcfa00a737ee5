"""What came of a contact, what was tried before it, and what happens next: the values that `after` takes and gives."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple

from pydantic import ConfigDict, TypeAdapter, ValidationError

from arrears.desk_settings import To
from arrears.errors import BadInput

LIABLE = frozenset({"primary", "joint", "cosigner", "guarantor"})
"""Parts that owe, where nobody says whether the verified party does."""

_SPOKEN = frozenset({"call", "visit"})


class Instalment(NamedTuple):
    """One payment of a plan."""

    due_on: date
    amount_minor: int


@dataclass(frozen=True)
class Outcome:
    """What a collector recorded of one contact. What was not asked, or not answered, is None.

    Attributes
    ----------
    outcome_id : its own id; the plan that it makes bears it as `arrangement_id`.
    debtor_id : whose work item it is of.
    disposition : of the closed list.
    channel, direction, connect, point_id, technology, purpose, talk_minutes, wrap_minutes, collector_id, decision_id :
        as the table `contacts` has them. Without `connect` the first that the disposition allows counts.
    verified_party : the part of the person whose identity was verified.
    liable : whether that person owes; None: a primary or joint debtor, a cosigner and a guarantor do.
    conversation : whether two people talked; None: what the disposition says.
    debts_discussed : accounts talked about.
    consented : the debtor had agreed to this contact beforehand.
    consent_to_call : the debtor agreed in this talk to be called again.
    amount_minor : promised, disputed (a part) or said to be paid; of a plan, each instalment.
    due_on : the day promised; of a plan, the first.
    instalment_count, every : of a plan: how many, and how often (week, two_weeks, month).
    replaces : a promise or plan comes in place of those still open.
    form, whole, submitted_on : of a dispute or a wish to stop: how told, whether all is disputed, the day it was sent.
    contact_name, contact_details, not_given : of an attorney or an estate.
    chapter : of a bankruptcy; `not_known` says that it was asked.
    told_by : of a death: who told it.
    happened_on : of a payment, a petition or a death.
    opt_out_of : the channel that is to be closed; None: this one.
    """

    outcome_id: str
    debtor_id: str
    disposition: str
    channel: str = "call"
    direction: Literal["out", "in"] = "out"
    connect: str | None = None
    point_id: str | None = None
    technology: str | None = None
    purpose: str = "collect"
    talk_minutes: float | None = None
    wrap_minutes: float | None = None
    collector_id: str | None = None
    decision_id: str | None = None
    verified_party: str | None = None
    liable: bool | None = None
    conversation: bool | None = None
    debts_discussed: tuple[str, ...] = ()
    consented: bool | None = None
    consent_to_call: bool | None = None
    amount_minor: int | None = None
    due_on: date | None = None
    method: str | None = None
    instalment_count: int | None = None
    every: str | None = None
    replaces: bool | None = None
    callback_at: datetime | None = None
    form: str | None = None
    whole: bool | None = None
    submitted_on: date | None = None
    contact_name: str | None = None
    contact_details: str | None = None
    not_given: bool | None = None
    chapter: str | None = None
    told_by: str | None = None
    happened_on: date | None = None
    language: str | None = None
    opt_out_of: str | None = None
    shared_line: bool | None = None
    reason: str | None = None

    __pydantic_config__ = ConfigDict(extra="forbid")

    @property
    def is_spoken(self) -> bool:
        """Whether it was by telephone or at the door."""
        return self.channel in _SPOKEN

    @property
    def instalments(self) -> tuple[Instalment, ...]:
        """The plan's payments, in order; empty where none is told whole.

        Months keep the day of the first payment; a month that lacks it pays on its last day.
        """
        if self.due_on is None or self.amount_minor is None or not self.instalment_count or self.every is None:
            return ()
        return tuple(
            Instalment(_nth(self.due_on, n, self.every), self.amount_minor) for n in range(self.instalment_count)
        )


@dataclass(frozen=True)
class History:
    """What stood before the outcome.

    Attributes
    ----------
    lane : of the work item.
    tries_today : calls to this debtor today, in the debtor's zone, before this one.
    parts_tried : parts of the day in which nobody was reached since the last talk, the last tried last, each once.
        `Next.parts_tried` of the outcome before is it.
    points_left : other good points of the same channel, in the order in which they are to be tried.
    other_channels_left : there are good points of other channels.
    in_a_row : outcomes of this same disposition just before this one.
    open_promises : promises of this work group whose grace is not over.
    one_book : all accounts of the debtor are of one work group: then a promise on several of them is the debtor's.
    skips_today : what the collector's skips have cost today.
    """

    lane: str = "pay"
    tries_today: int = 0
    parts_tried: tuple[str, ...] = ()
    points_left: tuple[str, ...] = ()
    other_channels_left: bool = False
    in_a_row: int = 0
    open_promises: tuple[str, ...] = ()
    one_book: bool = True
    skips_today: int = 0


class Fact(NamedTuple):
    """A row that goes to the lake with an outcome.

    Attributes
    ----------
    table : the source table.
    row : columns as the lake names them (money `_minor`, dates and aware moments as such), without the table's own key
        and without `recorded_at`.
    over : the key of the standing row that it corrects: the columns named replace that row's, the others stay. None:
        a new row.
    """

    table: str
    row: Mapping[str, Any]
    over: str | None = None


@dataclass(frozen=True)
class Next:
    """What happens after an outcome.

    Attributes
    ----------
    lane : of the next item; None: none is asked for.
    ready_at : from when it may be claimed; None with the lane.
    to : the same collector first (`owner`), anybody of the team, or whoever has `skill`.
    team_from : for `owner`: from when anybody may have it; None: at once, the owner is only preferred.
    point_id : the number or address to try next; None where none is left or needed.
    purpose : what the next contact is for, as the conduct gate asks it.
    parts_tried : as `History` will want it next time.
    is_right_party : whether this was a right-party contact.
    sentence : what happens next, for the collector.
    contact : the row of the table `contacts` that this outcome is.
    facts : every other row that follows from it.
    """

    lane: str | None
    ready_at: datetime | None
    to: To
    sentence: str
    contact: Mapping[str, Any]
    skill: str = ""
    team_from: datetime | None = None
    point_id: str | None = None
    purpose: str = "collect"
    parts_tried: tuple[str, ...] = ()
    is_right_party: bool = False
    facts: tuple[Fact, ...] = field(default=())


def read_outcome(document: Mapping[str, Any]) -> Outcome:
    """The outcome in a JSON document or form; empty texts count as not answered.

    Raises
    ------
    BadInput : a field that does not exist, or a value of another kind. The message names fields, never their values.
    """
    told = {name: value for name, value in document.items() if value not in ("", None)}
    try:
        return _READER.validate_python(told)
    except ValidationError as problem:
        faults = sorted({f"{'.'.join(map(str, each['loc']))} ({each['type']})" for each in problem.errors()})
        raise BadInput(
            asked="record an outcome",
            found=f"fields that cannot be read: {', '.join(faults)}",
            do="Send dates as 2026-06-30, moments with their offset, amounts as whole minor units.",
        ) from None  # what stands in the fields is the debtor's


_READER = TypeAdapter(Outcome)


def _nth(first: date, n: int, every: str) -> date:
    if every != "month":
        return first + timedelta(weeks=n * (2 if every == "two_weeks" else 1))
    months = first.month - 1 + n
    year, month = first.year + months // 12, months % 12 + 1
    return date(year, month, min(first.day, calendar.monthrange(year, month)[1]))
