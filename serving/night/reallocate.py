"""The day's lists shared out anew without a new night: after somebody fell ill, or came in after all.

Only what is ready and in nobody's hands moves, and only hours that are still to come count. A callback stays with
whoever agreed on it, and what a manager put on somebody's list stays there while they are at work.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, text

from arrears.clock import Clock, day_of, start_of_day
from arrears.lake import Lake
from arrears.policy.columns import Numbers, Rows, Words
from arrears.policy.zonetime import Instants
from arrears.queues import store
from arrears.queues.currencies import comparable, way
from arrears.queues.item import Night
from arrears.queues.record import record_allocation
from arrears.queues.strategy import Strategy
from arrears.queues.strategy import read as read_strategy
from arrears.settings import Settings
from serving.night.allocate import Given, at_work
from serving.night.by_part import Parts, allocated_by_part, part_of, whole
from serving.night.needs import Needs
from serving.night.staffed import divided_among, staff_by_test

_READY = """
    SELECT work_item_id, client, lane, rank, value_minor, expected_minutes, currency, language, region, product,
        territory, skill, owner, ways, ready_at, explores, assigned_to, place, experiment, arm
    FROM work_items i
    WHERE state = 'ready' AND lane <> 'callback' AND ready_at < :ends AND NOT EXISTS (
        SELECT FROM paused_queues p
        WHERE p.ended_at IS NULL AND p.lane = i.lane AND (p.client IS NULL OR p.client = i.client)
    ) AND NOT (i.assigned_to = ANY (:there) AND EXISTS (
        SELECT FROM work_item_events e
        WHERE e.work_item_id = i.work_item_id AND e.did = 'reassigned' AND e.detail ->> 'by_plan' IS NULL
    ))
    ORDER BY rank, work_item_id FOR NO KEY UPDATE OF i SKIP LOCKED
"""
_SPOKEN = ("call", "visit")
_EVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Every absence that nobody took back counts, whichever process told it when."""
_MOVE = """
    WITH told AS (
        SELECT * FROM unnest(
            CAST(:items AS bigint[]), CAST(:collectors AS text[]), CAST(:places AS double precision[])
        ) AS t (work_item_id, assigned_to, place)
    ), moved AS (
        UPDATE work_items i SET assigned_to = told.assigned_to, place = told.place FROM told
        WHERE i.work_item_id = told.work_item_id AND i.state = 'ready'
        RETURNING i.work_item_id, i.assigned_to
    )
    INSERT INTO work_item_events (work_item_id, at, did, by, because, detail)
    SELECT work_item_id, :at, 'reassigned', :by, :because, jsonb_build_object('to', assigned_to, 'by_plan', true)
    FROM moved
"""


@dataclass(frozen=True)
class Reallocated:
    """What changed; `report` as `allocations` keeps it, None where there is no team."""

    items: int
    moved: int
    report: dict[str, Any] | None


def reallocate(engine: Engine, lake: Lake, *, clock: Clock, by: str, because: str) -> Reallocated | None:
    """Share out today's ready items anew among who is at work for the rest of the day.

    Parameters
    ----------
    clock : the portfolio's.
    by, because : who did it and why, for each item's events.

    Returns
    -------
    Reallocated | None : None where no night serves.
    """
    now, settings = clock.now(), lake.settings
    day = day_of(now, settings.portfolio.zone)
    with engine.begin() as connection:
        night = store.latest_night(connection)
        if night is None:
            return None
        ends = start_of_day(day + timedelta(days=1), settings.portfolio.zone)
        work = at_work(lake, day, settings, connection=connection, now=_EVER, from_=now)
        there = [member.collector_id for member in work.members if member.collector_id not in work.away]
        rows = connection.execute(text(_READY), {"ends": ends, "there": there}).all()
        places = np.array([row.rank for row in rows], dtype=np.float64)
        parts, strategies = _parts(rows, night)
        keys = [(each["test"], each["arm"]) for each in night.experiments]
        staff = staff_by_test(connection, keys)
        parts = divided_among(parts, keys, staff, work.team)
        given = _given(rows, settings, staffed=staff)
        by_part = [
            _valued(given, rows, np.flatnonzero(parts.of_item == place), strategy, settings)
            for place, strategy in enumerate(strategies)
        ]
        found = allocated_by_part(parts, by_part, places, work, settings, seed=day.toordinal())
        moved = _moved(connection, rows, found.assigned_to.tolist(), found.place, at=now, by=by, because=because)
        record_allocation(connection, night.night_id, found.report, at=now)
    report = None if found.report is None else dict(found.report)
    return Reallocated(items=len(rows), moved=moved, report=report)


