"""The rows of a source's files as they are: a view `raw_<table>` for each file that can be read.

CSV is read once, as text, into a Parquet file on the workbench: lines that are no rows are found there, and all later
passes read the smaller file. What cannot be read is told by line number, never by its content.
"""

# ruff: noqa: S608 - every name in these statements is a file's or the contract's, never a value of a row

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

from arrears.intake.report import Problem
from arrears.intake.source import TableSource
from arrears.lake import quoted

KEPT_LINES = 5
_COUNTED_LINES = 100_000
_LONGEST_LINE = 1 << 22


class Unreadable(Exception):
    """A file that gives no rows at all; the problem says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.sentence)
        self.problem = problem


def show_raw(con: duckdb.DuckDBPyConnection, source: TableSource, bench: Path) -> dict[str, str]:
    """Make the view `raw_<table>`; gives the file's columns and their DuckDB types.

    Raises
    ------
    Unreadable : the file is no Parquet, has no header, or has lines that are no rows.
    """
    scan = _parquet(source.paths) if source.format == "parquet" else _csv(con, source, bench)
    try:
        con.execute(f'CREATE VIEW "raw_{source.table}" AS SELECT * FROM {scan}')
    except duckdb.Error as problem:
        # DuckDB's own words may quote the file: only the kind of its complaint is told.
        found = f"the file cannot be read as {source.format} ({type(problem).__name__})"
        raise _unreadable(source.table, found, "Write it anew") from None
    described = con.execute(f'DESCRIBE "raw_{source.table}"').fetchall()
    return {name: kind for name, kind, *_ in described}


def _parquet(paths: tuple[Path, ...]) -> str:
    listed = ", ".join(quoted(str(path)) for path in paths)
    return f"read_parquet([{listed}], hive_partitioning = false, union_by_name = true)"


def _csv(con: duckdb.DuckDBPyConnection, source: TableSource, bench: Path) -> str:
    table = source.table
    copy = bench / f"{table}.parquet"
    columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in _header(source))
    rejects = f"store_rejects = true, rejects_table = 'rejects_{table}', rejects_scan = 'rejects_scan_{table}'"
    reader = (
        f"read_csv({quoted(str(source.paths[0]))}, auto_detect = false, header = true, columns = {{{columns}}}, "
        f"delim = ',', quote = '\"', escape = '\"', nullstr = '', max_line_size = {_LONGEST_LINE}, "
        f"{rejects}, rejects_limit = {_COUNTED_LINES})"
    )
    try:
        con.execute(f"COPY (SELECT * FROM {reader}) TO {quoted(str(copy))} (FORMAT parquet)")
    except duckdb.Error as problem:
        found = f"the file cannot be read as CSV ({type(problem).__name__})"
        raise _unreadable(
            table, found, "Write it as UTF-8 with commas, double quotes and one kind of line end"
        ) from None
    _refuse_rejects(con, table)
    return _parquet((copy,))


def _header(source: TableSource) -> tuple[str, ...]:
    try:
        with source.paths[0].open(encoding="utf-8-sig", newline="") as file:
            names = tuple(next(csv.reader(file), ()))
    except (UnicodeDecodeError, csv.Error):
        raise _unreadable(source.table, "the first line is no UTF-8 text", "Write the file as UTF-8") from None
    if not names or "" in names:
        raise _unreadable(source.table, "the first line does not name every column", "Begin with a line of names")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _unreadable(source.table, f"the first line names {', '.join(twice)} twice", "Name each column once")
    return names


def _refuse_rejects(con: duckdb.DuckDBPyConnection, table: str) -> None:
    count, lines, kinds = con.execute(
        f"""SELECT count(DISTINCT line), min(DISTINCT line, {KEPT_LINES}), list_sort(list(DISTINCT error_type::VARCHAR))
        FROM "rejects_{table}" """
    ).fetchall()[0]
    if count:
        why = ", ".join(kind.lower().replace("_", " ") for kind in kinds)
        keys = tuple(f"line {line}" for line in lines)
        raise _unreadable(table, f"lines that are no rows ({why})", "Mend these lines", count=count, keys=keys)


def _unreadable(table: str, found: str, do: str, *, count: int = 1, keys: tuple[str, ...] = ()) -> Unreadable:
    return Unreadable(Problem(table, None, "unreadable", "error", count, found, f"{do}.", keys))
