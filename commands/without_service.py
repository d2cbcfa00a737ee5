"""A deployment for one command: its database and lake, without models and without anybody who listens."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from commands.context import places

if TYPE_CHECKING:
    from serving.deployment import Deployment


@contextmanager
def deployed(lake: Path | None, database: str | None) -> Iterator[Deployment]:
    """The deployment at some places; nothing of it runs on when the block ends."""
    from arrears.state import opened
    from models.lawful import approvals_of
    from models.registry import Registry
    from serving.deployment import Deployment
    from serving.present import Present
    from serving.scores.champion import Champions

    where = places(lake=lake, database=database)
    with opened(where) as engine:
        present, registry = Present(where.lake, engine), Registry(where.tracking_uri, engine)
        champions = Champions(registry, day=lambda: present.day, approvals=lambda: approvals_of(present.lake))
        deployment = Deployment(places=where, engine=engine, registry=registry, champions=champions, present=present)
        try:
            yield deployment
        finally:
            deployment.live.close()


def rows_of_file(file: Path) -> list[dict[str, object]]:
    """The rows of a CSV file, or of a JSON list.

    Raises
    ------
    BadInput : it is neither.
    """
    from arrears.errors import BadInput
    from serving.events.outcome_file import rows_of_csv

    try:
        text = file.read_text(encoding="utf-8-sig")
        rows = rows_of_csv(text) if file.suffix == ".csv" else json.loads(text)
    except (OSError, ValueError):
        rows = None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise BadInput(
            asked=f"read {file.name}",
            found="no file, or neither CSV nor a JSON list of rows",
            do="Name a .csv file with a line of names, or a .json list of objects, in UTF-8.",
        )
    return rows


def this_user() -> str:
    """Who runs the command, as the events tell it."""
    return f"arrears by {getpass.getuser()}"
