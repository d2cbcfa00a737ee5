"""How good a night's allocation is, and what one more hour of each skill group would add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

PLACES = "places"
"""The unit of a plan whose strategy orders without money: then an hour has no worth that could be told."""


@dataclass(frozen=True)
class HourWorth:
    """Equal collectors, and money that one more hour of one of them would add, in the plan's unit."""

    collectors: tuple[str, ...]
    adds: float


@dataclass(frozen=True)
class Planned:
    """A night's allocation as its report told it.

    Attributes
    ----------
    placed : items on collectors' lists.
    gap : how far its value lies below the best there is, at most, as a share.
    unit : a currency, in whose minor units hours are worth; `worth` where house rates compare several.
    """

    placed: int
    gap: float
    unit: str
    hours: tuple[HourWorth, ...]


def planned(connection: Connection, night_id: int) -> Planned | None:
    """The latest allocation of a night; None where it had no team."""
    sql = text("SELECT report FROM allocations WHERE night_id = :night ORDER BY allocation_id DESC LIMIT 1")
    report = connection.execute(sql, {"night": night_id}).scalar()
    return None if report is None else read(report)


def read(report: Mapping[str, Any]) -> Planned:
    """A report as `allocations` keeps it.

    Examples
    --------
    >>> group = {"collectors": ["C1", "C2"], "hour_value": 1250.0}
    >>> read({"placed": 3, "gap": 0.001, "unit": "USD", "groups": [group]}).hours[0].adds
    1250.0
    """
    groups = report.get("groups", ()) if report["unit"] != PLACES else ()
    hours = (HourWorth(tuple(group["collectors"]), float(group["hour_value"])) for group in groups)
    best_first = sorted(hours, key=lambda hour: -hour.adds)
    return Planned(report["placed"], report["gap"], report["unit"], tuple(best_first))
