"""What a skip costs, and what becomes of the item that a collector does not want."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from arrears.clock import day_of, start_of_day
from arrears.desk_settings import To
from arrears.errors import Refused, WrongUse
from arrears.queues.next.entries import Skip, book
from arrears.queues.next.hours import DeskHours, desk_hours, ready_again
from arrears.queues.next.outcome import History
from arrears.settings import Settings


@dataclass(frozen=True)
class Skipped:
    """What follows from a skip.

    Attributes
    ----------
    lane : of the item that comes back.
    ready_at : from when it may be claimed.
    to, skill : who gets it.
    barred_until : until then it is not offered to who skipped it; None: it stays with them.
    cost : what it took of the day's skips.
    left : what is left of them.
    """

    lane: str
    ready_at: datetime
    to: To
    skill: str
    barred_until: datetime | None
    cost: int
    left: int


def reasons() -> Mapping[str, Skip]:
    """Every reason to skip, in the order of the file.

    Examples
    --------
    >>> {name: reason.cost for name, reason in reasons().items() if not reason.cost}
    {'language': 0, 'conflict_of_interest': 0}
    """
    return book().skips


def skip(
    reason: str,
    history: History,
    at: datetime,
    zone: str,
    settings: Settings,
    *,
    language: str | None = None,
    hours: DeskHours | None = None,
) -> Skipped:
    """What follows when a collector skips an item.

    Parameters
    ----------
    history : `lane`, `tries_today`, `parts_tried` of the item, and `skips_today` of the collector.
    at : when, with a zone.
    zone : the debtor's.
    language : the debtor's, where it is known.

    Raises
    ------
    WrongUse : there is no such reason.
    Refused : the collector has no skip left for it today.

    Examples
    --------
    >>> from datetime import UTC
    >>> from arrears.settings import default_settings
    >>> noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    >>> skip("too_hard", History(skips_today=4), noon, "UTC", default_settings()).left
    0
    """
    chosen = _reason(reason)
    budget = settings.desk.skip_budget
    left = budget - history.skips_today - chosen.cost
    if chosen.cost and left < 0:
        raise Refused(
            asked=f"skip for the reason {reason}",
            found=f"{history.skips_today} of {budget} skips of this day are spent",
            do="Work the item, or release it to your manager; language and conflict of interest cost nothing.",
        )
    return Skipped(
        lane=history.lane if chosen.lane == "same" else chosen.lane,
        ready_at=_when(chosen, history, at, zone, hours or desk_hours(settings), settings),
        to="skill" if chosen.to == "skill" and language else _anybody(chosen.to),
        skill=f"language:{language.lower()}" if chosen.to == "skill" and language else "",
        barred_until=_barred_until(chosen, at, settings),
        cost=chosen.cost,
        left=max(left, 0),
    )


def _reason(reason: str) -> Skip:
    if reason not in reasons():
        raise WrongUse(
            asked=f"skip for the reason {reason}",
            found="no such reason",
            do=f"Use one of {', '.join(reasons())}.",
        )
    return reasons()[reason]


def _when(chosen: Skip, history: History, at: datetime, zone: str, hours: DeskHours, settings: Settings) -> datetime:
    if chosen.ready.at == "now":
        return at.astimezone(ZoneInfo(zone))
    may_today = history.tries_today < settings.desk.tries_per_day
    return ready_again(chosen.ready, at, zone, hours, tried=history.parts_tried, may_today=may_today)


def _anybody(to: To) -> To:
    """Without a language nobody can tell who has the skill: the team gets it."""
    return "team" if to == "skill" else to


def _barred_until(chosen: Skip, at: datetime, settings: Settings) -> datetime | None:
    """The end of the last day, where the desk is, on which it is not offered to the same collector."""
    if not chosen.barred_days:
        return None
    zone = settings.portfolio.zone
    return start_of_day(day_of(at, zone) + timedelta(days=chosen.barred_days), zone)
