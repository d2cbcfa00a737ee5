"""`arrears outcomes`: a dialer's file of outcomes, row by row stored or refused, and what each asks for next."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from arrears.errors import BadInput
from commands.context import AsJson, Database, LakeDir, emit
from commands.without_service import deployed, rows_of_file, this_user

if TYPE_CHECKING:
    from serving.events.outcome_file import Taken

app = typer.Typer(add_completion=False)


@app.command()
def command(
    file: Annotated[Path, typer.Argument(help="A CSV file, or a JSON list, of contacts with their dispositions.")],
    *,
    lake: LakeDir = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Take the outcomes that a dialer brings back; a row that does not fit is refused with its reason (exit code 3)."""
    from serving.events.outcome_file import take_outcomes

    rows = rows_of_file(file)
    with deployed(lake, database) as deployment:
        taken = take_outcomes(deployment, rows, by=this_user())
    emit(asdict(taken), as_json=as_json, human=lambda console: _draw(taken, console))
    if taken.refused:
        raise typer.Exit(BadInput.exit_code)


def _draw(taken: Taken, console: Console) -> None:
    refused = f"{len(taken.refused):,} refused" if taken.refused else "none refused"
    console.print(f"Stored {taken.stored:,} outcomes; {taken.same:,} were known, {refused}.")
    for row, told in sorted(taken.refused.items()):
        console.print(f"  row {row}: {'; '.join(told)}", markup=False, highlight=False)
    if taken.left_out:
        console.print(f"Columns not read, by place: {', '.join(map(str, taken.left_out))}.")
