"""Who works: the collector behind whoever asks, and any item as it stands, for the desk's addresses."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header
from sqlalchemy import Connection
from starlette.requests import HTTPConnection

from arrears.queues.desk.claim import ITEM_COLUMNS, read_item
from arrears.queues.desk.team import Member
from arrears.queues.item import WorkItem
from serving import running
from serving.desk.working import member_of
from serving.people.door import person_of
from serving.problems import Problem

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        pattern=r"^[!-~]*$",
        description="Sent again with the same key, nothing is done twice.",
    ),
]
"""The header that makes a request safe to send again."""


def member_asking(request: HTTPConnection) -> Member | None:
    """The collector for whom whoever asks stands; None: they work no list."""
    collector_id = person_of(request).collector_id
    return None if collector_id is None else member_of(running.deployment(), collector_id)


def working_member(request: HTTPConnection) -> Member:
    """The same, where somebody must work.

    Raises
    ------
    Problem : whoever asks works no list.
    """
    member = member_asking(request)
    if member is None:
        raise Problem(
            "not-allowed", "You work no list: `arrears user add NAME --role ROLE --collector ID` gives you one."
        )
    return member


def item_by_id(connection: Connection, work_item_id: int) -> WorkItem:
    """An item, whatever became of it.

    Raises
    ------
    Problem : there is none of that id.
    """
    sql = f"SELECT {ITEM_COLUMNS} FROM work_items i WHERE i.work_item_id = %(item)s"  # noqa: S608 - our own columns
    row = connection.exec_driver_sql(sql, {"item": work_item_id}).first()
    if row is None:
        raise Problem("not-found", "There is no such item. Claim the next one.")
    return read_item(row)
