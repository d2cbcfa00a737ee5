"""Where rows go: one Parquet file a table, written in pieces so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

_PIECE_ROWS = 250_000


class Sink:
    """Tables of one folder, open for rows.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with Sink(Path(folder)) as sink:
    ...         sink.add("debtors", {"debtor_id": pa.array(["D1"])})
    ...     sink.rows
    {'debtors': 1}
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.rows: dict[str, int] = {}
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._waiting: dict[str, list[pa.Table]] = {}
        self._waiting_rows: dict[str, int] = {}
        # One thread writes while the next days are made; one piece at a time waits for it, so memory stays bounded.
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._under_way: Future[None] | None = None

    def add(self, table: str, columns: Mapping[str, pa.Array]) -> None:
        """Take rows; every call for a table brings the same columns."""
        piece = pa.table(dict(columns))
        self.rows[table] = self.rows.get(table, 0) + piece.num_rows
        waiting = self._waiting.setdefault(table, [])
        if piece.num_rows or not waiting:
            waiting.append(piece)
        self._waiting_rows[table] = self._waiting_rows.get(table, 0) + piece.num_rows
        if self._waiting_rows[table] >= _PIECE_ROWS:
            self._write(table)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        try:
            for table in list(self._waiting) if kind is None else ():
                self._write(table)
            self._wait()
        finally:
            self._thread.shutdown()
            for writer in self._writers.values():
                writer.close()

    def _write(self, table: str) -> None:
        waiting = self._waiting[table]
        if not waiting:
            return
        whole = pa.concat_tables(waiting).combine_chunks()
        if table not in self._writers:
            self._writers[table] = _writer(self.folder / f"{table}.parquet", whole.schema)
        self._wait()
        self._under_way = self._thread.submit(self._writers[table].write_table, whole, row_group_size=_PIECE_ROWS)
        waiting.clear()
        self._waiting_rows[table] = 0

    def _wait(self) -> None:
        if self._under_way is not None:
            self._under_way.result()
            self._under_way = None


def _writer(file: Path, schema: pa.Schema) -> pq.ParquetWriter:
    # Ids are different in almost every row: a dictionary of them is work for nothing.
    words = [field.name for field in schema if pa.types.is_string(field.type) and not _is_id(field.name)]
    return pq.ParquetWriter(file, schema, store_decimal_as_integer=True, compression="snappy", use_dictionary=words)


def _is_id(column: str) -> bool:
    return column.endswith("_id") or column in {"reverses", "value"}
