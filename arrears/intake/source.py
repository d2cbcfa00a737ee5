"""A source folder: which file holds which table, and a digest of all of them.

One CSV or Parquet file per table, or a folder of Parquet files, named as the table. This file knows names and bytes;
what the rows must look like is for `arrears.tables` and the rules.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Literal

from arrears.errors import WrongUse
from arrears.intake.report import Problem
from arrears.tables import TABLES

SETTINGS = "portfolio.toml"
_BLOCK = 1 << 22


@dataclass(frozen=True)
class TableSource:
    """Where one table's rows are."""

    table: str
    format: Literal["csv", "parquet"]
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Source:
    """What a source folder holds.

    `problems` are those that names alone show: a file that is no table, two files for one table.
    """

    folder: Path
    tables: dict[str, TableSource]
    settings: Path | None
    problems: tuple[Problem, ...]

    @property
    def name(self) -> str:
        """The folder's own name, for reports."""
        return self.folder.name

    @cached_property
    def digest(self) -> str:
        """A digest of every file that a load would read, by name and content."""
        whole = hashlib.sha256()
        for path in sorted(self._files()):
            whole.update(f"{path.relative_to(self.folder)} {file_digest(path)}\n".encode())
        return whole.hexdigest()

    def _files(self) -> Iterator[Path]:
        for table in self.tables.values():
            yield from table.paths
        if self.settings:
            yield self.settings


def open_source(folder: Path) -> Source:
    """What the folder holds, without reading a row.

    Raises
    ------
    WrongUse : there is no such folder, or nothing in it is named as a table.
    """
    if not folder.is_dir():
        raise _no_source(folder, "no folder of that name")
    found: dict[str, list[TableSource]] = {}
    problems: list[Problem] = []
    for entry in sorted(folder.iterdir()):
        table = _table_source(entry)
        if table is not None and table.table in TABLES:
            found.setdefault(table.table, []).append(table)
        elif not entry.name.startswith(".") and entry.name != SETTINGS:
            problems.append(_unknown_file(entry))
    if not found:
        raise _no_source(folder, "no file in it is named as a table")
    problems += [_two_files(name, sources) for name, sources in found.items() if len(sources) > 1]
    settings = folder / SETTINGS
    return Source(
        folder=folder,
        tables={name: found[name][0] for name in TABLES if name in found},
        settings=settings if settings.exists() else None,
        problems=tuple(problems),
    )


def file_digest(path: Path) -> str:
    """SHA-256 of a file, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _table_source(entry: Path) -> TableSource | None:
    if entry.is_dir():
        parts = tuple(sorted(entry.glob("*.parquet")))
        return TableSource(entry.name, "parquet", parts) if parts else None
    match entry.suffix:
        case ".csv":
            return TableSource(entry.stem, "csv", (entry,))
        case ".parquet":
            return TableSource(entry.stem, "parquet", (entry,))
        case _:
            return None


def _no_source(folder: Path, found: str) -> WrongUse:
    return WrongUse(
        asked=f"read the source {folder}",
        found=found,
        do="Name a folder with one Parquet or CSV file per table, or demo for the built-in portfolio.",
    )


def _unknown_file(entry: Path) -> Problem:
    close = get_close_matches(entry.stem, TABLES, n=1)
    cure = f"Did you mean {close[0]}?" if close else "Take it away, or name it as a table."
    return Problem(entry.name, None, "unknown_file", "warning", 1, "no table has this name; the file is not read", cure)


def _two_files(name: str, sources: list[TableSource]) -> Problem:
    found = f"more than one place: {', '.join(source.paths[0].name for source in sources)}"
    return Problem(name, None, "two_files", "error", 1, found, "Keep one of them.")
