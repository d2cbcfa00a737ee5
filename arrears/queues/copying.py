"""Rows between Arrow and PostgreSQL by COPY, some hundred thousand at a time: nothing here looks at a single row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from sqlalchemy import Connection

from arrears.errors import ArrearsError

BETWEEN = "\x1f"
"""What a query puts between the elements of a list that `copy_out` shall read as one."""

_BLOCK_BYTES = 64_000_000
_BLOCK_ROWS = 200_000


def copy_out(connection: Connection, query: str, values: Mapping[str, Any], schema: pa.Schema) -> pa.Table:
    """The rows of a query.

    Parameters
    ----------
    query : a SELECT with placeholders as psycopg writes them; lists come as text joined by `BETWEEN`.
    schema : names and types of its columns, in their order.
    """
    read = pa.csv.ReadOptions(column_names=schema.names)
    flat = {field.name: pa.string() if pa.types.is_list(field.type) else field.type for field in schema}
    convert = pa.csv.ConvertOptions(
        column_types=flat,
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=[""],
        true_values=["t"],
        false_values=["f"],
    )
    parts = [
        pa.csv.read_csv(
            pa.py_buffer(block),
            read_options=read,
            convert_options=convert,
            parse_options=pa.csv.ParseOptions(newlines_in_values=broken),  # four times slower, so only where one is
        )
        for block, broken in _blocks(connection, query, values)
    ]
    table = pa.concat_tables(parts) if parts else pa.schema(list(flat.items())).empty_table()
    for place, field in enumerate(schema):
        if pa.types.is_list(field.type):
            table = table.set_column(place, field.name, _split(table[field.name]))
    return table


def copy_in(connection: Connection, into: str, rows: pa.Table) -> None:
    """Add rows to a table whose columns have the same names.

    Raises
    ------
    ArrearsError : PostgreSQL refuses a row; none of them is written.
    """
    flat = rows.from_arrays([_flat(column) for column in rows.columns], names=rows.column_names)
    cursor = connection.connection.cursor()
    try:
        with cursor.copy(f"COPY {into} ({', '.join(rows.column_names)}) FROM STDIN (FORMAT csv)") as copy:
            for batch in flat.to_batches(max_chunksize=_BLOCK_ROWS):
                sink = pa.BufferOutputStream()
                pa.csv.write_csv(batch, sink, pa.csv.WriteOptions(include_header=False))
                copy.write(memoryview(sink.getvalue()))
    except psycopg.Error as problem:
        # Its own words quote the row it stopped at: only the kind of its complaint is told.
        raise ArrearsError(
            asked=f"write rows into {into}",
            found=f"PostgreSQL refused a row ({type(problem).__name__})",
            do="Nothing was written. Try again; if it stays so, report it with this text.",
        ) from None


def _blocks(connection: Connection, query: str, values: Mapping[str, Any]) -> Iterator[tuple[bytes, bool]]:
    """Whole rows as CSV, so many that reading them pays, and whether a value of theirs breaks its line."""
    block, rows = bytearray(), 0
    with connection.connection.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT csv)", values) as copy:
        while row := copy.read():  # PostgreSQL sends each row on its own
            block += row
            rows += 1
            if len(block) >= _BLOCK_BYTES:
                yield bytes(block), block.count(b"\n") > rows
                block, rows = bytearray(), 0
    if block:
        yield bytes(block), block.count(b"\n") > rows


def _split(column: pa.ChunkedArray) -> pa.ChunkedArray:
    empty = pa.scalar([], pa.list_(pa.string()))
    return pc.if_else(pc.equal(column, ""), empty, pc.split_pattern(column, BETWEEN))


def _flat(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    """A list as PostgreSQL writes one, `{"A1","B2"}`; any other column as it is."""
    if not pa.types.is_list(column.type):
        return column
    lists = column.combine_chunks()
    words = pc.replace_substring(pc.replace_substring(lists.flatten(), "\\", "\\\\"), '"', '\\"')
    quoted = pc.binary_join_element_wise('"', words, '"', "")
    offsets = pc.subtract(lists.offsets, lists.offsets[0])
    whole = pa.ListArray.from_arrays(offsets, quoted, mask=lists.is_null())
    return pc.binary_join_element_wise("{", pc.binary_join(whole, ","), "}", "")
