"""Checking a source and adding it to the lake: all of it or nothing.

The steps are one list in `load`: open, type, check, write beside what is there, replace the manifest. Rows never pass
through Python.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from arrears.checks import Checked, check_table, remember_keys, rules_of
from arrears.clock import Clock
from arrears.lake import Lake
from arrears.report import Problem, Report
from arrears.settings import default_settings, read_settings
from arrears.source import Source, open_source
from arrears.tables import ALWAYS_REQUIRED, ONE_REQUIRED, TABLES
from arrears.typed import Moment, TypedTable, raw_columns, remember_accounts, remember_currencies, type_table
from arrears.write import write_load

MEMORY = "1500MB"
Progress = Callable[[str, str], None]


def quiet(step: str, table: str) -> None:
    """Progress that nobody watches."""


def check(folder: Path, lake: Lake, clock: Clock, *, progress: Progress = quiet) -> Report:
    """Every problem of a source, as a load into this lake would find it.

    Raises
    ------
    WrongUse : there is no such folder.
    BadInput : its portfolio.toml cannot be used.
    """
    source = open_source(folder)
    with workbench() as con:
        return _checked(con, source, lake, clock, progress)[0]


def load(folder: Path, root: Path, clock: Clock, *, progress: Progress = quiet) -> Report:
    """Add a source to the lake at `root`, whole or not at all; files that were loaded before change nothing.

    Raises
    ------
    BadInputFound : at least one error; the lake is byte for byte as before.
    """
    source = open_source(folder)
    lake = Lake(root)
    if source.digest in {done.digest for done in lake.manifest.loads}:
        return Report(source=source.name, already_loaded=True)
    with workbench() as con:
        report, typed, checked = _checked(con, source, lake, clock, progress)
        report.raise_if_bad(asked=f"load {source.name}")
        return write_load(con, lake, source, typed, checked, report, clock, progress)


@contextmanager
def workbench() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB with a memory limit, that spills to a folder of its own and leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="arrears-load-") as folder:
        con = duckdb.connect(
            str(Path(folder) / "bench.duckdb"), config={"memory_limit": MEMORY, "temp_directory": folder}
        )
        con.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false; SET preserve_insertion_order = false")
        try:
            yield con
        finally:
            con.close()


def _checked(
    con: duckdb.DuckDBPyConnection, source: Source, lake: Lake, clock: Clock, progress: Progress
) -> tuple[Report, dict[str, TypedTable], dict[str, Checked]]:
    settings = (
        read_settings(source.settings) if source.settings else lake.settings if lake.exists() else default_settings()
    )
    moment = Moment(now=clock.now(), zone=settings.portfolio.zone, first_load=not lake.exists())
    raw = {name: raw_columns(con, source, name) for name in source.tables}
    problems = [*source.problems, *_missing_tables(source, lake)]
    for name, columns in raw.items():
        problems += _column_problems(name, columns)
    remember_currencies(con)
    remember_accounts(con, lake, raw)
    typed = {name: type_table(con, TABLES[name], columns, moment) for name, columns in raw.items()}
    known = set(typed) | set(lake.tables)
    for target in {column.refers_to for table in typed.values() for column in table.table.columns if column.refers_to}:
        if target in known:
            remember_keys(con, lake, target, typed)
    checked: dict[str, Checked] = {}
    for name, table in typed.items():
        progress("check", name)
        checked[name] = check_table(con, table, rules_of(table, moment, known=known))
        problems += checked[name].problems
    report = Report(
        source=source.name, rows={name: each.rows for name, each in checked.items()}, problems=tuple(problems)
    )
    return report, typed, checked


def _missing_tables(source: Source, lake: Lake) -> Iterator[Problem]:
    there = {*source.tables, *lake.tables}
    for name in ALWAYS_REQUIRED:
        if name not in there:
            yield Problem(
                name,
                None,
                "missing_table",
                "error",
                1,
                "the source has no such file",
                f"Add {name}.csv or {name}.parquet.",
            )
    if not there & set(ONE_REQUIRED):
        both = " or ".join(ONE_REQUIRED)
        yield Problem(
            ONE_REQUIRED[0],
            None,
            "missing_table",
            "error",
            1,
            f"neither {both}: nothing says how late an account is",
            f"Add {both}.",
        )


def _column_problems(name: str, raw: dict[str, str]) -> Iterator[Problem]:
    table = TABLES[name]
    for column in table.columns:
        if column.required and column.name not in raw:
            yield Problem(name, column.name, "missing_column", "error", 1, "the file has no such column", "Add it.")
    for column in raw:
        if not table.has(column) and column not in ("recorded_at", "deleted"):
            yield Problem(
                name,
                column,
                "unknown_column",
                "warning",
                1,
                "no such column in the contract, and it is not read",
                "Nothing, or name it as the contract does.",
            )
