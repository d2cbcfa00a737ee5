"""`arrears synthetic`: a world with known truth, as source tables and, apart from them, the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from commands.context import AsJson, emit, progress_console

app = typer.Typer(add_completion=False)


@app.command()
def command(
    *,
    out: Annotated[Path, typer.Option(help="The folder to write the source into; it must be empty.", metavar="SOURCE")],
    debtors: Annotated[int, typer.Option(help="How many debtors.")] = 10_000,
    days: Annotated[int, typer.Option(help="How long the history is.")] = 365,
    seed: Annotated[int, typer.Option(help="The same seed makes the same world.")] = 1,
    world: Annotated[str, typer.Option(help="usual, severity_wins or no_effect.", metavar="NAME")] = "usual",
    drift: Annotated[bool, typer.Option("--drift", help="Covariates and answers shift in the course.")] = False,
    truth: Annotated[
        Path | None, typer.Option(help="Where the truth goes (default: beside SOURCE, SOURCE-truth).", metavar="FOLDER")
    ] = None,
    json: AsJson = False,
) -> None:
    """Make a world with known truth: source tables for a load, and the truth in a folder of its own."""
    from arrears.synthetic import make

    hidden = truth or out.with_name(f"{out.name}-truth")
    with _watched(days) as progress:
        made = make(out, hidden, debtors=debtors, days=days, seed=seed, name=world, drift=drift, progress=progress)
    document = made.document()
    emit(document, as_json=json, human=lambda console: _draw(document, console))


@contextmanager
def _watched(days: int) -> Iterator[Callable[[int], None]]:
    from rich.progress import Progress

    with Progress(console=progress_console(), transient=True) as drawing:
        task = drawing.add_task("Days", total=days)
        yield lambda day: drawing.update(task, completed=day)


def _draw(document: dict[str, Any], console: Console) -> None:
    console.print(
        f"World {document['world']}, seed {document['seed']}: {document['debtors']:,} debtors,"
        f" {document['accounts']:,} accounts, {document['first_day']} to {document['last_day']}."
    )
    table = Table("table", "rows", box=None, pad_edge=False)
    table.columns[1].justify = "right"
    for name, rows in document["rows"].items():
        table.add_row(name, f"{rows:,}")
    console.print(table)
    if document["drift_from"]:
        console.print(f"Drift from {document['drift_from']} on.")
    console.print(f"Truth, which no load reads: {document['truth']}")
    console.print(f"Next: arrears load {document['source']}")
