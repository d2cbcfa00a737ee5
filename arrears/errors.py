"""What went wrong, in three parts a person can act on: what was asked, what was found, what to do.

No message ever carries a debtor's data: keys of rows and names of columns may appear, other values may not.
"""

from __future__ import annotations


class ArrearsError(Exception):
    """A failure that its reader can mend.

    Parameters
    ----------
    asked : what the caller wanted, in the caller's words.
    found : what stood in the way, with numbers and names of columns.
    do : what would cure it.

    Examples
    --------
    >>> print(ArrearsError(asked="load 'books'", found="no file for table accounts", do="Add accounts.csv."))
    asked: load 'books'
    found: no file for table accounts
    do: Add accounts.csv.
    """

    exit_code = 1

    def __init__(self, *, asked: str, found: str, do: str) -> None:
        super().__init__(f"asked: {asked}\nfound: {found}\ndo: {do}")
        self.asked = asked
        self.found = found
        self.do = do


class WrongUse(ArrearsError):
    """The command or call cannot mean anything as it stands (exit code 2)."""

    exit_code = 2


class BadInput(ArrearsError):
    """The data cannot be trusted as they are (exit code 3)."""

    exit_code = 3


class Refused(ArrearsError):
    """A gate said no: nothing is broken, and nothing was done (exit code 4)."""

    exit_code = 4
