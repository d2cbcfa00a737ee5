"""Which rows follow from an outcome: the contact itself, and what it makes known of points, promises, holds and wishes.

Days are the debtor's own, moments the outcome's. Columns are those of the source tables, as the lake names them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from arrears.queues.next.entries import Entry
from arrears.queues.next.outcome import LIABLE, Fact, History, Outcome

_DATED = frozenset({"deceased", "bankruptcy"})
"""Holds that stand from the day on which it happened, not from the day on which we heard of it."""

_CONTACT = (
    "debtor_id",
    "channel",
    "direction",
    "disposition",
    "verified_party",
    "consented",
    "purpose",
    "technology",
    "point_id",
    "collector_id",
    "decision_id",
    "talk_minutes",
    "wrap_minutes",
)


def is_right_party(outcome: Outcome, entry: Entry) -> bool:
    """Whether it was a talk, by telephone or at the door, with a verified person who owes."""
    owes = outcome.verified_party in LIABLE if outcome.liable is None else outcome.liable
    verified = outcome.verified_party is not None and owes
    return entry.right_party != "no" and outcome.is_spoken and verified and talked(outcome, entry) is not False


def talked(outcome: Outcome, entry: Entry) -> bool | None:
    """Whether two people talked: as recorded, else as the disposition says; None where neither tells."""
    if not outcome.is_spoken:
        return False
    if outcome.conversation is not None:
        return outcome.conversation
    return None if entry.conversation == "unsure" else entry.conversation == "yes"


def line_said(outcome: Outcome, entry: Entry) -> str | None:
    """What the line said: as recorded, else what goes with the disposition; None for what is no call."""
    if outcome.channel != "call":
        return None
    return outcome.connect or next(iter(entry.connect), None)


def contact_row(outcome: Outcome, entry: Entry, at: datetime) -> dict[str, Any]:
    """The row of `contacts` that the outcome is, but for its key."""
    row = {name: getattr(outcome, name) for name in _CONTACT}
    return row | {
        "at": at,
        "connect": line_said(outcome, entry),
        "conversation": talked(outcome, entry),
        "debts_discussed": list(outcome.debts_discussed),
    }


def facts_of(outcome: Outcome, entry: Entry, history: History, at: datetime, day: date) -> Iterator[Fact]:
    """Every other row that follows, those that stop somebody first.

    Parameters
    ----------
    day : on which the contact was, where the debtor is.
    """
    if entry.hold:
        yield Fact("holds", _hold(outcome, entry.hold, at, day))
    for what in entry.becomes:
        match what:
            case "point_bad" | "point_good" | "point_shared":
                yield from _point(outcome, entry, what)
            case "language":
                yield Fact("debtors", {"language": str(outcome.language).lower()}, over=outcome.debtor_id)
            case "consent":
                yield from _consent(outcome, day)
            case "preference":
                yield Fact("preferences", _closed_channel(outcome, day))
            case "dispute":
                yield from _disputes(outcome, at, day)
            case "promise":
                yield from _promises(outcome, history, day)
            case _:
                yield from _plan(outcome, history, day)


def _hold(outcome: Outcome, kind: str, at: datetime, day: date) -> dict[str, Any]:
    row: dict[str, Any] = {"debtor_id": outcome.debtor_id, "kind": kind, "starts_on": day, "received_at": at}
    if kind in _DATED and outcome.happened_on is not None:
        row["starts_on"] = min(outcome.happened_on, day)
    if kind == "bankruptcy":
        row["chapter"] = None if outcome.chapter == "not_known" else outcome.chapter
    if kind == "cease":
        row["form"] = outcome.form
    for name in ("contact_name", "contact_details"):
        if value := getattr(outcome, name):
            row[name] = value
    return row


def _point(outcome: Outcome, entry: Entry, what: str) -> Iterator[Fact]:
    says: dict[str, tuple[bool, dict[str, Any]]] = {
        "point_bad": (True, {"status": "bad"}),
        "point_good": (is_right_party(outcome, entry), {"status": "good"}),
        "point_shared": (bool(outcome.shared_line), {"shared": True}),
    }
    is_so, row = says[what]
    if is_so and outcome.point_id is not None:
        yield Fact("points", row, over=outcome.point_id)


def _consent(outcome: Outcome, day: date) -> Iterator[Fact]:
    """Consent to be called again is the debtor's alone, by the number of the talk where it is known."""
    if outcome.consent_to_call:
        row = {"debtor_id": outcome.debtor_id, "kind": "call_window", "given_on": day, "point_id": outcome.point_id}
        yield Fact("consents", row)


def _closed_channel(outcome: Outcome, day: date) -> dict[str, Any]:
    channel = outcome.opt_out_of or outcome.channel
    return {"debtor_id": outcome.debtor_id, "kind": "channel", "rule": channel, "allow": False, "starts_on": day}


def _disputes(outcome: Outcome, at: datetime, day: date) -> Iterator[Fact]:
    for account_id in outcome.debts_discussed:
        yield Fact(
            "disputes",
            {
                "account_id": account_id,
                "opened_on": day,
                "received_at": at,
                "submitted_on": outcome.submitted_on,
                "form": outcome.form,
                "amount_minor": None if outcome.whole else outcome.amount_minor,
                "code": outcome.reason,
            },
        )


def _promises(outcome: Outcome, history: History, day: date) -> Iterator[Fact]:
    yield from _called_off(outcome, history, day)
    row = _promised(outcome, history, day)
    yield Fact("promises", row | {"due_on": outcome.due_on, "amount_minor": outcome.amount_minor})


def _plan(outcome: Outcome, history: History, day: date) -> Iterator[Fact]:
    yield from _called_off(outcome, history, day)
    row = _promised(outcome, history, day) | {"arrangement_id": outcome.outcome_id}
    for due_on, amount_minor in outcome.instalments:
        yield Fact("promises", row | {"due_on": due_on, "amount_minor": amount_minor})


def _called_off(outcome: Outcome, history: History, day: date) -> Iterator[Fact]:
    if outcome.replaces:
        yield from (Fact("promises", {"cancelled_on": day}, over=promise_id) for promise_id in history.open_promises)


def _promised(outcome: Outcome, history: History, day: date) -> dict[str, Any]:
    """Whose promise it is: the account's where there is one, else the debtor's.

    Where the debtor's accounts are of several work groups a promise that names the debtor alone could not be matched
    with money; naming one account of the work group keeps it with that group's.
    """
    row: dict[str, Any] = {"made_on": day, "method": outcome.method}
    if len(outcome.debts_discussed) == 1 or not history.one_book:
        return row | {"account_id": outcome.debts_discussed[0]}
    return row | {"debtor_id": outcome.debtor_id}
