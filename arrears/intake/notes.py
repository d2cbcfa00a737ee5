"""What a load assumed where the source said nothing: the moments at which its rows became known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from arrears.intake.book import Book
from arrears.intake.checks import Checked
from arrears.intake.typed import TypedTable


def say_assumptions(typed: Mapping[str, TypedTable], checked: Mapping[str, Checked], book: Book) -> Iterator[str]:
    """One sentence per table whose rows carry no recorded_at."""
    for name, table in typed.items():
        undated = checked[name].undated
        if undated:
            rows = f"{undated:,} row{'s' if undated != 1 else ''} of {name} without recorded_at"
            yield f"{rows}: taken as known {_since(table, book)}"


def _since(typed: TypedTable, book: Book) -> str:
    if not book.first_load:
        return f"from this load on ({book.now:%Y-%m-%d %H:%M %Z})"
    origin = {
        "account": "the day their account was opened",
        "debtor": "the day their debtor's first account was opened",
        "book": "the day the first account was opened",
    }
    named = " or else ".join(typed.table.happened_from)
    day = f"the day of {named}" if named else origin[typed.table.happened_else]
    return f"from the end of {day}, {book.zone} time"
