"""The page Queues: every item in order, filtered, sorted, paged, and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import Connection

from arrears.buckets import Bucket
from arrears.queues import store
from arrears.queues.export import rows_of_csv
from arrears.queues.item import Night, Page, WorkItem
from serving.console.frame import today_of
from serving.deployment import Deployment
from serving.second_look import limits_today, look_again

PAGE = 50
EXPORT_PAGE = 20_000

BUCKETS = tuple(bucket.value for bucket in Bucket if bucket not in (Bucket.CURRENT, Bucket.PAID_OFF, Bucket.LEFT))

SORTS: dict[str, tuple[str, bool]] = {
    "rank": ("rank", False),
    "bucket": ("days_past_due", True),
    "balance": ("balance", True),
    "stop_roll": ("stop_roll", True),
    "rolls_on": ("rolls_on", False),
    "propensity": ("propensity", True),
    "p_roll": ("p_roll", True),
    "value": ("value", True),
}
"""What a click on a column's head sorts by, and whether the largest comes first."""


class Wanted(BaseModel):
    """Which items somebody wants to see, as the address says it."""

    model_config = ConfigDict(frozen=True)

    bucket: Annotated[str, Field(max_length=20)] = ""
    q: Annotated[str, Field(max_length=100)] = ""
    sort: Annotated[str, Field(max_length=20)] = "rank"
    after: Annotated[str, Field(max_length=400)] = ""

    @field_validator("bucket", "sort")
    @classmethod
    def _is_known(cls, value: str, info: ValidationInfo) -> str:
        known = ("", *BUCKETS) if info.field_name == "bucket" else tuple(SORTS)
        if value not in known:
            # Named as Pydantic names a wrong Literal, so that it is told as one.
            raise PydanticCustomError("literal_error", "one of a list", {"expected": ", ".join(filter(None, known))})
        return value

    def address(self, **other: str) -> str:
        """The address of the same list with something changed."""
        asked = {"bucket": self.bucket, "q": self.q, "sort": self.sort, **other}
        said = {name: value for name, value in asked.items() if value and (name, value) != ("sort", "rank")}
        return "?" + urlencode(said) if said else "?"


def shown(deployment: Deployment, wanted: Wanted) -> dict[str, Any] | None:
    """What the page shows; None before the first night."""
    with deployment.engine.connect() as connection:
        night = deployment.night(connection)
        if night is None:
            return None
        found = _found(connection, night.night_id, wanted, limit=PAGE)
        return {
            "night": night,
            "items": found.rows,
            "total": found.total,
            "next": found.after,
            "wanted": wanted,
            "buckets": BUCKETS,
            "sorts": SORTS,
            "zone": deployment.settings.portfolio.zone,
            "today": today_of(deployment.clock.now(), deployment.settings.portfolio.zone),
        }


@dataclass(frozen=True)
class QueueFile:
    """The wanted items as they may leave now, as lines of CSV, and how many were held by now."""

    lines: list[str]
    held: int


def export(deployment: Deployment, wanted: Wanted) -> QueueFile:
    """The wanted items that the rules still let go, each asked again at this moment."""
    items: list[WorkItem] = []
    held, now, zone = 0, deployment.clock.now(), deployment.settings.portfolio.zone
    asked = deployment.live.asked(deployment.lake)
    with deployment.engine.connect() as connection:
        for night, page in _pages(deployment, connection, wanted):
            through, today = max(night.served_on, deployment.day), limits_today(zone)
            again = look_again(deployment.lake, asked, connection, page, now, through=through, limits_on=today)
            items += again.items
            held += again.held
    return QueueFile(list(rows_of_csv(items)), held)


def _pages(deployment: Deployment, connection: Connection, wanted: Wanted) -> Iterator[tuple[Night, list[WorkItem]]]:
    night = deployment.night(connection)
    after: str | None = ""
    while night is not None and after is not None:
        asked = Wanted(bucket=wanted.bucket, q=wanted.q, sort=wanted.sort, after=after)
        found = _found(connection, night.night_id, asked, limit=EXPORT_PAGE)
        yield night, found.rows
        after = found.after


def _found(connection: Connection, night_id: int, wanted: Wanted, *, limit: int) -> Page[WorkItem]:
    sort, descending = SORTS[wanted.sort]
    return store.items(
        connection,
        night_id,
        state="ready",
        bucket=wanted.bucket or None,
        search=wanted.q or None,
        sort=sort,
        descending=descending,
        after=wanted.after or None,
        limit=limit,
    )
