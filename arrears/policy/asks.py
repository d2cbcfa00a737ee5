"""Every way in which somebody on an account might be reached: one ask a person, channel and point.

A channel that needs a number or address asks once for each that is not known to be bad. Where the source has no table
of points at all, one unknown number a person stands for what a dialer may know.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from arrears.policy import codes
from arrears.policy.columns import NOBODY, Asks, Flags, Rows
from arrears.policy.facts import Facts

COLLECT, MANUAL = codes.PURPOSE.of("collect"), codes.TECHNOLOGY.of("manual")

_REACHED_BY = {"call": "phone", "sms": "phone", "email": "email", "letter": "postal"}
"""Which kind of point a channel needs."""


def asks_of(facts: Facts) -> Asks:
    """The asks of a whole book, in lane pay: to collect, dialled by hand."""
    parts = [_by_points(facts, channel, kind) for channel, kind in _REACHED_BY.items()]
    if not facts.has("points"):
        everyone = np.arange(len(facts.parties))
        parts.append(_of(facts, everyone, np.full(len(everyone), NOBODY), "call"))
    parts.append(_letters(facts))
    return _joined(parts)


def dialled(asks: Asks, technology: str) -> Asks:
    """The same asks, dialled in another way: by a machine, or with a recorded voice."""
    return replace(asks, technology=np.full(len(asks), codes.TECHNOLOGY.of(technology), np.int8))


def lane_asks(facts: Facts) -> Asks:
    """One ask an account, of its primary debtor and no channel: what a lane without contact is judged by."""
    primary = np.flatnonzero(facts.parties.person == facts.accounts.person[facts.parties.account])
    asks = _of(facts, primary, np.full(len(primary), NOBODY), "letter")
    return Asks(
        account=asks.account,
        person=asks.person,
        party=asks.party,
        point=asks.point,
        channel=np.full(len(primary), codes.NOT_GIVEN, np.int8),
        technology=asks.technology,
        purpose=asks.purpose,
    )


def _by_points(facts: Facts, channel: str, kind: str) -> Asks:
    """Every party with every point of its person that this channel can use."""
    points, parties = facts.points, facts.parties
    usable: Flags = (points.kind == codes.POINT.of(kind)) & (points.status != codes.POINT_STATUS.of("bad"))
    if channel == "sms":
        usable &= points.line != codes.LINE.of("landline")
    chosen = np.flatnonzero(usable)
    chosen = chosen[np.argsort(points.person[chosen], kind="stable")]
    owners = points.person[chosen]
    first = np.searchsorted(owners, parties.person, side="left")
    counts = np.searchsorted(owners, parties.person, side="right") - first
    party = np.repeat(np.arange(len(parties)), counts)
    before = np.cumsum(counts) - counts
    point = chosen[np.repeat(first - before, counts) + np.arange(len(party))]
    return _of(facts, party, point, channel)


def _letters(facts: Facts) -> Asks:
    """Letters to whoever has an address and no postal point."""
    has_point = np.zeros(len(facts.people), dtype=np.bool_)
    has_point[facts.points.person[facts.points.kind == codes.POINT.of("postal")]] = True
    party = np.flatnonzero((facts.people.has_address & ~has_point)[facts.parties.person])
    return _of(facts, party, np.full(len(party), NOBODY), "letter")


def _of(facts: Facts, party: Rows, point: Rows, channel: str) -> Asks:
    return Asks(
        account=facts.parties.account[party],
        person=facts.parties.person[party],
        party=party,
        point=point,
        channel=np.full(len(party), codes.CHANNEL.of(channel), np.int8),
        technology=np.full(len(party), MANUAL, np.int8),
        purpose=np.full(len(party), COLLECT, np.int8),
    )


def _joined(parts: list[Asks]) -> Asks:
    return Asks(*(np.concatenate([getattr(part, name) for part in parts]) for name in Asks.__dataclass_fields__))
