"""`arrears replay`: rebuild a night from what it recorded and compare; a difference is exit code 1."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from arrears.errors import WrongUse
from commands.context import AsJson, Database, LakeDir, Tracking, emit, places, progress_console

if TYPE_CHECKING:
    from sqlalchemy import Engine

app = typer.Typer(add_completion=False)


@app.command()
def command(
    night: Annotated[int | None, typer.Argument(help="The night's number; by default the one that serves.")] = None,
    *,
    lake: LakeDir = None,
    database: Database = None,
    tracking: Tracking = None,
    as_json: AsJson = False,
) -> None:
    """Rebuild a night from what was recorded: identical, or the first difference."""
    from arrears.state import opened
    from models.registry import Registry
    from serving.night.replay import replay

    where = places(lake=lake, database=database, tracking=tracking)
    with opened(where) as engine, progress_console().status("Starting") as status:
        registry = Registry(where.tracking_uri, engine)
        night = _serving(engine) if night is None else night
        found = replay(engine, where.lake, registry, night, progress=status.update)
    document = {**asdict(found), "identical": found.difference is None}
    told = f"Night {night}: identical, {found.accounts:,} accounts and {found.items:,} items."
    if found.difference is not None:
        first = found.difference
        told = f"Night {night}: first difference in {first.of} {first.key}, column {first.column}."
    emit(document, as_json=as_json, human=lambda console: console.print(told))
    if found.difference is not None:
        raise typer.Exit(1)


def _serving(engine: Engine) -> int:
    from arrears.queues import store

    with engine.connect() as connection:
        night = store.latest_night(connection)
    if night is None:
        raise WrongUse(
            asked="replay the night that serves", found="none has run", do="Run one: arrears night --as-of DAY."
        )
    return night.night_id
