"""A queue as a file that people open in a spreadsheet: one row an item, best first, money in major units.

A spreadsheet runs a cell that begins like a formula. Text from a source may begin like one, so it is written in a way
that stays text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from arrears.money import to_major
from arrears.queues.files.cells import line, local, safe
from arrears.queues.item import Json, WorkItem

COLUMNS = (
    "rank",
    "debtor_id",
    "accounts",
    "work_group",
    "lane",
    "bucket",
    "days_past_due",
    "currency",
    "balance",
    "past_due",
    "stop_roll",
    "rolls_on",
    "value",
    "expected_minutes",
    "value_per_minute",
    "reasons",
    "verdict",
    "allowed_channels",
    "allowed_from",
    "allowed_until",
    "allowed_ways",
    "as_of",
    "night_id",
    "scored_by",
    "strategy",
    "propensity_model",
    "roll_rate_model",
    "client",
)
"""Columns of the file, in order."""


def rows_of_csv(items: Iterable[WorkItem], zone: str) -> Iterator[str]:
    """The file, line by line, header first.

    Parameters
    ----------
    zone : in whose clock hours are written; each has its offset.
    """
    yield line(COLUMNS)
    for item in items:
        yield line(safe(value) for value in _row(item, zone))


def _row(item: WorkItem, zone: str) -> tuple[Any, ...]:
    return (
        item.rank,
        item.debtor_id,
        " ".join(item.accounts),
        item.work_group,
        item.lane,
        item.bucket,
        item.days_past_due,
        item.currency,
        _major(item.balance_minor, item.currency),
        _major(item.past_due_minor, item.currency),
        _major(item.stop_roll_minor, item.currency),
        item.rolls_on,
        _major(round(item.value_minor), item.currency),
        round(item.expected_minutes, 2),
        _major(round(item.value_minor / item.expected_minutes), item.currency),
        "; ".join(sentences(item)),
        item.verdict,
        *_allowed(item.ways, zone),
        item.as_of,
        item.night_id,
        item.scored_by,
        f"{item.strategy_name}/{item.strategy_version}",
        f"{item.propensity_model}/{item.propensity_version}",
        f"{item.roll_rate_model}/{item.roll_rate_version}",
        item.client,
    )


def _allowed(ways: Sequence[Json], zone: str) -> tuple[str, str | None, str | None, str]:
    """The channels, the span in which all of them are open (no beginning: now), and whom to reach where."""
    told, opens, closes = together(ways)
    channels = " ".join(dict.fromkeys(way["channel"] for way in told))
    return channels, local(opens, zone), local(closes, zone), " ".join(_said(way) for way in told)


def together(ways: Sequence[Json]) -> tuple[list[Json], str | None, str | None]:
    """Ways that are open at one time, from the first on, with that time: a file has one span of hours an item.

    Examples
    --------
    >>> call = {"opens_at": "2026-06-02T12:00:00+00:00", "allowed_until": "2026-06-03T01:00:00+00:00"}
    >>> letter = {"opens_at": None, "allowed_until": None}
    >>> late = {"opens_at": "2026-06-03T02:00:00+00:00", "allowed_until": None}
    >>> told, opens, closes = together([call, letter, late])
    >>> told == [call, letter], opens, closes
    (True, '2026-06-02T12:00:00+00:00', '2026-06-03T01:00:00+00:00')
    """
    told: list[Json] = []
    opens: str | None = None
    closes: str | None = None
    for way in ways:
        # All instants are told in UTC and in one form, so they compare as text.
        first = max(filter(None, (opens, way["opens_at"])), default=None)
        last = min(filter(None, (closes, way["allowed_until"])), default=None)
        if first is None or last is None or first < last:
            told.append(way)
            opens, closes = first, last
    return told, opens, closes


def _said(way: Json) -> str:
    return ":".join(filter(None, (way["channel"], way["person"], way["point"])))


def sentences(item: WorkItem) -> list[str]:
    """What a collector can say about the item, the chance to pay first; each sentence once."""
    told = [
        reason["sentence"]
        for part in ("propensity", "roll")
        for reason in (item.reasons.get(part) or {}).get("reasons", ())
    ]
    return list(dict.fromkeys(told))


def _major(minor: int | None, currency: str) -> Decimal | None:
    return None if minor is None else to_major(minor, currency)
