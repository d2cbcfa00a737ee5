"""What a check or a load found, for people and for programs.

A problem names table, column, rule, count, up to five row keys and the cure; it never holds another value of a row.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from arrears.errors import BadInput

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """One rule that some rows of one table break.

    Parameters
    ----------
    rule : its stable name, such as `wrong_type`.
    count : rows that break it; 1 where the whole file, table or column does.
    keys : up to five keys of such rows.
    found : what is wrong, in words.
    do : what would cure it.

    Examples
    --------
    >>> bad = Problem("dues", "amount", "wrong_type", "error", 2, "no amounts", "Write 12.30.", ("U1", "U2"))
    >>> print(bad.sentence)
    dues.amount: wrong_type in 2 rows (U1; U2): no amounts. Write 12.30.
    """

    table: str
    column: str | None
    rule: str
    level: Level
    count: int
    found: str
    do: str
    keys: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """The table, and the column where one is to blame."""
        return f"{self.table}.{self.column}" if self.column else self.table

    @property
    def sentence(self) -> str:
        """The problem in one line."""
        rows = f" in {self.count:,} row{'s' if self.count != 1 else ''}" if self.keys or self.count > 1 else ""
        keys = f" ({'; '.join(self.keys)})" if self.keys else ""
        return f"{self.where}: {self.rule}{rows}{keys}: {self.found}. {self.do}"


@dataclass(frozen=True)
class Report:
    """Everything a check found, and what a load then did.

    `rows` counts rows read per table, `added` the rows of them that were news to the lake.
    """

    source: str
    rows: dict[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    added: dict[str, int] = field(default_factory=dict)
    load_id: str | None = None
    already_loaded: bool = False

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that keep the source out of the lake."""
        return tuple(problem for problem in self.problems if problem.level == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Problems that a reader should know of."""
        return tuple(problem for problem in self.problems if problem.level == "warning")

    def document(self) -> dict[str, Any]:
        """The report as plain data, for `--json`."""
        return {"ok": not self.errors, **asdict(self)}

    def raise_if_bad(self, asked: str) -> None:
        """Leave with every error at once.

        Raises
        ------
        BadInputFound : there is at least one error.
        """
        if self.errors:
            raise BadInputFound(asked, self)


class BadInputFound(BadInput):
    """A source whose rows break the contract; the lake is as it was."""

    def __init__(self, asked: str, report: Report) -> None:
        listed = "\n".join(f"  {problem.sentence}" for problem in report.errors)
        kinds = "1 kind" if len(report.errors) == 1 else f"{len(report.errors)} kinds"
        super().__init__(
            asked=asked,
            found=f"{kinds} of error; nothing of this source is in the lake\n{listed}",
            do="Mend these in the source and load it.",
        )
        self.report = report
