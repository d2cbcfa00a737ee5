"""The Parquet files of one load: sorted by whose rows they are, safe on disk before anything names them."""

# ruff: noqa: S608 - every name in these statements is the contract's or a file's, never a value of a row

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from arrears.intake.book import Book
from arrears.intake.source import SETTINGS, Source, file_digest
from arrears.lake import Lake, quoted, scan_files
from arrears.manifest import DataFile, sync_folder
from arrears.tables import Table

SMALL_ROW_GROUP, LARGE_ROW_GROUP = 16_384, 122_880
"""Rows that a look-up of one debtor has to read at least: few in a small file, more where groups would be too many."""


@dataclass(frozen=True)
class Write:
    """One load on its way into the lake."""

    con: duckdb.DuckDBPyConnection
    lake: Lake
    source: Source
    book: Book
    load_id: str

    def folder(self, name: str) -> Path:
        """Where this load's files of a table go."""
        return self.lake.root / name / f"load={self.load_id}"

    def data_file(self, path: Path, rows: int) -> DataFile:
        """The manifest's entry of a file that is safe on disk."""
        _sync_file(path)
        return DataFile(str(path.relative_to(self.lake.root)), rows, file_digest(path))


def write_file(write: Write, table: Table, rows: str, name: str, *, expected: int) -> DataFile:
    """Write the rows of a SELECT with the lake's columns as one sorted file of this load."""
    folder = write.folder(table.name)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    columns = ", ".join(f'"{column}"' for column in table.lake_schema())
    # One person's rows lie together, so that Parquet's statistics find them without reading the rest.
    whose = [key for key in ("account_id", "debtor_id") if table.has(key)]
    order = ", ".join(f'"{column}"' for column in dict.fromkeys((*whose, *table.key, "recorded_at")))
    write.con.execute(
        f"""COPY (SELECT {columns} FROM ({rows}) ORDER BY {order}) TO {quoted(str(path))}
        (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_row_group(expected)})"""
    )
    (count,) = write.con.execute(f"SELECT count(*) FROM {scan_files([path])}").fetchall()[0]
    return write.data_file(path, count)


def _row_group(rows: int) -> int:
    # A reader opens the description of every group before the first row: some hundred and sixty are plenty.
    return min(max(SMALL_ROW_GROUP, rows // 160), LARGE_ROW_GROUP)


def write_settings(write: Write) -> DataFile | None:
    """The portfolio's settings, if the source has some that the lake does not have already."""
    own, kept = write.source.settings, write.lake.manifest.settings
    if own is None or (kept is not None and kept.sha256 == file_digest(own)):
        return None
    path = write.folder("settings") / SETTINGS
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(own, path)
    return write.data_file(path, 0)


def days_of(write: Write, files: tuple[DataFile, ...]) -> tuple[date | None, date | None]:
    """The first and the last day on which something in these files became known, in the portfolio's zone."""
    scan = scan_files(write.lake.root / file.path for file in files)
    first, last = write.con.execute(
        f"SELECT {write.book.day_sql('min(recorded_at)')}, {write.book.day_sql('max(recorded_at)')} FROM {scan}"
    ).fetchall()[0]
    return first, last


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
    sync_folder(path.parent)
    sync_folder(path.parent.parent)
