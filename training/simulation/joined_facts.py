"""Several mornings judged as one: their facts laid side by side, so that every rule is asked once for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arrears.policy.columns import NOBODY
from arrears.policy.facts import Facts

_POINTS_INTO = {"account": "accounts", "person": "people", "party": "parties", "point": "points"}
"""Columns that hold row numbers, and the table that each points into."""
_TABLES = (
    "accounts", "people", "parties", "points", "holds", "preferences", "consents", "notices", "disputes", "promises",
    "contacts", "asks",
)  # fmt: skip


def joined(parts: Sequence[Facts]) -> Facts:
    """The facts of several mornings of one day, of the same book; the same debtor stands there once a morning.

    Parameters
    ----------
    parts : each with its asks, which keep their order, one part after the other.
    """
    sizes = {table: [len(getattr(part, table)) for part in parts] for table in _POINTS_INTO.values()}
    before = {table: np.concatenate([[0], np.cumsum(size)[:-1]]) for table, size in sizes.items()}
    whole: dict[str, Any] = {name: _table([getattr(part, name) for part in parts], before) for name in _TABLES}
    return replace(parts[0], **whole)


def _table(tables: list[Any], before: dict[str, NDArray[np.int64]]) -> object:
    columns = {each.name: [getattr(table, each.name) for table in tables] for each in fields(tables[0])}
    return type(tables[0])(**{name: np.concatenate(_shifted(name, parts, before)) for name, parts in columns.items()})


def _shifted(name: str, parts: list[NDArray[Any]], before: dict[str, NDArray[np.int64]]) -> list[NDArray[Any]]:
    if name not in _POINTS_INTO:
        return parts
    starts = before[_POINTS_INTO[name]]
    return [np.where(part == NOBODY, NOBODY, part + start) for part, start in zip(parts, starts, strict=True)]
