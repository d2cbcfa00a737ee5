"""The page Today, a manager's first screen: what the day asks of the team, what it has done, and what stands still."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from arrears.clock import SystemClock
from arrears.policy.columns import Numbers
from arrears.queues import store
from arrears.queues.supervise.capacity import Meeting, Window, blocks_of, meet, windows
from arrears.queues.supervise.chosen import Filter
from arrears.queues.supervise.feed import feed
from arrears.queues.supervise.held_money import KINDS, HeldMoney, Why, cures, held_money
from arrears.queues.supervise.lanes import LaneTotal, lanes, pauses
from arrears.queues.supervise.lists import open_items
from arrears.queues.supervise.month import month_to_date
from arrears.queues.supervise.planned import planned
from arrears.queues.supervise.promised import broken, falling_due
from arrears.queues.supervise.roster import roster_of
from arrears.queues.supervise.untouched import by_days_since, penetration, rolling
from arrears.state.reading import reading
from serving.console import day_charts
from serving.console.day_words import LANE_NAMES, ago
from serving.deployment import Deployment
from serving.present import in_zone
from serving.recent import Recent
from serving.supervise.team_day import TeamDay, team_day

SOON_DAYS = 3
SHOWN = 8


@dataclass(frozen=True)
class Hours:
    """Ready work that can be done between the same hours in one zone.

    `closes` None: not today. `nobody`: no one is at a desk in these hours.
    """

    place: str
    opens: datetime | None
    closes: datetime | None
    items: int
    minutes: float
    workable: float
    nobody: bool


def shown(deployment: Deployment) -> dict[str, Any] | None:
    """What the page shows; None before the first night."""
    day, now, settings = deployment.day, deployment.clock.now(), deployment.settings
    zone = settings.portfolio.zone
    with reading(deployment.engine) as connection:
        night = deployment.night(connection)
        if night is None:
            return None
        soon = day + timedelta(days=SOON_DAYS)
        team, number = team_day(deployment, connection), night.night_id
        recent = deployment.of_night("recent", Recent).of
        held = deployment.of_night("held money", lambda: held_money(connection, number))
        top = open_items(connection, Filter(standing="ready"), now=now, limit=SHOWN)
        return {
            "night": night,
            "ran_at": in_zone(night.ran_at, zone),
            "today": day,
            "zone": zone,
            "soon": soon,
            "lanes": _by_lane(lanes(connection, now)),
            "pauses": pauses(connection),
            "feed": _feed(deployment, connection, now),
            "rolling": recent(f"rolling {day}", lambda: rolling(connection, today=day, by=soon, zone=zone)),
            "due": falling_due(connection, deployment.lake, day),
            "broken": broken(connection, now),
            "penetration": penetration(connection, number, today=day, zone=zone),
            "held": deployment.of_night("held", lambda: store.held_by_reason(connection, number)),
            "held_money": held,
            "held_kinds": _kinds(held),
            "kinds": KINDS,
            "cures": deployment.of_night("cures", lambda: cures(connection, number)),
            "plan": planned(connection, number),
            "aging": deployment.of_night("aging", lambda: store.aging(connection, number)),
            "silence": recent(f"silence {day}", lambda: by_days_since(connection, number, today=day, zone=zone)),
            "months": _months(deployment, connection, day),
            "month_days": monthrange(day.year, day.month)[1],
            "top": top.rows,
            "team": team,
            **_hours(recent("windows", lambda: windows(connection, now, zone=zone)), team, now, zone),
            "charts": day_charts,
            "rate_range": rate_range(team),
            "currencies": len({row.currency for row in held}),
            "names": names_of(deployment),
            "lane_names": LANE_NAMES,
            "ago": ago,
        }


def names_of(deployment: Deployment) -> dict[str, str]:
    """What the team calls its collectors, by id."""
    return {one.collector_id: one.member.name for one in roster_of(deployment.lake).collectors}


def rate_range(team: TeamDay) -> tuple[float, float]:
    """Where the scale of right-party rates begins and ends: the same for all, so that they compare."""
    rates = [one.rate for one in team.people if one.rate]
    low, high = min([rate.low for rate in rates] or [0.0]), max([rate.high for rate in rates] or [1.0])
    room = max((high - low) * 0.08, 0.01)
    return max(low - room, 0.0), high + room


def _hours(ready: Sequence[Window], team: TeamDay, now: datetime, zone: str) -> dict[str, Any]:
    starts, planned = blocks_of(team.day, zone), team.by_hour
    meeting = meet(ready, starts, planned, now)
    picture = day_charts.by_hour(meeting, planned, now, zone)
    return {"meeting": meeting, "by_hour": picture, "windows": _told(meeting, zone), "planned": _total(planned)}


def _told(meeting: Meeting, zone: str) -> list[Hours]:
    """The windows as the portfolio's clock shows them, the largest first, those with the same hours together."""
    found: dict[tuple[str, datetime | None, datetime | None], list[float]] = {}
    nobody: dict[tuple[str, datetime | None, datetime | None], bool] = {}
    for window, workable, alone in zip(meeting.windows, meeting.workable, meeting.with_nobody, strict=True):
        key = (_place(window, zone), _local(window.opens_at, zone), _local(window.closes_at, zone))
        total = found.setdefault(key, [0, 0.0, 0.0])
        total[0] += window.items
        total[1] += window.minutes
        total[2] += float(workable)
        nobody[key] = nobody.get(key, False) or bool(alone)
    rows = [Hours(*key, int(items), minutes, done, nobody[key]) for key, (items, minutes, done) in found.items()]
    return sorted(rows, key=lambda row: -row.minutes)


def _place(window: Window, zone: str) -> str:
    return (window.zone or zone).rsplit("/", 1)[-1].replace("_", " ")


def _local(moment: datetime | None, zone: str) -> datetime | None:
    """To the minute, as it is shown."""
    return None if moment is None else in_zone(moment, zone).replace(second=0, microsecond=0)


def _total(minutes: Numbers) -> float:
    return float(minutes.sum())


def _by_lane(found: Sequence[LaneTotal]) -> list[LaneTotal]:
    """The lanes, those with most ready work first."""
    return sorted(found, key=lambda lane: (-lane.ready, -lane.waiting, lane.lane))


def _kinds(held: Sequence[HeldMoney]) -> dict[Why, int]:
    total: dict[Why, int] = dict.fromkeys(KINDS, 0)
    for row in held:
        total[row.why] += row.accounts
    return total


def _months(deployment: Deployment, connection: Connection, day: date) -> list[Any]:
    portfolio, goals = deployment.settings.portfolio, deployment.settings.desk.month_goal
    return month_to_date(connection, deployment.lake, day, goals=goals, country=portfolio.country or None)


def _feed(deployment: Deployment, connection: Connection, now: datetime) -> dict[str, Any]:
    """How fresh the facts are; a load is of the machine's time, an event of the portfolio's."""
    found, zone = feed(connection, deployment.lake), deployment.settings.portfolio.zone
    real = SystemClock().now()
    return {
        "told": found,
        "loaded_at": _local(found.loaded_at, zone),
        "loaded_ago": None if found.loaded_at is None else real - found.loaded_at,
        "event_ago": None if found.event_at is None else now - found.event_at,
        "waits": None if found.oldest_unsettled_at is None else now - found.oldest_unsettled_at,
    }
