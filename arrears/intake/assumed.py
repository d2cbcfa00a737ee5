"""What a load assumes where the source says nothing: the moments at which its rows became known."""

from __future__ import annotations

from collections.abc import Iterator

from arrears.intake.book import Book
from arrears.intake.report import Problem
from arrears.intake.typed import TypedTable

ASSUMED = "assumed_moment"


def assumption(typed: TypedTable, undated: int, book: Book) -> Iterator[Problem]:
    """A warning that says since when rows without recorded_at count as known."""
    if undated:
        yield Problem(
            typed.table.name,
            "recorded_at",
            ASSUMED,
            "warning",
            undated,
            f"absent, and taken as known {_since(typed, book)}",
            "Add recorded_at where the source knows it.",
        )


def _since(typed: TypedTable, book: Book) -> str:
    if not book.first_load:
        return "from this load on"
    origin = {
        "account": "their account was opened",
        "debtor": "their debtor's first account was opened",
        "book": "the book's first account was opened",
    }
    named = " or else ".join(name for name in typed.table.happened_from if name in typed.columns)
    day = f"of {named}" if named else f"on which {origin[typed.table.happened_else]}"
    return f"from the end of the day {day} ({book.zone})"
