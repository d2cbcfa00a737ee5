"""A document of a test as plain JSON: days as ISO dates, and nothing where a number cannot be told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any


def plain(value: Any) -> Any:  # noqa: ANN401 - any part of a document
    """The same of plain kinds alone.

    Examples
    --------
    >>> plain({"on": date(2026, 6, 1), "bounds": (float("inf"), 0.5)})
    {'on': '2026-06-01', 'bounds': [None, 0.5]}
    """
    match value:
        case Mapping():
            return {name: plain(each) for name, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case date():
            return value.isoformat()
        case float():
            return float(value) if math.isfinite(value) else None
        case _:
            return value
