"""Columns of source tables, made from numbers in bulk: ids, money, dates, moments and words from a short list."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arrears.synthetic.chance import Flags, Ints

MONEY = pa.decimal128(14, 2)
MOMENT = pa.timestamp("us", tz="UTC")


def ids(prefix: str, count: int) -> pa.Array:
    """`A0000000`, `A0000001` and so on.

    Examples
    --------
    >>> ids("A", 2).to_pylist()
    ['A0000000', 'A0000001']
    """
    numbers = pc.utf8_lpad(pa.array(np.arange(count)).cast(pa.string()), 7, "0")
    return pc.binary_join_element_wise(prefix, numbers, "")


def joined(first: pa.Array, second: Ints, *, between: str = "-") -> pa.Array:
    """Ids made of an id and a number."""
    return pc.binary_join_element_wise(first, pa.array(second).cast(pa.string()), between)


def prefixed(prefix: str, numbers: pa.Array, *, between: str = "-") -> pa.Array:
    """Ids made of a word and a number."""
    return pc.binary_join_element_wise(prefix, numbers, between)


def money(minor: Ints) -> pa.Array:
    """Decimals in major units from cents.

    Examples
    --------
    >>> money(np.array([123, -5])).to_pylist()
    [Decimal('1.23'), Decimal('-0.05')]
    """
    words = np.empty((len(minor), 2), np.int64)
    words[:, 0] = minor
    words[:, 1] = minor >> 63  # the sign fills the upper half of 128 bits
    return pa.Decimal128Array.from_buffers(MONEY, len(minor), [None, pa.py_buffer(words)])


def dates(starts_on: np.datetime64, days: Ints) -> pa.Array:
    """Dates from numbers of days."""
    return pa.array((starts_on.astype("M8[D]").astype(np.int64) + days).astype(np.int32)).cast(pa.date32())


def moments(micros: Ints) -> pa.Array:
    """Moments from microseconds since 1970 in UTC."""
    return pa.array(micros.astype(np.int64)).cast(MOMENT)


def words(listed: Sequence[str | None], which: Ints) -> pa.Array:
    """Words by their number in a list."""
    return pa.array(listed, pa.string()).take(pa.array(which))


def where(flag: Flags, values: pa.Array) -> pa.Array:
    """The values where the flag is true, else null."""
    return pc.if_else(pa.array(flag), values, pa.scalar(None, values.type))


def same(value: str, rows: int) -> pa.Array:
    """One word in every row."""
    return pa.repeat(pa.scalar(value), rows)


def flag(rows: int, *, value: bool) -> pa.Array:
    """One answer in every row."""
    return pa.repeat(pa.scalar(value), rows)


def as_datetime(day: object) -> np.datetime64:
    """A date as NumPy counts it."""
    return np.datetime64(str(day), "D")
