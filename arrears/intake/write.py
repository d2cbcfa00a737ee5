"""Writing a checked source into the lake: new files beside the old ones, then one rename.

Corrections give older versions of a row their `known_until`; a file whose rows change so is written anew under the new
load. Files that the manifest no longer names stay for one more load, for readers that still hold the old one.
"""

# ruff: noqa: S608 - every name in these statements is the contract's or a file's, never a value of a row

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

from arrears.errors import Refused
from arrears.intake.against_lake import new_rows
from arrears.intake.book import Book
from arrears.intake.checks import Checked
from arrears.intake.report import Report
from arrears.intake.source import SETTINGS, Source, file_digest
from arrears.intake.typed import TypedTable
from arrears.lake import Lake, quoted, scan_files
from arrears.manifest import DataFile, LoadRecord, TableFiles, read_manifest, sync_folder, write_manifest
from arrears.tables import Table

ROW_GROUP = 16_384
"""Rows that a look-up of one debtor has to read at least."""


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


def write_load(
    con: duckdb.DuckDBPyConnection,
    lake: Lake,
    source: Source,
    book: Book,
    typed: Mapping[str, TypedTable],
    checked: Mapping[str, Checked],
    report: Report,
    progress: Callable[[str, str], None],
) -> Report:
    """Write every table, then make all of it visible at once; a failure on the way leaves the lake as it was.

    Raises
    ------
    Refused : another load is writing, or has written since this one was checked.
    """
    with _sole_writer(lake):
        write = Write(con, lake, source, book, f"{len(lake.manifest.loads) + 1:04d}-{source.digest[:12]}")
        try:
            tables, added = _write_tables(write, typed, checked, progress)
            settings = _write_settings(write)
            if not any(added.values()) and settings is None:
                _discard(write)
                return replace(report, added=added, already_loaded=True)
        except BaseException:
            _discard(write)
            raise
        record = LoadRecord(
            id=write.load_id,
            digest=source.digest,
            source=source.name,
            loaded_at=book.now.isoformat(),
            rows=report.rows,
            warnings=tuple(asdict(problem) for problem in report.warnings),
        )
        write_manifest(lake.root, lake.manifest.with_load(record, tables, settings))
        _clear_away(lake)
    return replace(report, added=added, load_id=write.load_id)


def _write_tables(
    write: Write,
    typed: Mapping[str, TypedTable],
    checked: Mapping[str, Checked],
    progress: Callable[[str, str], None],
) -> tuple[dict[str, TableFiles], dict[str, int]]:
    tables: dict[str, TableFiles] = {}
    added: dict[str, int] = {}
    for name, table in typed.items():
        progress("write", name)
        if name in write.lake.tables:
            files, added[name] = _add_to_table(write, table)
        else:
            files = (_write_first(write, table, versions=checked[name].versions),)
            added[name] = files[0].rows
        before = write.lake.manifest.tables.get(name)
        filled = {*checked[name].filled, *(before.columns if before else ())}
        columns = tuple(column.name for column in table.table.columns if column.name in filled)
        tables[name] = TableFiles(files, columns, *_days(write, files))
    return tables, added


def _write_first(write: Write, typed: TypedTable, *, versions: bool) -> DataFile:
    rows = new_rows(typed, write.lake)
    until = _next_version(typed.table) if versions else "NULL::TIMESTAMPTZ"
    return _write_file(write, typed.table, f"SELECT *, {until} AS known_until FROM ({rows})", "rows.parquet")


def _add_to_table(write: Write, typed: TypedTable) -> tuple[tuple[DataFile, ...], int]:
    """The table's files after this load: those it leaves alone, those it had to write anew, and its own rows."""
    table, con = typed.table, write.con
    entry = write.lake.manifest.tables[table.name]
    con.execute(f"CREATE OR REPLACE TABLE fresh AS {new_rows(typed, write.lake)}")
    (count,) = con.execute("SELECT count(*) FROM fresh").fetchall()[0]
    if not count:
        return entry.files, 0
    touched = _remember_versions(write, table)
    own = "SELECT * EXCLUDE (file) FROM versions WHERE file IS NULL"
    files = [_write_file(write, table, own, "rows.parquet")]
    for at, file in enumerate(entry.files):
        if file.path in touched:
            files.append(_write_file(write, table, _with_new_ends(write, table, file), f"rewritten-{at}.parquet"))
        else:
            files.append(file)
    return tuple(files), count


