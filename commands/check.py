"""`arrears check`: every problem of a source at once, before anything is loaded, and whether its book is ready."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from arrears.errors import WrongUse
from commands.context import AsJson, LakeDir, emit, places
from commands.source_report import draw, source_folder, watching

if TYPE_CHECKING:
    from arrears.intake.report import Report
    from arrears.lake import Lake
    from serving.gate.readiness import Readiness

app = typer.Typer(add_completion=False)


@app.command()
def command(
    source: Annotated[
        str | None,
        typer.Argument(help="A folder of tables, or demo for the built-in portfolio; with --profile also the lake."),
    ] = None,
    *,
    profile: Annotated[
        list[str] | None,
        typer.Option(help="Judge the book under this file of limits, as us_federal; give several times for several."),
    ] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Judge as of this day; by default the book's last.")
    ] = None,
    lake: LakeDir = None,
    json: AsJson = False,
) -> None:
    """Validate a source folder as a load into the lake would, and report every problem at once.

    With --profile it also tells what each missing fact would hold under the rules of conduct, and what would cure it.
    """
    from arrears.clock import SystemClock
    from arrears.lake import Lake

    where = Lake(places(lake=lake).lake)
    if source is None:
        if not profile:
            raise WrongUse(
                asked="check", found="neither a source nor a profile", do="Name a folder: arrears check demo."
            )
        found = _judged(where, profile, as_of)
        emit({"readiness": found.document()}, as_json=json, human=lambda console: _tell(None, found, console))
        return
    from arrears.loading import check

    with source_folder(source) as folder:
        with watching() as progress:
            report = check(folder, where, SystemClock(), progress=progress)
        ready = _loaded_aside(folder, profile, as_of) if profile and not report.errors else None
    told: dict[str, Any] = report.document() | ({"readiness": ready.document()} if ready else {})
    emit(told, as_json=json, human=lambda console: _tell(report, ready, console))
    report.raise_if_bad(f"check {report.source}")
    if not json:
        typer.echo(f"No errors: {report.source} can be loaded.")


def _tell(report: Report | None, ready: Readiness | None, console: Console) -> None:
    from commands.readiness_report import draw_readiness

    if report is not None:
        draw(report, console)
    if ready is not None:
        draw_readiness(ready, console)


def _loaded_aside(folder: Path, profiles: list[str], as_of: datetime | None) -> Readiness:
    """The source judged in a lake of its own, which is thrown away."""
    from arrears.clock import SystemClock
    from arrears.lake import Lake
    from arrears.loading import load

    with TemporaryDirectory(prefix="arrears-ready-") as aside, watching() as progress:
        load(folder, Path(aside) / "lake", SystemClock(), progress=progress)
        return _judged(Lake(Path(aside) / "lake"), profiles, as_of)


def _judged(lake: Lake, profiles: list[str], as_of: datetime | None) -> Readiness:
    from arrears.clock import SystemClock
    from serving.gate.readiness import readiness

    return readiness(lake, profiles, as_of and as_of.date(), limits_on=SystemClock().now().date())
