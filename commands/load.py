"""`arrears load`: validate a source and add it to the lake, all or nothing."""

from __future__ import annotations

from tempfile import TemporaryDirectory
from pathlib import Path

import typer

from commands.context import AsJson, LakeDir, emit, places

app = typer.Typer()


@app.command()
def command(source: str, *, lake: LakeDir = None, json: AsJson = False) -> None:
    """Validate a source folder and add it to the lake, all or nothing; `demo` is the built-in portfolio."""
    from arrears.clock import SystemClock
    from arrears.demo import write_demo
    from arrears.loading import load

    root = places(lake=lake).lake
    with TemporaryDirectory() as folder:
        where = write_demo(Path(folder) / "demo") if source == "demo" else Path(source)
        report = load(where, root, SystemClock())
    emit(report.document(), as_json=json, human=lambda console: console.print(report))
