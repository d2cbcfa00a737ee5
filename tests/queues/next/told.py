"""Outcomes as collectors record them: what a disposition asks, answered plainly, so that a test tells only its own."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from arrears.queues.next.after import after
from arrears.queues.next.asked import asks
from arrears.queues.next.entries import entries
from arrears.queues.next.outcome import History, Next, Outcome
from arrears.settings import Settings, settings_of

NEW_YORK = "America/New_York"
TUESDAY = date(2026, 6, 2)

ANSWERS: dict[str, Any] = {
    "verified_party": "primary",
    "debts_discussed": ("A",),
    "amount_minor": 10_000,
    "due_on": date(2026, 6, 12),
    "method": "verbal",
    "instalment_count": 3,
    "every": "month",
    "callback_at": datetime(2026, 6, 12, 15, 0, tzinfo=ZoneInfo(NEW_YORK)),
    "form": "oral",
    "whole": True,
    "contact_name": "Lee & Partners",
    "contact_details": "lee@example.org",
    "chapter": "7",
    "told_by": "family",
    "language": "es",
    "reason": "charges",
}


def house(country: str = "US", zone: str = NEW_YORK, **desk: Any) -> Settings:
    """A house in New York that works from eight to nine, Monday to Friday."""
    open_long = {"working_day": "08:00-21:00", "working_days": "mon-fri"}
    document = {"portfolio": {"zone": zone, "country": country}, "desk": open_long | desk}
    return settings_of(document, where="the test's settings")


def told(disposition: str, **own: Any) -> Outcome:
    """An outcome with every required question answered."""
    needed = {field.name: ANSWERS[field.name] for field in asks(disposition) if field.required}
    if needed.get("whole"):
        needed["amount_minor"] = None
    channel = "email" if entries()[disposition].group == "message" else "call"
    return Outcome(
        **{"outcome_id": "o-1", "debtor_id": "D", "disposition": disposition, "point_id": "P", "channel": channel}
        | needed
        | own
    )


def clock(text: str, zone: str = NEW_YORK) -> datetime:
    """A moment as `2026-06-02 09:30`, on clocks in a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def following(
    disposition: str,
    at: str = "2026-06-02 09:30",
    history: History | None = None,
    settings: Settings | None = None,
    zone: str = NEW_YORK,
    **own: Any,
) -> Next:
    """What follows from an outcome at a moment of the debtor's day."""
    outcome = told(disposition, **own)
    return after(outcome, history or History(), clock(at, zone), zone, settings or house())


def shown(moment: datetime | None) -> str:
    """A moment as its own clock shows it: `Tue 2026-06-02 09:30`."""
    return "never" if moment is None else f"{moment:%a %Y-%m-%d %H:%M}"