def _moved(
    connection: Connection,
    rows: Sequence[Any],
    collectors: Sequence[str | None],
    places: Numbers,
    *,
    at: datetime,
    by: str,
    because: str,
) -> int:
    """Write the lists that changed; how many items changed hands."""
    changed = [
        (row.work_item_id, to, float(place))
        for row, to, place in zip(rows, collectors, places, strict=True)
        if to != row.assigned_to or (to is not None and place != row.place)
    ]
    if changed:
        items, who, where = (list(column) for column in zip(*changed, strict=True))
        told = {"items": items, "collectors": who, "places": where, "at": at, "by": by, "because": because}
        connection.execute(text(_MOVE), told)
    return sum(to != row.assigned_to for row, to in zip(rows, collectors, strict=True))


def _parts(rows: Sequence[Any], night: Night) -> tuple[Parts, list[Strategy]]:
    """How the night divided items and minutes among the arms of tests, and by which strategy each is ranked."""
    where = f"night {night.night_id}"
    if not night.experiments:
        return whole(len(rows)), [read_strategy(dict(night.strategy), where=where)]
    keys = {(each["test"], each["arm"]): place for place, each in enumerate(night.experiments)}
    of_item = np.array([keys.get((row.experiment, row.arm), 0) for row in rows], dtype=np.int64)
    shares = np.array([each["share"] for each in night.experiments])
    return Parts(of_item, shares), [read_strategy(dict(each["strategy"]), where=where) for each in night.experiments]


def _valued(given: Given, rows: Sequence[Any], own: Rows, strategy: Strategy, settings: Settings) -> Given:
    """A part's items with what a plan is to make most of."""
    value, unit = _value([rows[place] for place in own.tolist()], strategy, settings)
    told = part_of(given, own)
    return replace(told, value=np.where(told.value < 0, 0.0, value), unit=unit)


def _given(rows: Sequence[Any], settings: Settings, *, staffed: Collection[str]) -> Given:
    """The items; of `value` only the sign counts yet: below 0 where the lot left one off a list.

    Parameters
    ----------
    staffed : tests whose arms have staff of their own: an owner there is who had the debtor first.
    """
    opens_at, closes_at = _hours(rows)
    skill = settings.desk.high_balance_skill
    drawn = np.array([row.explores for row in rows], dtype=np.bool_)
    on_a_list = np.array([row.assigned_to is not None for row in rows], dtype=np.bool_)
    return Given(
        value=np.where(drawn & ~on_a_list, -1.0, 0.0),  # whom the lot left off a list in the morning stays off
        minutes=_numbers(row.expected_minutes for row in rows),
        client=_words(row.client for row in rows),
        lane=_words(row.lane for row in rows),
        needs=Needs(
            language=_words(row.language for row in rows),
            region=_words(row.region for row in rows),
            product=_words(row.product for row in rows),
            territory=_words(row.territory for row in rows),
            skill=_words(row.skill for row in rows),
            owner=_words(row.owner for row in rows),
            high=np.array([bool(skill) and row.skill == skill for row in rows], dtype=np.bool_),
        ),
        opens_at=opens_at,
        closes_at=closes_at,
        must=np.zeros(len(rows), dtype=np.bool_),
        explores=drawn & on_a_list,
        kept=np.array([row.experiment in staffed and bool(row.owner) for row in rows]) & ~(drawn & ~on_a_list),
        unit="",
    )


def _value(rows: Sequence[Any], strategy: Strategy, settings: Settings) -> tuple[Numbers, str]:
    currency, worth = _words(row.currency for row in rows), settings.value.rates.worth
    told = way(currency, worth)
    if strategy.is_money(strategy.priority) and told != "shares":
        unit = "worth" if told == "rates" else str(currency[0]) if len(currency) else ""
        return comparable(_numbers(row.value_minor for row in rows), currency, worth), unit
    ahead = np.arange(len(rows), 0, -1, dtype=np.float64)
    return ahead * _numbers(row.expected_minutes for row in rows), "places"


def _hours(rows: Sequence[Any]) -> tuple[Instants, Instants]:
    """(items,) from when to when somebody may call, NaT where nothing bounds the hours; no item before it is ready."""
    opens, closes = np.full((2, len(rows)), np.datetime64("NaT", "us"))
    for place, row in enumerate(rows):
        calls = [each for each in row.ways if each["channel"] in _SPOKEN]
        first, last = ([each[name] for each in calls] for name in ("opens_at", "allowed_until"))
        opens[place] = _instant(row.ready_at)
        if first and all(first):
            opens[place] = max(opens[place], min(_told(each) for each in first))
        if last and all(last):
            closes[place] = max(_told(each) for each in last)
    return opens, closes


def _told(moment: str) -> np.datetime64:
    return _instant(datetime.fromisoformat(moment))


def _instant(moment: datetime) -> np.datetime64:
    return np.datetime64(int(moment.timestamp() * 1_000_000), "us")


def _words(values: Iterable[str | None]) -> Words:
    return np.array([value or "" for value in values], dtype=np.str_)


def _numbers(values: Iterable[float]) -> Numbers:
    return np.array(list(values), dtype=np.float64)
