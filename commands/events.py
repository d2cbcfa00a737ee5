"""`arrears events`: rows of source tables between two loads, from a file instead of over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from commands.context import AsJson, Database, LakeDir, emit
from commands.without_service import deployed, rows_of_file, this_user

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def _events() -> None:
    """Facts between two loads."""


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="A CSV file, or a JSON list, named as its table: payments.csv.")],
    *,
    table: Annotated[str | None, typer.Option(help="Its table (default: the file's name).")] = None,
    lake: LakeDir = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Store rows of one source table, a thousand at a time, all or none; open items follow at once.

    The next night takes them into the lake. The same file again stores nothing.
    """
    from arrears.errors import WrongUse
    from arrears.events.event import POSTED
    from serving.api.event_payloads import MOST_ROWS
    from serving.events.intake import tell

    name = table or file.stem
    if name not in POSTED:
        raise WrongUse(
            asked=f"store {file.name}",
            found="a table that only loads bring, or no table",
            do=f"Name the file, or --table, after one of {', '.join(POSTED)}.",
        )
    rows = rows_of_file(file)
    stored = same = moved = 0
    with deployed(lake, database) as deployment:
        for start in range(0, len(rows), MOST_ROWS):
            told = tell(deployment, name, rows[start : start + MOST_ROWS], by=this_user())
            stored, same, moved = stored + told.stored, same + told.same, moved + len(told.effects)
    document = {"table": name, "stored": stored, "same": same, "debtors_moved": moved}

    def draw(console: Console) -> None:
        console.print(
            f"{name}: {stored:,} stored, {same:,} known before; items followed of {moved:,} debtor{'s' * (moved != 1)}."
        )

    emit(document, as_json=as_json, human=draw)
