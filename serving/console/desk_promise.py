"""The promise or plan that stands for an item: the latest that nobody called off, from the lake and from the desk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from arrears.clock import add_business_days
from arrears.lake import Lake
from arrears.money import to_minor
from arrears.queues.item import WorkItem
from arrears.settings import Settings

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Promised:
    """What was promised last.

    Attributes
    ----------
    due_on : of a plan, of the instalment that is due next, or was last.
    is_open : its grace is not over.
    left : instalments of a plan that are still to come, this one included; 1 for a promise.
    """

    amount_minor: int
    due_on: date
    made_on: date
    method: str | None
    is_open: bool
    is_plan: bool
    left: int


def latest_promise(
    connection: Connection, lake: Lake, settings: Settings, item: WorkItem, today: date
) -> Promised | None:
    """The latest promise or plan of an item's debtor on its accounts; None where none stands."""
    rows = {row["promise_id"]: row for row in (*_loaded(lake, item), *_posted(connection, item))}
    standing = [row for row in rows.values() if row["cancelled_on"] is None]
    if not standing:
        return None
    made_on = max(row["made_on"] for row in standing)
    last = [row for row in standing if row["made_on"] == made_on]
    plan = last[-1]["arrangement_id"]
    own = sorted((row for row in last if row["arrangement_id"] == plan), key=lambda row: row["due_on"])
    grace = settings.for_client(item.client or None).promises.grace_business_days
    country = settings.portfolio.country or None
    to_come = [row for row in own if add_business_days(row["due_on"], grace, country) >= today]
    shown = to_come[0] if to_come else own[-1]
    return Promised(
        amount_minor=shown["amount_minor"],
        due_on=shown["due_on"],
        made_on=made_on,
        method=shown["method"],
        is_open=bool(to_come),
        is_plan=plan is not None,
        left=len(to_come),
    )


_COLUMNS = "promise_id, made_on, due_on, amount_minor, method, arrangement_id, cancelled_on"


def _loaded(lake: Lake, item: WorkItem) -> Iterator[Row]:
    if "promises" not in lake.tables:
        return
    present = lake.present["promises"]
    columns = ", ".join(
        name if name.removesuffix("_minor") in present or name in present else f"NULL AS {name}"
        for name in _COLUMNS.split(", ")
    )
    whose = [
        f"{column} IN ({', '.join('?' * len(ids))})"
        for column, ids in (("debtor_id", [item.debtor_id]), ("account_id", item.accounts))
        if column in present
    ]
    ids = [
        each
        for column, named in (("debtor_id", [item.debtor_id]), ("account_id", item.accounts))
        if column in present
        for each in named
    ]
    con = lake.connect(only_debtor=item.debtor_id)
    try:
        sql = f"SELECT {columns} FROM promises WHERE known_until IS NULL AND NOT deleted AND ({' OR '.join(whose)})"  # noqa: S608 - our own names
        rows: list[Row] = con.execute(sql, ids).to_arrow_table().to_pylist()
    finally:
        con.close()
    yield from rows


_POSTED = """
    SELECT row FROM source_events
    WHERE source_table = 'promises' AND drained_at IS NULL AND (debtor_id = :debtor OR account_id = ANY(:accounts))
    ORDER BY recorded_at, event_id
"""


def _posted(connection: Connection, item: WorkItem) -> Iterator[Row]:
    asked = {"debtor": item.debtor_id, "accounts": list(item.accounts)}
    rows: Sequence[Row] = connection.execute(text(_POSTED), asked).scalars().all()
    for row in rows:
        yield {
            "promise_id": row["promise_id"],
            "made_on": date.fromisoformat(row["made_on"]),
            "due_on": date.fromisoformat(row["due_on"]),
            "amount_minor": to_minor(Decimal(row["amount"]), item.currency),
            "method": row.get("method"),
            "arrangement_id": row.get("arrangement_id"),
            "cancelled_on": row.get("cancelled_on"),
        }
