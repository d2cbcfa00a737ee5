"""A list as a file: UTF-8, spreadsheet-safe, each row with its reasons, the whole with a checksum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from arrears.errors import Refused
from arrears.queues.files.cells import checksum, line, safe

Cell = object

LONGEST_HEADER, LONGEST_CELL = 128, 512
"""What the strictest of the dialers that publish their limits takes, in characters (Genesys Cloud)."""

MOST_COLUMNS, MOST_ROWS = 50, 1_000_000
"""And how many columns a list may have, and rows."""


@dataclass(frozen=True)
class Listing:
    """One file, line by line, header first.

    Attributes
    ----------
    kind : csv, dialer, crm, paid, placement or recall.
    part : which of several files it is, from 1 on, where a list is longer than one may be.
    """

    kind: str
    lines: tuple[str, ...]
    part: int = 1

    @property
    def rows(self) -> int:
        """Rows below the header."""
        return len(self.lines) - 1

    @cached_property
    def sha256(self) -> str:
        """Of the file's bytes, so that whoever receives it can see that it is whole."""
        return checksum(self.lines)


def listing(kind: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Listing:
    """A file of any length."""
    return Listing(kind, (line(columns), *(line(map(safe, row)) for row in rows)))


def within_limits(kind: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[Listing]:
    """Files that a dialer takes: as many as its limit of rows makes necessary, at least one.

    Raises
    ------
    Refused : more columns, or a longer header, than any list may have.
    """
    if len(columns) > MOST_COLUMNS or max(map(len, columns)) > LONGEST_HEADER:
        raise Refused(
            asked=f"write a {kind} list",
            found=f"{len(columns)} columns, the longest header of {max(map(len, columns))} characters",
            do=f"A list has at most {MOST_COLUMNS} columns, and headers of {LONGEST_HEADER} characters.",
        )
    head = line(columns)
    cut = [rows[first : first + MOST_ROWS] for first in range(0, len(rows), MOST_ROWS)] or [()]
    return [
        Listing(kind, (head, *(line(safe(shortened(cell)) for cell in row) for row in part)), at)
        for at, part in enumerate(cut, start=1)
    ]


def shortened(cell: Cell) -> Cell:
    """Text that fits a cell, cut after a whole word where it does not.

    Examples
    --------
    >>> shortened("short"), len(shortened("word " * 200)) <= LONGEST_CELL, shortened("word " * 200)[-6:]
    ('short', True, 'word …')
    """
    if not isinstance(cell, str) or len(cell) < LONGEST_CELL:  # an apostrophe may still come before it
        return cell
    kept, _, _ = cell[: LONGEST_CELL - 3].rpartition(" ")
    return f"{kept or cell[: LONGEST_CELL - 3]} …"
