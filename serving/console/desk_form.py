"""The desk's form: what each outcome asks, with defaults that a collector would type, and what was typed, read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from arrears.clock import add_business_days
from arrears.money import to_major, to_minor
from arrears.queues.item import WorkItem
from arrears.queues.next.asked import asks
from arrears.queues.next.entries import Entry, entries, sentence_of
from arrears.queues.next.fields import FIELDS, Field
from arrears.settings import Settings

GROUPS = {
    "no_contact": "Nobody reached",
    "talk": "Talked",
    "statement": "Said something the law hears",
    "message": "Message",
}
"""How the desk heads the groups of outcomes."""

ELSEWHERE = ("verified_party", "debts_discussed")
"""Questions that the page asks beside the talk, not among the outcome's."""

ORDER = (
    "language",
    "callback_at",
    "whole",
    "amount_minor",
    "due_on",
    "instalment_count",
    "every",
    "method",
    "form",
    "submitted_on",
    "contact_name",
    "contact_details",
    "not_given",
    "chapter",
    "told_by",
    "happened_on",
    "opt_out_of",
    "shared_line",
    "reason",
)
"""The order of the questions, whichever outcome asks them: what is needed comes first."""

_THOUSANDS = re.compile(r"(?<=\d)[,\u00a0\u2009 ](?=\d{3}(\D|$))")


@dataclass(frozen=True)
class Choice:
    """One outcome as the desk offers it: its key, its title, what comes next, and what it needs beside the form."""

    disposition: str
    key: str
    title: str
    sentence: str
    needs_verified: bool
    holds: bool


@dataclass(frozen=True)
class Ask:
    """One question of the form.

    Attributes
    ----------
    of : the outcomes that ask it, `must` those that need its answer.
    value : what stands in it when the page opens.
    """

    field: Field
    of: tuple[str, ...]
    must: tuple[str, ...]
    value: str


def choices(settings: Settings, *, written: bool = False) -> dict[str, list[Choice]]:
    """The outcomes in their groups; those of messages only where the contact was one.

    Examples
    --------
    >>> from arrears.settings import default_settings
    >>> [choice.key for choice in choices(default_settings())["Nobody reached"]][:3]
    ['n', 'b', 'v']
    """
    found: dict[str, list[Choice]] = {}
    for disposition, entry in entries(_changes(settings)).items():
        if entry.group != "message" or written:
            found.setdefault(GROUPS[entry.group], []).append(_choice(disposition, entry, settings))
    return found


def _choice(disposition: str, entry: Entry, settings: Settings) -> Choice:
    return Choice(
        disposition,
        entry.key,
        entry.title,
        sentence_of(entry, settings),
        needs_verified=entry.needs_verified,
        holds=bool(entry.hold) or "dispute" in entry.becomes,
    )


def questions(item: WorkItem, settings: Settings, today: date, zone: str, now: datetime) -> list[Ask]:
    """Every question of the form once, in one order, with what stands in it."""
    asked_by: dict[str, list[str]] = {}
    needed_by: dict[str, list[str]] = {}
    for disposition in entries(_changes(settings)):
        for field in asks(disposition):
            asked_by.setdefault(field.name, []).append(disposition)
            if field.required:
                needed_by.setdefault(field.name, []).append(disposition)
    values = _defaults(item, settings, today, zone, now)
    return [
        Ask(field, tuple(asked_by[name]), tuple(needed_by.get(name, ())), values.get(name, ""))
        for name, field in sorted(FIELDS.items(), key=lambda named: _place(named[0]))
        if name in asked_by and name not in ELSEWHERE
    ]


def _place(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _defaults(item: WorkItem, settings: Settings, today: date, zone: str, now: datetime) -> dict[str, str]:
    """The amount that stops the roll, paid on the next business day; a callback at the same hour on that day."""
    next_day = add_business_days(today, 1, settings.portfolio.country or None)
    latest = today + timedelta(days=settings.desk.promise_longest_days)
    amount = item.stop_roll_minor or item.past_due_minor or item.balance_minor
    local = now.astimezone(ZoneInfo(zone))
    at = datetime.combine(next_day, local.time().replace(minute=0, second=0, microsecond=0))
    return {
        "amount_minor": "" if not amount or amount < 0 else f"{to_major(amount, item.currency):f}",
        "due_on": min(next_day, latest).isoformat(),
        "callback_at": at.strftime("%Y-%m-%dT%H:%M"),
        "instalment_count": "3",
        "every": "month",
    }


@dataclass(frozen=True)
class Typed:
    """What was typed: fields of `arrears.queues.next.outcome.Outcome` by name, and what cannot be read, by field."""

    document: Mapping[str, Any]
    faults: tuple[tuple[str, str], ...]


def read_form(form: Mapping[str, Sequence[str]], item: WorkItem, zone: str) -> Typed:
    """What was typed for the chosen outcome; answers to questions that it does not ask are left out.

    Parameters
    ----------
    form : every value of each field, as a browser sends them.
    zone : the debtor's, in which the hour of a callback is typed.
    """
    disposition = _one(form, "disposition")
    if disposition not in entries():
        return Typed({}, (("disposition", "Choose what came of it."),))
    channel, point, _ = (*_one(form, "way").split("|"), "", "")[:3]
    document: dict[str, Any] = {"disposition": disposition, "channel": channel or "call", "point_id": point or None}
    document["direction"] = "in" if _one(form, "direction") == "in" else "out"
    faults = []
    for field in asks(disposition):
        try:
            answer = _answer(field, form, item, zone)
        except ValueError as problem:
            faults.append((field.name, str(problem)))
        else:
            document[field.name] = answer
    return Typed({name: value for name, value in document.items() if value not in (None, "", [])}, tuple(faults))


def _answer(field: Field, form: Mapping[str, Sequence[str]], item: WorkItem, zone: str) -> Any:  # noqa: ANN401 - of the field's kind
    told = _one(form, field.name).strip()
    if field.kind == "accounts":
        return [account for account in form.get(field.name, ()) if account in item.accounts]
    if not told:
        return None
    readers: dict[str, Callable[[], Any]] = {
        "flag": lambda: told == "yes",
        "money": lambda: _money(told, item.currency),
        "count": lambda: _count(told),
        "date": lambda: _date(told),
        "moment": lambda: moment_of(told, zone).isoformat(),
    }
    return readers.get(field.kind, lambda: told)()


def _one(form: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(form.get(name, ())), "")


def _money(told: str, currency: str) -> int:
    try:
        return to_minor(Decimal(_THOUSANDS.sub("", told)), currency)
    except (InvalidOperation, ValueError):
        message = f"Write the amount in {currency}, as 1250 or 1250.50."
        raise ValueError(message) from None


def _count(told: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", told):
        message = "Write a whole number."
        raise ValueError(message)
    return int(told)


def _date(told: str) -> str:
    try:
        return date.fromisoformat(told).isoformat()
    except ValueError:
        message = "Write the day as 2026-06-30."
        raise ValueError(message) from None


def moment_of(told: str, zone: str) -> datetime:
    """A moment as a browser sends it, by the clock of a zone.

    Raises
    ------
    ValueError : it is none; its words say how to write one.

    Examples
    --------
    >>> moment_of("2026-06-30T14:30", "America/New_York").isoformat()
    '2026-06-30T14:30:00-04:00'
    """
    try:
        at = datetime.fromisoformat(told)
    except ValueError:
        message = "Write day and hour as 2026-06-30T14:30, in the debtor's time."
        raise ValueError(message) from None
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))


def _changes(settings: Settings) -> Mapping[str, Any]:
    return settings.desk.outcomes
