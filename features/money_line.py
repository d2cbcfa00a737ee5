"""A book's money as one line in the order in which it came, and where on it each promise stops taking.

Promises take in the order in which they were made. What came before a promise was made is lost to it and to all after
it, so what is taken of the rest is always one piece from the front, and one place on the line says how far. Each
promise moves that place on: by what it promised, never past what came within its grace, never back. A promise that
moves it not at all leaves it to the next, and that is why no sum or maximum over a window can say where it stands:
the places are a fold over the promises of a book.
"""

from __future__ import annotations

import re

import ibis
import ibis.expr.datatypes as dt
from ibis import ir

_NAME = "money_line_stops"
_CALL = re.compile(rf'{_NAME}\(("\w+"\."\w+")\)', re.IGNORECASE)


@ibis.udf.scalar.builtin(name=_NAME, signature=((dt.Array(dt.Array(dt.int64)),), dt.Array(dt.int64)))
def _stops(turns):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - Ibis reads the signature above
    """Only a name: no engine has it, `with_folds` writes what it stands for."""


def stops(turns: ir.ArrayColumn) -> ir.ArrayColumn:
    """Where each promise of a book stops: one place more than promises, the first being 0, the line's beginning.

    Parameters
    ----------
    turns : a column of the promises in their order, each as [what came before it was made, what it promised, what came
        by the end of its grace], all in minor units.
    """
    answer: ir.ArrayColumn = _stops(turns)
    return answer


def with_folds(sql: str) -> str:
    """The statement with every call of `stops` written out for DuckDB: Ibis has no fold over an array.

    Examples
    --------
    >>> import duckdb
    >>> turns = "SELECT [[0, 50, 20], [9, 50, 15], [9, 30, 90]] AS turns"
    >>> duckdb.sql(with_folds(f'SELECT money_line_stops("t"."turns") FROM ({turns}) AS t')).fetchall()
    [([0, 20, 20, 50],)]
    """
    place = "greatest(stops[-1], turn[1])"
    moved = f"greatest({place}, least({place} + turn[2], turn[3]))"
    return _CALL.sub(
        rf"list_reduce(list_prepend([0::BIGINT], \1), lambda stops, turn: list_append(stops, {moved}))", sql
    )
