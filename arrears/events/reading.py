"""A posted row read column by column against its contract: every fault of it at once, and never a value in any."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from arrears.events.row import Unread, read
from arrears.intake.names import is_of_care, is_protected
from arrears.intake.rules import CURES, FAULTS
from arrears.tables import BOOKKEEPING, Column, Table


@dataclass(frozen=True)
class Fault:
    """One rule that one posted row breaks.

    Attributes
    ----------
    row : its place in what was posted, from 0.
    column : the column to blame; None: the row as a whole.
    rule : the name that a check of files has for it.
    found, do : what is wrong, and what would cure it.

    Examples
    --------
    >>> Fault(0, "amount", "wrong_type", "no money", "Write 12.30.").sentence
    'amount: wrong_type: no money. Write 12.30.'
    """

    row: int
    column: str | None
    rule: str
    found: str
    do: str

    @property
    def sentence(self) -> str:
        """The fault in one line."""
        return f"{self.column}: {self._told}" if self.column else self._told

    @property
    def _told(self) -> str:
        return f"{self.rule}: {self.found}. {self.do}"


@dataclass
class Draft:
    """A posted row on its way in: what could be read, and what was wrong with the rest.

    Attributes
    ----------
    values : columns that have a value, as `arrears.events.row` keeps them; money is still a Decimal.
    recorded_at : as it was given; None where it was not.
    """

    table: Table
    place: int
    values: dict[str, Any] = field(default_factory=dict)
    recorded_at: str | None = None
    faults: list[Fault] = field(default_factory=list)

    def blame(self, column: str | None, rule: str, found: str, do: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(self.place, column, rule, found, f"{do}."))

    @property
    def is_removal(self) -> bool:
        """It takes the row with this key away: only the key matters."""
        return bool(self.values.get("deleted"))

    @property
    def has_key(self) -> bool:
        """Every column of its key could be read."""
        return all(name in self.values for name in self.table.key)


def draft(table: Table, place: int, posted: Mapping[str, object]) -> Draft:
    """Read a posted row.

    Parameters
    ----------
    place : in what was posted.
    posted : values by column, as JSON has them or a file has its text.

    Examples
    --------
    >>> from arrears.tables import TABLES
    >>> bad = draft(TABLES["changes"], 0, {"change_id": "C1", "kind": "reage", "amout": 5})
    >>> [(fault.column, fault.rule) for fault in bad.faults]
    [(None, 'unknown_column'), ('account_id', 'missing_value'), ('kind', 'unknown_value'), ('on', 'missing_value')]
    """
    made = Draft(table, place)
    for strange in _strange(table, posted):
        made.faults.append(Fault(place, *strange))
    for column in (*table.columns, *BOOKKEEPING):
        _take(made, column, posted.get(column.name))
    made.recorded_at = made.values.pop("recorded_at", None)
    if not made.values.get("deleted"):
        made.values.pop("deleted", None)
    _miss(made, posted)
    made.faults.sort(key=_in_order_of_columns(table))
    return made


def _take(made: Draft, column: Column, posted: object) -> None:
    try:
        value = read(column, posted)
    except Unread as unread:
        found, do = FAULTS.get(unread.rule) or (f"no {column.kind}", CURES[column.kind])
        made.blame(column.name, unread.rule, found, do)
        return
    if value is None:
        return
    if column.choices and value not in column.choices:
        found = f"a value outside the closed list ({', '.join(column.choices)})"
        made.blame(column.name, "unknown_value", found, "Map it to one of the list")
    made.values[column.name] = value


def _miss(made: Draft, posted: Mapping[str, object]) -> None:
    table = made.table
    needed = table.key if made.is_removal else tuple(each.name for each in table.columns if not each.nullable)
    for name in needed:
        if posted.get(name) in (None, ""):
            made.blame(name, "missing_value", "empty, and every row needs it", "Fill it")
    for group in () if made.is_removal else table.one_of:
        if all(posted.get(name) in (None, "") for name in group):
            made.blame(None, "missing_value", f"none of {', '.join(group)} is filled", "Fill at least one of them")


def _strange(table: Table, posted: Mapping[str, object]) -> Iterator[tuple[str | None, str, str, str]]:
    """Columns that the contract does not have; their names came from the caller, so they are not repeated."""
    own = {column.name for column in (*table.columns, *BOOKKEEPING)}
    for name in sorted(set(posted) - own):
        if is_protected(name):
            found = "a protected attribute beside facts that models read"
            yield None, "protected_column", found, "Leave it out."
        elif is_of_care(name):
            found = "what a person was treated for; collecting a bill needs none of it (45 CFR 164.502(b))"
            yield None, "health_column", found, "Leave it out."
        else:
            close = get_close_matches(name, own - set(posted), n=1)
            cure = f"Did you mean {close[0]}?" if close else "Leave it out."
            yield None, "unknown_column", f"a column that {table.name} does not have", cure


def _in_order_of_columns(table: Table) -> Any:  # noqa: ANN401 - a sort key
    places = {column.name: place for place, column in enumerate((*table.columns, *BOOKKEEPING))}
    return lambda fault: -1 if fault.column is None else places[fault.column]
