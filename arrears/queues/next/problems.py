"""What an outcome lacks or contradicts, all at once, in sentences for the collector; never the values themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from arrears.clock import day_of
from arrears.queues.next.asked import asks
from arrears.queues.next.entries import DISPOSITIONS, Entry, entries
from arrears.queues.next.facts import is_right_party, talked
from arrears.queues.next.fields import FIELDS, Field
from arrears.queues.next.hours import part_of_day
from arrears.queues.next.outcome import Outcome
from arrears.queues.next.promises import talk_days
from arrears.settings import Settings
from arrears.tables import TABLES

_CHANNELS = TABLES["contacts"].column("channel").choices


_NOBODY_SPOKE = frozenset({"no_contact", "message"})
_FEWEST, _MOST = 2, 120
"""Instalments of a plan."""


class Problem(NamedTuple):
    """One thing that must be mended before an outcome is stored: the field it is about, and what to do."""

    field: str
    sentence: str


def problems_of(outcome: Outcome, at: datetime, zone: str, settings: Settings) -> tuple[Problem, ...]:
    """Everything that is missing or contradicts itself.

    Parameters
    ----------
    at : when the contact ended, with a zone.
    zone : the debtor's.

    Examples
    --------
    >>> from datetime import UTC
    >>> from arrears.settings import default_settings
    >>> told = Outcome("o-1", "d-1", "attorney")
    >>> for problem in problems_of(told, datetime(2026, 6, 1, 15, tzinfo=UTC), "UTC", default_settings()):
    ...     print(problem.field, "-", problem.sentence)
    contact_name - Name is missing: write it down, or say that it was not given.
    contact_details - How to reach them is missing: write it down, or say that it was not given.
    """
    if outcome.disposition not in DISPOSITIONS:
        return (Problem("disposition", "There is no such outcome: choose one from the list."),)
    if outcome.channel not in _CHANNELS:
        return (Problem("channel", "There is no such channel: choose one from the list."),)
    entry = entries(settings.desk.outcomes)[outcome.disposition]
    found = (
        *_missing(outcome),
        *_not_in_a_list(outcome),
        *_line(outcome, entry),
        *_speaker(outcome, entry),
        *_money(outcome, entry),
        *_days(outcome, entry, day_of(at, zone), settings),
        *_callback(outcome, entry, at, zone, settings),
    )
    return tuple(dict.fromkeys(found))


def _missing(outcome: Outcome) -> Iterator[Problem]:
    for field in asks(outcome.disposition):
        if field.required and not _is_answered(outcome, field):
            cure = {
                "not_given": "write it down, or say that it was not given",
                "whole": "say which part, or that it is all",
            }
            yield Problem(field.name, f"{field.label} is missing: {cure.get(field.unless, 'ask for it')}.")


def _is_answered(outcome: Outcome, field: Field) -> bool:
    if field.unless and getattr(outcome, field.unless):
        return True
    if field.name == "verified_party" and not outcome.is_spoken:
        return True  # who writes is known by the address
    if field.kind == "accounts":
        return bool(getattr(outcome, field.name))
    value = getattr(outcome, field.name)
    return value is not None and (not isinstance(value, str) or bool(value.strip()))


def _not_in_a_list(outcome: Outcome) -> Iterator[Problem]:
    for field in FIELDS.values():
        value = getattr(outcome, field.name)
        if field.choices and value is not None and value not in dict(field.choices):
            yield Problem(field.name, f"{field.label}: choose one from the list.")


def _line(outcome: Outcome, entry: Entry) -> Iterator[Problem]:
    if outcome.connect is not None and outcome.channel == "call" and outcome.connect not in entry.connect:
        yield Problem("connect", "What the line said does not go with this outcome: choose the outcome again.")
    if entry.group == "message" and outcome.is_spoken:
        yield Problem("channel", "This outcome is for messages: choose another for a call.")


def _speaker(outcome: Outcome, entry: Entry) -> Iterator[Problem]:
    if outcome.verified_party is not None and entry.right_party == "no" and entry.group != "statement":
        yield Problem("verified_party", "Nobody was spoken with by this outcome, so nobody was verified.")
    if outcome.conversation and entry.group in _NOBODY_SPOKE:
        yield Problem("conversation", "There was a talk, which this outcome denies: choose another.")
    if outcome.conversation is False and entry.conversation == "yes" and outcome.is_spoken:
        yield Problem("conversation", "This outcome needs a talk: choose another.")
    if is_right_party(outcome, entry) and not outcome.debts_discussed:
        yield Problem("debts_discussed", f"{FIELDS['debts_discussed'].label} is missing: mark at least one.")
    if outcome.consent_to_call and outcome.is_spoken and not is_right_party(outcome, entry):
        yield Problem("consent_to_call", "Only the debtor can agree to be called again: verify who spoke.")


def _money(outcome: Outcome, entry: Entry) -> Iterator[Problem]:
    if outcome.amount_minor is not None and outcome.amount_minor <= 0:
        yield Problem("amount_minor", "Amount must be more than nothing.")
    if outcome.whole and outcome.amount_minor is not None:
        yield Problem("amount_minor", "All of it is disputed, so no part is named: leave the amount out.")
    if "dispute" in entry.becomes and outcome.whole is False and len(outcome.debts_discussed) > 1:
        yield Problem("debts_discussed", "A part is disputed of one account: record one account at a time.")
    if outcome.not_given and outcome.contact_name and outcome.contact_details:
        yield Problem("not_given", "Name and details are there, so they were given.")
    if outcome.instalment_count is not None and not _FEWEST <= outcome.instalment_count <= _MOST:
        yield Problem("instalment_count", f"A plan has {_FEWEST} to {_MOST} instalments; a single one is a promise.")


def _days(outcome: Outcome, entry: Entry, today: date, settings: Settings) -> Iterator[Problem]:
    longest = settings.desk.promise_longest_days
    if {"promise", "plan"} & set(entry.becomes) and outcome.due_on is not None:
        if outcome.due_on < today:
            yield Problem("due_on", "By when must not lie in the past.")
        if outcome.due_on > today + timedelta(days=longest):
            what = "The first instalment" if "plan" in entry.becomes else "A promise"
            yield Problem("due_on", f"{what} is at most {longest} days away: agree on an earlier day or a plan.")
    for name in ("happened_on", "submitted_on"):
        told = getattr(outcome, name)
        if told is not None and told > today:
            yield Problem(name, f"{FIELDS[name].label} must not lie in the future.")


def _callback(outcome: Outcome, entry: Entry, at: datetime, zone: str, settings: Settings) -> Iterator[Problem]:
    if entry.ready.at != "callback_at" or outcome.callback_at is None:
        return
    if outcome.callback_at.tzinfo is None:
        yield Problem("callback_at", "The hour of the callback lacks its zone.")
        return
    if outcome.callback_at <= at:
        yield Problem("callback_at", "The callback must lie in the future.")
    if outcome.callback_at > at + timedelta(days=settings.desk.promise_longest_days):
        longest = settings.desk.promise_longest_days
        yield Problem("callback_at", f"A callback is at most {longest} days away: agree on an earlier day.")
    if part_of_day(outcome.callback_at, zone) is None:
        yield Problem("callback_at", "At that hour nobody may be called where the debtor is: agree on another.")
    if talked(outcome, entry) is False or not is_right_party(outcome, entry):
        return
    days = talk_days(settings)
    soon = day_of(outcome.callback_at, zone) < day_of(at, zone) + timedelta(days=days)
    if soon and not outcome.consent_to_call:
        yield Problem(
            "consent_to_call",
            f"Without consent no call is made within {days} days of a talk: ask for it, or agree on a later day.",
        )
