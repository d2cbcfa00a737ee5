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


DEBTORS, DAYS = 10_000, 365


@app.command()
def command(
    *,
    out: Annotated[Path, typer.Option(help="The folder to write the source into; it must be empty.", metavar="SOURCE")],
    debtors: Annotated[
        int | None, typer.Option(help="How many debtors (default: 10000; 120000 in the log of a small world).")
    ] = None,
    days: Annotated[
        int | None, typer.Option(help="How long the history is (default: 365); a small world has none.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same world.")] = 1,
    world: Annotated[
        str, typer.Option(help="usual, severity_wins, no_effect, small or small_targeted.", metavar="NAME")
    ] = "usual",
    drift: Annotated[bool, typer.Option("--drift", help="Covariates and answers shift in the course.")] = False,
    truth: Annotated[
        Path | None, typer.Option(help="Where the truth goes (default: beside SOURCE, SOURCE-truth).", metavar="FOLDER")
    ] = None,
    json: AsJson = False,
) -> None:
    """Make a world with known truth: source tables for a load, and the truth in a folder of its own."""
    from arrears.synthetic.small_files import SMALL_WORLDS, make_small
    from arrears.synthetic.small_world import LOGGED

    hidden = truth or out.with_name(f"{out.name}-truth")
    if world in SMALL_WORLDS:
        _refuse_a_history(world, days, drift=drift)
        small = make_small(
            out, hidden, name=world, seed=seed, debtors=LOGGED if debtors is None else debtors
        ).document()
        emit(small, as_json=json, human=lambda console: _draw_small(small, console))
        return
    from arrears.synthetic import make

    debtors, days = DEBTORS if debtors is None else debtors, DAYS if days is None else days
    with _watched(days) as progress:
        made = make(out, hidden, debtors=debtors, days=days, seed=seed, name=world, drift=drift, progress=progress)
    document = made.document()
    emit(document, as_json=json, human=lambda console: _draw(document, console))


def _refuse_a_history(world: str, days: int | None, *, drift: bool) -> None:
    from arrears.errors import WrongUse

    if days is not None or drift:
        raise WrongUse(
            asked=f"make the world {world} with {'--drift' if drift else '--days'}",
            found="it is one choice and what came of it, without days",
            do="Leave that out, or make the world usual.",
        )


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
    _draw_rows(document, console)
    if document["drift_from"]:
        console.print(f"Drift from {document['drift_from']} on.")
    console.print(f"Truth, which no load reads: {document['truth']}")
    console.print(f"Next: arrears load {document['source']} --lake {document['source']}-lake")


def _draw_small(document: dict[str, Any], console: Console) -> None:
    console.print(f"World {document['world']}, seed {document['seed']}: {document['debtors']:,} logged debtors.")
    _draw_rows(document, console)
    console.print(f"Truth, apart: {document['truth']}")
    console.print(f"Next: learn from {document['source'] / 'log.parquet'}; there is nothing to load.")


def _draw_rows(document: dict[str, Any], console: Console) -> None:
    table = Table("table", "rows", box=None, pad_edge=False)
    table.columns[1].justify = "right"
    for name, rows in document["rows"].items():
        table.add_row(name, f"{rows:,}")
    console.print(table)
