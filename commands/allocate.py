"""`arrears allocate`: today's ready items shared out anew among who is at work, without a new night."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from commands.allocation_report import draw_allocation
from commands.context import AsJson, Database, LakeDir, emit, places

app = typer.Typer(add_completion=False)


@app.command()
def command(
    *,
    because: Annotated[str, typer.Option(help="Why, for the items' history.")] = "the team changed",
    lake: LakeDir = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Share out today's ready items anew among who is at work for the rest of the day."""
    from arrears.errors import WrongUse
    from arrears.lake import Lake
    from arrears.state import opened
    from serving.night.reallocate import reallocate
    from serving.present import Present

    where = places(lake=lake, database=database)
    with opened(where) as engine:
        clock = Present(where.lake, engine).clock
        found = reallocate(engine, Lake(where.lake), clock=clock, by="arrears allocate", because=because)
    if found is None:
        raise WrongUse(asked="share out the day's items", found="no night", do="Run one: arrears night --as-of DAY.")
    document = {"items": found.items, "moved": found.moved, "allocation": found.report}

    def draw(console: Console) -> None:
        table = Table(show_header=False, box=None)
        table.add_row("ready today", f"{found.items:,}")
        table.add_row("changed hands", f"{found.moved:,}")
        if found.report:
            draw_allocation(table, found.report)
        console.print(table)

    emit(document, as_json=as_json, human=draw)
