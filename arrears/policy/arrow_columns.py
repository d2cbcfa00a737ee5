"""Arrow columns as rules read them: ids as words, closed lists as codes, flags as yes, no or not known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from arrears.policy import codes
from arrears.policy.codes import Coded, Codes
from arrears.policy.columns import NOBODY, Days, Flags, Instants, Maybe, Numbers, Rows, Words


class Columns:
    """The columns of a source table; what the source lacks is null."""

    def __init__(self, table: pa.Table | None) -> None:
        self._table = table
        self._length = 0 if table is None else len(table)
        self._names = frozenset(() if table is None else table.column_names)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, name: str) -> pa.ChunkedArray | pa.Array:
        if self._table is not None and name in self._names:
            return self._table[name]
        return pa.nulls(self._length)


class Finder:
    """Row numbers of ids; NOBODY for an id that is null or not of this book."""

    def __init__(self, ids: Words) -> None:
        self._ids = pa.array(ids.tolist(), pa.string())

    def __call__(self, column: pa.ChunkedArray | pa.Array) -> Rows:
        """The row of each id."""
        if not len(column):
            return np.empty(0, np.int64)
        found = pc.index_in(column.cast(pa.string()), value_set=self._ids, skip_nulls=True)
        return np.asarray(_plain(pc.fill_null(found, NOBODY)), np.int64)


def words(column: pa.ChunkedArray | pa.Array) -> Words:
    """Text, "" where null."""
    if not len(column):
        return np.empty(0, "U1")
    return np.array(pc.fill_null(column.cast(pa.string()), "").to_pylist(), dtype=np.str_)


def coded(column: pa.ChunkedArray | pa.Array, known: Codes) -> Coded:
    """Values of a closed list as its codes.

    Raises
    ------
    BadInput : a value that the list does not know.
    """
    if not len(column):
        return np.empty(0, np.int8)
    if column.null_count == len(column):
        return np.full(len(column), codes.NOT_GIVEN, np.int8)
    text = column.cast(pa.string())
    text = pc.if_else(pc.equal(text, ""), None, text)
    found = pc.index_in(text, value_set=pa.array(known.names), skip_nulls=True)
    if found.null_count > text.null_count:
        known.of(
            next(each for each in text.to_pylist() if each not in (None, *known.names))
        )  # says what could be there
    return np.asarray(_plain(pc.fill_null(found, codes.NOT_GIVEN)), np.int8)


def maybe(column: pa.ChunkedArray | pa.Array) -> Maybe:
    """1 for true, 0 for false, -1 where null."""
    if not len(column):
        return np.empty(0, np.int8)
    if column.null_count == len(column):
        return np.full(len(column), -1, np.int8)
    return np.asarray(_plain(pc.fill_null(column.cast(pa.bool_()).cast(pa.int8()), -1)), np.int8)


def numbers(column: pa.ChunkedArray | pa.Array) -> Numbers:
    """Numbers, NaN where null."""
    return np.asarray(_plain(column.cast(pa.float64())), np.float64)


def days(column: pa.ChunkedArray | pa.Array) -> Days:
    """Days, NaT where null."""
    return np.asarray(_plain(column.cast(pa.date32())), "M8[D]")


def instants(column: pa.ChunkedArray | pa.Array) -> Instants:
    """Instants in UTC, NaT where null."""
    return np.asarray(_plain(column.cast(pa.timestamp("us", "UTC"))), "M8[us]")


def given(column: pa.ChunkedArray | pa.Array) -> Flags:
    """Where text is there."""
    return np.asarray(words(column) != "")


def _plain(column: pa.ChunkedArray | pa.Array) -> NDArray[Any]:
    return np.asarray(column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column.to_numpy())
