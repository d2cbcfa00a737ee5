"""Cells and lines of a file that leaves the house: what a spreadsheet would run stays text, instants have an offset."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

_NUMBER = re.compile(r"[+-][0-9]+")

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def line(cells: Iterable[object]) -> str:
    """Cells as a line of CSV, as RFC 4180 ends it."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue()


def safe(value: object) -> object:
    """Text that a spreadsheet would run is quoted with an apostrophe; numbers, telephone numbers too, stay as they are.

    Examples
    --------
    >>> safe("=HYPERLINK(1)"), safe("A00001"), safe(-1.5), safe("+886900000014"), safe("+1+cmd")
    ("'=HYPERLINK(1)", 'A00001', -1.5, '+886900000014', "'+1+cmd")
    """
    is_run = isinstance(value, str) and value.startswith(FORMULA_STARTS) and not _NUMBER.fullmatch(value)
    return f"'{value}" if is_run else value


def local(instant: str | None, zone: str) -> str | None:
    """An instant on the clock of a zone, with its offset.

    Examples
    --------
    >>> local("2026-06-02T12:00:00+00:00", "America/New_York"), local(None, "UTC")
    ('2026-06-02T08:00:00-04:00', None)
    """
    return None if instant is None else datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)).isoformat()


def checksum(lines: Iterable[str]) -> str:
    """SHA-256 of the file's bytes, so that whoever receives it can see that it is whole."""
    whole = hashlib.sha256()
    for line in lines:
        whole.update(line.encode())
    return whole.hexdigest()
