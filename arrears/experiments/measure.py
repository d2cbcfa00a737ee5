"""From one row a debtor to the sums that are kept: capped, rounded to steps, multiplied and added exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arrears.errors import BadInput
from arrears.experiments.metrics import DEBTORS
from arrears.experiments.moments import NOBODY, Column, Moments

_Steps = NDArray[np.int64]
_HALF = 20
LARGEST = 2**40
"""Steps that a value may have: two halves of 20 bits, whose products over a chunk of rows fit into 64 bits."""

_CHUNK = 2**21


def measured(
    columns: Sequence[Column],
    arm: Sequence[str] | NDArray[np.str_],
    values: Mapping[str, Any],
    collector: Sequence[str] | NDArray[np.str_] | None = None,
    household: Sequence[str] | NDArray[np.str_] | None = None,
) -> Moments:
    """The moments of debtors, each one row.

    Parameters
    ----------
    columns : what is measured, in the order in which it is kept.
    arm : of each debtor.
    values : by column name, one number a debtor.
    collector : who worked the debtor, `NOBODY` where none did; None: collectors play no part.
    household : of each debtor, where households stay together: what was drawn is then a household, so a household is
        one row, its debtors' values are summed and a column `debtors` is added. Its collector is its first debtor's.

    Raises
    ------
    BadInput : a column is missing, of another length, has no number somewhere, or a number too large to be kept; or a
        household in two arms.

    Notes
    -----
    A debtor's value is capped, then rounded to the nearest step of its column.

    Examples
    --------
    >>> moments = measured([Column("net_cash_minor", cap=500)], ["champion"] * 2, {"net_cash_minor": [100, 90_000]})
    >>> moments.cells
    {('champion', ''): (2, 600, 260000)}
    """
    arms = np.asarray(arm, dtype=np.str_)
    workers = np.full(len(arms), NOBODY) if collector is None else np.asarray(collector, dtype=np.str_)
    if len(workers) != len(arms):
        raise _unusable(found=f"{len(arms)} arms and {len(workers)} collectors", do="Give one collector a debtor.")
    steps = [_steps(column, values, len(arms)) for column in columns]
    if household is not None:
        columns = [*columns, Column(DEBTORS)]
        arms, workers, steps = _together(np.asarray(household, dtype=np.str_), arms, workers, steps)
    if not len(arms):
        return Moments(tuple(columns), {})
    names, cell_of = _cells(arms, workers)
    ordered = np.argsort(cell_of, kind="stable")
    firsts = np.searchsorted(cell_of[ordered], np.arange(len(names)))
    rows = [np.ones(len(arms), dtype=np.int64), *(each[ordered] for each in steps)]
    products = list(zip(*_products(rows, firsts), strict=True))
    return Moments(tuple(columns), dict(sorted(zip(names, products, strict=True))))


def _together(
    household: NDArray[np.str_], arms: NDArray[np.str_], workers: NDArray[np.str_], steps: list[_Steps]
) -> tuple[NDArray[np.str_], NDArray[np.str_], list[_Steps]]:
    """One row a household, its debtors counted behind its other columns."""
    if len(household) != len(arms):
        raise _unusable(found=f"{len(arms)} arms and {len(household)} households", do="Give one household a debtor.")
    _, first, home = np.unique(household, return_index=True, return_inverse=True)
    split = len(np.unique(home[arms != arms[first][home]]))
    if split:
        raise _unusable(found=f"{split} households in more than one arm", do="Assign by the household's key.")
    summed = [np.zeros(len(first), dtype=np.int64) for _ in range(len(steps) + 1)]
    for kept, each in zip(summed, [*steps, np.ones(len(arms), dtype=np.int64)], strict=True):
        np.add.at(kept, home, each)
    return arms[first], workers[first], summed


def _steps(column: Column, values: Mapping[str, Any], count: int) -> _Steps:
    if column.name not in values:
        raise _unusable(found=f"no column {column.name}", do="Add it, or measure what the test asks for.")
    told = np.asarray(values[column.name], dtype=np.float64)
    if told.shape != (count,):
        raise _unusable(found=f"{len(told)} values of {column.name} for {count} debtors", do="Give one value a debtor.")
    missing = int(count - np.isfinite(told).sum())
    if missing:
        raise _unusable(
            found=f"{missing} of {count} debtors have no {column.name}", do="Say 0, or an own column for not known."
        )
    capped = told if column.cap is None else np.clip(told, -column.cap, column.cap)
    steps = np.rint(capped * column.scale)
    if np.abs(steps).max(initial=0) >= LARGEST:
        raise _unusable(
            found=f"a value of {column.name} has more than {LARGEST:,} steps of 1/{column.scale}",
            do="Use a smaller scale, or a cap.",
        )
    return steps.astype(np.int64)


def _cells(arms: NDArray[np.str_], workers: NDArray[np.str_]) -> tuple[list[tuple[str, str]], _Steps]:
    """The cells that occur, and which of them each debtor is in."""
    arm_names, arm_of = np.unique(arms, return_inverse=True)
    worker_names, worker_of = np.unique(workers, return_inverse=True)
    both, cell_of = np.unique(arm_of * len(worker_names) + worker_of, return_inverse=True)
    pairs = (divmod(int(each), len(worker_names)) for each in both)
    return [(str(arm_names[one]), str(worker_names[other])) for one, other in pairs], cell_of.astype(np.int64)


def _products(rows: list[_Steps], firsts: _Steps) -> Iterator[list[int]]:
    """Of every two rows, in the upper triangle's order, the exact sum of products in each cell."""
    for one, left in enumerate(rows):
        for right in rows[one:]:
            yield _sums(left, right, firsts)


def _sums(left: _Steps, right: _Steps, firsts: _Steps) -> list[int]:
    largest = int(np.abs(left).max()) * int(np.abs(right).max())
    if largest * len(left) < 2**62:
        return [int(each) for each in np.add.reduceat(left * right, firsts)]
    sums = [0] * len(firsts)
    bounds = [*firsts.tolist(), len(left)]
    for cell in range(len(firsts)):
        for begin in range(bounds[cell], bounds[cell + 1], _CHUNK):
            here = slice(begin, min(begin + _CHUNK, bounds[cell + 1]))
            sums[cell] += _wide(left[here], right[here])
    return sums


def _wide(left: _Steps, right: _Steps) -> int:
    """The sum of products that would not fit into 64 bits, from halves that do."""
    (high, low), (other_high, other_low) = (_halves(each) for each in (left, right))
    across = int(high @ other_low) + int(low @ other_high)
    return (int(high @ other_high) << 2 * _HALF) + (across << _HALF) + int(low @ other_low)


def _halves(values: _Steps) -> tuple[_Steps, _Steps]:
    """High and low halves, the low one never negative."""
    return values >> _HALF, values & (2**_HALF - 1)


def _unusable(*, found: str, do: str) -> BadInput:
    return BadInput(asked="measure the debtors of a test", found=found, do=do)
