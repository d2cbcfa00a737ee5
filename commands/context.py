"""What every command shares: its flags for places, how it prints, and how it fails.

A command returns a document; `emit` prints it as JSON or as a person reads it. Nothing here knows what any command
does.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from arrears.places import Places, find_places

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout and nothing else there.")]
LakeDir = Annotated[
    Path | None, typer.Option("--lake", help="The lake's folder (ARREARS_LAKE; default data/lake).", metavar="DIR")
]
Database = Annotated[
    str | None,
    typer.Option("--database", help="PostgreSQL address (DATABASE_URL; default: embedded).", metavar="URL"),
]
Tracking = Annotated[
    str | None,
    typer.Option("--tracking", help="MLflow address (MLFLOW_TRACKING_URI; default under mlruns/).", metavar="URI"),
]
_AS_WIDE_AS_NEEDED = 10_000  # columns: no table fills them, so none is cut where nobody has a screen
Day = Annotated[datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day we stand on.", metavar="DAY")]


def places(*, lake: Path | None = None, database: str | None = None, tracking: str | None = None) -> Places:
    """The places this call of the command works with."""
    return find_places(os.environ, lake=lake, database=database, tracking=tracking)


def emit(document: Mapping[str, Any], *, as_json: bool, human: Callable[[Console], None]) -> None:
    """Print the document: as JSON, or as `human` draws it on a console.

    In a pipe the drawn form is plain and as wide as it needs to be.
    """
    if as_json:
        sys.stdout.write(json_text(document) + "\n")
        return
    on_terminal = sys.stdout.isatty()
    human(Console(width=None if on_terminal else _AS_WIDE_AS_NEEDED, soft_wrap=not on_terminal, highlight=False))


def json_text(document: Mapping[str, Any]) -> str:
    """The document as one line of JSON, which has no NaN: a number that cannot be told is null."""
    told = json.loads(json.dumps(document, default=_plain), parse_constant=lambda _: None)
    return json.dumps(told, ensure_ascii=False)


def progress_console() -> Console:
    """Where progress is drawn: stderr, and only on a terminal."""
    return Console(stderr=True, quiet=not sys.stderr.isatty())


def warned(sentence: str) -> None:
    """Say on stderr what a command goes on without."""
    Console(stderr=True).print(sentence, style="yellow", markup=False, soft_wrap=True)


def _plain(value: object) -> Any:  # noqa: ANN401 - json asks for whatever it can print
    match value:
        case date() | datetime():
            return value.isoformat()
        case Path() | Decimal():
            return str(value)
        case _ if hasattr(value, "item"):
            return value.item()
        case _:
            message = f"no JSON form for {type(value).__name__}"
            raise TypeError(message)
