"""What happens after an outcome: the next item, who gets it and when, and which facts follow. It reads no clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from arrears.clock import add_business_days, day_of
from arrears.errors import BadInput
from arrears.queues.next.entries import Entry, Otherwise, entries, sentence_of
from arrears.queues.next.facts import contact_row, facts_of, is_right_party, line_said
from arrears.queues.next.hours import DeskHours, desk_hours, first_on, part_of_day, ready_again
from arrears.queues.next.outcome import History, Next, Outcome
from arrears.queues.next.problems import problems_of
from arrears.queues.next.promises import called_from
from arrears.settings import Settings

_UNTIL_SPOKEN_WITH = frozenset({"callback", "skip_trace", "promise"})
_WRITTEN = frozenset({"sms", "email", "letter", "portal"})


def after(
    outcome: Outcome,
    history: History,
    at: datetime,
    zone: str,
    settings: Settings,
    *,
    hours: DeskHours | None = None,
) -> Next:
    """What happens next.

    Parameters
    ----------
    at : when the contact ended, with a zone.
    zone : the debtor's; where several are plausible, any of them: the conduct gate asks all of them at the claim.
    settings : the client's.
    hours : when the desk works; None: as the settings say.

    Raises
    ------
    BadInput : the outcome lacks or contradicts something: all of `problems_of`.

    Examples
    --------
    >>> from datetime import UTC
    >>> from arrears.settings import default_settings
    >>> rang_out = Outcome("o-1", "d-1", "no_answer", point_id="p-1")
    >>> morning = datetime(2026, 6, 1, 13, 30, tzinfo=UTC)
    >>> then = after(rang_out, History(points_left=("p-2",)), morning, "America/New_York", default_settings())
    >>> then.lane, then.ready_at.isoformat(), then.point_id
    ('pay', '2026-06-02T11:00:00-04:00', 'p-2')
    """
    if problems := problems_of(outcome, at, zone, settings):
        raise BadInput(
            asked=f"record the outcome {outcome.disposition}",
            found="; ".join(problem.sentence for problem in problems),
            do="Answer what is named.",
        )
    entry = _as_it_stands(outcome, history, settings)
    day, hours = day_of(at, zone), hours or desk_hours(settings)
    parts = _parts_tried(outcome, entry, history, at, zone)
    lane, point_id = _where(outcome, entry, history)
    ready_at = None if lane is None else _when(outcome, entry, history, at, zone, settings, hours, parts)
    return Next(
        lane=lane,
        ready_at=ready_at,
        to=entry.to,
        skill=_skill(outcome, entry),
        team_from=_team_from(entry, ready_at, settings),
        point_id=point_id,
        purpose=entry.purpose,
        parts_tried=parts,
        is_right_party=is_right_party(outcome, entry),
        sentence=sentence_of(entry, settings),
        contact=contact_row(outcome, entry, at),
        facts=tuple(facts_of(outcome, entry, history, at, day)),
    )


def _as_it_stands(outcome: Outcome, history: History, settings: Settings) -> Entry:
    """The disposition's entry, or the case of it that this outcome is."""
    entry = entries(settings.desk.outcomes)[outcome.disposition]
    for otherwise in entry.when:
        if _is_so(otherwise, outcome, entry, history):
            return entry.changed(otherwise)
    return entry


def _is_so(otherwise: Otherwise, outcome: Outcome, entry: Entry, history: History) -> bool:
    found = {
        "connect": line_said(outcome, entry),
        "is_right_party": is_right_party(outcome, entry),
        "written_in": outcome.direction == "in" and outcome.channel in _WRITTEN,
        "attorney_named": bool(outcome.contact_name and outcome.contact_details),
    }
    in_a_row = otherwise.in_a_row is None or history.in_a_row + 1 >= otherwise.in_a_row
    return in_a_row and all(getattr(otherwise, name) in (None, value) for name, value in found.items())


def _parts_tried(outcome: Outcome, entry: Entry, history: History, at: datetime, zone: str) -> tuple[str, ...]:
    """The parts of the day in which nobody was reached, this one last; none once the debtor was spoken with."""
    if is_right_party(outcome, entry):
        return ()
    here = part_of_day(at, zone)
    if here is None or not outcome.is_spoken or outcome.direction == "in":
        return history.parts_tried
    return (*(part for part in history.parts_tried if part != here), here)


def _where(outcome: Outcome, entry: Entry, history: History) -> tuple[str | None, str | None]:
    """The lane of the next item, and the number or address to try."""
    lane = entry.lane
    if lane == "same":
        lane = _goes_on_in(history.lane, is_spoken_with=is_right_party(outcome, entry))
    after_this = next(iter(history.points_left), None)
    match entry.point:
        case "same":
            point = outcome.point_id
        case "other":
            point = after_this or outcome.point_id
        case "next":
            point = after_this
            lane = lane if point or history.other_channels_left else entry.without_point
        case _:
            point = None
    return (None, None) if lane == "none" else (lane, point)


def _goes_on_in(lane: str, *, is_spoken_with: bool) -> str:
    """The lane that an item stays in; what was only for reaching the debtor, or for one talk, is over with the talk."""
    return "pay" if lane == "inbound" or (is_spoken_with and lane in _UNTIL_SPOKEN_WITH) else lane


def _when(
    outcome: Outcome,
    entry: Entry,
    history: History,
    at: datetime,
    zone: str,
    settings: Settings,
    hours: DeskHours,
    parts: tuple[str, ...],
) -> datetime:
    match entry.ready.at:
        case "now":
            return at.astimezone(ZoneInfo(zone))
        case "callback_at":
            assert outcome.callback_at is not None  # noqa: S101 - `problems_of` asked for it
            return outcome.callback_at.astimezone(ZoneInfo(zone))
        case "broken":
            return first_on(_spoken_of_from(outcome, day_of(at, zone), settings), zone, hours, at)
        case _:
            may_today = history.tries_today + 1 < settings.desk.tries_per_day
            return ready_again(entry.ready, at, zone, hours, tried=parts, may_today=may_today)


def _spoken_of_from(outcome: Outcome, talked_on: date, settings: Settings) -> date:
    """The first day on which the promise, if it is broken, may be spoken of: the same sum as the night's."""
    assert outcome.due_on is not None  # noqa: S101 - `problems_of` asked for it
    grace_ends_on = add_business_days(
        outcome.due_on, settings.promises.grace_business_days, settings.portfolio.country or None
    )
    found = called_from(
        np.array([grace_ends_on], "M8[D]"), np.array([talked_on], "M8[D]"), settings.portfolio.country or None, settings
    )
    day: date = found[0].item()
    return day


def _skill(outcome: Outcome, entry: Entry) -> str:
    if entry.to != "skill":
        return ""
    return entry.skill or f"language:{(outcome.language or '').lower()}"


def _team_from(entry: Entry, ready_at: datetime | None, settings: Settings) -> datetime | None:
    """A timed callback is its owner's for some minutes; any other item's owner is only preferred."""
    if ready_at is None or entry.to != "owner" or entry.ready.at != "callback_at":
        return None
    return ready_at + timedelta(minutes=settings.desk.callback_owner_minutes)
