"""Writing a checked source into the lake: new files beside the old ones, then one rename.

Corrections give older versions of a row their `known_until`; a file whose rows change so is written anew under the new
load, and the old one stays until no reader can still hold it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb

from arrears.checks import Checked
from arrears.clock import Clock
from arrears.lake import Lake, quoted, scan_files
from arrears.manifest import DataFile, LoadRecord, TableFiles, sync_folder, write_manifest
from arrears.report import Report
from arrears.settings import read_settings
from arrears.source import SETTINGS, Source, file_digest
from arrears.tables import TABLES, Table
from arrears.typed import TypedTable

ROW_GROUP = 16_384


def write_load(
    con: duckdb.DuckDBPyConnection,
    lake: Lake,
    source: Source,
    typed: dict[str, TypedTable],
    checked: dict[str, Checked],
    report: Report,
    clock: Clock,
    progress: Callable[[str, str], None],
) -> Report:
    """Write every table, then make all of it visible at once."""
    zone = (read_settings(source.settings) if source.settings else lake.settings).portfolio.zone
    load_id = f"{len(lake.manifest.loads) + 1:04d}-{source.digest[:12]}"
    tables: dict[str, TableFiles] = {}
    added: dict[str, int] = {}
    for name, table in typed.items():
        progress("write", name)
        tables[name], added[name] = _write_table(con, lake, table, checked[name], load_id, zone)
    settings = _keep_settings(lake.root, source, load_id)
    record = LoadRecord(
        id=load_id,
        digest=source.digest,
        source=source.name,
        loaded_at=clock.now().isoformat(),
        rows=report.rows,
        notes=report.notes,
        warnings=tuple(vars(problem) for problem in report.warnings),
    )
    manifest = lake.manifest.with_load(record, tables, settings)
    lake.root.mkdir(parents=True, exist_ok=True)
    write_manifest(lake.root, manifest)
    return replace(report, added=added, load_id=load_id)


def _write_table(
    con: duckdb.DuckDBPyConnection, lake: Lake, typed: TypedTable, checked: Checked, load_id: str, zone: str
) -> tuple[TableFiles, int]:
    table = typed.table
    folder = lake.root / table.name / f"load={load_id}"
    if folder.exists():
        shutil.rmtree(folder)  # a load that was killed before its rename left it
    folder.mkdir(parents=True)
    key = ", ".join(f'"{name}"' for name in table.key)
    known_until = (
        f"lead(recorded_at) OVER (PARTITION BY {key} ORDER BY recorded_at)" if checked.versions else "NULL::TIMESTAMPTZ"
    )
    columns = ", ".join(f'"{column.lake_name}"' for column in table.columns)
    rows = f"SELECT {columns}, recorded_at, {known_until} AS known_until, deleted FROM {typed.view}"
    file = _write_file(con, rows, table, folder / "rows.parquet", lake.root)
    day = f"CAST(timezone({quoted(zone)}, recorded_at) AS DATE)"
    days = f"SELECT min({day}), max({day}) FROM {scan_files([folder / 'rows.parquet'])}"
    first, last = con.execute(days).fetchall()[0]
    return TableFiles((file,), checked.filled, first, last), file.rows


def _write_file(con: duckdb.DuckDBPyConnection, rows: str, table: Table, path: Path, root: Path) -> DataFile:
    order = dict.fromkeys(
        [name for name in ("account_id", "debtor_id") if table.has(name)] + [*table.key, "recorded_at"]
    )
    by = ", ".join(f'"{name}"' for name in order)
    con.execute(
        f"COPY ({rows} ORDER BY {by}) TO {quoted(str(path))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
    )
    (count,) = con.execute(f"SELECT count(*) FROM {scan_files([path])}").fetchall()[0]
    return DataFile(str(path.relative_to(root)), count, file_digest(path))


def _keep_settings(root: Path, source: Source, load_id: str) -> DataFile | None:
    if source.settings is None:
        return None
    kept = root / "settings" / f"load={load_id}" / SETTINGS
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source.settings, kept)
    return DataFile(str(kept.relative_to(root)), 0, file_digest(kept))
