"""Which files make up the lake, kept in one small JSON document that is replaced whole.

A reader that has read the manifest sees one state of the lake and never half of a load: new files lie beside the old
ones until the rename, and files that only an earlier manifest names are left for readers that still hold it.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from arrears.errors import ArrearsError

FORMAT = 1
FILE = "manifest.json"


@dataclass(frozen=True)
class DataFile:
    """One Parquet file, by its path beneath the lake; the digest is of its bytes."""

    path: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class TableFiles:
    """What one table consists of.

    `columns` are the contract columns that some load filled, named as in files; the days are the first and last on
    which something of the table was known.
    """

    files: tuple[DataFile, ...]
    columns: tuple[str, ...]
    first_day: date | None
    last_day: date | None

    @property
    def rows(self) -> int:
        """Versions of rows, corrections and removals included."""
        return sum(file.rows for file in self.files)


@dataclass(frozen=True)
class LoadRecord:
    """One load: its id, the digest of the files it read, and what it brought."""

    id: str
    digest: str
    source: str
    loaded_at: str
    rows: dict[str, int]
    warnings: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Manifest:
    """One whole state of the lake."""

    tables: dict[str, TableFiles] = field(default_factory=dict)
    settings: DataFile | None = None
    loads: tuple[LoadRecord, ...] = ()

    @property
    def fingerprint(self) -> str:
        """A digest of the contents: the same files and settings give the same, whenever they were loaded."""
        parts = [f"{name} {file.path} {file.sha256}" for name, table in self.tables.items() for file in table.files]
        parts += [f"{name} {' '.join(table.columns)}" for name, table in self.tables.items()]
        parts += [self.settings.sha256] if self.settings else []
        return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()

    @property
    def paths(self) -> frozenset[str]:
        """Every file it names, beneath the lake."""
        named = {file.path for table in self.tables.values() for file in table.files}
        return frozenset(named | ({self.settings.path} if self.settings else set()))

    def document(self) -> dict[str, Any]:
        """The manifest as plain JSON; `manifest_of` reads it back."""
        plain: dict[str, Any] = json.loads(json.dumps({"format": FORMAT, **asdict(self)}, default=str))
        return plain

    def with_load(self, load: LoadRecord, tables: dict[str, TableFiles], settings: DataFile | None) -> Manifest:
        """The state after one more load; tables it does not mention stay as they are."""
        return replace(self, tables=self.tables | tables, settings=settings or self.settings, loads=(*self.loads, load))


def read_manifest(root: Path) -> Manifest:
    """The lake's present state; an empty one where nothing was loaded yet.

    Raises
    ------
    ArrearsError : the manifest was written by a newer Arrears, or is no manifest.
    """
    file = root / FILE
    return manifest_of(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else Manifest()


def manifest_of(document: dict[str, Any]) -> Manifest:
    """The manifest that a document tells, as the lake or a recorded night keeps it.

    Raises
    ------
    ArrearsError : it was written by a newer Arrears, or is no manifest.
    """
    if document.get("format") != FORMAT:
        raise ArrearsError(
            asked="read the lake",
            found=f"{FILE} has format {document.get('format')}, this Arrears reads {FORMAT}",
            do="Use the Arrears that wrote it, or load the sources into a new lake.",
        )
    return Manifest(
        tables={name: _table(entry) for name, entry in document["tables"].items()},
        settings=DataFile(**document["settings"]) if document["settings"] else None,
        loads=tuple(_load(entry) for entry in document["loads"]),
    )


def write_manifest(root: Path, manifest: Manifest) -> None:
    """Replace the manifest by rename, after what it names is safe on disk."""
    fresh = root / f".{FILE}.new"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(manifest.document(), file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(root / FILE)
    sync_folder(root)


def sync_folder(folder: Path) -> None:
    """Make a rename or a new name in this folder outlast a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _table(entry: dict[str, Any]) -> TableFiles:
    return TableFiles(
        files=tuple(DataFile(**file) for file in entry["files"]),
        columns=tuple(entry["columns"]),
        first_day=_day(entry["first_day"]),
        last_day=_day(entry["last_day"]),
    )


def _load(entry: dict[str, Any]) -> LoadRecord:
    return LoadRecord(**(entry | {"warnings": tuple(_warning(warning) for warning in entry["warnings"])}))


def _warning(entry: dict[str, Any]) -> dict[str, Any]:
    return entry | {"keys": tuple(entry["keys"])}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
