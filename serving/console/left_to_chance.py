"""What a night left to chance, for the page Strategies: its slice, its holdout, its edge, and the chance by rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from markupsafe import Markup
from sqlalchemy import Connection, Row, text

from arrears.desk_settings import DeskSettings
from arrears.queues.holdout import HOLDOUT, released_on
from arrears.queues.item import Night
from arrears.queues.lot import BY_CHOICE, SURE, in_slice
from arrears.settings import recorded_settings
from serving.console.plot import Plot, Point, both_widths, ticks
from serving.console.words import count, share

_ALL = """
    SELECT count(*) AS items,
        max(chance) FILTER (WHERE by_choice AND NOT held) AS high,
        min(chance) FILTER (WHERE by_choice AND NOT held) AS low,
        max(chance) FILTER (WHERE by_choice AND held) AS evenly
    FROM (
        SELECT chosen_with_probability AS chance, experiment IS NOT DISTINCT FROM :holdout AS held,
            lane = ANY (:lanes) AND chosen_with_probability < :sure AS by_choice
        FROM work_items WHERE night_id = :night AND made_by = 'night'
    ) AS told
"""
_LOTS = """
    SELECT rank, debtor_id, chosen_with_probability AS chance, experiment, arm FROM work_items
    WHERE night_id = :night AND made_by = 'night' AND (explores OR experiment = :holdout) ORDER BY rank
"""
_SAME = 1e-9


@dataclass(frozen=True)
class HeldOut:
    """The debtors in the holdout.

    Attributes
    ----------
    since, newest : first day of the oldest and of the newest of their episodes.
    next_release, last_release : when the first and the last of them are released, if they stay past due so long.
    """

    debtors: int
    since: date
    newest: date
    next_release: date
    last_release: date


@dataclass(frozen=True)
class Edge:
    """The ranks around the end of the minutes: how many items, from which rank to which."""

    items: int
    first: int
    last: int


@dataclass(frozen=True)
class LeftToChance:
    """A night's lots.

    Attributes
    ----------
    desk : the settings that it followed.
    items, drawn : of the night, and of these in the slice.
    held_out, edge : None where there is none.
    chart : chance by rank; None where no lot decided about anybody.
    """

    desk: DeskSettings
    items: int
    drawn: int
    held_out: HeldOut | None
    edge: Edge | None
    chart: Markup | None


def left_to_chance(connection: Connection, night: Night) -> LeftToChance:
    """What a night left to chance."""
    desk = recorded_settings(night.settings, where=f"night {night.night_id}").desk
    asked = {"night": night.night_id, "holdout": HOLDOUT, "lanes": list(BY_CHOICE), "sure": SURE}
    whole = connection.execute(text(_ALL), asked).one()
    rows = connection.execute(text(_LOTS), asked).all()
    edge = _edge(rows, whole)
    return LeftToChance(
        desk=desk,
        items=whole.items,
        drawn=_drawn(rows, night.served_on, desk.random_slice_share),
        held_out=_held_out(rows, desk.holdout_days),
        edge=edge,
        chart=_chart(whole, edge) if whole.high is not None else None,
    )


def _drawn(rows: Sequence[Row[Any]], day: date, share_: float) -> int:
    debtors = np.array([row.debtor_id for row in rows if row.experiment != HOLDOUT], dtype=np.str_)
    return int(in_slice(debtors, day, share_).sum())


def _held_out(rows: Sequence[Row[Any]], days: int) -> HeldOut | None:
    told = {row.debtor_id: date.fromisoformat(row.arm) for row in rows if row.experiment == HOLDOUT}
    if not told:
        return None
    first, newest = min(told.values()), max(told.values())
    return HeldOut(len(told), first, newest, released_on(first, days), released_on(newest, days))


def _edge(rows: Sequence[Row[Any]], whole: Row[Any]) -> Edge | None:
    if whole.high is None:
        return None
    low, high = whole.low + _SAME, whole.high - _SAME
    ranks = [row.rank for row in rows if row.experiment != HOLDOUT and low < row.chance < high]
    return Edge(len(ranks), ranks[0], ranks[-1]) if ranks else None


def _chart(whole: Row[Any], edge: Edge | None) -> Markup:
    """The chance by rank, as far as there is something to see."""
    until = whole.items if edge is None else min(whole.items, 2 * edge.last)
    return both_widths(*(_drawn_chart(whole, edge, until, width) for width in (600, 340)))


def _drawn_chart(whole: Row[Any], edge: Edge | None, until: int, width: float) -> Markup:
    plot = Plot("Chance to be worked by rank", width, 170, (1, max(until, 2)), (0, 1), pad=(10, 16, 30, 48))
    plot.left_axis([(part, share(part)) for part in (0.0, 0.5, 1.0)])
    plot.bottom_axis([(rank, count(round(rank))) for rank in ticks(1, until, 4)])
    line: list[Point] = [(1, whole.high), (until, whole.low)]
    if edge is not None:
        line[1:1] = [(edge.first, whole.high), (edge.last, whole.low)]
    plot.line(line, "series")
    if whole.evenly is not None:
        plot.line([(1, whole.evenly), (until, whole.evenly)], "other")
    return plot.drawn()
