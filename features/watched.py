"""A book's tables and columns that note what was asked about them: what was made of them follows from that alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

Answer = bool | list[str]
"""Whether there is such a table; where its columns were asked for, they, sorted, of a table that is there."""


class Watched(Mapping[str, frozenset[str]]):
    """A book's tables and columns, to be asked by name only.

    Attributes
    ----------
    answers : what was answered so far, by the table asked about.

    Examples
    --------
    >>> watched = Watched({"accounts": frozenset({"account_id"}), "payments": frozenset({"paid_on", "amount"})})
    >>> "accounts" in watched, "holds" in watched, sorted(watched["payments"])
    (True, False, ['amount', 'paid_on'])
    >>> watched.answers
    {'accounts': True, 'holds': False, 'payments': ['amount', 'paid_on']}
    """

    def __init__(self, present: Mapping[str, frozenset[str]]) -> None:
        self._present = present
        self.answers: dict[str, Answer] = {}

    def __contains__(self, table: object) -> bool:
        """Whether the book has a table."""
        found = table in self._present
        self.answers.setdefault(str(table), found)
        return found

    def __getitem__(self, table: str) -> frozenset[str]:
        """The columns of a table that its source supplied."""
        if table not in self:
            raise KeyError(table)
        self.answers[table] = sorted(self._present[table])
        return self._present[table]

    def __iter__(self) -> Iterator[str]:
        """Nobody goes through all tables: a text that did would follow from all of them."""
        message = "ask for a table by its name"
        raise TypeError(message)

    def __len__(self) -> int:
        """Nobody counts the tables, for the same reason."""
        message = "ask for a table by its name"
        raise TypeError(message)


def would_answer(present: Mapping[str, frozenset[str]], answers: Mapping[str, object]) -> bool:
    """Whether a book would have answered everything that was asked in the same way.

    Examples
    --------
    >>> would_answer({"payments": frozenset({"amount"})}, {"holds": False, "payments": ["amount"]})
    True
    >>> would_answer({"payments": frozenset({"amount", "paid_on"})}, {"payments": ["amount"]})
    False
    """
    again = Watched(present)
    for table, answer in answers.items():
        if table in again and isinstance(answer, list):
            _ = again[table]
    return again.answers == answers
