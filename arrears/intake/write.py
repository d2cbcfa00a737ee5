"""Writing a checked source into the lake: new files beside the old ones, then one rename.

Files that the manifest no longer names stay: readers may still hold the old one, and a night is replayed from it.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import duckdb

from arrears.errors import Refused
from arrears.intake.book import Book
from arrears.intake.checks import Checked
from arrears.intake.lake_files import Write, days_of, write_settings
from arrears.intake.report import Report
from arrears.intake.source import Source
from arrears.intake.typed import TypedTable
from arrears.intake.versions import add_to_table, write_first
from arrears.lake import Lake
from arrears.manifest import LoadRecord, TableFiles, read_manifest, write_manifest


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
            settings = write_settings(write)
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
            files, added[name] = add_to_table(write, table)
        else:
            files = (write_first(write, table, checked[name]),)
            added[name] = files[0].rows
        before = write.lake.manifest.tables.get(name)
        filled = {*checked[name].filled, *(before.columns if before else ())}
        columns = tuple(column.name for column in table.table.columns if column.name in filled)
        tables[name] = TableFiles(files, columns, *days_of(write, files))
    return tables, added


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
    """Remove what loads that were cut short left behind.

    Files that a newer load has replaced stay: a night is replayed from the state of the lake that it read.
    """
    finished = {f"load={record.id}" for record in read_manifest(lake.root).loads}
    for folder in lake.root.glob("*/load=*"):
        if folder.name not in finished:
            shutil.rmtree(folder)
            _remove_if_empty(folder.parent)


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
