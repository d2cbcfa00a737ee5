"""Minutes that ready work needs and that the team has, hour by hour and by the hours at which debtors may be reached.

An item may be worked at any hour at which one of its calls is open. So what it needs is no column of one hour: it is
laid evenly on the hours that are left to it, and whether the team suffices is asked of all hours together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from sqlalchemy import Connection, text

from arrears.clock import day_of, end_of_day, start_of_day
from arrears.policy.columns import Flags, Numbers
from arrears.policy.zonetime import Instants

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Window:
    """Ready items of one zone whose debtors may be reached between the same two moments.

    `zone` None: the portfolio's. `opens_at` None: from now on. `closes_at` None: to the end of the day and beyond.
    """

    zone: str | None
    opens_at: datetime | None
    closes_at: datetime | None
    items: int
    minutes: float


@dataclass(frozen=True)
class Meeting:
    """How a day's ready work and its minutes meet; arrays are by hour block of `starts`.

    Attributes
    ----------
    needed : minutes, each window's laid evenly on the hours that are left to it.
    available : minutes of the team.
    worked : minutes that can be worked, the windows that close first first.
    windows : as they were, the earliest to open first.
    workable : of each window, the minutes that can still be worked today.
    with_nobody : of each window, whether nobody is at a desk in any of its hours.
    """

    starts: Instants
    needed: Numbers
    available: Numbers
    worked: Numbers
    windows: tuple[Window, ...]
    workable: Numbers
    with_nobody: tuple[bool, ...]

    @property
    def minutes_needed(self) -> float:
        """Of all ready work."""
        return float(sum(window.minutes for window in self.windows))

    @property
    def spare(self) -> float:
        """Minutes of the team for which nobody may be called."""
        return float((self.available - self.worked).sum())


_WINDOWS = """
    WITH open_item AS (
        SELECT work_item_id, zone, expected_minutes, ready_at, ways FROM work_items
        WHERE state = 'ready' AND ready_at < :end
    ), reached AS (
        SELECT work_item_id,
               bool_or(way ->> 'opens_at' IS NULL) AS is_open, min((way ->> 'opens_at')::timestamptz) AS opens_at,
               bool_or(way ->> 'allowed_until' IS NULL) AS no_end,
               max((way ->> 'allowed_until')::timestamptz) AS closes_at
        FROM open_item CROSS JOIN jsonb_array_elements(ways) AS way
        WHERE way ->> 'channel' = 'call'
        GROUP BY work_item_id
    ), spanned AS (
        SELECT zone, expected_minutes,
               greatest(CASE WHEN is_open THEN NULL ELSE opens_at END, nullif(greatest(ready_at, :now), :now)) AS opens,
               CASE WHEN no_end THEN NULL ELSE closes_at END AS closes
        FROM open_item LEFT JOIN reached USING (work_item_id)
    )
    SELECT zone, CASE WHEN opens > :now THEN opens END AS opens_at, closes AS closes_at,
           count(*) AS items, sum(expected_minutes) AS minutes
    FROM spanned WHERE closes IS NULL OR closes > :now
    GROUP BY 1, 2, 3 ORDER BY 2 NULLS FIRST, 3, 1
"""


def windows(connection: Connection, now: datetime, *, zone: str) -> list[Window]:
    """Ready items of the rest of the day by the hours of their calls, the earliest to open first.

    An item without a call may be worked at any hour. Hours that are over are left out, and so are items put off to
    another day.
    """
    end = end_of_day(day_of(now, zone), zone)
    rows = connection.execute(text(_WINDOWS), {"now": now, "end": end}).mappings()
    return [Window(**row) for row in rows]


def blocks_of(day: date, zone: str) -> Instants:
    """The beginnings of the hours of a day in a zone, in UTC: 24, or 23 or 25 where clocks change."""
    # In UTC, as the difference of two moments of one zone is that of their clocks' faces.
    first, last = (start_of_day(each, zone).astimezone(UTC) for each in (day, day + timedelta(days=1)))
    count = round((last - first) / HOUR)
    return np.array([_instant(first + HOUR * at) for at in range(count)], "M8[us]")


def meet(found: Sequence[Window], starts: Instants, available: Numbers, now: datetime) -> Meeting:
    """Set ready work against the team's minutes, hour by hour; hours that are over have neither.

    Notes
    -----
    Serving the window that closes first is optimal where work may be divided at will (Horn 1974, Naval Research
    Logistics Quarterly 21: 177-185): no other order works more minutes.
    """
    left = np.clip((starts + np.timedelta64(1, "h") - _instant(now)) / np.timedelta64(1, "h"), 0.0, 1.0)
    supply = available * left
    share = np.array([_open_share(window, starts, left) for window in found]).reshape(len(found), len(starts))
    hours = share.sum(axis=1, keepdims=True)
    minutes = np.array([window.minutes for window in found])
    spread = np.divide(share * minutes[:, None], hours, out=np.zeros_like(share), where=hours > 0)
    workable, worked = _by_deadline(found, share > 0, minutes, supply)
    return Meeting(
        starts=starts,
        needed=spread.sum(axis=0),
        available=supply,
        worked=worked,
        windows=tuple(found),
        workable=workable,
        with_nobody=tuple(not (supply[row > 0] > 0).any() for row in share),
    )


def _by_deadline(found: Sequence[Window], open_: Flags, minutes: Numbers, supply: Numbers) -> tuple[Numbers, Numbers]:
    far = datetime.max.replace(tzinfo=UTC)
    order = sorted(range(len(found)), key=lambda at: found[at].closes_at or far)
    rest, worked = minutes.copy(), np.zeros(len(supply))
    for block, room in enumerate(supply):
        for at in order:
            if not open_[at, block]:
                continue
            taken = min(float(rest[at]), float(room) - worked[block])
            rest[at] -= taken
            worked[block] += taken
    return minutes - rest, worked


def _open_share(window: Window, starts: Instants, left: Numbers) -> Numbers:
    """The part of each hour block that is still to come and lies in the window."""
    begins = starts.astype("M8[us]") + ((1 - left) * 3_600_000_000).astype("m8[us]")
    ends = starts + np.timedelta64(1, "h")
    opens = begins if window.opens_at is None else np.maximum(begins, _instant(window.opens_at))
    closes = ends if window.closes_at is None else np.minimum(ends, _instant(window.closes_at))
    return np.asarray(np.clip((closes - opens) / np.timedelta64(1, "h"), 0.0, 1.0))


def _instant(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")
