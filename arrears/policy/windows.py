"""When people may be reached, by every clock they may have: asked once for each distinct set of zones and hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from arrears.policy.columns import Flags, Instants, Rows
from arrears.policy.facts import Facts
from arrears.policy.preferences import DAY, Band
from arrears.policy.rule import Found
from arrears.policy.week import Week, closes, opens

NEVER = np.iinfo(np.int64).min
"""NaT as an integer."""

_WEEKDAYS = 7
Window = tuple[bool, int, int]
"""Whether it is shut, when it opens, and, if it is open, when it shuts: microseconds since 1970, NEVER for never."""


@dataclass(frozen=True)
class Shut:
    """Windows as columns: which rows are shut, until when, and when the others will be; NaT: never."""

    holds: Flags
    until: Instants
    shuts: Instants


def moment_of(facts: Facts) -> int:
    """The moment judged, in microseconds since 1970."""
    return int(facts.at.astype("M8[us]").astype(np.int64))


@lru_cache(maxsize=65_536)
def window(week: Week, zones: tuple[str, ...], at: int) -> Window:
    """Whether a week is open in every zone at an instant, and the next change."""
    first = opens(week, zones, at)
    if first != at:
        return True, NEVER if first is None else first, NEVER
    shuts = closes(week, zones, at)
    return False, NEVER, NEVER if shuts is None else shuts


def by_location(facts: Facts, week: Week) -> Found:
    """Level person: who is outside a week's hours in some zone in which they may be; missing where none is known."""
    kinds, which = facts.zone_kinds
    at = moment_of(facts)
    shut = shut_in([window(week, facts.zones.of(kind, facts.zone), at) for kind in kinds], which)
    unknown = np.array([kind == 0 for kind in kinds], np.bool_)[which]
    return Found(shut.holds & ~unknown, shut.until, shut.shuts, missing=unknown)


def shut_in(told: Sequence[Window], which: Rows) -> Shut:
    """The windows of rows, each of which is in one of them."""
    shut, until, shuts = zip(*told, strict=True) if told else ((), (), ())
    return Shut(
        holds=np.array(shut, np.bool_)[which],
        until=np.array(until, np.int64).view("M8[us]")[which],
        shuts=np.array(shuts, np.int64).view("M8[us]")[which],
    )


def by_bands(facts: Facts, rows: Rows) -> Iterator[tuple[Rows, int, tuple[Band, ...]]]:
    """People who named the same bands in the same zones: their rows, their zones as a mask, and the bands.

    Parameters
    ----------
    rows : of preferences, at least one; each a band that a person named.
    """
    preferences = facts.preferences
    kinds, which = facts.zone_kinds
    begins, ends, weekdays = (
        column[rows] for column in (preferences.minutes_from, preferences.minutes_to, preferences.weekdays)
    )
    bands, band = np.unique((begins * (DAY + 1) + ends) << _WEEKDAYS | weekdays, return_inverse=True)
    order = np.lexsort([band, preferences.person[rows]])
    people, first, counts = np.unique(preferences.person[rows][order], return_index=True, return_counts=True)
    group = which[people]
    for nth in range(counts.max()):
        more = counts > nth
        step = np.zeros(len(people), np.int64)
        step[more] = band[order[first[more] + nth]] + 1
        group = np.unique(group * (len(bands) + 1) + step, return_inverse=True)[1]
    by_group = np.argsort(group, kind="stable")
    for members in np.split(by_group, np.flatnonzero(np.diff(group[by_group])) + 1):
        lead = members[0]
        own = rows[order[first[lead] : first[lead] + counts[lead]]]
        named = tuple(
            Band(int(preferences.minutes_from[row]), int(preferences.minutes_to[row]), int(preferences.weekdays[row]))
            for row in own.tolist()
        )
        yield people[members], kinds[which[people[lead]]], named
