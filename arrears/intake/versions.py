"""Corrections: every version of a row ends where the next begins, whichever load brought it.

Old rows whose end changes are written anew with their whole file; files without such rows are left as they are.
"""

# ruff: noqa: S608 - every name in these statements is the contract's or a file's, never a value of a row

from __future__ import annotations

from pathlib import Path

from arrears.intake.against_lake import new_rows
from arrears.intake.checks import Checked
from arrears.intake.lake_files import Write, write_file
from arrears.intake.typed import TypedTable
from arrears.lake import scan_files
from arrears.manifest import DataFile
from arrears.tables import Table


def write_first(write: Write, typed: TypedTable, checked: Checked) -> DataFile:
    """The one file of a table that the lake did not have."""
    rows = new_rows(typed, write.lake)
    until = _next_version(typed.table) if checked.versions else "NULL::TIMESTAMPTZ"
    select = f"SELECT *, {until} AS known_until FROM ({rows})"
    return write_file(write, typed.table, select, "rows.parquet", expected=checked.rows)


def add_to_table(write: Write, typed: TypedTable) -> tuple[tuple[DataFile, ...], int]:
    """The table's files after this load: those it leaves alone, those it had to write anew, and its own rows."""
    table, con = typed.table, write.con
    entry = write.lake.manifest.tables[table.name]
    con.execute(f"CREATE OR REPLACE TABLE fresh AS {new_rows(typed, write.lake)}")
    (count,) = con.execute("SELECT count(*) FROM fresh").fetchall()[0]
    if not count:
        return entry.files, 0
    touched = _remember_versions(write, table)
    own = "SELECT * EXCLUDE (file) FROM versions WHERE file IS NULL"
    files = [write_file(write, table, own, "rows.parquet", expected=count)]
    for at, file in enumerate(entry.files):
        if file.path in touched:
            select = _with_new_ends(write, table, file)
            files.append(write_file(write, table, select, f"rewritten-{at}.parquet", expected=file.rows))
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
