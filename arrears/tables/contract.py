"""What a table and a column promise.

A contract is data: the checks of a load, the lake's schema, the manual and the features all read the same one. How a
promise is checked is for `arrears.intake` to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "date", "moment", "money", "integer", "number", "flag", "list"]

LAKE_TYPES: dict[Kind, str] = {
    "text": "VARCHAR",
    "date": "DATE",
    "moment": "TIMESTAMPTZ",
    "money": "BIGINT",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
    "list": "VARCHAR[]",
}
"""The DuckDB type in which the lake keeps a column of each kind; money is whole minor units."""


@dataclass(frozen=True)
class Column:
    """One column of a source table.

    Parameters
    ----------
    name : as files carry it.
    kind : what its values are; `money` is major units in files and minor units in the lake.
    sentence : what it means, for the manual.
    required : the column must be there.
    nullable : a row may leave it empty.
    choices : the closed list of its values; empty where any value will do.
    refers_to : the table whose rows it names.
    settles_later : a date of its own that comes after the row began, so that a row carrying it was written later.

    Examples
    --------
    >>> Column("amount", "money", "What was paid.").lake_name
    'amount_minor'
    """

    name: str
    kind: Kind
    sentence: str
    required: bool = True
    nullable: bool = False
    choices: tuple[str, ...] = ()
    refers_to: str | None = None
    settles_later: bool = False

    @property
    def lake_name(self) -> str:
        """The column's name in the lake: money says its unit."""
        return f"{self.name}_minor" if self.kind == "money" else self.name

    @property
    def lake_type(self) -> str:
        """The column's DuckDB type in the lake."""
        return LAKE_TYPES[self.kind]


RECORDED_AT = Column("recorded_at", "moment", "When the source could know the row.", required=False, nullable=True)
DELETED = Column("deleted", "flag", "True takes the row with this key away.", required=False, nullable=True)
BOOKKEEPING: tuple[Column, ...] = (RECORDED_AT, DELETED)
"""What every table may carry beside its own columns."""


@dataclass(frozen=True)
class Table:
    """One source table.

    Parameters
    ----------
    key : the columns that name a row; with `recorded_at` they name one version of it.
    happened_from : the columns that say on which day the fact happened, the first that has a value.
    happened_else : whose first day counts where those are empty: the row's account, its debtor, or the whole book.
    one_of : groups of columns of which a row must fill at least one.
    """

    name: str
    sentence: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    happened_from: tuple[str, ...] = ()
    happened_else: Literal["account", "debtor", "book"] = "book"
    one_of: tuple[tuple[str, ...], ...] = ()

    @property
    def happened(self) -> str | None:
        """The column that first says when the fact happened, if the table has one."""
        return self.happened_from[0] if self.happened_from else None

    def column(self, name: str) -> Column:
        """The column of that name, bookkeeping included.

        Raises
        ------
        KeyError : the table has no such column.
        """
        for column in (*self.columns, *BOOKKEEPING):
            if column.name == name:
                return column
        raise KeyError(name)

    def has(self, name: str) -> bool:
        """True where the contract (not necessarily a file) has the column."""
        return any(column.name == name for column in self.columns)

    def lake_schema(self) -> dict[str, str]:
        """Columns and DuckDB types of the table in the lake, in order."""
        own = {column.lake_name: column.lake_type for column in self.columns}
        return own | {"recorded_at": "TIMESTAMPTZ", "known_until": "TIMESTAMPTZ", "deleted": "BOOLEAN"}


def optional(
    name: str,
    kind: Kind,
    sentence: str,
    *,
    choices: tuple[str, ...] = (),
    refers_to: str | None = None,
    settles_later: bool = False,
) -> Column:
    """A column that a source may leave out, or leave empty in any row."""
    return Column(
        name,
        kind,
        sentence,
        required=False,
        nullable=True,
        choices=choices,
        refers_to=refers_to,
        settles_later=settles_later,
    )
