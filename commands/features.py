"""`arrears features`: what was known about every account at the end of a day, as one table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from commands.context import AsJson, Day, LakeDir, emit, places, progress_console

if TYPE_CHECKING:
    import pyarrow as pa

app = typer.Typer(add_completion=False)


@app.command()
def command(
    as_of: Day,
    *,
    out: Annotated[Path | None, typer.Option("--out", help="A .parquet or .csv file for the whole table.")] = None,
    lake: LakeDir = None,
    as_json: AsJson = False,
) -> None:
    """The feature table of one day, and which features this book cannot have."""
    from arrears.errors import WrongUse
    from arrears.lake import Lake
    from features.build import plan
    from features.snapshots import on_days

    held = Lake(places(lake=lake).lake)
    if not held.exists():
        raise WrongUse(asked="the feature table of a day", found="an empty lake", do="Run: arrears load demo")
    with progress_console().status("Compiling the features") as status:
        made = plan(held.present, held.settings)
        status.update("Reading the lake")
        with held.connect() as con:
            on_days(con, held.settings, [as_of.date()])
            table = made.run(con)
    if out is not None:
        _write(table, out)
    document = {
        "as_of": as_of.date(),
        "accounts": table.num_rows,
        "features": list(made.names),
        "absent": dict(made.absent),
        "fingerprint": made.fingerprint,
        "file": out,
    }
    emit(document, as_json=as_json, human=lambda console: _draw(console, document))


def _write(table: pa.Table, out: Path) -> None:
    from pyarrow import csv, parquet

    from arrears.errors import WrongUse

    writers = {".parquet": parquet.write_table, ".csv": csv.write_csv}
    if out.suffix not in writers:
        raise WrongUse(
            asked=f"write features to {out.name}", found="no .parquet or .csv ending", do="Give one of them."
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    writers[out.suffix](table, out)


def _draw(console: Console, document: dict[str, Any]) -> None:
    from features.catalog import feature

    console.print(f"{document['accounts']:,} accounts at the end of {document['as_of']}, as known then.")
    table = Table("feature", "what it says", "unit")
    for name in document["features"]:
        known = feature(name)
        table.add_row(name, known.sentence, known.unit)
    console.print(table)
    if document["absent"]:
        lacking = Table("absent", "why")
        for name, why in document["absent"].items():
            lacking.add_row(name, why)
        console.print(lacking)
    if document["file"]:
        console.print(f"Written to {document['file']}.")
