"""A list for a dialer: numbers in E.164, each with its hours and how it may be dialled, within published limits.

One row an item. A number that may be dialled only by hand is in the list and says so; an item without a number that can
be written in E.164 is left out and counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from functools import lru_cache

import phonenumbers

from arrears.money import to_major
from arrears.queues.files.cells import local
from arrears.queues.files.listing import Listing, within_limits
from arrears.queues.files.spreadsheet import sentences
from arrears.queues.item import Json, WorkItem

MOST_NUMBERS = 10
"""Numbers that one row may have (Genesys Cloud)."""

ABOUT = (
    "record_id",
    "list_day",
    "debtor_id",
    "work_group",
    "lane",
    "rank",
    "collector",
    "language",
    "region",
    "accounts",
    "currency",
    "past_due",
    "stop_roll",
    "balance",
    "callable_from",
    "callable_until",
    "conditions",
    "reasons",
    "as_of",
    "strategy",
)
COLUMNS = (
    *ABOUT,
    *(
        f"phone_{place}{part}" for place in range(1, MOST_NUMBERS + 1) for part in ("", "_until", "_dialled")
    ),
)  # fmt: skip
"""Fifty columns: twenty about the item, three a number."""


@dataclass(frozen=True)
class Number:
    """A telephone number as the source wrote it, and the country in whose way it is read."""

    value: str
    country: str


@dataclass(frozen=True)
class DialerList:
    """The files, and what could not be in them.

    Attributes
    ----------
    unreadable : items none of whose numbers can be written in E.164.
    without_call : items that may leave, but not by a call.
    """

    files: list[Listing]
    unreadable: int
    without_call: int


def dialer_list(
    items: Sequence[WorkItem], numbers: Mapping[str, Number], by_machine: Mapping[int, frozenset[str]], zone: str
) -> DialerList:
    """Items that may be called, best first.

    Parameters
    ----------
    items : as the second look left them.
    numbers : by point.
    by_machine : per item the points that a machine may dial, as the second look found them for automatic calls.
    zone : in whose clock hours are written; each has its offset.
    """
    rows, unreadable, without_call = [], 0, 0
    for item in items:
        calls = [way for way in item.ways if way["channel"] == "call"]
        dialled = _dialled(calls, numbers, by_machine.get(item.work_item_id, frozenset()), zone)
        if dialled:
            rows.append([*_about(item, calls, zone), *dialled])
        elif calls:
            unreadable += 1
        else:
            without_call += 1
    return DialerList(within_limits("dialer", COLUMNS, rows), unreadable, without_call)


@lru_cache(maxsize=100_000)
def e164(value: str, country: str) -> str | None:
    """A number as ITU-T E.164 writes it; None where it is no possible number.

    Examples
    --------
    >>> e164("(212) 555-0100", "US"), e164("0912 345 678", "TW"), e164("12", "US")
    ('+12125550100', '+886912345678', None)
    """
    try:
        parsed = phonenumbers.parse(value, country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _dialled(
    calls: Sequence[Json], numbers: Mapping[str, Number], by_machine: frozenset[str], zone: str
) -> list[object]:
    """Three cells a number, each number once, the first ten."""
    cells: dict[str, list[object]] = {}
    for way in calls:
        number = numbers.get(way["point"] or "")
        written = number and e164(number.value, number.country)
        if written and written not in cells and len(cells) < MOST_NUMBERS:
            how = "machine" if way["point"] in by_machine else "by hand"
            cells[written] = [written, local(way["allowed_until"], zone), how]
    told = [cell for three in cells.values() for cell in three]
    return told + [None] * (3 * MOST_NUMBERS - len(told)) if told else []


def _about(item: WorkItem, calls: Sequence[Json], zone: str) -> list[object]:
    opens = [way["opens_at"] for way in calls]
    closes = [way["allowed_until"] for way in calls]
    return [
        item.work_item_id,
        item.judged_for,
        item.debtor_id,
        item.work_group,
        item.lane,
        item.rank,
        item.assigned_to,
        item.language,
        item.region,
        " ".join(item.accounts),
        item.currency,
        *(_major(each, item.currency) for each in (item.past_due_minor, item.stop_roll_minor, item.balance_minor)),
        # In these hours every number of the row may be dialled; each has its own end beside it.
        local(_from(item, opens), zone),
        local(min((close for close in closes if close), default=None), zone),
        " ".join(sorted({word for way in calls for word in way["conditions"]})),
        "; ".join(sentences(item)),
        item.as_of,
        f"{item.strategy_name}/{item.strategy_version}",
    ]


def _from(item: WorkItem, opens: Sequence[str | None]) -> str | None:
    """When every number may be dialled and the item's own hour has come; None: now."""
    hours = [opened for opened in opens if opened]
    if item.ready_at > item.judged_at:
        hours.append(item.ready_at.astimezone(UTC).isoformat())  # as all instants of ways are told
    return max(hours, default=None)


def _major(minor: int | None, currency: str) -> Decimal | None:
    return None if minor is None else to_major(minor, currency)
