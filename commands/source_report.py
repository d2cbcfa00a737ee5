"""How a check or a load is watched and told: progress per table, then rows, warnings and errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from arrears.intake.assumed import ASSUMED
from commands.context import progress_console

if TYPE_CHECKING:
    from arrears.intake.report import Problem, Report


@contextmanager
def source_folder(source: str) -> Iterator[Path]:
    """The folder that a SOURCE names; `demo` is written out for as long as it is needed."""
    from arrears.demo import NAME, write_demo

    if source != NAME:
        yield Path(source)
        return
    with TemporaryDirectory(prefix="arrears-demo-") as folder:
        yield write_demo(Path(folder) / NAME)


@contextmanager
def watching() -> Iterator[Callable[[str, str], None]]:
    """Progress, one line a table, on a terminal; silent in a pipe."""
    columns = (SpinnerColumn(finished_text="[green]✓"), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=progress_console(), transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def watched(step: str, table: str) -> None:
            for task in tasks.values():
                progress.update(task, completed=1)
            if table not in tasks:
                tasks[table] = progress.add_task(table, total=1)
            progress.update(tasks[table], completed=0, description=f"{table}: {step}")

        yield watched


def draw(report: Report, console: Console) -> None:
    """Rows per table and warnings, as a person reads them; errors leave by the door of all failures."""
    if report.rows:
        console.print(_rows(report))
    draw_warnings(report.warnings, console)


def draw_warnings(warnings: tuple[Problem, ...], console: Console) -> None:
    """One line a warning; what was assumed of many tables takes one line together."""
    for warning in warnings:
        if warning.rule != ASSUMED:
            console.print(f"[yellow]![/] {escape(warning.sentence)}")
    tables = ", ".join(f"{warning.table} ({warning.count:,})" for warning in warnings if warning.rule == ASSUMED)
    if tables:
        console.print(
            f"[yellow]![/] No recorded_at in rows of {tables}: on a first load they count as known from the end of the "
            "day on which they happened, later from the load on. --json tells the day for each table."
        )


def _rows(report: Report) -> Table:
    table = Table(title=f"Source {report.source}", title_justify="left", box=None, pad_edge=False)
    table.add_column("table")
    table.add_column("rows read", justify="right")
    if report.added:
        table.add_column("new in the lake", justify="right")
    for name, rows in report.rows.items():
        added = [f"{report.added[name]:,}"] if report.added else []
        table.add_row(name, f"{rows:,}", *added)
    return table
