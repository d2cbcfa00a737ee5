"""`arrears replay`: rebuild a night from what it recorded and compare; a difference is exit code 1."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from commands.context import AsJson, Database, LakeDir, Tracking, emit, places, progress_console

app = typer.Typer(add_completion=False)


@app.command()
def command(
    night: Annotated[int, typer.Argument(help="The night's number.")],
    *,
    lake: LakeDir = None,
    database: Database = None,
    tracking: Tracking = None,
    as_json: AsJson = False,
) -> None:
    """Rebuild a night from what was recorded: identical, or the first difference."""
    from arrears.state import opened
    from models.registry import Registry
    from serving.replay import replay

    where = places(lake=lake, database=database, tracking=tracking)
    with opened(where) as engine, progress_console().status("Starting") as status:
        registry = Registry(where.tracking_uri, engine)
        found = replay(engine, where.lake, registry, night, progress=status.update)
    document = {**asdict(found), "identical": found.difference is None}
    told = f"Night {night}: identical, {found.accounts:,} accounts and {found.items:,} items."
    if found.difference is not None:
        first = found.difference
        told = f"Night {night}: first difference in {first.of} {first.key}, column {first.column}."
    emit(document, as_json=as_json, human=lambda console: console.print(told))
    if found.difference is not None:
        raise typer.Exit(1)