def _remember_versions(write: Write, table: Table) -> frozenset[str]:
    """A table `versions`: every version of every key that this load touches; gives the files whose rows change."""
    key = ", ".join(f'"{name}"' for name in table.key)
    columns = ", ".join(f'"{name}"' for name in table.lake_schema() if name != "known_until")
    scan = scan_files(
        (write.lake.root / file.path for file in write.lake.manifest.tables[table.name].files), name="file"
    )
    write.con.execute(
        f"""CREATE OR REPLACE TABLE versions AS
        SELECT *, {_next_version(table)} AS known_until FROM (
            SELECT {columns}, NULL AS file, NULL::TIMESTAMPTZ AS known_before FROM fresh
            UNION ALL
            SELECT {columns}, file, known_until FROM {scan} SEMI JOIN fresh USING ({key}))"""
    )
    changed = write.con.execute(
        "SELECT DISTINCT file FROM versions WHERE file IS NOT NULL AND known_until IS DISTINCT FROM known_before"
    ).fetchall()
    return frozenset(str(Path(file).relative_to(write.lake.root)) for (file,) in changed)


def _with_new_ends(write: Write, table: Table, file: DataFile) -> str:
    same = " AND ".join(f'versions."{name}" = old."{name}"' for name in (*table.key, "recorded_at"))
    return f"""
        SELECT old.* REPLACE (coalesce(versions.known_until, old.known_until) AS known_until)
        FROM {scan_files([write.lake.root / file.path])} AS old
        LEFT JOIN versions ON versions.file IS NOT NULL AND {same}"""


def _next_version(table: Table) -> str:
    key = ", ".join(f'"{name}"' for name in table.key)
    return f"lead(recorded_at) OVER (PARTITION BY {key} ORDER BY recorded_at)"


def _write_file(write: Write, table: Table, rows: str, name: str) -> DataFile:
    folder = write.folder(table.name)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    columns = ", ".join(f'"{column}"' for column in table.lake_schema())
    # One person's rows lie together, so that Parquet's statistics find them without reading the rest.
    whose = [key for key in ("account_id", "debtor_id") if table.has(key)]
    order = ", ".join(f'"{column}"' for column in dict.fromkeys((*whose, *table.key, "recorded_at")))
    write.con.execute(
        f"""COPY (SELECT {columns} FROM ({rows}) ORDER BY {order}) TO {quoted(str(path))}
        (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"""
    )
    (count,) = write.con.execute(f"SELECT count(*) FROM {scan_files([path])}").fetchall()[0]
    return write.data_file(path, count)


def _write_settings(write: Write) -> DataFile | None:
    """The portfolio's settings, if the source has some that the lake does not have already."""
    own, kept = write.source.settings, write.lake.manifest.settings
    if own is None or (kept is not None and kept.sha256 == file_digest(own)):
        return None
    path = write.folder("settings") / SETTINGS
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(own, path)
    return write.data_file(path, 0)


def _days(write: Write, files: tuple[DataFile, ...]) -> tuple[date | None, date | None]:
    scan = scan_files(write.lake.root / file.path for file in files)
    first, last = write.con.execute(
        f"SELECT {write.book.day_sql('min(recorded_at)')}, {write.book.day_sql('max(recorded_at)')} FROM {scan}"
    ).fetchall()[0]
    return first, last


@contextmanager
def _sole_writer(lake: Lake) -> Iterator[None]:
    lake.root.mkdir(parents=True, exist_ok=True)
    with (lake.root / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _not_alone("another load is writing to it") from None
        if read_manifest(lake.root) != lake.manifest:
            raise _not_alone("another load has written to it since this one was checked")
        yield


def _not_alone(found: str) -> Refused:
    return Refused(asked="load into the lake", found=found, do="Wait until it is done and load again.")


def _discard(write: Write) -> None:
    for folder in write.lake.root.glob(f"*/load={write.load_id}"):
        shutil.rmtree(folder)
        _remove_if_empty(folder.parent)


def _clear_away(lake: Lake) -> None:
    """Remove files that neither the new manifest names nor the one before it."""
    named = read_manifest(lake.root).paths | lake.manifest.paths
    for file in lake.root.glob("*/load=*/*"):
        if str(file.relative_to(lake.root)) not in named:
            file.unlink()
            _remove_if_empty(file.parent)


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
    sync_folder(path.parent)
    sync_folder(path.parent.parent)
