"""What the Desk's templates show: an item with its clocks and forms, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from arrears.queues.next.entries import entries
from arrears.queues.next.skips import reasons as skip_reasons
from serving.console import words
from serving.console.desk import Held, age, clocks, exact, place
from serving.console.desk_form import choices
from serving.console.my_day import MyDay, Ready, Stored
from serving.deployment import Deployment
from serving.present import in_zone

LANE_WORDS = {
    "pay": "To pay",
    "callback": "Callback",
    "promise": "Promise not kept",
    "dispute": "Dispute",
    "skip_trace": "To be found",
    "hardship": "Hardship",
    "inbound": "They called us",
    "payer": "Payer",
    "attorney": "Attorney",
    "estate": "Estate",
    "specialist": "Specialist",
    "legal_review": "Legal review",
    "placement_review": "Placement review",
}
"""What each lane is called on the desk."""


def item_facts(
    deployment: Deployment,
    held: Held,
    day: MyDay,
    *,
    now: datetime,
    typed: Mapping[str, Any] | None = None,
    debts: Sequence[str] | None = None,
    faults: Mapping[str, str] | None = None,
    stored: Stored | None = None,
    told: str | None = None,
    open_act: str = "",
) -> dict[str, Any]:
    """What the page of an item shows.

    Parameters
    ----------
    typed, debts, faults : what was typed and could not be stored, and why, by field; "" for the whole of it.
    open_act : skip, snooze or release where that form is to stand open.
    """
    our_zone = deployment.settings.portfolio.zone
    settings = deployment.settings
    ways = [number for number in held.known.numbers if number.is_open]
    first = next((number for number in ways if number.is_spoken), next(iter(ways), None))
    typed = typed or {}
    chosen = typed.get("way") or (f"{first.channel}|{first.point_id or ''}|{first.person}" if first else "")
    return {
        "held": held,
        "day": day,
        "may_call": any(number.is_spoken and number.is_open for number in held.known.numbers),
        "chosen_way": chosen,
        "choices": choices(settings, written=not held.spoken),
        "typed": typed,
        "debts": debts,
        "faults": faults or {},
        "skips": skip_reasons(),
        "skips_left": day.skips_left,
        "open_act": open_act,
        "snooze_default": _tomorrow(now, held.zone),
        "lease_minutes": settings.desk.lease_minutes,
        "notes": held.notices,
        "receipt": receipt(stored, our_zone, settings.desk.outcomes) if stored else told,
        **clockwork(our_zone),
    }


@dataclass(frozen=True)
class Idle:
    """Why nobody is on the desk, and whether the next may be asked for."""

    title: str
    told: str
    may_claim: bool


def idle(ready: Ready, zone: str, now: datetime, *, asked: bool) -> Idle:
    """What a desk without a debtor says.

    Parameters
    ----------
    asked : the next debtor was asked for just now, and none may be worked.
    """
    later = _later(ready.next_at, zone, now)
    paused = "".join(f" {LANE_WORDS[lane]} is paused: {because}." for lane, because in ready.paused)
    if (ready.own or ready.team) and not asked:
        told = "You see one debtor at a time, the one that matters most first."
        return Idle("Ready when you are", f"{told}{paused}", may_claim=True)
    if ready.own or ready.team:
        told = "Nobody on the lists may be contacted at this moment, or others hold them."
        return Idle("Nobody may be worked now", f"{told}{later}{paused}", may_claim=True)
    if ready.next_at is not None:
        return Idle("Nothing is ready", f"Your list is worked for now.{later}{paused}", may_claim=False)
    told = "Nothing waits for you, now or later. Your manager gives out lists."
    return Idle("Your list is empty", f"{told}{paused}", may_claim=False)


def _later(at: datetime | None, zone: str, now: datetime) -> str:
    if at is None:
        return ""
    when = in_zone(at, zone)
    day = "" if when.date() == in_zone(now, zone).date() else f" {words.day(when.date())},"
    return f" The next one is ready at{day} {when:%H:%M}."


def idle_facts(
    deployment: Deployment,
    day: MyDay,
    ready: Ready,
    *,
    now: datetime,
    asked: bool = False,
    stored: Stored | None = None,
    told: str | None = None,
) -> dict[str, Any]:
    """What the page shows while nobody is on the desk; `told` is what was done last, where it was no outcome."""
    zone = deployment.settings.portfolio.zone
    said = receipt(stored, zone, deployment.settings.desk.outcomes) if stored else told
    return {
        "idle": idle(ready, zone, now, asked=asked),
        "day": day,
        "ready": ready,
        "skips_left": day.skips_left,
        "notes": (),
        "receipt": said,
        **clockwork(zone),
    }


def clockwork(our_zone: str) -> dict[str, Any]:
    """How templates of the desk write moments: by the debtor's clock, or by ours."""
    return {
        "notices": (),  # how the queue was scored is for those who rank, not for those who talk
        "our_zone": our_zone,
        "clocks": clocks,
        "place": place,
        "age": age,
        "exact": exact,
        "left_words": left_words,
        "here": lambda at: in_zone(at, our_zone),
        "lane_words": LANE_WORDS,
    }


def left_words(until: datetime, now: datetime) -> str:
    """How long is left, in words.

    Examples
    --------
    >>> from datetime import UTC
    >>> now = datetime(2026, 6, 1, 15, tzinfo=UTC)
    >>> left_words(now + timedelta(minutes=12, seconds=30), now), left_words(now + timedelta(hours=5, minutes=7), now)
    ('12 min left', '5 h 7 min left')
    >>> left_words(now, now + timedelta(minutes=2))
    'over'
    """
    minutes = int((until - now).total_seconds() // 60)
    if minutes < 0:
        return "over"
    return f"{minutes} min left" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min left"  # noqa: PLR2004 - an hour


def receipt(stored: Stored, zone: str, changes: Mapping[str, Any]) -> str:
    """What became of an outcome, in one line."""
    title = entries(changes)[stored.disposition].title
    late = " The lease had ended; it is kept all the same." if stored.after_lease else ""
    return f"{stored.debtor_id}: {title}. {_next_said(stored, zone)}{late}"


def _next_said(stored: Stored, zone: str) -> str:
    if stored.lane is None or stored.ready_at is None:
        return "Nothing comes next."
    when = in_zone(stored.ready_at, zone)
    said = f"{words.day(when.date())}, {when:%H:%M}"
    if stored.lane == "promise":
        return f"Back on {said}, only if it is not kept."
    return f"Next: {LANE_WORDS[stored.lane].lower()}, {said}."


def _tomorrow(now: datetime, zone: str) -> str:
    local = now.astimezone(ZoneInfo(zone)) + timedelta(days=1)
    return f"{local:%Y-%m-%d}T10:00"
