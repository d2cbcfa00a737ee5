"""`arrears score`: scores and reasons for the past-due book of a day, without serving anybody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from commands.context import AsJson, Database, Day, LakeDir, Tracking, emit, places, progress_console, warned

if TYPE_CHECKING:
    from serving.night.built import Built

app = typer.Typer(add_completion=False)
_SHOWN = 20


@app.command()
def command(
    as_of: Day,
    *,
    out: Annotated[Path | None, typer.Option("--out", help="A .parquet or .csv file for all rows.")] = None,
    lake: LakeDir = None,
    database: Database = None,
    tracking: Tracking = None,
    as_json: AsJson = False,
) -> None:
    """Scores and reasons for the past-due book of a day, each by the model of the debtor's arm where a test runs."""
    from arrears.lake import Lake
    from arrears.state import opened_where_made
    from models.registry import Registry
    from serving.night.score_file import rows, write
    from serving.night.trial import trial

    where = places(lake=lake, database=database, tracking=tracking)
    with progress_console().status("Starting") as status, opened_where_made(where, warned) as engine:
        built = trial(engine, Lake(where.lake), Registry(where.tracking_uri), as_of.date(), progress=status.update)
        scored = rows(built)
        if out is not None:
            write(scored, out)
    document = {**_summary(built), "file": out, "rows": [] if out else scored}
    emit(document, as_json=as_json, human=lambda console: _draw(console, document))


def _summary(built: Built) -> dict[str, Any]:
    return {
        "as_of": built.book.as_of,
        "scored_by": built.scores.scored_by,
        "degraded_because": built.scores.degraded_because,
        "propensity": f"{built.scores.propensity_by.name}/{built.scores.propensity_by.version}",
        "roll_rate": f"{built.scores.roll_rate_by.name}/{built.scores.roll_rate_by.version}",
        "accounts": len(built.book),
    }


def _draw(console: Console, document: dict[str, Any]) -> None:
    console.print(f"{document['accounts']:,} past-due accounts as of {document['as_of']}")
    if document["degraded_because"]:
        console.print(f"[yellow]Scored by rules: {document['degraded_because']}[/yellow]")
    if document["file"]:
        console.print(f"Written to {document['file']}")
        return
    table = Table("account", "bucket", "pays", "rolls", "why")
    for row in document["rows"][:_SHOWN]:
        rolls = "" if row["p_roll"] is None else f"{row['p_roll']:.1%}"
        table.add_row(row["account_id"], row["bucket"], f"{row['propensity']:.1%}", rolls, row["pays_because"])
    console.print(table)
    if len(document["rows"]) > _SHOWN:
        console.print(f"… and {len(document['rows']) - _SHOWN:,} more: --out FILE writes all.")
