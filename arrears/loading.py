"""Checking a source and adding it to the lake: all of it or nothing.

The steps are one list in `load`: open, type, check, write beside what is there, replace the manifest. Rows never pass
through Python.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from arrears.clock import Clock
from arrears.errors import BadInput
from arrears.intake.across import across_problems
from arrears.intake.against_lake import lake_rules
from arrears.intake.assumed import assumption
from arrears.intake.book import Book, open_book, remember_ids
from arrears.intake.checks import Checked, check_table
from arrears.intake.names import column_problems, table_problems
from arrears.intake.own_rules import own_rules
from arrears.intake.raw import Unreadable, show_raw
from arrears.intake.report import Problem, Report
from arrears.intake.rules import contract_rules
from arrears.intake.source import SETTINGS, Source, open_source
from arrears.intake.typed import TypedTable, type_table
from arrears.intake.write import write_load
from arrears.lake import Lake, settle
from arrears.policy.tightened import limits_of_house
from arrears.queues.next.entries import entries
from arrears.settings import Settings, default_settings, read_settings
from arrears.tables import TABLES

MEMORY = "1000MB"
"""What DuckDB may hold while it checks and writes; the rest is spilled to the machine's temporary folder."""

Progress = Callable[[str, str], None]
"""Told of every step: `read`, `check` or `write`, and the table."""


def check(folder: Path, lake: Lake, clock: Clock, *, progress: Progress | None = None) -> Report:
    """Every problem of a source, as a load into this lake would find it.

    Raises
    ------
    WrongUse : there is no such folder, or no table in it.
    """
    source = open_source(folder)
    with workbench() as bench:
        return _examine(bench, source, lake, clock, progress or _unwatched).report


def load(folder: Path, root: Path, clock: Clock, *, progress: Progress | None = None) -> Report:
    """Add a source to the lake at `root`, whole or not at all; files that were loaded before change nothing.

    Raises
    ------
    BadInputFound : at least one error; the lake is byte for byte as before.
    Refused : another load is writing at the same time.
    WrongUse : there is no such folder, or no table in it.
    """
    source, lake, watched = open_source(folder), Lake(root), progress or _unwatched
    if source.digest in {done.digest for done in lake.manifest.loads}:
        return Report(source=source.name, already_loaded=True)
    with workbench() as bench:
        seen = _examine(bench, source, lake, clock, watched)
        seen.report.raise_if_bad(f"load {source.name}")
        return write_load(bench.con, lake, source, seen.book, seen.typed, seen.checked, seen.report, watched)


@dataclass(frozen=True)
class Workbench:
    """A DuckDB of its own, and a folder for what it spills."""

    con: duckdb.DuckDBPyConnection
    folder: Path


@contextmanager
def workbench() -> Iterator[Workbench]:
    """A DuckDB with a memory limit, that spills to a folder of its own and leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="arrears-load-") as name:
        folder = Path(name)
        con = duckdb.connect(
            str(folder / "bench.duckdb"), config={"memory_limit": MEMORY, "temp_directory": str(folder / "spill")}
        )
        settle(con)
        con.execute("SET preserve_insertion_order = false")
        try:
            yield Workbench(con, folder)
        finally:
            con.close()


@dataclass(frozen=True)
class _Seen:
    report: Report
    book: Book
    typed: dict[str, TypedTable]
    checked: dict[str, Checked]


def _examine(bench: Workbench, source: Source, lake: Lake, clock: Clock, progress: Progress) -> _Seen:
    con, problems = bench.con, list(source.problems)
    settings, unusable = _settings(source, lake)
    raw, unreadable = _read(bench, source, progress)
    problems += [*unusable, *unreadable, *table_problems({*source.tables, *lake.tables})]
    book = open_book(con, lake, raw, now=clock.now(), zone=settings.portfolio.zone)
    typed = {name: type_table(con, TABLES[name], columns, book) for name, columns in raw.items()}
    _remember_targets(con, lake, book, typed)
    checked: dict[str, Checked] = {}
    for name, table in typed.items():
        progress("check", name)
        problems += column_problems(TABLES[name], raw[name])
        rules = [*contract_rules(table, book), *own_rules(table, book), *lake_rules(con, table, lake)]
        checked[name] = check_table(con, table, rules)
        problems += [*checked[name].problems, *assumption(table, checked[name].undated, book)]
    if not any(problem.level == "error" for problem in problems):
        progress("check", "all tables together")
        problems += across_problems(con, lake, typed, checked, settings)
    report = Report(
        source=source.name,
        rows={name: each.rows for name, each in checked.items()},
        problems=tuple(problems),
    )
    return _Seen(report, book, typed, checked)


def _settings(source: Source, lake: Lake) -> tuple[Settings, list[Problem]]:
    if source.settings is None:
        return lake.settings, []
    try:
        settings = read_settings(source.settings)
        limits_of_house(settings.conduct)  # what the house changed may only be tighter than its file
        entries(settings.desk.outcomes)  # and what it does otherwise must hang together
    except BadInput as bad:
        return default_settings(), [Problem(SETTINGS, None, "bad_setting", "error", 1, bad.found, bad.do)]
    return settings, []


def _read(bench: Workbench, source: Source, progress: Progress) -> tuple[dict[str, dict[str, str]], list[Problem]]:
    raw: dict[str, dict[str, str]] = {}
    problems: list[Problem] = []
    for name, table in source.tables.items():
        progress("read", name)
        try:
            raw[name] = show_raw(bench.con, table, bench.folder)
        except Unreadable as unreadable:
            problems.append(unreadable.problem)
    return raw, problems


def _remember_targets(con: duckdb.DuckDBPyConnection, lake: Lake, book: Book, typed: dict[str, TypedTable]) -> None:
    """Ids of every table that some row of the source names."""
    named = {table.table.column(name).refers_to for table in typed.values() for name in table.columns}
    for target in sorted(named & book.tables, key=str):
        remember_ids(con, lake, str(target), typed)


def _unwatched(step: str, table: str) -> None:
    """Progress that nobody watches."""
