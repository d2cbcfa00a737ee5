"""Numbers and addresses of an item, in the order in which they are tried: what may be used, and why the rest may not.

The ways are those of the claim; for every other number the rules are asked why it stays closed at this moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from arrears.policy import codes
from arrears.policy.columns import NOBODY
from arrears.policy.verdict import Hold, Judgement
from arrears.queues.item import WorkItem

Row = Mapping[str, Any]
SPOKEN = ("call", "visit")


@dataclass(frozen=True)
class Number:
    """One number or address of somebody whom the item may reach.

    Attributes
    ----------
    part : the person's part in the accounts.
    value : the number itself; None where the source names none.
    about : what is known of it, in words.
    opens_at, until : of a way; None: it is open, and no rule closes it.
    holds : why it may not be used; empty where it may.
    """

    person: str
    part: str
    channel: str
    point_id: str | None
    value: str | None
    about: str
    opens_at: datetime | None
    until: datetime | None
    conditions: tuple[str, ...] = ()
    holds: tuple[Hold, ...] = ()

    @property
    def is_open(self) -> bool:
        """True where it may be used now."""
        return not self.holds and self.opens_at is None

    @property
    def is_spoken(self) -> bool:
        """True where people talk by it."""
        return self.channel in SPOKEN


def numbers_of(item: WorkItem, judgement: Judgement, points: Mapping[str, Row], now: datetime) -> tuple[Number, ...]:
    """Those that may be used now, then those that open later, then those that are held; telephones first in each.

    Parameters
    ----------
    points : rows of the source table by their id.
    """
    ways = [_of_way(way, points, now) for way in item.ways]
    taken = {_place(each) for each in ways}
    held = [each for each in _held(item, judgement, points) if _place(each) not in taken]
    return tuple(sorted([*ways, *held], key=lambda each: (bool(each.holds), each.opens_at or _NOW, not each.is_spoken)))


def _of_way(way: Row, points: Mapping[str, Row], now: datetime) -> Number:
    opens, closes = (_moment(way[name]) for name in ("opens_at", "allowed_until"))
    point = points.get(way["point"] or "", {})
    return Number(
        person=way["person"],
        part=way["part"],
        channel=way["channel"],
        point_id=way["point"],
        value=point.get("value"),
        about=_about(point),
        opens_at=opens if opens is not None and opens > now else None,
        until=closes,
        conditions=tuple(way["conditions"]),
    )


def _held(item: WorkItem, judgement: Judgement, points: Mapping[str, Row]) -> Iterator[Number]:
    """Every ask about the item's accounts that a rule holds, once for each person and number."""
    facts = judgement.facts
    asks = np.concatenate([judgement.asks_of(row) for row in _rows_of(item, facts.accounts.id)])
    by_place: dict[tuple[int, int, int], list[int]] = {}
    for ask in asks[judgement.held[asks]].tolist():
        by_place.setdefault(
            (_at(facts.asks.person, ask), _at(facts.asks.channel, ask), _at(facts.asks.point, ask)), []
        ).append(ask)
    for (_, channel, point), same in by_place.items():
        row = {} if point == NOBODY else points.get(str(facts.points.id[point]), {})
        way = judgement.way(same[0])
        yield Number(
            person=way.person,
            part=way.part,
            channel=codes.CHANNEL.name(channel),
            point_id=way.point,
            value=row.get("value"),
            about=_about(row),
            opens_at=None,
            until=None,
            holds=judgement.holds_of(np.array(same)),
        )


def _rows_of(item: WorkItem, ids: Any) -> list[int]:  # noqa: ANN401 - NumPy's words
    return [row for row, account in enumerate(ids.tolist()) if account in item.accounts] or []


def _at(column: Any, row: int) -> int:  # noqa: ANN401 - a NumPy column of codes or rows
    return int(column[row])


def _place(each: Number) -> tuple[str, str, str | None]:
    return each.person, each.channel, each.point_id


def _about(point: Row) -> str:
    line = point.get("line_type")
    told = [
        "" if line in (None, "unknown") else str(line),
        "at work" if point.get("is_work") else "",
        "shared" if point.get("shared") else "",
        "unverified" if point.get("status") == "unverified" else "",
        "found by search" if point.get("source") == "skip_trace" else "",
    ]
    return ", ".join(word for word in told if word)


def _moment(told: str | None) -> datetime | None:
    return None if told is None else datetime.fromisoformat(told)


_NOW = datetime.min.replace(tzinfo=UTC)
