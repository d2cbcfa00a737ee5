"""Which open items a manager means: some by their ids, or all that a filter fits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from arrears.errors import WrongUse
from arrears.queues.store import prefix

Standing = Literal["ready", "waiting", "claimed"]
"""Ready: may be claimed now. Waiting: its hour or day comes later. Claimed: somebody holds it."""

TEAM = "team"
"""Stands in a filter for the items that are on nobody's list."""

_STANDING = {
    "ready": "(i.state = 'ready' AND i.ready_at <= %(now)s)",
    "waiting": "(i.state = 'ready' AND i.ready_at > %(now)s)",
    "claimed": "i.state = 'claimed'",
}


@dataclass(frozen=True)
class Filter:
    """What open items must have in common; None: anything.

    Attributes
    ----------
    collector : on whose list they stand; `TEAM`: on nobody's.
    search : the beginning of a debtor's or an account's id.
    """

    lane: str | None = None
    bucket: str | None = None
    client: str | None = None
    work_group: str | None = None
    collector: str | None = None
    standing: Standing | None = None
    search: str | None = None

    @property
    def is_empty(self) -> bool:
        """It fits every open item."""
        return all(value is None for value in self.__dict__.values())

    def conditions(self, now: datetime) -> tuple[str, dict[str, Any]]:
        """What rows `i` of `work_items` must fulfil, and the values that the words name; closed items never do.

        Examples
        --------
        >>> Filter(lane="pay", collector=TEAM).conditions(datetime.min)[0]
        "i.state IN ('ready', 'claimed') AND i.lane = %(lane)s AND i.assigned_to IS NULL"
        """
        on_list = "i.assigned_to IS NULL" if self.collector == TEAM else "i.assigned_to = %(collector)s"
        tests = {
            "lane": "i.lane = %(lane)s",
            "bucket": "i.bucket = %(bucket)s",
            "client": "i.client = %(client)s",
            "work_group": "i.work_group = %(work_group)s",
            "collector": on_list,
            "standing": _STANDING.get(self.standing or "", ""),
            "search": "(i.debtor_id ILIKE %(search)s"
            " OR EXISTS (SELECT FROM unnest(i.accounts) a WHERE a ILIKE %(search)s))",
        }
        wanted = [test for name, test in tests.items() if getattr(self, name) is not None]
        values = {**self.__dict__, "search": prefix(self.search), "now": now}
        return " AND ".join(["i.state IN ('ready', 'claimed')", *wanted]), values


@dataclass(frozen=True)
class Chosen:
    """Items by id, or by a filter, of those at most so many, as they would be worked.

    Exactly one of `items` and `fits` is given.
    """

    items: tuple[int, ...] | None = None
    fits: Filter | None = None
    most: int | None = None

    def __post_init__(self) -> None:
        if (self.items is None) == (self.fits is None) or (self.fits is not None and self.fits.is_empty):
            raise WrongUse(
                asked="change some items",
                found="neither a list of items nor a filter, or a filter that fits everything",
                do="Name items, or say what they have in common: lane, bucket, client, collector, standing, search.",
            )

    def conditions(self, now: datetime) -> tuple[str, dict[str, Any]]:
        """What rows `i` must fulfil, and the values that the words name."""
        if self.fits is not None:
            return self.fits.conditions(now)
        return "i.work_item_id = ANY (%(chosen)s)", {"chosen": list(self.items or ()), "now": now}
