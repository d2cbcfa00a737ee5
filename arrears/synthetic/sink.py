"""Where rows go: one Parquet file a table, written in pieces so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Mapping
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

    def add(self, table: str, columns: Mapping[str, pa.Array]) -> None:
        """Take rows; every call for a table brings the same columns."""
        piece = pa.table(dict(columns))
        self.rows[table] = self.rows.get(table, 0) + piece.num_rows
        waiting = self._waiting.setdefault(table, [])
        if piece.num_rows or not waiting:
            waiting.append(piece)
        if sum(part.num_rows for part in waiting) >= _PIECE_ROWS:
            self._write(table)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        for table in list(self._waiting) if kind is None else ():
            self._write(table)
        for writer in self._writers.values():
            writer.close()

    def _write(self, table: str) -> None:
        waiting = self._waiting[table]
        if not waiting:
            return
        whole = pa.concat_tables(waiting).combine_chunks()
        if table not in self._writers:
            self._writers[table] = pq.ParquetWriter(
                self.folder / f"{table}.parquet", whole.schema, store_decimal_as_integer=True, compression="zstd",
                compression_level=1,
            )  # fmt: skip
        self._writers[table].write_table(whole, row_group_size=_PIECE_ROWS)
        waiting.clear()
