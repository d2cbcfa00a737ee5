"""`arrears load`: validate a source and add it to the lake, all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from commands.context import AsJson, LakeDir, emit, places
from commands.source_report import draw, source_folder, watching

if TYPE_CHECKING:
    from arrears.intake.report import Report

app = typer.Typer(add_completion=False)


@app.command()
def command(
    source: Annotated[str, typer.Argument(help="A folder of tables, or demo for the built-in portfolio.")],
    *,
    lake: LakeDir = None,
    json: AsJson = False,
) -> None:
    """Validate a source folder and add it to the lake, all or nothing; the same files again change nothing."""
    from arrears.clock import SystemClock
    from arrears.intake.report import BadInputFound
    from arrears.loading import load

    root = places(lake=lake).lake
    with source_folder(source) as folder:
        try:
            with watching() as progress:
                report = load(folder, root, SystemClock(), progress=progress)
        except BadInputFound as bad:
            found = bad.report
            emit(found.document(), as_json=json, human=lambda console: draw(found, console))
            raise
    emit({"lake": root, **report.document()}, as_json=json, human=lambda console: _draw(report, console))


def _draw(report: Report, console: Console) -> None:
    draw(report, console)
    if report.already_loaded:
        console.print(f"The lake already holds {report.source}: nothing was changed.")
    else:
        console.print(f"Loaded {report.source} as {report.load_id}.")
