"""What people asked for and agreed to, per person, channel and point: columns that requests and media share."""

from __future__ import annotations

import numpy as np

from arrears.policy import codes
from arrears.policy.columns import NOBODY, Days, Rows
from arrears.policy.facts import Facts
from arrears.policy.rules.holding import DAY, FREE, has_begun

CHANNELS = len(codes.CHANNEL.names)
_AGREED = {"sms": "sms", "email": "email"}
"""The channel that a consent opens again."""


class ByChannel:
    """A greatest day for each person and channel, and for each point and channel; NaT beats all.

    Examples
    --------
    >>> days = ByChannel(people=2, points=0)
    >>> days.of_person(np.array([1]), 0, np.array(["2026-06-01"], "M8[D]"))
    >>> days.at(np.array([0, 1]), np.array([-1, -1]), np.array([0, 0])).astype(str).tolist()
    ['0001-01-01', '2026-06-01']
    """

    def __init__(self, *, people: int, points: int) -> None:
        self._people = np.full(people * CHANNELS, FREE)
        self._points = np.full((points + 1) * CHANNELS, FREE)  # the last row is for asks without a point

    def of_person(self, person: Rows, channel: int | Rows, days: Days) -> None:
        """Raise the days of some persons."""
        np.maximum.at(self._people, person * CHANNELS + channel, days)

    def of_point(self, point: Rows, channel: int | Rows, days: Days) -> None:
        """Raise the days of some points."""
        np.maximum.at(self._points, point * CHANNELS + channel, days)

    def of_whole_point(self, point: Rows, days: Days) -> None:
        """Raise the days of some points for every channel."""
        if len(point):
            every = np.arange(CHANNELS)
            np.maximum.at(self._points, (point[:, None] * CHANNELS + every).ravel(), np.repeat(days, CHANNELS))

    def at(self, person: Rows, point: Rows, channel: codes.Coded) -> Days:
        """The greater of the person's and the point's day."""
        return np.asarray(
            np.maximum(self._people[person * CHANNELS + channel], self._points[point * CHANNELS + channel])
        )


def wanted_since(facts: Facts) -> Days:
    """(asks,) the day on which the person last asked or agreed to be reached this way; FREE where never."""
    asks, preferences = facts.asks, facts.preferences
    if not len(preferences.kind) and not len(facts.consents.kind):
        return np.full(len(asks), FREE)
    days = ByChannel(people=len(facts.people), points=len(facts.points))
    wished = surely_preferred(facts)
    of_channel = wished[preferences.kind[wished] == codes.PREFERENCE.of("channel")]
    named = preferences.channel[of_channel].astype(np.int64)
    days.of_person(preferences.person[of_channel], named, preferences.starts_on[of_channel])
    of_point = wished[preferences.point[wished] != NOBODY]
    days.of_whole_point(preferences.point[of_point], preferences.starts_on[of_point])
    for channel_name, kind in _AGREED.items():
        rows, channel = consented(facts, kind), codes.CHANNEL.of(channel_name)
        point, given = facts.consents.point[rows], facts.consents.given_on[rows]
        anywhere = point == NOBODY
        days.of_person(facts.consents.person[rows[anywhere]], channel, given[anywhere])
        days.of_point(point[~anywhere], channel, given[~anywhere])
    return days.at(asks.person, asks.point, asks.channel)


def surely_preferred(facts: Facts) -> Rows:
    """Rows of preferences for something that run by every clock that the person may have: they open what is shut."""
    rows = preferred(facts, allow=True)
    if not len(rows):
        return rows
    starts, ends = facts.preferences.starts_on[rows], facts.preferences.ends_on[rows]
    person = facts.preferences.person[rows]
    begun = facts.begins(starts, person) <= facts.at
    return rows[begun & ~has_begun(facts, ends + DAY, person)]


def preferred(facts: Facts, *, allow: bool) -> Rows:
    """Rows of preferences for (or against) something that run today by any clock."""
    preferences = facts.preferences
    rows = np.flatnonzero((preferences.allow == allow) & (preferences.person != NOBODY))
    if not len(rows):
        return rows
    person = preferences.person[rows]
    begun = has_begun(facts, preferences.starts_on[rows], person)
    return rows[begun & ~(preferences.ends_on[rows] < facts.today[person])]


def consented(facts: Facts, kind: str) -> Rows:
    """Consents of one kind that were given and not taken back."""
    consents = facts.consents
    rows = np.flatnonzero((consents.kind == codes.CONSENT.of(kind)) & (consents.person != NOBODY))
    if not len(rows):
        return rows
    person = consents.person[rows]
    taken_back = has_begun(facts, consents.revoked_on[rows], person)
    return rows[~taken_back & (consents.given_on[rows] <= facts.today[person])]


def given_on(facts: Facts, kind: str) -> tuple[Days, Days]:
    """The last day on which consent in force was given: (people,) for any point, (points + 1,) for one; FREE: never."""
    people, points = np.full(len(facts.people), FREE), np.full(len(facts.points) + 1, FREE)
    rows = consented(facts, kind)
    if len(rows):
        point, given = facts.consents.point[rows], facts.consents.given_on[rows]
        anywhere = point == NOBODY
        np.maximum.at(people, facts.consents.person[rows[anywhere]], given[anywhere])
        np.maximum.at(points, point[~anywhere], given[~anywhere])
    return people, points


def given_on_points(facts: Facts, kind: str) -> Days:
    """(points + 1,) the same for every point, whatever the consent names; the last place, for no point, is FREE."""
    people, points = given_on(facts, kind)
    points[:-1] = np.maximum(points[:-1], people[facts.points.person])
    return points
