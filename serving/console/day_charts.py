"""Pictures of a working day: minutes by hour, a month against its goal, silence by bucket, rates with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import pairwise

import numpy as np
from markupsafe import Markup

from arrears.policy.columns import Numbers
from arrears.queues.supervise.capacity import Meeting
from arrears.queues.supervise.held_money import KINDS, Why
from arrears.queues.supervise.month import MonthToDate
from arrears.queues.supervise.right_party import Adjusted
from arrears.queues.supervise.untouched import BANDS, Silence
from serving.console.plot import Plot, both_widths, ticks
from serving.console.words import big_money, count, many, share
from serving.present import in_zone

_UNTOLD = 0.005


def by_hour(meeting: Meeting, planned: Numbers, now: datetime, zone: str) -> Markup:
    """Minutes needed and available in each hour: what is left of today before what is over."""
    return both_widths(_by_hour(meeting, planned, now, zone, 820, 250), _by_hour(meeting, planned, now, zone, 345, 210))


def _by_hour(meeting: Meeting, planned: Numbers, now: datetime, zone: str, width: float, height: float) -> Markup:
    starts = [_moment(start) for start in meeting.starts]
    shown = [at for at in range(len(starts)) if meeting.needed[at] > 0 or planned[at] > 0] or list(range(9, 17))
    first, last = shown[0], shown[-1]
    top = max(float(meeting.needed.max()), float(planned.max()), 60.0)
    plot = Plot(
        "Minutes needed and available by hour", width, height, (first, last + 1), (0, top * 1.05), (12, 8, 28, 48)
    )
    plot.left_axis([(value, count(value)) for value in ticks(0, top, 4)])
    room = plot.at_x(first + 1) - plot.at_x(first)
    every = 1 if room > 34 else 2  # noqa: PLR2004 - as wide as a clock's time
    for at in range(first, last + 1):
        local = in_zone(starts[at], zone)
        left, said = plot.at_x(at), f"{local:%H:%M}"
        needed, has, over = float(meeting.needed[at]), float(meeting.available[at]), float(planned[at])
        _column(plot, left + 1, room - 2, needed, "need", f"{said}: {count(needed)} minutes needed")
        _column(plot, left + room * 0.24, room * 0.52, over, "past", f"{said}: {count(over)} minutes planned")
        _column(plot, left + room * 0.24, room * 0.52, has, "bar-main", f"{said}: {count(has)} minutes available")
        if (at - first) % every == 0:
            plot.text(left + room / 2, height - 9, f"{local:%H}", anchor="middle")
    plot.rule(plot.pad[3], plot.at_y(0), width - plot.pad[1], plot.at_y(0), "axis")
    at_now = _place_of(now, meeting, first, last)
    if at_now is not None:
        plot.rule(plot.at_x(at_now), plot.pad[0] - 6, plot.at_x(at_now), plot.at_y(0), "moment")
    return plot.drawn()


def _column(plot: Plot, left: float, width: float, value: float, kind: str, told: str) -> None:
    if value > _UNTOLD:
        plot.box(left, plot.at_y(value), width, plot.at_y(0) - plot.at_y(value), kind, told=told)


def _moment(start: np.datetime64) -> datetime:
    naive: datetime = start.astype("M8[us]").item()
    return naive.replace(tzinfo=UTC)


def _place_of(now: datetime, meeting: Meeting, first: int, last: int) -> float | None:
    place = (now - _moment(meeting.starts[0])).total_seconds() / 3600
    return place if first <= place <= last + 1 else None


def month(month_: MonthToDate, today: date, days: int) -> Markup:
    """Money of the month as it came in, and the way to the goal where there is one."""
    return both_widths(_month(month_, today, days, 460, 190), _month(month_, today, days, 330, 170))


def _month(month_: MonthToDate, today: date, days: int, width: float, height: float) -> Markup:
    sums, total = [0.0], 0.0
    for paid in month_.by_day:
        total += paid
        sums.append(total)
    top = max(*sums, month_.goal_minor or 0, 1.0)
    plot = Plot("Collected this month", width, height, (0, days), (min(0.0, *sums), top * 1.06), (12, 12, 26, 58))
    plot.left_axis([(value, big_money(value, month_.currency)) for value in ticks(0, top, 4)])
    plot.bottom_axis([(value, f"{value:g}") for value in (1, 8, 15, 22, days)])
    if month_.goal_minor:
        plot.line([(0, 0), (days, float(month_.goal_minor))], "third")
        plot.text(plot.at_x(days), plot.at_y(month_.goal_minor) - 5, "goal", anchor="end", kind="over")
    points = [(float(at), value) for at, value in enumerate(sums)]
    plot.band([(x, 0.0) for x, _ in points], points)
    plot.line(points, "series")
    plot.dot(points[-1][0], points[-1][1], "dot", told=f"through {today.day}: {big_money(total, month_.currency)}")
    return plot.drawn()


def silence(lines: Sequence[Silence]) -> Markup:
    """Accounts by bucket and days since the last contact: the fuller a cell, the larger its share of the bucket."""
    return both_widths(_silence(lines, 620, 78, 30), _silence(lines, 345, 52, 28))


def bands() -> list[str]:
    """The bands of days since the last contact, in words.

    Examples
    --------
    >>> bands()[0], bands()[-1]
    ('today', 'longer, never')
    """
    edges = [f"{low + 1}-{high} d" for low, high in pairwise(BANDS)]
    return ["today", *edges, "longer, never"]


def _silence(lines: Sequence[Silence], width: float, left: float, height: float) -> Markup:
    names = bands()
    narrow = width < 500  # noqa: PLR2004 - a telephone
    if narrow:
        names = [name.removesuffix(" d").replace("longer, never", "never") for name in names]
    top, across = 22.0, (width - left) / len(names)
    plot = Plot("Accounts by bucket and days since the last contact", width, top + height * len(lines) + 2)
    for column, name in enumerate(names):
        plot.text(left + (column + 0.5) * across, 14, name, anchor="middle")
    for row, line in enumerate(lines):
        y = top + row * height
        plot.text(left - 8, y + height / 2 + 4, _brief(line.bucket), anchor="end", kind="name")
        for column, accounts in enumerate(line.accounts):
            x, part = left + column * across, accounts / (line.total or 1)
            strength = 0.04 if not accounts else 0.1 + 0.75 * part
            told = f"{line.bucket}, {names[column]}: {many(accounts, 'account')}, {share(part)}"
            plot.cell(x + 1, y + 1, across - 2, height - 2, strength, told)
            if accounts:
                kind = "on-heat" if strength > 0.6 else "name"  # noqa: PLR2004 - white reads on it
                plot.text(x + across / 2, y + height / 2 + 4, count(accounts), anchor="middle", kind=kind)
    return plot.drawn()


def _brief(bucket: str) -> str:
    return {"CHARGED_OFF": "off", "CURRENT": "0"}.get(bucket, bucket)


def kinds(accounts: Mapping[Why, int]) -> Markup:
    """Held accounts by what would end their hold, as one bar."""
    total, width, height = sum(accounts.values()) or 1, 600.0, 16.0
    plot = Plot("Held accounts by kind", width, height, pad=(0, 0, 0, 0))
    left = 0.0
    for why in KINDS:
        part = accounts.get(why, 0) / total * width
        if part:
            plot.box(left, 0, part - 1.5, height, f"why-{why}", told=f"{KINDS[why]}: {many(accounts[why], 'account')}")
        left += part
    return plot.drawn()


def rate(found: Adjusted, team_rate: float, within: tuple[float, float]) -> Markup:
    """A rate with its interval, beside the team's: a dot, a line through it, and a mark where the team stands."""
    plot = Plot(f"{share(found.rate)}, between {share(found.low)} and {share(found.high)}", 150, 18, within, (0, 1))
    plot.pad = (0, 4, 0, 4)
    plot.rule(plot.at_x(within[0]), 9, plot.at_x(within[1]), 9, "grid")
    plot.rule(plot.at_x(team_rate), 1, plot.at_x(team_rate), 17, "team")
    plot.rule(plot.at_x(found.low), 9, plot.at_x(found.high), 9, "span")
    plot.dot(found.rate, 0.5, "dot", radius=4)
    return plot.drawn()


def fill(part: float, of: float) -> Markup:
    """How much of a whole is done: a bar in a track."""
    plot = Plot(f"{share(part / of if of else 0)}", 150, 8, pad=(0, 0, 0, 0))
    plot.box(0, 0, 150, 8, "track-bar")
    plot.box(0, 0, 150 * min(part / of, 1.0) if of else 0, 8, "bar-main")
    return plot.drawn()
