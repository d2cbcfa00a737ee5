"""`arrears check`: every problem of a source at once, before anything is loaded."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.context import AsJson, LakeDir, emit, places
from commands.source_report import draw, source_folder, watching

app = typer.Typer(add_completion=False)


@app.command()
def command(
    source: Annotated[str, typer.Argument(help="A folder of tables, or demo for the built-in portfolio.")],
    *,
    lake: LakeDir = None,
    json: AsJson = False,
) -> None:
    """Validate a source folder as a load into the lake would, and report every problem at once."""
    from arrears.clock import SystemClock
    from arrears.lake import Lake
    from arrears.loading import check

    with source_folder(source) as folder, watching() as progress:
        report = check(folder, Lake(places(lake=lake).lake), SystemClock(), progress=progress)
    emit(report.document(), as_json=json, human=lambda console: draw(report, console))
    report.raise_if_bad(f"check {report.source}")
    if not json:
        typer.echo(f"No errors: {report.source} can be loaded.")
