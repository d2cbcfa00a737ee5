"""Working minutes by hour: what each collector's shifts, or a usual working day, leave in every hour block of a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

import numpy as np

from arrears.policy.columns import Numbers
from arrears.policy.zonetime import Instants, instant

HOUR = np.timedelta64(1, "h")


@dataclass(frozen=True)
class Shifts:
    """Rows of the shifts table: who works from when to when, as instants in UTC."""

    collector_id: Sequence[str]
    starts_at: Instants
    ends_at: Instants


def working_day(day: date, zone: str, *, opens: time = time(9), closes: time = time(17)) -> Instants:
    """When a usual working day begins and ends, as two instants in UTC.

    Examples
    --------
    >>> working_day(date(2026, 6, 2), "America/New_York").astype("M8[m]").tolist()
    [datetime.datetime(2026, 6, 2, 13, 0), datetime.datetime(2026, 6, 2, 21, 0)]
    """
    shown = np.array([f"{day}T{opens}", f"{day}T{closes}"], "M8[us]")
    return instant(shown, zone)


def blocks_between(first: np.datetime64, last: np.datetime64) -> Instants:
    """The beginnings of all whole hours, in UTC, that touch the time from `first` until before `last`.

    Examples
    --------
    >>> blocks_between(np.datetime64("2026-06-02T13:30"), np.datetime64("2026-06-02T15:00")).astype(str).tolist()
    ['2026-06-02T13', '2026-06-02T14']
    """
    hours = first.astype("M8[h]")
    return np.arange(hours, (last - np.timedelta64(1, "us")).astype("M8[h]") + HOUR, HOUR)


def minutes_by_block(
    collector_id: Sequence[str],
    minutes_per_day: Numbers,
    starts: Instants,
    *,
    day: Instants,
    shifts: Shifts | None = None,
    absences: Mapping[str, float] | None = None,
) -> Numbers:
    """Working minutes of each collector in each hour block.

    Parameters
    ----------
    minutes_per_day : (collectors,) what a collector works on a full day.
    starts : (blocks,) when each hour block begins, as `blocks_between` tells.
    day : two instants, the usual working day of a team that has no table of shifts.
    shifts : None: there is no such table. With one, whoever has no shift on the day does not work.
    absences : minutes that are left of the day for those who are away for some or all (0) of it.

    Returns
    -------
    Array of shape (collectors, blocks), each entry 0-60. A shift that is longer than the minutes of work in it is
    thinned evenly: eight hours with 420 minutes of work have 52.5 in each, because nobody knows when the breaks are.

    Examples
    --------
    >>> starts = blocks_between(np.datetime64("2026-06-02T13"), np.datetime64("2026-06-02T16"))
    >>> evening = Shifts(["C2"], np.array(["2026-06-02T14:30"], "M8[us]"), np.array(["2026-06-02T16"], "M8[us]"))
    >>> day = np.array(["2026-06-02T13", "2026-06-02T15"], "M8[us]")
    >>> minutes_by_block(["C1", "C2"], np.array([420.0, 420.0]), starts, day=day, shifts=evening).tolist()
    [[0.0, 0.0, 0.0], [0.0, 30.0, 60.0]]
    >>> minutes_by_block(["C1", "C2"], np.array([420.0, 90.0]), starts, day=day, absences={"C1": 0}).tolist()
    [[0.0, 0.0, 0.0], [45.0, 45.0, 0.0]]
    """
    if shifts is None:
        present = np.tile(_overlap(day[:1], day[1:], starts), (len(collector_id), 1))
    else:
        row = {one: at for at, one in enumerate(collector_id)}
        ours = np.array([row.get(one, -1) for one in shifts.collector_id], dtype=np.int64)
        present = np.zeros((len(collector_id), len(starts)))
        known = ours >= 0
        np.add.at(present, ours[known], _overlap(shifts.starts_at[known], shifts.ends_at[known], starts))
        present = np.minimum(present, 60.0)
    left = np.array([(absences or {}).get(one, np.inf) for one in collector_id])
    return _thinned(present, np.minimum(minutes_per_day, left))


def _overlap(begins: Instants, ends: Instants, starts: Instants) -> Numbers:
    """(rows, blocks) minutes of each row's time that lie in each block."""
    shared = np.minimum(ends[:, None], starts + HOUR) - np.maximum(begins[:, None], starts)
    return np.clip(shared / np.timedelta64(1, "m"), 0.0, 60.0)


def _thinned(present: Numbers, most: Numbers) -> Numbers:
    total = present.sum(axis=1, keepdims=True)
    share = np.divide(most[:, None], total, out=np.ones_like(total), where=total > most[:, None])
    return np.asarray(present * share)
